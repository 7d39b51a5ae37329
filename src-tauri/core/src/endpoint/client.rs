//! The clients that reach endpoints, how they find hosts, and why a connection came to nothing.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Proxy, redirect};
use url::Url;

use super::address::{is_localhost, place};
use super::error::{Cause, EndpointError, Phase};
use super::{Timeouts, certificate};

/// One client a connect limit and proxy: connections are kept for the next turn of the conversation.
///
/// # Errors
/// `Unreachable` where no safe connection can be made here.
pub(super) fn client(connect: Duration, proxy: Option<&Url>) -> Result<Client, EndpointError> {
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
pub(super) fn broken(error: &reqwest::Error, host: String, proxy: Option<&Url>, timeouts: Timeouts) -> EndpointError {
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
