//! Chat Completions, as most servers speak it: `POST {base}/chat/completions`, answered by an
//! event stream, or by one piece of JSON from servers that do not stream.

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::chat_chunk::Reading;
use super::error::{EndpointError, Oddity, Phase};
use super::http::{self, Answer, Line, Post};
use super::refusal::Asked;
use super::sse::{Item, Parser, TooLong};
use super::{Call, CallEvent, CallMessage, Timeouts};
use crate::wire::Role;

/// Bytes of a reply in one piece: a text with every character escaped, and what stands around it.
const ANSWER_BYTES: usize = 32 * 1024 * 1024;
/// Bytes that may come in a row without a word of text.
const QUIET_BYTES: usize = 16 * 1024 * 1024;
/// How long to wait for usage and the end once the reply is whole.
const AFTERWARDS: std::time::Duration = std::time::Duration::from_secs(5);

/// Calls the model. See [`super::call`].
pub(super) async fn call(call: &Call, out: &mpsc::Sender<CallEvent>) -> Result<(), EndpointError> {
    let messages = turns(&call.messages);
    if messages.is_empty() {
        return Err(EndpointError::NothingToSend);
    }
    let asked = Asked { key: call.key.as_ref(), model: &call.model, messages: &call.messages };
    let line = Line { base_url: call.base_url.as_ref(), allow_http: call.allow_http, timeouts: call.timeouts, asked };
    let mut body = request(call, &messages);
    let mut answer = post(line, &body, out).await;
    if answer.as_ref().is_err_and(dislikes_stream_options) {
        body.as_object_mut().map(|body| body.remove("stream_options"));
        answer = post(line, &body, out).await;
    }
    let answer = answer?;
    tell(out, vec![CallEvent::Accepted(answer.request_id.clone())]).await;
    let mut reply = Reply { reading: Reading::new(asked), body: Body::Unknown(Vec::new()), quiet: 0 };
    reply.read(answer, call.timeouts, out).await?;
    let mut events = Vec::new();
    let ended = reply.reading.end(&mut events);
    tell(out, events).await;
    ended
}

async fn post(line: Line<'_>, body: &Value, out: &mpsc::Sender<CallEvent>) -> Result<Answer, EndpointError> {
    let post = Post { body: body.to_string().into_bytes(), out };
    http::send(line, &["chat", "completions"], Some(post)).await
}

/// Some servers refuse fields they do not know, and this one only asks for usage.
fn dislikes_stream_options(error: &EndpointError) -> bool {
    let EndpointError::Status { refusal, .. } = error else { return false };
    matches!(refusal.status, Some(400 | 422))
        && refusal.said.as_ref().is_some_and(|said| said.contains("stream_options"))
}

/// The messages as turns: empty ones left out, neighbours of the same role joined, because many
/// chat templates take strict turns only.
pub(super) fn turns(messages: &[CallMessage]) -> Vec<CallMessage> {
    let mut turns: Vec<CallMessage> = Vec::with_capacity(messages.len());
    for message in messages.iter().filter(|message| !message.text.trim().is_empty()) {
        match turns.last_mut() {
            Some(last) if last.role == message.role => {
                last.text.push_str("\n\n");
                last.text.push_str(&message.text);
            }
            _ => turns.push(message.clone()),
        }
    }
    turns
}

fn request(call: &Call, turns: &[CallMessage]) -> Value {
    let mut body = call.parameters.clone();
    let messages: Vec<Value> =
        turns.iter().map(|turn| json!({"role": role(turn.role), "content": turn.text})).collect();
    body.insert("model".into(), json!(call.model));
    body.insert("messages".into(), Value::Array(messages));
    body.insert("stream".into(), json!(true));
    body.insert("stream_options".into(), json!({"include_usage": true}));
    Value::Object(body)
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// Nobody listening is no error: whoever wants the call to stop drops it.
async fn tell(out: &mpsc::Sender<CallEvent>, events: Vec<CallEvent>) {
    for event in events {
        out.send(event).await.ok();
    }
}

/// What the body turned out to be.
enum Body {
    /// Nothing but white space so far.
    Unknown(Vec<u8>),
    Stream(Parser),
    Json(Vec<u8>),
}

struct Reply<'a> {
    reading: Reading<'a>,
    body: Body,
    quiet: usize,
}

impl Reply<'_> {
    async fn read(
        &mut self,
        mut answer: Answer,
        timeouts: Timeouts,
        out: &mpsc::Sender<CallEvent>,
    ) -> Result<(), EndpointError> {
        while !self.reading.is_done() {
            let (phase, limit) = match &self.reading {
                reading if reading.is_whole() => (Phase::Idle, timeouts.idle.min(AFTERWARDS)),
                reading if reading.has_words() => (Phase::Idle, timeouts.idle),
                _ => (Phase::First, timeouts.first),
            };
            let bytes = match answer.bytes(phase, limit).await {
                // The reply was whole: whatever happens to the connection now changes nothing.
                Err(_) if self.reading.is_whole() => return Ok(()),
                bytes => bytes?,
            };
            let mut events = Vec::new();
            let taken = match &bytes {
                Some(bytes) => self.take(bytes, &mut events),
                None => self.finish(&mut events),
            };
            tell(out, events).await;
            taken?;
            if bytes.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8], out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        self.sniff(bytes)?;
        let mut items = Vec::new();
        let parsed = match &mut self.body {
            Body::Unknown(start) => {
                start.extend_from_slice(bytes);
                Ok(())
            }
            Body::Stream(parser) => parser.push(bytes, &mut items),
            Body::Json(json) if json.len() + bytes.len() > ANSWER_BYTES => Err(TooLong),
            Body::Json(json) => {
                json.extend_from_slice(bytes);
                Ok(())
            }
        };
        self.items(items, out)?;
        parsed.map_err(|TooLong| EndpointError::NotUnderstood(Oddity::TooLong))?;
        self.bound_quiet(bytes.len(), out)
    }

    /// Decides by the first byte that is not white space; content types are often wrong.
    fn sniff(&mut self, bytes: &[u8]) -> Result<(), EndpointError> {
        let Body::Unknown(start) = &mut self.body else { return Ok(()) };
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || b"\xEF\xBB\xBF".contains(byte);
        let start = std::mem::take(start);
        self.body = match bytes.iter().find(|byte| !is_blank(byte)) {
            None => Body::Unknown(start),
            Some(b'<') => return Err(EndpointError::NotUnderstood(Oddity::WebPage)),
            Some(b'{' | b'[') => Body::Json(start),
            Some(_) => {
                let mut parser = Parser::default();
                let mut nothing = Vec::new();
                parser.push(&start, &mut nothing).map_err(|TooLong| EndpointError::NotUnderstood(Oddity::TooLong))?;
                Body::Stream(parser)
            }
        };
        Ok(())
    }

    fn items(&mut self, items: Vec<Item>, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        for item in items {
            let before = out.len();
            if let Item::Event { name, data } = &item {
                self.reading.event(name, data, out)?;
            }
            if before == out.len() && out.is_empty() {
                out.push(CallEvent::Alive);
            }
        }
        Ok(())
    }

    fn bound_quiet(&mut self, bytes: usize, out: &[CallEvent]) -> Result<(), EndpointError> {
        let spoke = out.iter().any(|event| matches!(event, CallEvent::Text(_) | CallEvent::Reasoning(_)));
        self.quiet = if spoke { 0 } else { self.quiet + bytes };
        if self.quiet > QUIET_BYTES && !matches!(self.body, Body::Json(_)) {
            return Err(EndpointError::NotUnderstood(Oddity::SaysNothing));
        }
        Ok(())
    }

    /// The body has ended by itself.
    fn finish(&mut self, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        match std::mem::replace(&mut self.body, Body::Unknown(Vec::new())) {
            Body::Unknown(_) => Ok(()),
            Body::Json(json) => self.reading.answer(&String::from_utf8_lossy(&json), out),
            Body::Stream(parser) => {
                let mut items = Vec::new();
                let parsed = parser.finish(&mut items);
                match self.items(items, out) {
                    // Half an event at the end is a stream that was cut.
                    Err(EndpointError::NotUnderstood(_)) => Ok(()),
                    taken => taken.and(parsed.map_err(|TooLong| EndpointError::NotUnderstood(Oddity::TooLong))),
                }
            }
        }
    }
}
