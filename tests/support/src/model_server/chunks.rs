//! The events that a Chat Completions stream is made of.

use serde_json::{Value, json};

use super::reply::Step;

/// One event of a Chat Completions stream, without its `data: `.
pub fn chat_chunk(delta: &Value, finish_reason: Option<&str>) -> String {
    json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1_795_355_180,
        "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    })
    .to_string()
}

/// An event with this data.
pub(super) fn event(data: &str) -> Step {
    Step::Send(format!("data: {data}\n\n").into())
}

/// The first event, still without a word.
pub(super) fn start() -> Step {
    event(&chat_chunk(&json!({"role": "assistant", "content": ""}), None))
}

/// The event of a word.
pub(super) fn word(text: &str) -> Step {
    event(&chat_chunk(&json!({"content": text}), None))
}

/// A text by its words, each with the space behind it.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}

/// Finish reason, usage and `[DONE]`.
pub(super) fn ending(tokens: usize) -> [Step; 3] {
    let usage = json!({
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "model": "scripted",
        "choices": [],
        "usage": {"prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens},
    });
    [event(&chat_chunk(&json!({}), Some("stop"))), event(&usage.to_string()), event("[DONE]")]
}
