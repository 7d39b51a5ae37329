//! How the endpoint is reached: no redirect is followed, no proxy is used but the endpoint's own, nothing is
//! decompressed, plain HTTP is for this machine only unless it was allowed, and everything has a
//! time limit. What is sent and what an answer means belongs to the protocols.
//!
//! Dropping a call closes its connection at once. Nobody but the endpoint is ever contacted.

use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{CONTENT_ENCODING, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, Response};
use secrecy::ExposeSecret;
use tokio::sync::mpsc;
use url::Url;

use super::client::{broken, client};
use super::error::{EndpointError, Oddity, Phase};
use super::refusal::{self, Asked};
use super::sent::{Outgoing, Sent};
use super::{Call, CallEvent, Timeouts, address};
use crate::wire::{AuthHeader, EndpointOptions, Protocol};

/// Longest wait that an endpoint can ask for.
const RETRY_AFTER_LIMIT: Duration = Duration::from_mins(1);
/// Bytes read of an error's body.
const ERROR_BYTES: usize = 64 * 1024;
/// The version of the protocol that `anthropic_messages.rs` follows.
const ANTHROPIC_VERSION: &str = "2023-06-01";
/// Characters of a request id that are kept.
const REQUEST_ID_CHARS: usize = 128;

/// Where to, as whom, and how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub protocol: Protocol,
    pub base_url: Option<&'a Url>,
    pub allow_http: bool,
    pub options: &'a EndpointOptions,
    pub timeouts: Timeouts,
    pub asked: Asked<'a>,
}

impl<'a> Line<'a> {
    /// Of a call.
    pub fn of(call: &'a Call, asked: Asked<'a>) -> Self {
        Self {
            protocol: call.protocol,
            base_url: call.base_url.as_ref(),
            allow_http: call.allow_http,
            options: &call.options,
            timeouts: call.timeouts,
            asked,
        }
    }
}

/// A successful answer, its body still to come.
#[derive(Debug)]
pub(super) struct Answer {
    response: Response,
    /// What the endpoint calls the request.
    pub request_id: Option<String>,
}

impl Answer {
    /// The next bytes of the body, or `None` at its end.
    ///
    /// # Errors
    /// `TimedOut` with `phase` after `limit`, `CutOff` if the connection breaks.
    pub async fn bytes(&mut self, phase: Phase, limit: Duration) -> Result<Option<Vec<u8>>, EndpointError> {
        match tokio::time::timeout(limit, self.response.chunk()).await {
            Err(_) => Err(EndpointError::TimedOut { phase, limit }),
            Ok(Err(_)) => Err(EndpointError::CutOff),
            Ok(Ok(bytes)) => Ok(bytes.map(Vec::from)),
        }
    }

    /// The whole body, of at most `most` bytes.
    ///
    /// # Errors
    /// As for [`Answer::bytes`], and `NotUnderstood` past `most`.
    pub async fn whole(mut self, limit: Duration, most: usize) -> Result<Vec<u8>, EndpointError> {
        let mut whole = Vec::new();
        while let Some(bytes) = self.bytes(Phase::First, limit).await? {
            if whole.len() + bytes.len() > most {
                return Err(EndpointError::NotUnderstood(Oddity::TooLong));
            }
            whole.extend(bytes);
        }
        Ok(whole)
    }
}

/// A body to be posted, and who is told when it goes out.
pub(super) struct Post<'a> {
    pub body: Vec<u8>,
    /// The most tokens of a reply that it asks for, where it says so.
    pub most_tokens: Option<u64>,
    pub out: &'a mpsc::Sender<CallEvent>,
}

/// Sends a request to a path under the base URL: a `POST` of JSON if there is a body, else a
/// `GET`. Waits for the headers of the answer.
///
/// # Errors
/// Everything that can go wrong up to there, any status that is no success among it.
pub(super) async fn send(line: Line<'_>, path: &[&str], post: Option<Post<'_>>) -> Result<Answer, EndpointError> {
    let url = address::under(line.base_url, line.allow_http, path)?;
    let host = address::place(&url);
    let proxy = address::proxy(line.options, &url)?;
    let method = if post.is_some() { Method::POST } else { Method::GET };
    let mut request = client(line.timeouts.connect, proxy.as_ref())?
        .request(method, url)
        .header("accept", "text/event-stream, application/json")
        .headers(headers(line)?);
    let mut watched = None;
    if let Some(Post { body, most_tokens, out }) = post {
        out.send(CallEvent::Sending(Sent::of(&body, most_tokens))).await.ok();
        let (body, begun) = Outgoing::new(body);
        request = request.header("content-type", "application/json").body(reqwest::Body::wrap(body));
        watched = Some((begun, out));
    }
    let answered = async {
        let mut sending = pin!(request.send());
        if let Some((begun, out)) = watched {
            tokio::select! {
                biased;
                Ok(()) = begun => out.send(CallEvent::Connected).await.unwrap_or_default(),
                early = &mut sending => return early,
            }
        }
        sending.await
    };
    let response = match tokio::time::timeout(line.timeouts.first, answered).await {
        Err(_) => return Err(EndpointError::TimedOut { phase: Phase::First, limit: line.timeouts.first }),
        Ok(Err(error)) => return Err(broken(&error, host, proxy.as_ref(), line.timeouts)),
        Ok(Ok(response)) => response,
    };
    accept(response, line).await
}

async fn accept(response: Response, line: Line<'_>) -> Result<Answer, EndpointError> {
    let status = response.status();
    let headers = response.headers();
    let request_id = request_id(headers);
    let encoding = headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes);
    if status.is_success() {
        return match encoding {
            None | Some(b"" | b"identity") => Ok(Answer { response, request_id }),
            Some(_) => Err(EndpointError::NotUnderstood(Oddity::Compressed)),
        };
    }
    if status.is_redirection() {
        let to = headers.get(LOCATION).and_then(|to| to.to_str().ok());
        let to = to.and_then(|to| response.url().join(to).ok()).map(|to| to.origin().ascii_serialization());
        return Err(EndpointError::Redirected { status: status.as_u16(), to });
    }
    let retry_after = retry_after(headers);
    let place = address::shown(response.url());
    let body = error_body(response, line.timeouts.idle).await;
    Err(refusal::from_status(status.as_u16(), &body, request_id, retry_after, Some(place), line.asked))
}

/// The beginning of an error's body: what came within the bound and the time.
async fn error_body(mut response: Response, limit: Duration) -> Vec<u8> {
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(bytes)) = response.chunk().await {
            body.extend_from_slice(&bytes[..bytes.len().min(ERROR_BYTES - body.len())]);
            if body.len() == ERROR_BYTES {
                break;
            }
        }
    };
    // Whatever came counts: the status alone says enough.
    tokio::time::timeout(limit, read).await.ok();
    body
}

/// The key, in the header that the endpoint or else the protocol wants it in, and what else the
/// protocol wants said there.
fn headers(line: Line<'_>) -> Result<HeaderMap, EndpointError> {
    let mut headers = HeaderMap::new();
    let is_anthropic = line.protocol == Protocol::AnthropicMessages;
    if is_anthropic {
        headers.insert("anthropic-version", HeaderValue::from_static(ANTHROPIC_VERSION));
    }
    if let Some(key) = line.asked.key.map(ExposeSecret::expose_secret).filter(|key| !key.is_empty()) {
        let usual = if is_anthropic { AuthHeader::XApiKey } else { AuthHeader::Bearer };
        let (name, value) = match line.options.auth_header.unwrap_or(usual) {
            AuthHeader::Bearer => ("authorization", format!("Bearer {key}")),
            AuthHeader::XApiKey => ("x-api-key", key.to_owned()),
            AuthHeader::ApiKey => ("api-key", key.to_owned()),
        };
        let mut value = HeaderValue::from_str(&value).map_err(|_| EndpointError::BadKey)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    if let (Some(organization), Protocol::OpenaiChat | Protocol::OpenaiResponses) =
        (&line.options.organization_id, line.protocol)
        && let Ok(organization) = HeaderValue::from_str(organization)
    {
        headers.insert("openai-organization", organization);
    }
    Ok(headers)
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    ["x-request-id", "request-id", "x-litellm-call-id", "x-generation-id"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
        .map(|id| id.chars().take(REQUEST_ID_CHARS).collect())
}

/// `Retry-After` in seconds or as a date, which is read against the endpoint's own clock where it
/// tells it (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let date = |value: &str| DateTimeParser::new().parse_timestamp(value).ok();
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds is long enough.
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let now = headers.get(DATE).and_then(|now| date(now.to_str().ok()?)).unwrap_or_else(Timestamp::now);
        Duration::try_from(date(text)?.duration_since(now)).unwrap_or_default()
    };
    Some(wait.min(RETRY_AFTER_LIMIT))
}
