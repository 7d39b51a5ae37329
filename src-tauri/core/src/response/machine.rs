//! The machine: events in, effects out. Time and chance come in from outside, so that a whole life
//! can be told as a table. It holds only the text that is not saved yet.

use std::time::Duration;

use serde_json::json;

use super::{Happening, Trace};
use crate::clock::Millis;
use crate::endpoint::{CallEvent, Retry};
use crate::error::Code;
use crate::thread::limits;
use crate::wire::{ErrorDetail, FinishReason, ResponseStatus, Usage};

/// How often a call is repeated at most, and only before the first byte.
pub const RETRIES: u32 = 3;
/// Saved text is at most this many milliseconds behind: `SaveDue` comes this often.
pub const SAVE_MILLIS: u64 = 250;
/// With this many bytes unsaved, a save starts at once.
pub const SAVE_BYTES: usize = 4 * 1024;

const FIRST_DELAY: Millis = 1000;
const LONGEST_DELAY: Millis = 60_000;

/// What happens to a response.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The inputs and the response are stored: the model may be asked.
    Begin,
    /// The call tells something.
    Call(CallEvent),
    /// The call is over.
    CallEnded(Result<(), Failure>),
    /// The time to wait for a repetition is over.
    RetryDue,
    /// Time to save what has arrived.
    SaveDue,
    /// What was last given out to be saved is saved.
    Saved,
    /// It could not be saved: the chunks come back.
    SaveFailed(Vec<Chunk>, ErrorDetail),
    /// The person stopped it.
    Cancel,
    /// The person stopped it from another process.
    CancelSeen,
    /// The program ends.
    Shutdown,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The code of `error`.
    pub code: Code,
    /// As it is shown.
    pub error: ErrorDetail,
    /// Whether the call may be repeated.
    pub retry: Retry,
}

/// Whether a chunk is the reply's text or its reasoning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChunkKind {
    /// Text of the reply.
    Text,
    /// Text of the model's reasoning.
    Reasoning,
}

/// A stretch of what arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// What it is part of.
    pub kind: ChunkKind,
    /// The stretch.
    pub text: String,
}

/// What is to be done, in the order given.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Call the model.
    Call {
        /// 1 for the first.
        attempt: u32,
    },
    /// Close the connection at once.
    CloseConnection,
    /// Send `RetryDue` then.
    Wait {
        /// When.
        until: Millis,
    },
    /// Append these chunks, then send `Saved` or `SaveFailed`. One save runs at a time.
    Save(Vec<Chunk>),
    /// Tell the sink.
    Emit(Happening),
    /// Write the end. Nothing follows it.
    End(End),
}

/// How a response ended.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// One of the final statuses. Only `Completed` lets `threadState` be applied.
    pub status: ResponseStatus,
    /// Why the model stopped, where it said so.
    pub finish_reason: Option<FinishReason>,
    /// What went wrong, for `Failed`.
    pub error: Option<ErrorDetail>,
    /// Tokens, where the endpoint told.
    pub usage: Option<Usage>,
    /// The model that answered, where it said so.
    pub model: Option<String>,
    /// How the call went.
    pub trace: Box<Trace>,
    /// What arrived and was not given out to be saved.
    pub rest: Vec<Chunk>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Calling,
    Waiting,
    Ended,
}

/// One response's life.
#[derive(Debug)]
pub struct Machine {
    phase: Phase,
    trace: Trace,
    /// Whether the running attempt has brought anything: from then on it is never repeated.
    touched: bool,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    model: Option<String>,
    unsaved: Vec<Chunk>,
    unsaved_bytes: usize,
    saving: bool,
    text_bytes: usize,
    reasoning_bytes: usize,
    chance: u64,
}

impl Machine {
    /// A response that has not begun. `seed` decides the jitter of its waiting times.
    pub fn new(seed: u64) -> Self {
        Self {
            phase: Phase::New,
            trace: Trace::default(),
            touched: false,
            finish: None,
            usage: None,
            model: None,
            unsaved: Vec::new(),
            unsaved_bytes: 0,
            saving: false,
            text_bytes: 0,
            reasoning_bytes: 0,
            chance: seed,
        }
    }

    /// Whether so much is unsaved that nothing more should be read from the endpoint for now.
    pub const fn is_full(&self) -> bool {
        self.saving && self.unsaved_bytes >= SAVE_BYTES
    }

    /// Takes an event that happened at `now` and says what is to be done. What comes after the end
    /// is ignored, and so is what makes no sense in the phase it comes in.
    pub fn step(&mut self, event: Event, now: Millis) -> Vec<Effect> {
        use Phase::{Calling, New, Waiting};
        match (self.phase, event) {
            (New, Event::Begin) | (Waiting, Event::RetryDue) => self.call(),
            (Calling, Event::Call(event)) => self.hear(event, now),
            (Calling, Event::CallEnded(result)) => self.call_ended(result, now),
            (New | Calling | Waiting, Event::Cancel | Event::CancelSeen) => self.stop(ResponseStatus::Cancelled, None),
            (New | Calling | Waiting, Event::Shutdown) => self.stop(ResponseStatus::Interrupted, None),
            (Calling, Event::SaveDue) => self.save(1),
            (Calling, Event::Saved) => {
                self.saving = false;
                self.save(SAVE_BYTES)
            }
            (New | Calling | Waiting, Event::SaveFailed(chunks, error)) => {
                self.saving = false;
                self.unsaved.splice(0..0, chunks);
                self.stop(ResponseStatus::Failed, Some(error))
            }
            _ => Vec::new(),
        }
    }

    fn call(&mut self) -> Vec<Effect> {
        self.phase = Phase::Calling;
        self.trace.again();
        self.touched = false;
        vec![Effect::Call { attempt: self.trace.attempts }]
    }

    fn hear(&mut self, event: CallEvent, now: Millis) -> Vec<Effect> {
        self.trace.hear(&event, now);
        // Until the first byte of an answer, the call may be made again.
        self.touched |= !matches!(event, CallEvent::Sending(_) | CallEvent::Connected);
        match event {
            CallEvent::Accepted(_) | CallEvent::Alive if self.text_bytes + self.reasoning_bytes == 0 => {
                return vec![Effect::Emit(Happening::Waiting)];
            }
            CallEvent::Sending(_) | CallEvent::Connected | CallEvent::Accepted(_) | CallEvent::Alive => {}
            CallEvent::Text(text) => return self.take(ChunkKind::Text, text),
            CallEvent::Reasoning(text) => return self.take(ChunkKind::Reasoning, text),
            CallEvent::Model(model) => self.model = Some(model),
            CallEvent::Usage(usage) => self.usage = Some(usage),
            CallEvent::Finish(reason) => {
                self.finish.get_or_insert(reason);
            }
        }
        Vec::new()
    }

    /// Takes a stretch of text, up to the limit.
    fn take(&mut self, kind: ChunkKind, mut text: String) -> Vec<Effect> {
        let taken = match kind {
            ChunkKind::Text => &mut self.text_bytes,
            ChunkKind::Reasoning => &mut self.reasoning_bytes,
        };
        let room = limits::MESSAGE_BYTES - *taken;
        let over = text.len() > room;
        if over {
            text.truncate(text.floor_char_boundary(room));
        }
        *taken += text.len();
        let mut effects = Vec::new();
        if !text.is_empty() {
            self.unsaved_bytes += text.len();
            match self.unsaved.last_mut() {
                Some(last) if last.kind == kind => last.text.push_str(&text),
                _ => self.unsaved.push(Chunk { kind, text: text.clone() }),
            }
            effects.push(Effect::Emit(match kind {
                ChunkKind::Text => Happening::Text(text),
                ChunkKind::Reasoning => Happening::Reasoning(text),
            }));
        }
        if over {
            effects.extend(self.stop(ResponseStatus::Failed, Some(too_long())));
        } else {
            effects.extend(self.save(SAVE_BYTES));
        }
        effects
    }

    /// Gives out what is unsaved, if it is `least` bytes and no save is running.
    fn save(&mut self, least: usize) -> Vec<Effect> {
        if self.saving || self.unsaved_bytes < least {
            return Vec::new();
        }
        self.saving = true;
        self.unsaved_bytes = 0;
        vec![Effect::Save(std::mem::take(&mut self.unsaved))]
    }

    fn call_ended(&mut self, result: Result<(), Failure>, now: Millis) -> Vec<Effect> {
        let failure = match result {
            // What went wrong after the model had said that it was done takes nothing from the reply, if there is one.
            Err(failure) if self.finish.is_none() || self.text_bytes == 0 => failure,
            Ok(()) | Err(_) => return self.over(),
        };
        match failure.retry {
            Retry::After(asked) if !self.touched && self.trace.attempts <= RETRIES => {
                let at = now + self.delay(asked);
                self.phase = Phase::Waiting;
                let attempt = self.trace.attempts + 1;
                vec![Effect::Emit(Happening::Retrying { attempt, at, code: failure.code }), Effect::Wait { until: at }]
            }
            _ => self.end(ResponseStatus::Failed, Some(failure.error)),
        }
    }

    /// The call went through: what does it amount to?
    fn over(&mut self) -> Vec<Effect> {
        if self.text_bytes == 0 {
            self.end(ResponseStatus::Failed, Some(empty()))
        } else if self.finish.is_none() {
            self.end(ResponseStatus::Failed, Some(broken_off()))
        } else {
            self.end(ResponseStatus::Completed, None)
        }
    }

    /// Ends it, and whatever call is running.
    fn stop(&mut self, status: ResponseStatus, error: Option<ErrorDetail>) -> Vec<Effect> {
        let calling = self.phase == Phase::Calling;
        let close = calling.then_some(Effect::CloseConnection);
        close.into_iter().chain(self.end(status, error)).collect()
    }

    fn end(&mut self, status: ResponseStatus, error: Option<ErrorDetail>) -> Vec<Effect> {
        self.phase = Phase::Ended;
        self.unsaved_bytes = 0;
        vec![Effect::End(End {
            status,
            finish_reason: self.finish,
            error,
            usage: self.usage,
            model: self.model.take(),
            trace: Box::new(std::mem::take(&mut self.trace)),
            rest: std::mem::take(&mut self.unsaved),
        })]
    }

    /// What the endpoint asked for, capped; or twice as long each time, give or take a half.
    fn delay(&mut self, asked: Option<Duration>) -> Millis {
        if let Some(asked) = asked {
            return Millis::try_from(asked.as_millis()).unwrap_or(Millis::MAX).min(LONGEST_DELAY);
        }
        let middle = FIRST_DELAY << (self.trace.attempts - 1);
        middle / 2 + (self.roll() % middle.unsigned_abs()).cast_signed()
    }

    /// The next number of a `SplitMix64` sequence (Steele, Lea and Flood, 2014).
    const fn roll(&mut self) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.chance;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn too_long() -> ErrorDetail {
    let message = "The reply grew past 4 MiB and was stopped there. What had arrived is kept.";
    detail(
        Code::MessageTooLarge,
        message,
        &[("kind", json!("reply_too_long")), ("limit", json!(limits::MESSAGE_BYTES))],
    )
}

fn empty() -> ErrorDetail {
    let message = "The model ended its reply without a word. Try again, or choose another model.";
    detail(Code::EndpointRejected, message, &[("kind", json!("empty")), ("why", json!(FinishReason::Stop))])
}

fn broken_off() -> ErrorDetail {
    let message = "The reply broke off: the endpoint closed it without saying that it was finished. What had arrived is \
                   kept. Continue goes on from there.";
    detail(Code::EndpointRejected, message, &[("kind", json!("broken_off"))])
}

fn detail(code: Code, message: &str, details: &[(&str, serde_json::Value)]) -> ErrorDetail {
    let details = details.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    ErrorDetail { code: code.as_str().into(), message: message.into(), details }
}
