//! Calling models: one adapter a protocol, one HTTP policy and one event-stream parser below.
//!
//! Whoever calls decides what is sent, whether to try again and what becomes of the reply. Here
//! one call is made, bounded in time and size, and told as it goes. Only the endpoint is ever
//! contacted: nothing is fetched because a model wrote an address.

use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc;
use url::Url;

use adapter::adapter;

use crate::wire::{EndpointOptions, FinishReason, JsonObject, Protocol, Role, Usage};

mod adapter;
mod address;
mod anthropic_messages;
mod certificate;
mod client;
mod discover;
mod error;
mod exchange;
mod freddy;
mod http;
mod json_text;
mod models;
mod openai_chat;
mod openai_responses;
mod parameters;
pub mod practice;
mod reader;
mod refusal;
mod reply;
mod sent;
pub mod sse;
mod test;
mod typed_events;
mod windows;
mod words;

pub use address::{check_base_url, check_proxy};
pub use certificate::RefusedCertificate;
pub use discover::{Found, USUAL, discover};
pub use error::{Cause, EndpointError, Oddity, Phase, Refusal, Retry};
pub use parameters::{merge as merge_parameters, reply_tokens};
pub use reader::ReplyReader;
pub use sent::Sent;
pub use test::test;

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
    /// `temperature`, `max_tokens`, ..., under the names that Chat Completions has for them; each
    /// protocol renames what it calls otherwise and passes on the rest as it is.
    pub parameters: JsonObject,
    /// What is peculiar to the endpoint.
    pub options: EndpointOptions,
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

impl Timeouts {
    /// These, with what the endpoint has of its own.
    #[must_use]
    pub fn of(self, options: &EndpointOptions) -> Self {
        let first = options.first_token_seconds.map(|seconds| Duration::from_secs(seconds.into()));
        Self { first: first.unwrap_or(self.first), ..self }
    }
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
    match adapter(call.protocol) {
        Some(adapter) => exchange::call(adapter, call, &out).await,
        None => practice::call(call, &out).await,
    }
}

/// The exact bodies that a call may send, first the one that is tried first. Where a server
/// refuses something that is not vital, the next one goes without it; and `most_tokens` is the
/// length of the reply that was asked for in the end.
pub fn bodies(call: &Call, most_tokens: Option<u64>) -> Vec<Vec<u8>> {
    let Some(adapter) = adapter(call.protocol) else { return Vec::new() };
    exchange::bodies(adapter, call, most_tokens)
}

/// What an endpoint means with a status that is no success and this body.
pub fn read_refusal(status: u16, body: &[u8], call: &Call) -> EndpointError {
    let fields: Vec<String> = call.parameters.keys().cloned().collect();
    let asked =
        refusal::Asked { key: call.key.as_ref(), model: &call.model, messages: &call.messages, fields: &fields };
    refusal::from_status(status, body, None, None, None, asked)
}

/// Lists the models an endpoint offers, all pages, each with its context window in tokens where the
/// server tells it.
///
/// # Errors
/// As for [`call`]. A server without such a list answers 404: `endpoint_rejected`.
pub async fn list_models(
    protocol: Protocol,
    base_url: Option<&Url>,
    key: Option<&SecretString>,
    allow_http: bool,
    options: &EndpointOptions,
    timeouts: Timeouts,
) -> Result<Vec<(String, Option<u32>)>, EndpointError> {
    if protocol == Protocol::Practice {
        return Ok(vec![(practice::MODEL.into(), None)]);
    }
    let asked = refusal::Asked { key, model: "", messages: &[], fields: &[] };
    models::list(http::Line { protocol, base_url, allow_http, options, timeouts, asked }).await
}
