//! What happened to a thread.

use axum::Json;
use axum::extract::State;
use skein_core::wire::{Entry, ErrorBody, Page};

use super::{Desk, Id};
use crate::error::ApiError;
use crate::json::Query;

/// List the history of a thread, oldest first; of one in the bin too
#[utoipa::path(get, path = "/v1/threads/{id}/events", tag = "threads", 
    params(
        ("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "20 unless said"),
        ("after" = Option<String>, Query, description = "The `lastId` of the page before"),
    ),
    responses((status = 200, description = "A page", body = Page<Entry>), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn list(State(desk): State<Desk>, Id(id): Id, mut query: Query) -> Result<Json<Page<Entry>>, ApiError> {
    let limit = query.number("limit", 1..=100)?.unwrap_or(20);
    let after = query.one("after")?;
    query.end()?;
    Ok(Json(desk.ask(move |skein| skein.page_history(&id, after.as_deref(), limit)).await?))
}
