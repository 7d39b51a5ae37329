//! A reply while it is read, as every protocol knows one: text and reasoning within their bounds,
//! the model, usage, how it ended. Pure. What the pieces look like is the protocols' affair.

use serde_json::value::RawValue;

use super::CallEvent;
use super::error::EndpointError;
use super::json_text::Text;
use super::refusal::{self, Asked};
use super::sse::LINE_BYTES;
use crate::thread::limits;
use crate::wire::{FinishReason, Usage};

/// How much of a stream may come before it is given up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes of one line.
    pub line: usize,
    /// Bytes in a row without a word of text.
    pub quiet: usize,
}

/// Reads what one protocol sends. What has another type than expected counts as absent, because
/// servers differ in what they add and leave out.
pub(super) trait Reading: Send {
    /// How long its lines and its silence can be.
    fn bounds(&self) -> Bounds {
        Bounds { line: LINE_BYTES, quiet: 16 * LINE_BYTES }
    }

    /// Takes one event of a stream: the name on its `event:` line, if it has one, and its data,
    /// which is neither empty nor `[DONE]`.
    ///
    /// # Errors
    /// An error that the endpoint reports, JSON that is none, a reply that is too long; what came
    /// before it stands in `reply`.
    fn event(&mut self, name: &str, data: &str, reply: &mut Reply<'_>) -> Result<(), EndpointError>;

    /// Takes a reply in one piece of JSON.
    ///
    /// # Errors
    /// As for [`Reading::event`].
    fn answer(&mut self, json: &str, reply: &mut Reply<'_>) -> Result<(), EndpointError>;
}

/// A reply, as far as it has come.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that an endpoint may have said, in any order")]
pub(super) struct Reply<'a> {
    asked: Asked<'a>,
    content: Text,
    reasoning: Text,
    model: Option<String>,
    finish: Option<FinishReason>,
    wants_tool: bool,
    refuses: bool,
    whole: bool,
    done: bool,
    begun: bool,
    events: Vec<CallEvent>,
}

impl<'a> Reply<'a> {
    /// Nothing yet.
    pub fn new(asked: Asked<'a>) -> Self {
        Self {
            asked,
            content: Text::default(),
            reasoning: Text::default(),
            model: None,
            finish: None,
            wants_tool: false,
            refuses: false,
            whole: false,
            done: false,
            begun: false,
            events: Vec::new(),
        }
    }

    /// The endpoint said that nothing more will come.
    pub const fn is_done(&self) -> bool {
        self.done
    }

    /// The reply is whole: what may still come is usage.
    pub const fn is_whole(&self) -> bool {
        self.done || self.whole
    }

    /// Text has come.
    pub const fn has_text(&self) -> bool {
        self.content.len() > 0
    }

    /// Text or reasoning has come.
    pub const fn has_words(&self) -> bool {
        self.content.len() + self.reasoning.len() > 0
    }

    /// What has been told since this was last asked.
    pub fn take_events(&mut self) -> Vec<CallEvent> {
        std::mem::take(&mut self.events)
    }

    /// Something has come, whatever it says.
    pub const fn begin(&mut self) {
        self.begun = true;
    }

    /// Takes text: a JSON string. Anything else is none.
    ///
    /// # Errors
    /// `ReplyTooLong`, once all that fits is taken.
    pub fn text(&mut self, piece: &RawValue) -> Result<(), EndpointError> {
        let (words, fits) = quoted(piece).map_or((String::new(), true), |piece| self.content.take(piece, LIMIT));
        self.say(CallEvent::Text(words));
        if fits { Ok(()) } else { Err(EndpointError::ReplyTooLong) }
    }

    /// Takes text of the model's reasoning: a JSON string. Anything else is none.
    ///
    /// # Errors
    /// `ReplyTooLong`, once all that fits is taken.
    pub fn reasoning(&mut self, piece: &RawValue) -> Result<(), EndpointError> {
        let (words, fits) = quoted(piece).map_or((String::new(), true), |piece| self.reasoning.take(piece, LIMIT));
        self.say(CallEvent::Reasoning(words));
        if fits { Ok(()) } else { Err(EndpointError::ReplyTooLong) }
    }

    /// Begins another part of the reasoning, set off by a blank line.
    pub fn next_reasoning(&mut self) {
        if self.reasoning.len() > 0 && self.reasoning.take("\"\\n\\n\"", LIMIT).1 {
            self.say(CallEvent::Reasoning("\n\n".into()));
        }
    }

    /// Takes the name of the model that answers.
    pub fn model(&mut self, name: Option<&RawValue>) {
        if let Some(name) = name.and_then(string).filter(|name| !name.is_empty())
            && self.model.as_ref() != Some(&name)
        {
            self.model = Some(name.clone());
            self.events.push(CallEvent::Model(name));
        }
    }

    /// Takes the tokens, as the endpoint counts them.
    pub fn usage(&mut self, usage: Option<Usage>) {
        self.events.extend(usage.map(CallEvent::Usage));
    }

    /// What the model says is a refusal, although it may end like any other reply.
    pub const fn refuse(&mut self) {
        self.refuses = true;
    }

    /// The model stopped. The first reason counts; a server that ends twice says nothing new.
    pub fn finish(&mut self, reason: FinishReason) {
        self.whole = true;
        let reason = if self.refuses && reason == FinishReason::Stop { FinishReason::Refusal } else { reason };
        if self.finish.is_none() && !self.wants_tool {
            self.finish = Some(reason);
            self.events.push(CallEvent::Finish(reason));
        }
    }

    /// The model stopped to have a tool used.
    pub const fn stop_for_tool(&mut self) {
        self.whole = true;
        self.wants_tool = true;
    }

    /// The model asks for a tool, whatever else it says: some servers end such a reply like any
    /// other.
    pub const fn want_tool(&mut self) {
        self.wants_tool = true;
    }

    /// Nothing more will come.
    pub const fn done(&mut self) {
        self.done = true;
    }

    /// The error that the endpoint reports with this JSON.
    pub fn refused(&self, json: &str) -> EndpointError {
        refusal::from_stream(json, self.asked)
    }

    /// Ends the reply, when the stream has.
    ///
    /// # Errors
    /// `CutOff` if nothing said that it was whole, `Empty` if it has no text, `WantsTool`.
    pub fn end(&mut self) -> Result<(), EndpointError> {
        if let Some(rest) = self.content.flush() {
            self.say(CallEvent::Text(rest));
        }
        if let Some(rest) = self.reasoning.flush() {
            self.say(CallEvent::Reasoning(rest));
        }
        match self.finish {
            _ if !self.begun => Err(EndpointError::Empty(None)),
            _ if !self.is_whole() => Err(EndpointError::CutOff),
            None if self.wants_tool => Err(EndpointError::WantsTool),
            reason if !self.has_text() => Err(EndpointError::Empty(reason)),
            _ => Ok(()),
        }
    }

    /// Tells an event; text joins text, so that a burst is one event.
    fn say(&mut self, event: CallEvent) {
        match (self.events.last_mut(), event) {
            (_, CallEvent::Text(text) | CallEvent::Reasoning(text)) if text.is_empty() => {}
            (Some(CallEvent::Text(before)), CallEvent::Text(text))
            | (Some(CallEvent::Reasoning(before)), CallEvent::Reasoning(text)) => before.push_str(&text),
            (_, event) => self.events.push(event),
        }
    }
}

const LIMIT: usize = limits::MESSAGE_BYTES;

/// A JSON string with its quotes, if this is one.
fn quoted(value: &RawValue) -> Option<&str> {
    Some(value.get()).filter(|json| json.starts_with('"'))
}

/// A string, if this is one.
pub(super) fn string(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// Tokens, if an endpoint told both sides of them.
pub(super) fn tokens(input: Option<u64>, output: Option<u64>, total: Option<u64>) -> Option<Usage> {
    let (input, output) = (input?, output?);
    let total = total.unwrap_or(input.saturating_add(output));
    Some(Usage { input_tokens: input, output_tokens: output, total_tokens: total })
}

/// A number that counts something, if this is one.
pub(super) fn count(value: Option<&RawValue>) -> Option<u64> {
    serde_json::from_str(value?.get()).ok()
}
