//! Chat Completions, as most servers speak it: `POST {base}/chat/completions`, answered by chunks
//! that end with `[DONE]`, or by one piece of JSON with `message` where a chunk has `delta`.
//!
//! Follows <https://platform.openai.com/docs/api-reference/chat-streaming>, and beyond it what
//! servers do: reasoning as `reasoning_content` (`DeepSeek`, vLLM, llama.cpp) or `reasoning`
//! (`OpenRouter`, Ollama), contents that are lists of parts (Mistral), usage in a choice (Moonshot),
//! errors as chunks (<https://openrouter.ai/docs/api-reference/errors>).

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::adapter::{Adapter, role};
use super::error::{EndpointError, Oddity};
use super::reply::{Reading, Reply, count, string, tokens};
use super::{Call, CallMessage, parameters};
use crate::wire::{FinishReason, JsonObject, Usage};

/// The protocol.
pub(super) struct OpenaiChat;

impl Adapter for OpenaiChat {
    fn path(&self) -> &'static [&'static str] {
        &["chat", "completions"]
    }

    fn body(&self, call: &Call, turns: &[CallMessage]) -> JsonObject {
        let mut body = parameters::named(&call.parameters, &[]);
        let messages: Vec<_> =
            turns.iter().map(|turn| json!({"role": role(turn.role), "content": turn.text})).collect();
        body.insert("model".into(), json!(call.model));
        body.insert("messages".into(), messages.into());
        body.insert("stream".into(), json!(true));
        body.insert("stream_options".into(), json!({"include_usage": true}));
        body
    }

    /// Some servers refuse fields they do not know, and `stream_options` only asks for usage.
    /// OpenAI's reasoning models want the limit under its newer name.
    fn relent(&self, _: &Call, body: &mut JsonObject, said: &str) -> bool {
        if said.contains("stream_options") {
            return body.remove("stream_options").is_some();
        }
        if !said.contains("max_completion_tokens") || body.contains_key("max_completion_tokens") {
            return false;
        }
        let limit = body.remove("max_tokens");
        limit.is_some_and(|limit| body.insert("max_completion_tokens".into(), limit).is_none())
    }

    fn reading(&self) -> Box<dyn Reading> {
        Box::new(Chunks)
    }
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    #[serde(borrow)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    index: Option<u64>,
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
    #[serde(borrow)]
    message: Option<Delta<'a>>,
    #[serde(borrow)]
    finish_reason: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_calls: Option<&'a RawValue>,
    #[serde(borrow)]
    function_call: Option<&'a RawValue>,
}

/// A part of a content that is a list: `{"type": "text", "text"}`, or thinking, which holds parts
/// of its own.
#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    thinking: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Tokens<'a> {
    #[serde(borrow, rename = "prompt_tokens")]
    input: Option<&'a RawValue>,
    #[serde(borrow, rename = "completion_tokens")]
    output: Option<&'a RawValue>,
    #[serde(borrow, rename = "total_tokens")]
    total: Option<&'a RawValue>,
}

/// Reads chunks; each stands for itself.
struct Chunks;

impl Reading for Chunks {
    fn event(&mut self, _: &str, data: &str, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
        let garbled = |_| EndpointError::NotUnderstood(Oddity::Garbled);
        let chunk: Chunk<'_> = serde_json::from_str(data).map_err(garbled)?;
        let is_error = chunk.object.is_some_and(|object| object.get() == "\"error\"");
        if chunk.error.is_some() || is_error || (chunk.detail.is_some() && chunk.choices.is_none()) {
            return Err(reply.refused(data));
        }
        reply.model(chunk.model);
        for choice in chunk.choices.unwrap_or_default() {
            if choice.index.unwrap_or(0) == 0 {
                take_choice(&choice, reply)?;
            }
        }
        reply.usage(chunk.usage.and_then(usage));
        Ok(())
    }

    fn answer(&mut self, json: &str, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
        self.event("", json, reply)
    }
}

fn take_choice(choice: &Choice<'_>, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
    let mut refuses = false;
    if let Some(delta) = choice.delta.as_ref().or(choice.message.as_ref()) {
        // Some proxies send the same reasoning under both names.
        if let Some(reasoning) = delta.reasoning_content.or(delta.reasoning) {
            take(reasoning, true, reply)?;
        }
        for content in [delta.content, delta.refusal].into_iter().flatten() {
            take(content, false, reply)?;
        }
        refuses = delta.refusal.and_then(string).is_some_and(|refusal| !refusal.is_empty());
        if delta.function_call.is_some() || delta.tool_calls.is_some_and(|calls| calls.get() != "[]") {
            reply.want_tool();
        }
    }
    if refuses {
        reply.refuse();
    }
    reply.usage(choice.usage.and_then(usage));
    match choice.finish_reason.and_then(string).as_deref() {
        None | Some("") => {}
        Some("length" | "max_tokens" | "model_length") => reply.finish(FinishReason::Length),
        Some("content_filter" | "safety" | "SAFETY") => reply.finish(FinishReason::ContentFilter),
        Some("refusal") => reply.finish(FinishReason::Refusal),
        Some("tool_calls" | "function_call" | "tool_use") => reply.stop_for_tool(),
        Some("error") => return Err(reply.refused("{}")),
        Some(_) => reply.finish(FinishReason::Stop),
    }
    Ok(())
}

/// A string, or a list of parts.
fn take(value: &RawValue, is_reasoning: bool, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
    if !value.get().starts_with('[') {
        return if is_reasoning { reply.reasoning(value) } else { reply.text(value) };
    }
    let parts: Vec<Part<'_>> = serde_json::from_str(value.get()).unwrap_or_default();
    for part in parts {
        if let Some(thinking) = part.thinking {
            take(thinking, true, reply)?;
        }
        if let Some(text) = part.text.filter(|text| text.get().starts_with('"')) {
            take(text, is_reasoning, reply)?;
        }
    }
    Ok(())
}

fn usage(value: &RawValue) -> Option<Usage> {
    let told: Tokens<'_> = serde_json::from_str(value.get()).ok()?;
    tokens(count(told.input), count(told.output), count(told.total))
}
