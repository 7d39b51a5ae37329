//! A response's life: what may happen to it and what follows, as a pure machine, and the sink that
//! hears of it. No I/O and no clock here: `skein/respond` drives the machine.

use std::sync::Arc;

use crate::clock::Millis;
use crate::error::Code;
use crate::wire::Response;

mod asked;
mod machine;
mod reply;
mod trace;

pub use asked::Asked;
pub use machine::{Chunk, ChunkKind, Effect, End, Event, Failure, Machine, RETRIES, SAVE_BYTES, SAVE_MILLIS};
pub use reply::Arrived;
pub use trace::Trace;

/// Hears what happens to a running response. The window, the local API, the command line and the
/// tests each are one small sink; it must not block.
pub trait Sink: Send + Sync {
    /// Takes one event. Events of one response come in order.
    fn emit(&self, event: SinkEvent);
}

/// A sink that hears nothing.
impl Sink for () {
    fn emit(&self, _: SinkEvent) {}
}

/// One thing that happened to a response.
#[derive(Debug, Clone, PartialEq)]
pub struct SinkEvent {
    /// The thread's id; none in a chain.
    pub thread_id: Option<Arc<str>>,
    /// The response's id.
    pub response_id: Arc<str>,
    /// What happened.
    pub what: Happening,
}

/// What can happen to a response: `Started` once, then anything, then `Ended` once.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// It was accepted; the inputs are stored.
    Started(Box<Response>),
    /// The endpoint gave a sign of life, but no text yet.
    Waiting,
    /// The endpoint could not answer; it will be asked again.
    Retrying {
        /// The attempt to come, 2 or more.
        attempt: u32,
        /// When it will be made.
        at: Millis,
        /// What went wrong.
        code: Code,
    },
    /// Text of the reply.
    Text(String),
    /// Text of the model's reasoning.
    Reasoning(String),
    /// It ended, one way or another.
    Ended(Box<Response>),
}
