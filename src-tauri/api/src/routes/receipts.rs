//! What was sent for a response, how a thread asks, and what it all used.

use axum::Json;
use axum::extract::State;
use skein_core::UsageFilter;
use skein_core::wire::{ErrorBody, Receipt, Response, SentRequest, ThreadOptions, UsageBy, UsageReport};

use super::{Desk, Id};
use crate::error::ApiError;
use crate::json::{Bytes, Query};

/// Get a response
#[utoipa::path(get, path = "/v1/model/response/{id}", tag = "responses",
    params(("id" = String, Path, description = "The response's id")),
    responses((status = 200, description = "The response, as far as it has come", body = Response), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn response(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<Json<Response>, ApiError> {
    query.end()?;
    Ok(Json(desk.ask(move |skein| skein.get_response(&id)).await?))
}

/// Get the receipt of a response: what exactly was sent for it
#[utoipa::path(get, path = "/v1/model/response/{id}/receipt", tag = "responses",
    params(("id" = String, Path, description = "The id of the response, or of its reply")),
    responses((status = 200, description = "The receipt", body = Receipt), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn receipt(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<Json<Receipt>, ApiError> {
    query.end()?;
    Ok(Json(desk.ask(move |skein| skein.receipt(&id)).await?))
}

/// Get the request that was sent for a response, made anew and held against its hash
#[utoipa::path(get, path = "/v1/model/response/{id}/request", tag = "responses",
    params(("id" = String, Path, description = "The id of the response, or of its reply")),
    responses((status = 200, description = "The request; never its key", body = SentRequest), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn request(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<Json<SentRequest>, ApiError> {
    query.end()?;
    Ok(Json(desk.ask(move |skein| skein.sent_request(&id)).await?))
}

/// Get how a thread asks its models
#[utoipa::path(get, path = "/v1/threads/{id}/options", tag = "threads",
    params(("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$")),
    responses((status = 200, description = "The options", body = ThreadOptions), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn options(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<Json<ThreadOptions>, ApiError> {
    query.end()?;
    Ok(Json(desk.ask(move |skein| skein.thread_options(&id)).await?))
}

/// Set how a thread asks its models
#[utoipa::path(put, path = "/v1/threads/{id}/options", tag = "threads",
    params(("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$")),
    request_body = ThreadOptions,
    responses((status = 200, description = "The options", body = ThreadOptions), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn set_options(
    State(desk): State<Desk>,
    Id(id): Id,
    query: Query,
    body: Bytes,
) -> Result<Json<ThreadOptions>, ApiError> {
    query.end()?;
    let mut fields = body.object()?;
    fields.refuse_null()?;
    let options = ThreadOptions {
        policy: fields.word("policy", "`newest` or `refuse`")?.unwrap_or_default(),
        parameters: fields.map("parameters")?.unwrap_or_default(),
    };
    fields.end()?;
    Ok(Json(desk.ask(move |skein| skein.set_thread_options(&id, options)).await?))
}

/// Sum tokens, and what they cost where there is a price
#[utoipa::path(get, path = "/v1/usage", tag = "usage",
    params(
        ("by" = Option<String>, Query, pattern = "^(month|client|model|thread)$", description = "`month` (unless said), `client`, `model` or `thread`"),
        ("thread" = Option<String>, Query, pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$", description = "Only this thread"),
        ("client" = Option<String>, Query, description = "Only threads with this `client` in their metadata"),
        ("month" = Option<String>, Query, pattern = "^[1-9][0-9]{3}-(0[1-9]|1[0-2])$", description = "Only this month, such as 2026-11"),
    ),
    responses((status = 200, description = "The sums", body = UsageReport), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn usage(State(desk): State<Desk>, mut query: Query) -> Result<Json<UsageReport>, ApiError> {
    let words = [
        ("month", UsageBy::Month),
        ("client", UsageBy::Client),
        ("model", UsageBy::Model),
        ("thread", UsageBy::Thread),
    ];
    let filter = UsageFilter {
        by: query.word("by", &words)?.unwrap_or_default(),
        thread: query.one("thread")?,
        client: query.one("client")?,
        month: query.one("month")?,
    };
    query.end()?;
    Ok(Json(desk.ask(move |skein| skein.usage(&filter)).await?))
}
