//! One call, the same for every protocol: the body goes out, the answer comes in as fast as it is
//! taken, everything within its time.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::adapter::{Adapter, turns};
use super::error::{EndpointError, Phase};
use super::http::{self, Answer, Line, Post};
use super::reader::ReplyReader;
use super::refusal::Asked;
use super::{Call, CallEvent, Timeouts};

/// How often a body that is refused is changed and sent again.
const CHANGES: usize = 2;
/// How long to wait for usage and the end once the reply is whole, whatever comes meanwhile.
const AFTERWARDS: Duration = Duration::from_secs(5);
/// How long to wait for the end of the connection's answer once the endpoint said that nothing
/// more will come, so that the next call can have the connection.
const LAST_BYTES: Duration = Duration::from_millis(10);

/// Calls the model. See [`super::call`].
pub(super) async fn call(
    adapter: &'static dyn Adapter,
    call: &Call,
    out: &mpsc::Sender<CallEvent>,
) -> Result<(), EndpointError> {
    let turns = turns(&call.messages);
    if turns.is_empty() {
        return Err(EndpointError::NothingToSend);
    }
    let mut body = adapter.body(call, &turns);
    let fields: Vec<String> = body.keys().cloned().collect();
    let asked = Asked { key: call.key.as_ref(), model: &call.model, messages: &call.messages, fields: &fields };
    let line = Line::of(call, asked);
    let mut changes = 0;
    let answer = loop {
        let most_tokens = body.get("max_tokens").and_then(Value::as_u64);
        let post = Post { body: Value::Object(body.clone()).to_string().into_bytes(), most_tokens, out };
        match http::send(line, adapter.path(), Some(post)).await {
            Err(error) if changes < CHANGES && adapter.relent(call, &mut body, said(&error)) => changes += 1,
            answer => break answer?,
        }
    };
    out.send(CallEvent::Accepted(answer.request_id.clone())).await.ok();
    let mut reader = ReplyReader::with(adapter.reading(), asked);
    let closed = read(&mut reader, answer, call.timeouts, out).await?;
    let mut events = Vec::new();
    let ended = reader.end(closed, &mut events);
    tell(out, events).await;
    ended
}

/// See [`super::bodies`].
pub(super) fn bodies(adapter: &'static dyn Adapter, call: &Call, most_tokens: Option<u64>) -> Vec<Vec<u8>> {
    let mut bodies = vec![adapter.body(call, &turns(&call.messages))];
    let limit = most_tokens.map(|most| format!("max_tokens: more > {most}, which it was"));
    for said in ["stream_options", "max_completion_tokens"].into_iter().chain(limit.as_deref()) {
        for mut body in bodies.clone() {
            if adapter.relent(call, &mut body, said) {
                bodies.push(body);
            }
        }
    }
    bodies.into_iter().map(|body| Value::Object(body).to_string().into_bytes()).collect()
}

/// What an endpoint said that refused a body for what stands in it.
fn said(error: &EndpointError) -> &str {
    let refusal = error.refusal().filter(|refusal| matches!(refusal.status, Some(400 | 422)) && !refusal.in_stream);
    refusal.and_then(|refusal| refusal.said.as_deref()).unwrap_or_default()
}

/// Nobody listening is no error: whoever wants the call to stop drops it.
async fn tell(out: &mpsc::Sender<CallEvent>, events: Vec<CallEvent>) {
    for event in events {
        out.send(event).await.ok();
    }
}

/// Reads the answer until it is done. True if its body has ended by itself.
async fn read(
    reader: &mut ReplyReader<'_>,
    mut answer: Answer,
    timeouts: Timeouts,
    out: &mpsc::Sender<CallEvent>,
) -> Result<bool, EndpointError> {
    let mut until = None;
    while !reader.reply().is_done() {
        let (phase, limit) = match reader.reply() {
            reply if reply.is_whole() => {
                let until = *until.get_or_insert_with(|| Instant::now() + timeouts.idle.min(AFTERWARDS));
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(false);
                }
                (Phase::Idle, left)
            }
            reply if reply.has_words() => (Phase::Idle, timeouts.idle),
            _ => (Phase::First, timeouts.first),
        };
        let bytes = match answer.bytes(phase, limit).await {
            // The reply was whole: whatever happens to the connection now changes nothing.
            Err(_) if reader.reply().is_whole() => return Ok(false),
            bytes => bytes?,
        };
        let Some(bytes) = bytes else { return Ok(true) };
        let mut events = Vec::new();
        let taken = reader.push(&bytes, &mut events);
        tell(out, events).await;
        taken?;
    }
    // Without the last bytes the connection would be closed.
    answer.bytes(Phase::Idle, LAST_BYTES).await.ok();
    Ok(false)
}
