//! Calling models: one adapter a protocol, one HTTP policy and one event-stream parser below.
//!
//! Whoever calls decides what is sent, whether to try again and what becomes of the reply. Here
//! one call is made, bounded in time and size, and told as it goes. Only the endpoint is ever
//! contacted: nothing is fetched because a model wrote an address.

use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc;
use url::Url;

use crate::wire::{FinishReason, JsonObject, Protocol, Role, Usage};

mod chat_chunk;
mod error;
mod http;
mod json_text;
mod models;
mod openai_chat;
pub mod practice;
mod refusal;
mod sent;
pub mod sse;
mod words;

pub use error::{Cause, EndpointError, Oddity, Phase, Refusal, Retry};
pub use http::check_base_url;
pub use sent::Sent;

/// One call to a model.
#[derive(Debug, Clone)]
pub struct Call {
    /// How to speak.
    pub protocol: Protocol,
    /// The base address; `None` for practice.
    pub base_url: Option<Url>,
    /// Plain HTTP beyond this machine was confirmed.
    pub allow_http: bool,
    /// The key, if there is one.
    pub key: Option<SecretString>,
    /// The model asked for.
    pub model: String,
    /// Everything the model is to see, in order. Empty ones are not sent, and neighbours of the
    /// same role are joined where a protocol wants strict turns.
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
    /// From sending to the headers, and from there to the first word. Any byte is a sign of life
    /// and starts it again, a comment line too.
    pub first: Duration,
    /// Between two chunks, once there are words.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), first: Duration::from_mins(2), idle: Duration::from_mins(1) }
    }
}

/// What a call tells while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallEvent {
    /// This body is about to go out; nothing is connected yet. Told again when another body has to
    /// be tried: the last one counts.
    Sending(Sent),
    /// The connection stands, new or kept from before, and the body goes out.
    Connected,
    /// The first byte of the answer: the endpoint accepted the request; its request id, where it gave one.
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
    /// Why the model stopped; at most once, and not at all where a server does not say. Text and
    /// usage may follow.
    Finish(FinishReason),
}

/// Calls the model and tells `out` what comes, in order. It returns when the reply is whole.
/// Dropping it closes the connection at once; a receiver that is gone does not stop it.
///
/// # Errors
/// Why there is no whole reply. What `out` was told before stays true.
pub async fn call(call: &Call, out: mpsc::Sender<CallEvent>) -> Result<(), EndpointError> {
    match call.protocol {
        Protocol::Practice => practice::call(call, &out).await,
        Protocol::OpenaiChat => openai_chat::call(call, &out).await,
    }
}

/// Lists the models an endpoint offers, each with its context window in tokens where the server
/// tells it.
///
/// # Errors
/// As for [`call`]. A server without such a list answers 404: `endpoint_rejected`.
pub async fn list_models(
    protocol: Protocol,
    base_url: Option<&Url>,
    key: Option<&SecretString>,
    allow_http: bool,
    timeouts: Timeouts,
) -> Result<Vec<(String, Option<u32>)>, EndpointError> {
    let asked = refusal::Asked { key, model: "", messages: &[] };
    match protocol {
        Protocol::Practice => Ok(vec![(practice::MODEL.into(), None)]),
        Protocol::OpenaiChat => models::list(http::Line { base_url, allow_http, timeouts, asked }).await,
    }
}
