//! The body of an answer, from its bytes as they come to what they say: an event stream, or one
//! piece of JSON from servers that do not stream. Pure and bounded; what an event means is read by
//! the protocol's [`Reading`].

use serde::de::IgnoredAny;

use super::error::{EndpointError, Oddity};
use super::refusal::Asked;
use super::reply::{Reading, Reply};
use super::sse::{Item, Parser, TooLong};
use super::{Call, CallEvent, adapter};

/// Bytes of a reply in one piece: a text with every character escaped, and what stands around it.
const ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// What the body turned out to be.
enum Body {
    /// Nothing but white space so far.
    Unknown(Vec<u8>),
    Stream(Parser),
    Json(Vec<u8>),
}

/// Reads the body of one successful answer.
pub struct ReplyReader<'a> {
    reading: Box<dyn Reading>,
    reply: Reply<'a>,
    body: Body,
    quiet: usize,
}

impl<'a> ReplyReader<'a> {
    /// A reader for the answer to `call`; `None` for practice, which has none.
    pub fn new(call: &'a Call) -> Option<Self> {
        let adapter = adapter(call.protocol)?;
        let asked = Asked { key: call.key.as_ref(), model: &call.model, messages: &call.messages, fields: &[] };
        Some(Self::with(adapter.reading(), asked))
    }

    pub(super) fn with(reading: Box<dyn Reading>, asked: Asked<'a>) -> Self {
        Self { reading, reply: Reply::new(asked), body: Body::Unknown(Vec::new()), quiet: 0 }
    }

    /// The reply, as far as it has come.
    pub(super) const fn reply(&self) -> &Reply<'a> {
        &self.reply
    }

    /// Takes the next bytes, split anywhere, and adds what they say to `out`.
    ///
    /// # Errors
    /// An error that the endpoint reports, or an answer that makes no sense or has no end; what
    /// came before it is in `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        let taken = self.take(bytes);
        let told = self.reply.take_events();
        let spoke = told.iter().any(|event| matches!(event, CallEvent::Text(_) | CallEvent::Reasoning(_)));
        self.quiet = if spoke { 0 } else { self.quiet + bytes.len() };
        if told.is_empty() && matches!(taken, Ok(true)) {
            out.push(CallEvent::Alive);
        }
        out.extend(told);
        if taken.is_ok() && self.quiet > self.reading.bounds().quiet && !matches!(self.body, Body::Json(_)) {
            return Err(EndpointError::NotUnderstood(Oddity::SaysNothing));
        }
        taken.map(|_| ())
    }

    /// Ends the reply. `closed` says that the body had ended by itself, so that a last event counts
    /// although nothing closes it.
    ///
    /// # Errors
    /// As for [`ReplyReader::push`]; `CutOff` if nothing said that the reply was whole, `Empty` if
    /// it has no text, `WantsTool`.
    pub fn end(mut self, closed: bool, out: &mut Vec<CallEvent>) -> Result<(), EndpointError> {
        let finished = if closed { self.finish() } else { Ok(()) };
        let ended = finished.and_then(|()| self.reply.end());
        out.extend(self.reply.take_events());
        ended
    }

    /// True if a sign of life was among it.
    fn take(&mut self, bytes: &[u8]) -> Result<bool, EndpointError> {
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
        self.items(&items)?;
        parsed.map(|()| !items.is_empty()).map_err(|TooLong| EndpointError::NotUnderstood(Oddity::TooLong))
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
                let mut parser = Parser::with_lines_of(self.reading.bounds().line);
                let mut nothing = Vec::new();
                parser.push(&start, &mut nothing).map_err(|TooLong| EndpointError::NotUnderstood(Oddity::TooLong))?;
                Body::Stream(parser)
            }
        };
        Ok(())
    }

    fn items(&mut self, items: &[Item]) -> Result<(), EndpointError> {
        for item in items {
            let Item::Event { name, data } = item else { continue };
            if self.reply.is_done() {
                break;
            }
            self.reply.begin();
            match data.trim() {
                "[DONE]" => self.reply.done(),
                "" => {}
                data if name == "error" => return Err(self.reply.refused(data)),
                data => self.reading.event(name, data, &mut self.reply)?,
            }
        }
        Ok(())
    }

    /// The body has ended by itself.
    fn finish(&mut self) -> Result<(), EndpointError> {
        match std::mem::replace(&mut self.body, Body::Unknown(Vec::new())) {
            Body::Unknown(_) => Ok(()),
            Body::Json(json) => self.answer(&String::from_utf8_lossy(&json)),
            Body::Stream(parser) => {
                let mut items = Vec::new();
                let parsed = parser.finish(&mut items);
                match self.items(&items) {
                    // Half an event at the end is a stream that was cut.
                    Err(EndpointError::NotUnderstood(_)) => Ok(()),
                    taken => taken.and(parsed.map_err(|TooLong| EndpointError::NotUnderstood(Oddity::TooLong))),
                }
            }
        }
    }

    fn answer(&mut self, json: &str) -> Result<(), EndpointError> {
        self.reply.begin();
        let json = json.trim_start_matches('\u{feff}');
        if serde_json::from_str::<IgnoredAny>(json).is_err_and(|error| error.is_eof()) {
            return Err(EndpointError::CutOff);
        }
        self.reading.answer(json, &mut self.reply)?;
        self.reply.done();
        Ok(())
    }
}
