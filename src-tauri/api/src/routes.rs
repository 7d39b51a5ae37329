//! Every call there is, one file a topic, and what they share.

pub mod history;
pub mod messages;
pub mod models;
pub mod receipts;
pub mod records;
pub mod responses;
pub mod threads;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::routing::{get, post};
use sha2::{Digest, Sha256};
use skein_core::response::Sink;
use skein_core::wire::Thread;
use skein_core::{Code, Once, Skein};

use crate::error::ApiError;
use crate::json::{Bytes, Query};
use crate::openapi;

/// Characters of an `Idempotency-Key`.
const KEY_CHARS: usize = 255;

/// What every call works with.
#[derive(Clone)]
pub struct Desk {
    pub skein: Skein,
    pub watch: Option<Arc<dyn Sink>>,
}

impl Desk {
    /// Asks the core off the async threads, for it waits for the disk.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Skein) -> skein_core::Result<T> + Send + 'static,
    ) -> Result<T, ApiError> {
        let skein = self.skein.clone();
        match tokio::task::spawn_blocking(move || work(&skein)).await {
            Ok(done) => Ok(done?),
            Err(_) => Err(ApiError::new(Code::StorageError, "This call was broken off inside Skein. Try it again.")),
        }
    }
}

/// The routes, behind the guard.
pub fn all(desk: Desk) -> Router {
    Router::new()
        .route("/v1/model/response", post(responses::create))
        .route("/v1/model/response/{id}", get(receipts::response))
        .route("/v1/model/response/{id}/receipt", get(receipts::receipt))
        .route("/v1/model/response/{id}/request", get(receipts::request))
        .route("/v1/threads", post(threads::create).get(threads::list))
        .route("/v1/threads/{id}", get(threads::find).patch(threads::change).delete(threads::delete))
        .route("/v1/threads/{id}/undelete", post(threads::undelete))
        .route("/v1/threads/{id}/fork", post(threads::fork))
        .route("/v1/threads/{id}/messages", get(messages::list))
        .route("/v1/threads/{id}/events", get(history::list))
        .route("/v1/threads/{id}/seal", get(records::seal))
        .route("/v1/threads/{id}/verify", get(records::verify))
        .route("/v1/threads/{id}/record", get(records::record))
        .route("/v1/threads/{id}/options", get(receipts::options).put(receipts::set_options))
        .route("/v1/usage", get(receipts::usage))
        .route("/v1/models", get(models::list))
        .route("/v1/openapi.json", get(openapi::show))
        .fallback(no_such_call)
        .method_not_allowed_fallback(no_such_method)
        .with_state(desk)
}

async fn no_such_call(method: Method, uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(200).collect();
    ApiError::new(Code::NotFound, format!("There is no call {method} {path}. `GET /v1/openapi.json` lists them."))
}

async fn no_such_method(method: Method) -> ApiError {
    ApiError::new(Code::MethodNotAllowed, format!("{method} does not work here; the `Allow` header says what does."))
}

/// The thread's id in the path.
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| ApiError::invalid("The thread id in the path is not UTF-8 text."))?;
        Ok(Self(id))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let pairs = pairs.map_err(|_| ApiError::invalid("What stands behind the `?` cannot be read."))?;
        Ok(Self(pairs.0))
    }
}

/// What `Idempotency-Key` says, and what it is said of.
pub struct Key {
    key: Option<String>,
    call: String,
}

impl Key {
    /// The key together with what makes the request what it is, if there is one.
    pub fn once(&self, body: &Bytes) -> Option<Once> {
        let key = self.key.as_deref()?;
        let request = Sha256::new().chain_update(&self.call).chain_update(&body.0).finalize();
        Some(Once::new(key, request.into()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let key = text_header(&parts.headers, "idempotency-key")?.map(str::to_owned);
        if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > KEY_CHARS) {
            let words = format!("`Idempotency-Key` has to have 1 to {KEY_CHARS} characters. Nothing was done.");
            return Err(ApiError::invalid(words));
        }
        Ok(Self { key, call: format!("{} {}\n", parts.method, parts.uri.path()) })
    }
}

/// The revision of a thread as its `ETag`.
fn etag(thread: &Thread) -> [(header::HeaderName, HeaderValue); 1] {
    let tag = HeaderValue::try_from(format!("\"{}\"", thread.revision));
    [(header::ETAG, tag.unwrap_or(HeaderValue::from_static("\"0\"")))]
}

/// A header as text, if it is there.
fn text_header<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ApiError> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    match (first.map(HeaderValue::to_str), second) {
        (None, _) => Ok(None),
        (Some(Ok(text)), None) => Ok(Some(text)),
        _ => Err(ApiError::invalid(format!("The header `{name}` cannot be read."))),
    }
}
