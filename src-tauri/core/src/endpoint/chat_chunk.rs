//! One reply in Chat Completions, folded from the JSON of its chunks: pure, no I/O. A whole reply
//! in one piece of JSON has the same shape, with `message` where a chunk has `delta`.
//!
//! Servers differ in what they add and leave out, so only what is used is read, and what has
//! another type than expected counts as absent.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::CallEvent;
use super::error::{EndpointError, Oddity};
use super::json_text::Text;
use super::refusal::{self, Asked};
use crate::thread::limits;
use crate::wire::{FinishReason, Usage};

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
struct Tokens {
    #[serde(rename = "prompt_tokens")]
    input: Option<u64>,
    #[serde(rename = "completion_tokens")]
    output: Option<u64>,
    #[serde(rename = "total_tokens")]
    total: Option<u64>,
}

/// How a reply ended, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// By the model, in a way that we know.
    Reason(FinishReason),
    /// By asking for a tool.
    Tool,
}

/// A reply while it is read.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    asked: Asked<'a>,
    content: Text,
    reasoning: Text,
    model: Option<String>,
    ending: Option<Ending>,
    done: bool,
    begun: bool,
}

impl<'a> Reading<'a> {
    pub fn new(asked: Asked<'a>) -> Self {
        Self {
            asked,
            content: Text::default(),
            reasoning: Text::default(),
            model: None,
            ending: None,
            done: false,
            begun: false,
        }
    }

    /// The endpoint said that nothing more will come.
    pub const fn is_done(&self) -> bool {
        self.done
    }

    /// The reply is whole: what may still come is usage.
    pub const fn is_whole(&self) -> bool {
        self.done || self.ending.is_some()
    }

    /// Text or reasoning has come.
    pub const fn has_words(&self) -> bool {
        self.content.len() + self.reasoning.len() > 0
    }

    /// Takes one event of the stream, adding what it says to `out`.
    ///
    /// # Errors
    /// An error that the endpoint reports, JSON that is none, a reply that is too long; what came
    /// before it is in `out`.
    pub fn event(&mut self, name: &str, data: &str, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        self.begun = true;
        let data = data.trim();
        if data == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        if data.is_empty() {
            return Ok(());
        }
        if name == "error" {
            return Err(refusal::from_stream(data, self.asked));
        }
        self.chunk(data, out)
    }

    /// Takes a reply in one piece of JSON.
    ///
    /// # Errors
    /// As for [`Reading::event`].
    pub fn answer(&mut self, json: &str, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        self.begun = true;
        if serde_json::from_str::<IgnoredAny>(json).is_err_and(|error| error.is_eof()) {
            return Err(EndpointError::CutOff);
        }
        self.chunk(json, out)?;
        self.done = true;
        Ok(())
    }

    /// Ends the reply, when the stream has.
    ///
    /// # Errors
    /// `CutOff` if nothing said that it was whole, `Empty` if it has no word, `WantsTool`.
    pub fn end(mut self, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        self.content.flush().into_iter().for_each(|text| say(out, CallEvent::Text(text)));
        self.reasoning.flush().into_iter().for_each(|text| say(out, CallEvent::Reasoning(text)));
        match self.ending {
            _ if !self.begun => Err(EndpointError::Empty(None)),
            None if !self.done => Err(EndpointError::CutOff),
            Some(Ending::Tool) => Err(EndpointError::WantsTool),
            Some(Ending::Reason(reason)) if !self.has_words() => Err(EndpointError::Empty(Some(reason))),
            None if !self.has_words() => Err(EndpointError::Empty(None)),
            _ => Ok(()),
        }
    }

    fn chunk(&mut self, json: &str, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        let garbled = |_| EndpointError::NotUnderstood(Oddity::Garbled);
        let chunk: Chunk<'_> = serde_json::from_str(json).map_err(garbled)?;
        let is_error = chunk.object.is_some_and(|object| object.get() == "\"error\"");
        if chunk.error.is_some() || is_error || (chunk.detail.is_some() && chunk.choices.is_none()) {
            return Err(refusal::from_stream(json, self.asked));
        }
        if let Some(model) = chunk.model.and_then(string).filter(|model| !model.is_empty())
            && self.model.as_ref() != Some(&model)
        {
            self.model = Some(model.clone());
            out.push(CallEvent::Model(model));
        }
        for choice in chunk.choices.unwrap_or_default() {
            if choice.index.unwrap_or(0) == 0 {
                self.choice(choice, out)?;
            }
        }
        out.extend(chunk.usage.and_then(usage).map(CallEvent::Usage));
        Ok(())
    }

    fn choice(&mut self, choice: Choice<'_>, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        if let Some(delta) = choice.delta.or(choice.message) {
            // Some proxies send the same reasoning under both names.
            if let Some(reasoning) = delta.reasoning_content.or(delta.reasoning) {
                self.take(reasoning, true, out)?;
            }
            for content in [delta.content, delta.refusal].into_iter().flatten() {
                self.take(content, false, out)?;
            }
        }
        out.extend(choice.usage.and_then(usage).map(CallEvent::Usage));
        if let Some(reason) = choice.finish_reason.and_then(string).filter(|reason| !reason.is_empty()) {
            self.finish(&reason, out)?;
        }
        Ok(())
    }

    /// A string, or a list of parts.
    fn take(&mut self, value: &RawValue, is_reasoning: bool, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        if value.get().starts_with('[') {
            let parts: Vec<Part<'_>> = serde_json::from_str(value.get()).unwrap_or_default();
            for part in parts {
                if let Some(thinking) = part.thinking {
                    self.take(thinking, true, out)?;
                }
                if let Some(text) = part.text.filter(|text| text.get().starts_with('"')) {
                    self.take(text, is_reasoning, out)?;
                }
            }
            return Ok(());
        }
        if !value.get().starts_with('"') {
            return Ok(());
        }
        let text = if is_reasoning { &mut self.reasoning } else { &mut self.content };
        let (words, fits) = text.take(value.get(), limits::MESSAGE_BYTES);
        if !words.is_empty() {
            say(out, if is_reasoning { CallEvent::Reasoning(words) } else { CallEvent::Text(words) });
        }
        if fits { Ok(()) } else { Err(EndpointError::ReplyTooLong) }
    }

    /// The first reason counts; a server that ends twice says nothing new.
    fn finish(&mut self, reason: &str, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        if self.ending.is_some() {
            return Ok(());
        }
        let reason = match reason {
            "length" | "max_tokens" | "model_length" => FinishReason::Length,
            "content_filter" | "safety" | "SAFETY" => FinishReason::ContentFilter,
            "tool_calls" | "function_call" | "tool_use" => {
                self.ending = Some(Ending::Tool);
                return Ok(());
            }
            "error" => return Err(refusal::from_stream("{}", self.asked)),
            _ => FinishReason::Stop,
        };
        self.ending = Some(Ending::Reason(reason));
        out.push(CallEvent::Finish(reason));
        Ok(())
    }
}

/// Adds an event; text joins text, so that a burst is one event.
pub(super) fn say(out: &mut Vec<CallEvent>, event: CallEvent) {
    match (out.last_mut(), event) {
        (Some(CallEvent::Text(before)), CallEvent::Text(text))
        | (Some(CallEvent::Reasoning(before)), CallEvent::Reasoning(text)) => before.push_str(&text),
        (_, event) => out.push(event),
    }
}

fn string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

fn usage(value: &RawValue) -> Option<Usage> {
    let tokens: Tokens = serde_json::from_str(value.get()).ok()?;
    let (input, output) = (tokens.input?, tokens.output.unwrap_or(0));
    Some(Usage {
        input_tokens: input,
        output_tokens: output,
        total_tokens: tokens.total.unwrap_or(input.saturating_add(output)),
    })
}
