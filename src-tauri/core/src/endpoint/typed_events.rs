//! Typed events, as the Responses API and Freddy send them: each says what it is, in its `type`,
//! in its `event`, or on the `event:` line before it.
//!
//! Follows <https://platform.openai.com/docs/api-reference/responses-streaming> and
//! <https://docs.aitronos.com/docs/api-reference/objects/streaming-event-object>. Texts that come
//! whole behind their pieces, or frames that come twice, say nothing new. The whole text comes up to
//! four times at the end, each time in one line, so that lines are longer here than elsewhere.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::{EndpointError, Oddity};
use super::reply::{Bounds, Reading, Reply, count, string, tokens};
use super::sse::LINE_BYTES;
use crate::wire::{FinishReason, Usage};

/// Bytes of a line that holds a whole reply: its text and reasoning, escaped.
const WHOLE_BYTES: usize = 16 * 1024 * 1024;

/// Items by which a model asks for something to be done here.
const TOOLS: [&str; 7] = [
    "function_call",
    "custom_tool_call",
    "computer_call",
    "local_shell_call",
    "shell_call",
    "apply_patch_call",
    "mcp_approval_request",
];

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow, rename = "event")]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    sequence_number: Option<&'a RawValue>,
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow)]
    item: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
}

/// A response, whole or in its beginnings. Freddy also answers in the shape of Chat Completions.
#[derive(Deserialize, Default)]
struct Whole<'a> {
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    #[serde(borrow)]
    incomplete_details: Option<&'a RawValue>,
    #[serde(borrow, alias = "finishReason")]
    finish_reason: Option<&'a RawValue>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
    #[serde(borrow)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow, alias = "finishReason")]
    finish_reason: Option<&'a RawValue>,
}

/// An item of the output, or a part of its content.
#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    summary: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Tokens<'a> {
    #[serde(borrow, rename = "input_tokens", alias = "inputTokens", alias = "prompt_tokens")]
    input: Option<&'a RawValue>,
    #[serde(borrow, rename = "output_tokens", alias = "outputTokens", alias = "completion_tokens")]
    output: Option<&'a RawValue>,
    #[serde(borrow, rename = "total_tokens", alias = "totalTokens")]
    total: Option<&'a RawValue>,
}

/// Reads typed events.
#[derive(Default)]
pub(super) struct TypedEvents {
    /// Text of the present part came in pieces, so that the whole of it is nothing new.
    spoke: bool,
    /// The last frame with a number, to know when it comes again.
    last: String,
}

impl Reading for TypedEvents {
    fn bounds(&self) -> Bounds {
        Bounds { line: WHOLE_BYTES, quiet: 4 * WHOLE_BYTES }
    }

    fn event(&mut self, name: &str, data: &str, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
        let event: Event<'_> = read(data)?;
        let kind = [event.kind, event.name].into_iter().flatten().find_map(string);
        let kind = kind.unwrap_or_else(|| name.to_owned());
        if self.came_before(&event, data) {
            return Ok(());
        }
        let kind = kind.strip_prefix("response.").unwrap_or(&kind);
        match kind {
            "failed" | "error" => return Err(reply.refused(data)),
            "" if event.error.is_some() || event.detail.is_some() => return Err(reply.refused(data)),
            "output_item.added" => self.begin(event.item, reply)?,
            "content_part.added" => self.spoke = false,
            "reasoning_summary_part.added" => reply.next_reasoning(),
            "output_text.delta" | "content_delta" => self.text(event.delta, reply)?,
            "refusal.delta" => {
                reply.refuse();
                self.text(event.delta, reply)?;
            }
            "output_text.done" if !self.spoke => self.text(event.text, reply)?,
            "refusal.done" if !self.spoke => {
                reply.refuse();
                self.text(event.refusal, reply)?;
            }
            "completed" | "incomplete" => {
                let whole = event.response.filter(|response| response.get().starts_with('{'));
                take_whole(&read(whole.map_or(data, RawValue::get))?, kind == "incomplete", reply)?;
                reply.done();
            }
            // Ended there, and nobody says that the reply was whole.
            "cancelled" => reply.done(),
            "created" | "in_progress" => {
                let response: Option<Whole<'_>> = event.response.and_then(|response| read(response.get()).ok());
                reply.model(response.and_then(|response| response.model));
            }
            kind if kind.contains("reasoning") && kind.ends_with("delta") => {
                event.delta.map_or(Ok(()), |delta| reply.reasoning(delta))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn answer(&mut self, json: &str, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
        let outer: Event<'_> = read(json)?;
        let inner = outer.response.filter(|response| response.get().starts_with('{'));
        let json = inner.map_or(json, RawValue::get);
        let whole: Whole<'_> = read(json)?;
        let failed = whole.status.and_then(string).is_some_and(|status| status == "failed");
        if failed || whole.error.is_some() || (whole.output.is_none() && whole.choices.is_none()) {
            return Err(reply.refused(json));
        }
        take_whole(&whole, false, reply)
    }
}

impl TypedEvents {
    /// A frame that is the same as the one before, its number too, was sent twice.
    fn came_before(&mut self, event: &Event<'_>, data: &str) -> bool {
        // The long ones hold what came before, and once more changes nothing.
        if data.len() > LINE_BYTES || count(event.sequence_number).is_none_or(|number| number == 0) {
            return false;
        }
        let again = self.last == data;
        data.clone_into(&mut self.last);
        again
    }

    fn text(&mut self, piece: Option<&RawValue>, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
        self.spoke = true;
        piece.map_or(Ok(()), |piece| reply.text(piece))
    }

    fn begin(&mut self, item: Option<&RawValue>, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
        self.spoke = false;
        let Some(item) = item else { return Ok(()) };
        let item: Item<'_> = read(item.get())?;
        if item.kind.and_then(string).is_some_and(|kind| TOOLS.contains(&kind.as_str())) {
            reply.want_tool();
        }
        Ok(())
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, EndpointError> {
    serde_json::from_str(json).map_err(|_| EndpointError::NotUnderstood(Oddity::Garbled))
}

/// Takes a response that has ended: its text, unless that has come in pieces, its tokens, its end.
fn take_whole(whole: &Whole<'_>, incomplete: bool, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
    reply.model(whole.model);
    let choice = whole.choices.iter().flatten().next();
    if !reply.has_words() {
        take_output(whole.output, false, reply)?;
        take_output(choice.and_then(|choice| choice.message), false, reply)?;
    }
    reply.usage(whole.usage.and_then(usage));
    let status = whole.status.and_then(string);
    let finish = whole.finish_reason.or(choice.and_then(|choice| choice.finish_reason)).and_then(string);
    let why = whole.incomplete_details.map(RawValue::get).or(finish.as_deref()).unwrap_or_default();
    match status.as_deref() {
        _ if why.contains("content_filter") => reply.finish(FinishReason::ContentFilter),
        _ if why.contains("max_output") || why == "length" => reply.finish(FinishReason::Length),
        // The other documented reason is always named.
        Some("incomplete") => reply.finish(FinishReason::Length),
        _ if incomplete => reply.finish(FinishReason::Length),
        Some("cancelled" | "in_progress" | "queued") => {}
        _ if why.starts_with("tool") || why == "function_call" => reply.stop_for_tool(),
        _ => reply.finish(FinishReason::Stop),
    }
    Ok(())
}

/// Takes what stands in an output: a string, a list of items, an item with parts.
fn take_output(output: Option<&RawValue>, is_reasoning: bool, reply: &mut Reply<'_>) -> Result<(), EndpointError> {
    let Some(output) = output else { return Ok(()) };
    match output.get().as_bytes().first() {
        Some(b'"') if is_reasoning => reply.reasoning(output),
        Some(b'"') => reply.text(output),
        Some(b'[') => {
            let items: Vec<&RawValue> = read(output.get())?;
            items.into_iter().try_for_each(|item| take_output(Some(item), is_reasoning, reply))
        }
        Some(b'{') => {
            let item: Item<'_> = read(output.get())?;
            let kind = item.kind.and_then(string).unwrap_or_default();
            if TOOLS.contains(&kind.as_str()) {
                reply.want_tool();
            }
            let is_reasoning = is_reasoning || kind.contains("reasoning");
            if item.refusal.and_then(string).is_some_and(|refusal| !refusal.is_empty()) {
                reply.refuse();
            }
            [item.text, item.refusal, item.content, item.summary]
                .into_iter()
                .try_for_each(|inner| take_output(inner, is_reasoning, reply))
        }
        _ => Ok(()),
    }
}

fn usage(value: &RawValue) -> Option<Usage> {
    let told: Tokens<'_> = serde_json::from_str(value.get()).ok()?;
    tokens(count(told.input), count(told.output), count(told.total))
}
