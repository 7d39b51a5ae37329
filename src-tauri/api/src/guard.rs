//! Who is let in, decided before a request is routed: this machine's programs that know the token,
//! and no web page. `Host` and `Origin` are what tells a page apart, even one whose name was
//! bound to 127.0.0.1 after it was loaded.

use axum::http::{HeaderMap, HeaderName, Request, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use skein_core::Code;
use subtle::{Choice, ConstantTimeEq};

use crate::error::ApiError;

/// Bytes of a request's line and headers together.
pub const HEAD_BYTES: usize = 32 * 1024;

const KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// The one gate.
pub struct Guard {
    hosts: [String; 2],
    /// Of the token, so that what is compared has one length.
    digest: [u8; 32],
}

impl Guard {
    /// The gate of a port, opened by a token.
    pub fn new(port: u16, token: &SecretString) -> Self {
        Self {
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            digest: digest(token.expose_secret().as_bytes()),
        }
    }

    /// Lets a request in, or says why not.
    pub fn check<B>(&self, request: &Request<B>) -> Result<(), ApiError> {
        self.check_host(request)?;
        let headers = request.headers();
        if headers.contains_key(header::ORIGIN) {
            return Err(ApiError::new(
                Code::Unauthorized,
                "This request comes from a web page (it has an `Origin`), and pages are not let in. Call from a program instead.",
            ));
        }
        let size = head_size(request);
        if size > HEAD_BYTES {
            let words =
                format!("The request's headers take {size} bytes; the limit is {HEAD_BYTES}. Nothing was done.");
            return Err(ApiError::new(Code::InvalidRequest, words).with_size(size, HEAD_BYTES));
        }
        if self.knows_token(headers) { Ok(()) } else { Err(no_token(headers)) }
    }

    fn check_host<B>(&self, request: &Request<B>) -> Result<(), ApiError> {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let ours = |host: &[u8]| self.hosts.iter().any(|known| known.as_bytes() == host);
        let named = match (hosts.next(), hosts.next()) {
            (Some(host), None) => ours(host.as_bytes()),
            _ => false,
        };
        let target = request.uri().authority().is_none_or(|authority| ours(authority.as_str().as_bytes()));
        if named && target {
            return Ok(());
        }
        let words = format!("The `Host` of this request is not {}. Nothing was done.", self.hosts.join(" or "));
        Err(ApiError::new(Code::InvalidRequest, words))
    }

    fn knows_token(&self, headers: &HeaderMap) -> bool {
        let bearer = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| bearer(value.as_bytes()));
        let keys = headers.get_all(KEY_HEADER).iter().map(axum::http::HeaderValue::as_bytes);
        let matches =
            bearer.chain(keys).fold(Choice::from(0), |known, given| known | digest(given).ct_eq(&self.digest));
        matches.into()
    }
}

fn no_token(headers: &HeaderMap) -> ApiError {
    let given = headers.contains_key(header::AUTHORIZATION) || headers.contains_key(KEY_HEADER);
    ApiError::new(
        Code::Unauthorized,
        if given {
            "The token is not the one of this Skein. Copy it from the settings, or see what `skein serve` says."
        } else {
            "This needs the token: send it as `Authorization: Bearer TOKEN` or as `X-API-Key: TOKEN`."
        },
    )
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// What follows `Bearer`, whose case does not matter (RFC 7235).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| rest.trim_ascii())
}

fn head_size<B>(request: &Request<B>) -> usize {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    target + headers.sum::<usize>()
}
