//! Where an endpoint is: which base URLs and proxies can be used, and how they are shown.

use url::{Host, Url};

use super::error::EndpointError;
use crate::wire::EndpointOptions;

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
///
/// # Errors
/// `invalid_request` if it is not one that can be used.
pub(super) fn proxy(options: &EndpointOptions, url: &Url) -> Result<Option<Url>, EndpointError> {
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

/// Whether a name is this machine's, whatever a resolver says (RFC 6761).
pub(super) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// The address of a path under the base URL.
///
/// # Errors
/// `invalid_request` if the base URL is not one that can be used.
pub(super) fn under(base_url: Option<&Url>, allow_http: bool, path: &[&str]) -> Result<Url, EndpointError> {
    let missing = || EndpointError::BadAddress("The endpoint has no base URL.".into());
    let mut url = base_url.ok_or_else(missing)?.clone();
    check(&url, allow_http)?;
    url.set_fragment(None);
    url.path_segments_mut().map_err(|()| missing())?.pop_if_empty().extend(path);
    Ok(url)
}

/// An address as it is shown: without its query, which may hold anything.
pub(super) fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// The host, and the port if it is named.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.into(), |port| format!("{host}:{port}"))
}
