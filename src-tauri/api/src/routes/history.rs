//! What happened to a thread.

use axum::Json;
use axum::extract::State;
use skein_core::wire::{Entry, ErrorBody, Page};

use super::{Desk, Id, whole};
use crate::error::ApiError;
use crate::json::Query;

/// List the history of a thread, oldest first; of one in the bin too
#[utoipa::path(get, path = "/v1/threads/{id}/events", tag = "threads", params(("id" = String, Path, description = "The thread's id")),
    responses((status = 200, description = "Every entry", body = Page<Entry>), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn list(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<Json<Page<Entry>>, ApiError> {
    query.end()?;
    let entries = desk.ask(move |skein| skein.list_history(&id)).await?;
    Ok(Json(whole(entries, |entry| entry.seq.to_string())))
}
