//! How an error leaves: `{"error": {code, message, details}}` with the status of its code.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use skein_core::Code;
use skein_core::wire::{self, ErrorBody, ErrorDetail, FailedResponse, JsonObject};

/// A refusal on its way out.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    detail: Box<ErrorDetail>,
    response: Option<Box<wire::Response>>,
}

impl ApiError {
    /// A code and a person's words.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let detail = ErrorDetail { code: code.as_str().into(), message: message.into(), details: JsonObject::new() };
        Self { status: status(code), detail: detail.into(), response: None }
    }

    /// Something about the request that makes no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, message)
    }

    /// With what was too large, and what would not have been.
    pub fn with_size(mut self, size: usize, limit: usize) -> Self {
        self.detail.details.insert("size".into(), json!(size));
        self.detail.details.insert("limit".into(), json!(limit));
        self
    }

    /// With what it is about.
    pub fn name(&mut self, what: &str, name: &str) {
        self.detail.details.insert(what.into(), json!(name));
    }

    /// A response that did not complete, with the error it ended with.
    pub fn failed(response: wire::Response, error: ErrorDetail) -> Self {
        let code = Code::ALL.iter().copied().find(|code| code.as_str() == error.code);
        Self {
            status: status(code.unwrap_or(Code::StorageError)),
            detail: error.into(),
            response: Some(response.into()),
        }
    }
}

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl From<skein_core::Error> for ApiError {
    fn from(error: skein_core::Error) -> Self {
        Self { status: status(error.code()), detail: error.detail().into(), response: None }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let seconds = self.detail.details.get("retryAfter").and_then(serde_json::Value::as_u64);
        let mut response = match self.response {
            None => (self.status, Json(ErrorBody { error: *self.detail })).into_response(),
            Some(response) => {
                (self.status, Json(FailedResponse { error: *self.detail, response: *response })).into_response()
            }
        };
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
