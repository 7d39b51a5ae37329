//! Calling models: one adapter a protocol, one HTTP policy and one event-stream parser below.

use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc;
use url::Url;

use crate::wire::{FinishReason, JsonObject, Protocol, Role, Usage};

mod error;

pub use error::{EndpointError, Retry};

/// One call to a model.
#[derive(Debug, Clone)]
pub struct Call {
    /// How to speak.
    pub protocol: Protocol,
    /// The base address; `None` for practice.
    pub base_url: Option<Url>,
    /// The key, if there is one.
    pub key: Option<SecretString>,
    /// The model asked for.
    pub model: String,
    /// Everything the model is to see, in order.
    pub messages: Vec<CallMessage>,
    /// Passed on as they are: `temperature`, `max_tokens`, ...
    pub parameters: JsonObject,
    /// Time limits.
    pub timeouts: Timeouts,
}

/// One message of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallMessage {
    /// Who wrote it.
    pub role: Role,
    /// Its text, all parts joined by a blank line.
    pub text: String,
}

/// Time limits of a call; tests set short ones.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// From sending to the first byte of the body that is not a comment... comment lines count as a sign of life.
    pub first: Duration,
    /// Between two chunks.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first: Duration::from_secs(120),
            idle: Duration::from_secs(60),
        }
    }
}

/// What a call tells while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallEvent {
    /// The endpoint accepted the request; its request id, where it gave one.
    Accepted(Option<String>),
    /// A sign of life without content.
    Alive,
    /// Text of the reply.
    Text(String),
    /// Text of the model's reasoning.
    Reasoning(String),
    /// The model that answers.
    Model(String),
    /// Tokens, as the endpoint counts them; the last one counts.
    Usage(Usage),
    /// Why the model stopped.
    Finish(FinishReason),
}
