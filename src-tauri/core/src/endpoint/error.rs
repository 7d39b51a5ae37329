//! Why a call failed, in words a person can act on. No key, no prompt and no raw answer stands
//! here: what a server said is cleaned in `refusal.rs` first.

use std::time::Duration;

use serde_json::{Value, json};

use super::certificate::RefusedCertificate;
use super::words::{
    after_status, at, empty_words, kept, oddity_words, protocol_name, seconds, status_words, timeout_words, too_much,
    unreachable_words, wait,
};
use crate::error::Code;
use crate::thread::limits;
use crate::wire::{FinishReason, JsonObject, Protocol};

/// Whether the same call may be sent once more, which the response machine decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It would fail again, or something had arrived already.
    No,
    /// It may, after the time the endpoint asked for, if it did: at most 60 s.
    After(Option<Duration>),
}

/// What an endpoint said when it refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status, or the one named in an error in mid-stream.
    pub status: Option<u16>,
    /// Its own words, cleaned and short.
    pub said: Option<String>,
    /// What it calls the request.
    pub request_id: Option<String>,
    /// The address that was tried, without its query.
    pub address: Option<String>,
    /// The reply had begun.
    pub in_stream: bool,
}

/// Why the connection does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The name leads nowhere.
    Dns,
    /// Nobody listens there.
    Refused,
    /// Closed before the first byte of an answer.
    Reset,
    /// No safe connection: a certificate that is not trusted, or no TLS at all.
    Tls,
    /// The endpoint's proxy does not answer, or lets nothing through to it.
    Proxy,
    /// Anything else on the way.
    Network,
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Connecting.
    Connect,
    /// The first words.
    First,
    /// The next words.
    Idle,
}

/// What of an answer makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// A web page.
    WebPage,
    /// Compressed, although that was not asked for.
    Compressed,
    /// JSON that is none, or not what the protocol says.
    Garbled,
    /// A line, or an answer, beyond every bound.
    TooLong,
    /// A stream that goes on and on and says nothing.
    SaysNothing,
}

impl Oddity {
    const fn word(self) -> &'static str {
        match self {
            Self::WebPage => "web_page",
            Self::Compressed => "compressed",
            Self::Garbled => "garbled",
            Self::TooLong => "too_long",
            Self::SaysNothing => "says_nothing",
        }
    }
}

/// A failed call. What had arrived before it has been told already.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The base URL cannot be used.
    #[error("{0} Nothing was sent. Check the endpoint's base URL.")]
    BadAddress(String),
    /// Plain HTTP beyond this machine.
    #[error(
        "The address of {host} is plain HTTP, so anyone on the way could read the key and the messages. Nothing was \
         sent. Use https, or allow plain HTTP for this endpoint in the settings."
    )]
    PlainHttp {
        /// The host.
        host: String,
    },
    /// A key with characters that no header can carry.
    #[error(
        "The key holds characters that no key has, such as a line break. Nothing was sent. Enter it again in the settings."
    )]
    BadKey,
    /// Every message is empty.
    #[error("There is nothing to send: every message is empty. Write something and try again.")]
    NothingToSend,
    /// A key is wanted and there is none.
    #[error(
        "The endpoint asks for a key and has none.{0} Nothing is lost. Enter its key in the settings and try again."
    )]
    MissingKey(Refusal),
    /// The key was refused.
    #[error("The endpoint refused the key{} Nothing is lost. Enter the right key in the settings and try again.", after_status(.0))]
    KeyRefused(Refusal),
    /// There is no such model.
    #[error(
        "The endpoint has no model \u{201c}{model}\u{201d}.{refusal} Nothing is lost. Choose another model and try again."
    )]
    ModelNotFound {
        /// The model asked for.
        model: String,
        /// What it said.
        refusal: Refusal,
    },
    /// A parameter that the endpoint does not take, or not with this value.
    #[error(
        "The endpoint does not take \u{201c}{field}\u{201d} as it was set{} {} Change or remove it in the parameters, and try again.",
        after_status(.refusal), kept(.refusal)
    )]
    FieldRefused {
        /// Its name in the request.
        field: String,
        /// What it said.
        refusal: Refusal,
    },
    /// More than the model can take.
    #[error("{} Nothing is lost. Shorten it, or choose a model with a larger window.", too_much(*.tokens, *.limit))]
    ContextTooLong {
        /// Tokens needed, where the endpoint said so.
        tokens: Option<u64>,
        /// Tokens the model can take, where the endpoint said so.
        limit: Option<u64>,
    },
    /// Too many requests.
    #[error("The endpoint takes no more requests now{} Nothing is lost. {}", after_status(.refusal), wait(*.retry_after))]
    RateLimited {
        /// How long to wait, at most 60 s.
        retry_after: Option<Duration>,
        /// What it said.
        refusal: Refusal,
    },
    /// The account is used up.
    #[error("The account at the endpoint is used up{} Nothing is lost. Add credit there, or use another endpoint.", after_status(.0))]
    QuotaSpent(Refusal),
    /// Any other status.
    #[error("{}{}{} {} {}", status_words(.refusal).0, at(.refusal), after_status(.refusal), kept(.refusal), status_words(.refusal).1)]
    Status {
        /// How long to wait, at most 60 s.
        retry_after: Option<Duration>,
        /// What it said.
        refusal: Refusal,
    },
    /// The endpoint sends requests elsewhere.
    #[error(
        "The endpoint sends the request on to {}. It was not followed, so the key and the messages stayed here. If \
         that address is right, enter it as the endpoint's base URL.",
        .to.as_deref().unwrap_or("another address")
    )]
    Redirected {
        /// Its status.
        status: u16,
        /// Scheme, host and port it names.
        to: Option<String>,
    },
    /// No connection.
    #[error("{}", unreachable_words(.host, *.cause))]
    Unreachable {
        /// The host, with its port where it is not the usual one.
        host: String,
        /// Why.
        cause: Cause,
    },
    /// The server shows a certificate that is not trusted here.
    #[error(
        "{host} shows a certificate that is not trusted here: it {}. It is for {}, issued by {}, SHA-256 {}. Nothing \
         was sent. Check the base URL; if the server is yours, or your company's, have its issuer's certificate \
         installed on this machine.",
        .certificate.why, .certificate.subject, .certificate.issuer, .certificate.sha256
    )]
    Distrusted {
        /// The host, with its port where it is not the usual one.
        host: String,
        /// The certificate, and what is wrong with it.
        certificate: Box<RefusedCertificate>,
    },
    /// The endpoint answers, but in another protocol.
    #[error(
        "The endpoint at this address speaks {}, not {}. Nothing is lost. Choose that protocol in the endpoint's settings.",
        protocol_name(*.speaks), protocol_name(*.asked)
    )]
    WrongProtocol {
        /// The protocol it was asked in.
        asked: Protocol,
        /// The protocol it answers in.
        speaks: Protocol,
    },
    /// It took too long.
    #[error("{}", timeout_words(*.phase, *.limit))]
    TimedOut {
        /// What took too long.
        phase: Phase,
        /// How long it was given.
        limit: Duration,
    },
    /// The connection ended in mid-reply.
    #[error(
        "The connection was cut before the reply had ended. What had arrived is kept. Continue the reply, or try again."
    )]
    CutOff,
    /// An answer that makes no sense.
    #[error("{}", oddity_words(*.0))]
    NotUnderstood(Oddity),
    /// A reply without a word.
    #[error("{}", empty_words(*.0))]
    Empty(Option<FinishReason>),
    /// A reply longer than a message may be.
    #[error(
        "The reply is longer than a message can be, {} bytes (4 MiB). It was stopped there. What had arrived is kept. \
         Continue the reply if you want more.",
        limits::MESSAGE_BYTES
    )]
    ReplyTooLong,
    /// The model wants to use a tool.
    #[error(
        "The model asked to use a tool, and there is none here. What had arrived is kept. Ask it to answer in words, \
         or choose another model."
    )]
    WantsTool,
}

impl EndpointError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::BadAddress(_) | Self::PlainHttp { .. } | Self::BadKey | Self::NothingToSend => Code::InvalidRequest,
            Self::MissingKey(_) => Code::EndpointMissingKey,
            Self::ModelNotFound { .. } => Code::ModelNotFound,
            Self::ContextTooLong { .. } => Code::ContextTooLong,
            Self::RateLimited { .. } | Self::QuotaSpent(_) => Code::EndpointRateLimited,
            Self::Status { refusal, .. } => match refusal.status {
                Some(408 | 504) => Code::EndpointTimeout,
                _ => Code::EndpointRejected,
            },
            Self::KeyRefused(_)
            | Self::FieldRefused { .. }
            | Self::WrongProtocol { .. }
            | Self::Redirected { .. }
            | Self::NotUnderstood(_)
            | Self::Empty(_)
            | Self::WantsTool => Code::EndpointRejected,
            Self::Unreachable { .. } | Self::Distrusted { .. } | Self::CutOff => Code::EndpointUnreachable,
            Self::TimedOut { .. } => Code::EndpointTimeout,
            Self::ReplyTooLong => Code::MessageTooLarge,
        }
    }

    /// Which of its kind it is, for those who show or test it; as stable as the code.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::BadAddress(_) => "bad_address",
            Self::PlainHttp { .. } => "plain_http",
            Self::BadKey => "bad_key",
            Self::NothingToSend => "nothing_to_send",
            Self::MissingKey(_) => "missing_key",
            Self::KeyRefused(_) => "key_refused",
            Self::ModelNotFound { .. } => "model_not_found",
            Self::FieldRefused { .. } => "field_refused",
            Self::ContextTooLong { .. } => "context_too_long",
            Self::RateLimited { .. } => "rate_limited",
            Self::QuotaSpent(_) => "quota_spent",
            Self::Status { .. } => "status",
            Self::Redirected { .. } => "redirected",
            Self::Unreachable { cause, .. } => match cause {
                Cause::Dns => "dns",
                Cause::Refused => "refused",
                Cause::Reset => "reset",
                Cause::Tls => "tls",
                Cause::Proxy => "proxy",
                Cause::Network => "network",
            },
            Self::Distrusted { .. } => "tls",
            Self::WrongProtocol { .. } => "wrong_protocol",
            Self::TimedOut { phase, .. } => match phase {
                Phase::Connect => "connect_timeout",
                Phase::First => "first_timeout",
                Phase::Idle => "idle_timeout",
            },
            Self::CutOff => "cut_off",
            Self::NotUnderstood(_) => "not_understood",
            Self::Empty(_) => "empty",
            Self::ReplyTooLong => "reply_too_long",
            Self::WantsTool => "wants_tool",
        }
    }

    /// Numbers and names, as an object: `kind` always, and where they are known `status`,
    /// `requestId`, `address`, `retryAfter` (seconds), `size`, `limit`, `model`, `field`, `host`, `to`,
    /// `seconds`, `certificate` (SHA-256), `issuer`, `subject`, `speaks` (a protocol), `said` (the endpoint's
    /// own words, cleaned) and `why` (of an empty reply, its finish reason; of a certificate, what is wrong
    /// with it; of an answer that makes no sense, in what way).
    pub fn details(&self) -> Value {
        let mut details = JsonObject::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                details.insert(name.into(), value);
            }
        };
        put("kind", json!(self.kind()));
        if let Some(refusal) = self.refusal() {
            put("status", json!(refusal.status));
            put("requestId", json!(refusal.request_id));
            put("address", json!(refusal.address));
            put("said", json!(refusal.said));
        }
        match self {
            Self::ContextTooLong { tokens, limit } => {
                put("size", json!(tokens));
                put("limit", json!(limit));
            }
            Self::RateLimited { retry_after, .. } | Self::Status { retry_after, .. } => {
                put("retryAfter", json!(retry_after.map(seconds)));
            }
            Self::ReplyTooLong => put("limit", json!(limits::MESSAGE_BYTES)),
            Self::ModelNotFound { model, .. } => put("model", json!(model)),
            Self::FieldRefused { field, .. } => put("field", json!(field)),
            Self::Redirected { status, to } => {
                put("status", json!(status));
                put("to", json!(to));
            }
            Self::PlainHttp { host } | Self::Unreachable { host, .. } => put("host", json!(host)),
            Self::Distrusted { host, certificate } => {
                put("host", json!(host));
                put("certificate", json!(certificate.sha256));
                put("issuer", json!(certificate.issuer));
                put("subject", json!(certificate.subject));
                put("why", json!(certificate.fault));
            }
            Self::Empty(finish) => put("why", json!(finish)),
            Self::NotUnderstood(oddity) => put("why", json!(oddity.word())),
            Self::WrongProtocol { speaks, .. } => put("speaks", json!(speaks)),
            Self::TimedOut { limit, .. } => put("seconds", json!(limit.as_secs_f64())),
            _ => {}
        }
        Value::Object(details)
    }

    /// Whether the same call may be sent once more: only 429, 502, 503 and 504, and a connection
    /// that was refused or reset, and only if no byte of a reply had come.
    pub fn retry(&self) -> Retry {
        match self {
            Self::RateLimited { retry_after, refusal } if !refusal.in_stream => Retry::After(*retry_after),
            Self::Status { retry_after, refusal }
                if !refusal.in_stream && matches!(refusal.status, Some(502..=504)) =>
            {
                Retry::After(*retry_after)
            }
            Self::Unreachable { cause: Cause::Refused | Cause::Reset, .. } => Retry::After(None),
            _ => Retry::No,
        }
    }

    /// What the endpoint said, if it refused.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::MissingKey(refusal)
            | Self::KeyRefused(refusal)
            | Self::QuotaSpent(refusal)
            | Self::ModelNotFound { refusal, .. }
            | Self::FieldRefused { refusal, .. }
            | Self::RateLimited { refusal, .. }
            | Self::Status { refusal, .. } => Some(refusal),
            _ => None,
        }
    }
}
