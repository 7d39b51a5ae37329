//! The description of the API, generated from the routes and the wire's shapes.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use skein_core::wire::ErrorBody;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::error::ApiError;
use crate::json::Query;
use crate::routes::{history, messages, models, receipts, records, responses, threads};

#[derive(OpenApi)]
#[openapi(
    info(title = "Skein", description = "The local API: threads and responses on this machine."),
    paths(
        responses::create,
        receipts::response,
        receipts::receipt,
        receipts::request,
        receipts::options,
        receipts::set_options,
        receipts::usage,
        threads::create,
        threads::list,
        threads::find,
        threads::change,
        threads::delete,
        threads::undelete,
        threads::fork,
        messages::list,
        history::list,
        records::seal,
        records::verify,
        records::record,
        models::list,
        show,
    ),
    security(("bearer" = []), ("key" = [])),
    modifiers(&Token)
)]
struct Description;

/// The two ways to send the token.
struct Token;

impl Modify for Token {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let parts = api.components.get_or_insert_default();
        parts.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        parts.add_security_scheme("key", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))));
    }
}

static JSON: LazyLock<String> = LazyLock::new(|| serde_json::json!(Description::openapi()).to_string());

/// Get this description
#[utoipa::path(get, path = "/v1/openapi.json", tag = "description", 
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn show(query: Query) -> Result<impl IntoResponse, ApiError> {
    query.end()?;
    Ok(([(header::CONTENT_TYPE, "application/json")], JSON.as_str()))
}
