//! The words of an endpoint's errors: what happened, what was kept, what to do.

use std::fmt;
use std::time::Duration;

use super::error::{Cause, Oddity, Phase, Refusal};
use crate::wire::{FinishReason, Protocol};

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.said {
            Some(said) => write!(f, " It says: \u{201c}{said}\u{201d}."),
            None => Ok(()),
        }
    }
}

/// A protocol as people call it.
pub(super) const fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Practice => "practice",
        Protocol::OpenaiChat => "OpenAI Chat Completions",
        Protocol::OpenaiResponses => "OpenAI Responses",
        Protocol::AnthropicMessages => "Anthropic Messages",
        Protocol::Freddy => "Freddy",
    }
}

/// Whole seconds, rounded up.
pub(super) fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

pub(super) fn after_status(refusal: &Refusal) -> String {
    let status = refusal.status.map(|status| format!(" (HTTP {status})")).unwrap_or_default();
    format!("{status}.{refusal}")
}

/// The address, where it may be what is wrong.
pub(super) fn at(refusal: &Refusal) -> String {
    match (&refusal.address, refusal.status) {
        (Some(address), Some(404 | 405)) => format!(" as {address}"),
        _ => String::new(),
    }
}

pub(super) const fn kept(refusal: &Refusal) -> &'static str {
    if refusal.in_stream { "What had arrived is kept." } else { "Nothing is lost." }
}

pub(super) fn wait(retry_after: Option<Duration>) -> String {
    match retry_after.map(seconds) {
        None | Some(0) => "Wait a moment and try again.".into(),
        Some(1) => "Try again in a second.".into(),
        Some(seconds) => format!("Try again in {seconds} seconds."),
    }
}

pub(super) fn too_much(tokens: Option<u64>, limit: Option<u64>) -> String {
    match (tokens, limit) {
        (Some(tokens), Some(limit)) => format!("This takes {tokens} tokens and the model has room for {limit}."),
        (None, Some(limit)) => format!("This takes more than the {limit} tokens the model has room for."),
        _ => "This is more than the model has room for.".into(),
    }
}

/// What happened and what to do, by status.
pub(super) const fn status_words(refusal: &Refusal) -> (&'static str, &'static str) {
    match refusal.status {
        Some(401 | 403) => ("The endpoint does not allow this", "Check the key and what it is allowed to do."),
        Some(404 | 405) => {
            ("The endpoint knows no such address", "Check its base URL in the settings: many end in /v1.")
        }
        Some(408 | 504) => ("The endpoint gave up waiting for the model", "Try again."),
        Some(413) => ("The endpoint takes no request as long as this", "Shorten it and try again."),
        Some(400..=499) => ("The endpoint refused the request", "Check the model and the endpoint's settings."),
        Some(502 | 503 | 529) => ("The endpoint is overloaded or down", "Wait a moment and try again."),
        Some(_) => ("The endpoint failed", "Try again; if it stays so, ask whoever runs it."),
        None => ("The endpoint reported an error", "Try again; if it stays so, ask whoever runs it."),
    }
}

pub(super) fn unreachable_words(host: &str, cause: Cause) -> String {
    let (what, advice) = match cause {
        Cause::Dns => ("There is no address for", "Check the base URL and your network, then try again."),
        Cause::Refused => ("Nobody answers at", "Start the model server there, or check the base URL, then try again."),
        Cause::Reset => ("The connection was closed without an answer by", "Try again."),
        Cause::Tls => (
            "There is no safe connection to",
            "Check the base URL, and that its certificate is valid and trusted here.",
        ),
        Cause::Proxy => (
            "There is no way to the endpoint through the proxy",
            "Check the proxy in the endpoint's settings, and what it lets through, then try again.",
        ),
        Cause::Network => ("There is no connection to", "Check your network and the base URL, then try again."),
    };
    format!("{what} {host}. Nothing is lost. {advice}")
}

pub(super) fn timeout_words(phase: Phase, limit: Duration) -> String {
    let limit = match seconds(limit) {
        1 => "a second".into(),
        seconds => format!("{seconds} seconds"),
    };
    match phase {
        Phase::Connect => format!(
            "The endpoint did not take the connection within {limit}. Nothing is lost. Check your network and the base \
             URL, then try again."
        ),
        Phase::First => format!(
            "The endpoint said nothing within {limit}. Nothing is lost. Try again; a model that is still being loaded \
             may need longer."
        ),
        Phase::Idle => format!(
            "The endpoint fell silent for {limit} in mid-reply. What had arrived is kept. Continue the reply, or try again."
        ),
    }
}

pub(super) const fn oddity_words(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::WebPage => {
            "The endpoint answered with a web page, not a reply. Nothing is lost. Check its base URL in the settings: \
             many end in /v1."
        }
        Oddity::Compressed => {
            "The endpoint sent a compressed answer, which was not asked for. Nothing is lost. Check its base URL, or \
             what stands between here and there."
        }
        Oddity::Garbled => {
            "The endpoint sent something that makes no sense in its protocol. What had arrived is kept. Check the \
             endpoint's protocol and base URL, or try again."
        }
        Oddity::TooLong => {
            "The endpoint sent a single piece longer than any reply, so it was cut off there. What had arrived is kept. \
             Check the endpoint, or try again."
        }
        Oddity::SaysNothing => {
            "The endpoint went on sending without a word of a reply, so it was cut off. What had arrived is kept. Check \
             the endpoint, or try again."
        }
    }
}

pub(super) const fn empty_words(finish: Option<FinishReason>) -> &'static str {
    match finish {
        Some(FinishReason::Length) => {
            "The model met its limit on tokens before the first word. Nothing is lost. Raise the limit, or try again."
        }
        Some(FinishReason::ContentFilter) => {
            "The provider withheld the whole reply. Nothing is lost. Word it differently, or use another model."
        }
        Some(FinishReason::Refusal) => {
            "The model declined to answer, without a word. Nothing is lost. Word it differently, or use another model."
        }
        Some(FinishReason::Stop) => {
            "The model ended without a word. Nothing is lost. Try again, or choose another model."
        }
        None => {
            "The endpoint accepted the request and sent no reply. Nothing is lost. Check its base URL, or try again."
        }
    }
}
