//! How the endpoint is reached: no redirect is followed, no proxy is used but the endpoint's own, nothing is
//! decompressed, plain HTTP is for this machine only unless it was allowed, and everything has a
//! time limit. What is sent and what an answer means belongs to the protocols.
//!
//! Dropping a call closes its connection at once. Nobody but the endpoint is ever contacted.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_ENCODING, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Proxy, Response, redirect};
use secrecy::ExposeSecret;
use tokio::sync::mpsc;
use url::{Host, Url};

use super::certificate;
use super::error::{Cause, EndpointError, Oddity, Phase};
use super::refusal::{self, Asked};
use super::sent::{Outgoing, Sent};
use super::{Call, CallEvent, Timeouts};
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
    let url = address(line, path)?;
    let host = place(&url);
    let proxy = proxy(line.options, &url)?;
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
    let place = shown(response.url());
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

/// Reads a base URL as a person enters it.
///
/// # Errors
/// `invalid_request` if it is not one that can be used: another scheme, a name or password in it,
/// plain HTTP beyond this machine unless that is allowed.
pub fn check_base_url(text: &str, allow_http: bool) -> Result<Url, EndpointError> {
    let url = Url::parse(text.trim()).map_err(|_| {
        EndpointError::BadAddress("This is not an address that starts with https:// or http://.".into())
    })?;
    check(&url, allow_http)?;
    Ok(url)
}

fn check(url: &Url, allow_http: bool) -> Result<(), EndpointError> {
    let bad = |why: &str| Err(EndpointError::BadAddress(why.into()));
    let Some(host) = url.host() else {
        return bad("The address names no host.");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return bad("The address holds a user name or a password, which would be stored in the open.");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if allow_http || is_this_machine(&host) => Ok(()),
        "http" => Err(EndpointError::PlainHttp { host: host.to_string() }),
        _ => bad("The address starts with neither https:// nor http://."),
    }
}

/// Reads a proxy as a person enters it. Only whom a connection is wanted with is told to it, where the endpoint is
/// `https`.
///
/// # Errors
/// What is wrong with it, if it is not `http://` and a host, with a port at most.
pub fn check_proxy(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "The proxy is not an address that starts with http://.")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("The proxy's address holds a user name or a password, which would be stored in the open.");
    }
    if url.scheme() != "http" || url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("The proxy's address is not http://, a host and a port, and nothing more.");
    }
    Ok(url)
}

/// The endpoint's proxy. What is on this machine is reached without it.
fn proxy(options: &EndpointOptions, url: &Url) -> Result<Option<Url>, EndpointError> {
    match &options.proxy {
        Some(proxy) if !url.host().is_some_and(|host| is_this_machine(&host)) => {
            check_proxy(proxy).map(Some).map_err(|why| EndpointError::BadAddress(why.into()))
        }
        _ => Ok(None),
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => is_localhost(name),
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn address(line: Line<'_>, path: &[&str]) -> Result<Url, EndpointError> {
    let missing = || EndpointError::BadAddress("The endpoint has no base URL.".into());
    let mut url = line.base_url.ok_or_else(missing)?.clone();
    check(&url, line.allow_http)?;
    url.set_fragment(None);
    url.path_segments_mut().map_err(|()| missing())?.pop_if_empty().extend(path);
    Ok(url)
}

/// An address as it is shown: without its query, which may hold anything.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.into(), |port| format!("{host}:{port}"))
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

/// One client a connect limit and proxy: connections are kept for the next turn of the conversation.
fn client(connect: Duration, proxy: Option<&Url>) -> Result<Client, EndpointError> {
    static CLIENTS: Mutex<BTreeMap<(Duration, Option<Url>), Client>> = Mutex::new(BTreeMap::new());
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let kind = (connect, proxy.cloned());
    if let Some(client) = clients.get(&kind) {
        return Ok(client.clone());
    }
    let unsafe_here = || EndpointError::Unreachable { host: "any endpoint".into(), cause: Cause::Tls };
    let tls = certificate::client_config(rustls::crypto::ring::default_provider()).map_err(|_| unsafe_here())?;
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("skein/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .retry(reqwest::retry::never())
        .dns_resolver(Resolver)
        .connect_timeout(connect)
        .pool_idle_timeout(Duration::from_secs(30));
    if let Some(proxy) = proxy {
        builder = builder.proxy(Proxy::all(proxy.clone()).map_err(|_| unsafe_here())?);
    }
    let client = builder.build().map_err(|_| unsafe_here())?;
    clients.insert(kind, client.clone());
    Ok(client)
}

/// The system's names, except that `localhost` is this machine and `.invalid` nothing, whatever a
/// resolver says (RFC 6761).
#[derive(Debug)]
struct Resolver;

#[derive(Debug, thiserror::Error)]
#[error("no such name")]
struct NoSuchName;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str();
            let found: Vec<SocketAddr> = if is_localhost(name) {
                let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
                here.map(|ip| SocketAddr::new(ip, 0)).into()
            } else if name.ends_with(".invalid") {
                Vec::new()
            } else {
                tokio::net::lookup_host((name, 0)).await.map(Iterator::collect).unwrap_or_default()
            };
            if found.is_empty() {
                return Err(Box::new(NoSuchName) as Box<dyn StdError + Send + Sync>);
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Why no answer came.
fn broken(error: &reqwest::Error, host: String, proxy: Option<&Url>, timeouts: Timeouts) -> EndpointError {
    if error.is_timeout() {
        return EndpointError::TimedOut { phase: Phase::Connect, limit: timeouts.connect };
    }
    if let Some(certificate) = find(error, &|error| certificate::refused(error.downcast_ref()?)) {
        return EndpointError::Distrusted { host, certificate: Box::new(certificate) };
    }
    let fallback = if error.is_connect() { Cause::Network } else { Cause::Reset };
    match (find(error, &cause).unwrap_or(fallback), proxy) {
        // Only TLS is with the endpoint itself: everything before it is with the proxy.
        (cause, Some(proxy)) if error.is_connect() && cause != Cause::Tls => {
            EndpointError::Unreachable { host: place(proxy), cause: Cause::Proxy }
        }
        (cause, _) => EndpointError::Unreachable { host, cause },
    }
}

/// What `look` finds first on the way down through an error's causes.
fn find<T>(error: &(dyn StdError + 'static), look: &dyn Fn(&(dyn StdError + 'static)) -> Option<T>) -> Option<T> {
    let mut next = Some(error);
    while let Some(error) = next {
        // An error of TLS comes wrapped, and hides inside rather than behind.
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = inside.and_then(|inner| find(inner, look)).or_else(|| look(error)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn cause(error: &(dyn StdError + 'static)) -> Option<Cause> {
    if error.is::<NoSuchName>() {
        return Some(Cause::Dns);
    }
    if error.is::<rustls::Error>() {
        return Some(Cause::Tls);
    }
    match error.downcast_ref::<io::Error>()?.kind() {
        io::ErrorKind::ConnectionRefused => Some(Cause::Refused),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(Cause::Reset),
        _ => None,
    }
}
