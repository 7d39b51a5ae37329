//! Anthropic's Messages API: `POST {base}/messages`, the system text apart, strict turns, and
//! `max_tokens` always said.
//!
//! Follows <https://docs.claude.com/en/api/messages>, <https://docs.claude.com/en/api/messages-streaming>
//! and <https://docs.claude.com/en/api/handling-stop-reasons>. The effort of thinking is
//! `output_config.effort` (<https://docs.claude.com/en/build-with-claude/effort>). There is no
//! `seed`; who sets one hears from the endpoint that it does not take it.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::adapter::{Adapter, join, role};
use super::error::{EndpointError, Oddity};
use super::reply::{Reading, Reply, count, string, tokens};
use super::{Call, CallMessage, parameters};
use crate::wire::{FinishReason, JsonObject, Role, Usage};

/// What its parameters are called here.
const NAMES: [(&str, &str); 3] =
    [("max_completion_tokens", "max_tokens"), ("stop", "stop_sequences"), ("reasoning_effort", "output_config/effort")];

/// The most tokens that a model can reply with, by the first letters of its name; the first match
/// counts (<https://docs.claude.com/en/about-claude/models/overview>). Where more is possible,
/// 32,000 are asked for: what is kept for the reply is taken from the context.
const MOST_TOKENS: [(&str, u64); 7] = [
    ("claude-3-5-", 8_192),
    ("claude-3-7-", 32_000),
    ("claude-3-", 4_096),
    ("claude-opus-4", 32_000),
    ("claude-sonnet-4", 32_000),
    ("claude-haiku-4", 32_000),
    ("claude-", 8_192),
];
/// For a model that nothing is known about.
const MOST_TOKENS_OTHERWISE: u64 = 4_096;

/// The tokens asked for where the person set none.
pub(super) fn most_tokens(model: &str) -> u64 {
    let name = model.rsplit('/').next().unwrap_or(model);
    MOST_TOKENS.iter().find(|(start, _)| name.starts_with(start)).map_or(MOST_TOKENS_OTHERWISE, |(_, most)| *most)
}

/// The protocol.
pub(super) struct AnthropicMessages;

impl Adapter for AnthropicMessages {
    fn path(&self) -> &'static [&'static str] {
        &["messages"]
    }

    fn body(&self, call: &Call, turns: &[CallMessage]) -> JsonObject {
        let mut body = parameters::named(&call.parameters, &NAMES);
        if let Some(Value::String(stop)) = body.get("stop_sequences") {
            let stop = json!([stop]);
            body.insert("stop_sequences".into(), stop);
        }
        let most = parameters::reply_tokens(call.protocol, &call.model, &call.parameters);
        body.insert("max_tokens".into(), json!(most));
        let (system, messages) = apart(turns);
        body.insert("model".into(), json!(call.model));
        if !system.is_empty() {
            body.insert("system".into(), json!(system));
        }
        body.insert("messages".into(), messages);
        body.insert("stream".into(), json!(true));
        body
    }

    /// A model that can reply with less than was asked for, of our own accord, says how much:
    /// `max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens for ...`.
    fn relent(&self, call: &Call, body: &mut JsonObject, said: &str) -> bool {
        let limit = said.strip_prefix("max_tokens: ").and_then(|said| said.split_once(" > ")?.1.split(',').next());
        let Some(limit) = limit.and_then(|limit| limit.trim().parse::<u64>().ok()) else { return false };
        let ours = parameters::reply_tokens(call.protocol, &call.model, &JsonObject::new());
        body.get("max_tokens").and_then(Value::as_u64) == ours
            && body.insert("max_tokens".into(), json!(limit)).is_some()
    }

    fn reading(&self) -> Box<dyn Reading> {
        Box::<Blocks>::default()
    }
}

/// The system text, wherever it stands, and the turns without it, joined anew. A conversation
/// begins with the person here; where it does not, a sign that text is left out stands for it.
fn apart(turns: &[CallMessage]) -> (String, Value) {
    let mut system = String::new();
    let mut rest: Vec<CallMessage> = Vec::with_capacity(turns.len());
    for turn in turns {
        match rest.last_mut() {
            _ if turn.role == Role::System => join(&mut system, &turn.text),
            Some(last) if last.role == turn.role => join(&mut last.text, &turn.text),
            None if turn.role == Role::Assistant => {
                rest.push(CallMessage { role: Role::User, text: "...".into() });
                rest.push(turn.clone());
            }
            _ => rest.push(turn.clone()),
        }
    }
    (system, rest.iter().map(|turn| json!({"role": role(turn.role), "content": turn.text})).collect())
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    content_block: Option<Block<'a>>,
    #[serde(borrow)]
    delta: Option<Block<'a>>,
    #[serde(borrow)]
    usage: Option<Tokens<'a>>,
}

/// A block of the reply, a stretch of one, or what changes about the reply.
#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    thinking: Option<&'a RawValue>,
    #[serde(borrow)]
    stop_reason: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<Vec<Block<'a>>>,
    #[serde(borrow)]
    stop_reason: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<Tokens<'a>>,
}

#[derive(Deserialize)]
struct Tokens<'a> {
    #[serde(borrow, rename = "input_tokens")]
    input: Option<&'a RawValue>,
    #[serde(borrow, rename = "cache_creation_input_tokens")]
    cache_creation: Option<&'a RawValue>,
    #[serde(borrow, rename = "cache_read_input_tokens")]
    cache_read: Option<&'a RawValue>,
    #[serde(borrow, rename = "output_tokens")]
    output: Option<&'a RawValue>,
}

/// Reads blocks; it remembers the tokens sent, which only the first event tells.
#[derive(Default)]
struct Blocks {
    input: Option<u64>,
}

impl Reading for Blocks {
    fn event(&mut self, name: &str, data: &str, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
        let event: Event<'_> = read(data)?;
        let kind = event.kind.and_then(string).unwrap_or_else(|| name.to_owned());
        match kind.as_str() {
            "error" => return Err(reply.refused(data)),
            "message_start" => {
                let Some(message) = event.message else { return Ok(()) };
                let message: Message<'_> = read(message.get())?;
                reply.model(message.model);
                // The tokens received are counted at the end: those told here are only the first.
                let _ = self.usage(message.usage.as_ref());
            }
            "content_block_start" => take(event.content_block.as_ref(), reply)?,
            "content_block_delta" => take(event.delta.as_ref(), reply)?,
            "message_delta" => {
                reply.usage(self.usage(event.usage.as_ref()));
                stop(event.delta.and_then(|delta| delta.stop_reason), reply);
            }
            "message_stop" => reply.done(),
            _ => {}
        }
        Ok(())
    }

    fn answer(&mut self, json: &str, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
        let message: Message<'_> = read(json)?;
        let Some(content) = message.content else { return Err(reply.refused(json)) };
        reply.model(message.model);
        for block in &content {
            take(Some(block), reply)?;
        }
        reply.usage(self.usage(message.usage.as_ref()));
        stop(message.stop_reason, reply);
        Ok(())
    }
}

impl Blocks {
    /// Tokens sent are told once, apart for what was cached; tokens received are told at the end.
    fn usage(&mut self, told: Option<&Tokens<'_>>) -> Option<Usage> {
        let told = told?;
        let sent = [told.input, told.cache_creation, told.cache_read];
        if told.input.is_some() {
            self.input = Some(sent.into_iter().filter_map(count).sum());
        }
        tokens(self.input, count(told.output), None)
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, EndpointError> {
    serde_json::from_str(json).map_err(|_| EndpointError::NotUnderstood(Oddity::Garbled))
}

fn take(block: Option<&Block<'_>>, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
    let Some(block) = block else { return Ok(()) };
    if block.kind.and_then(string).as_deref() == Some("tool_use") {
        reply.want_tool();
    }
    if let Some(thinking) = block.thinking {
        reply.reasoning(thinking)?;
    }
    block.text.map_or(Ok(()), |text| reply.text(text))
}

/// A turn that is only paused is not whole, so it has no reason.
fn stop(reason: Option<&RawValue>, reply: &mut Reply<'_>) {
    match reason.and_then(string).as_deref() {
        None | Some("" | "pause_turn") => {}
        Some("max_tokens" | "model_context_window_exceeded") => reply.finish(FinishReason::Length),
        Some("refusal") => reply.finish(FinishReason::Refusal),
        Some("tool_use") => reply.stop_for_tool(),
        Some(_) => reply.finish(FinishReason::Stop),
    }
}
