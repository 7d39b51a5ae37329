//! The messages of a thread, in pages.

use axum::Json;
use axum::extract::State;
use skein_core::MessageRange;
use skein_core::wire::{ErrorBody, Message, Page};

use super::{Desk, Id};
use crate::error::ApiError;
use crate::json::Query;

/// List the messages of a thread, oldest first
#[utoipa::path(get, path = "/v1/threads/{id}/messages", tag = "threads",
    params(
        ("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "20 unless said"),
        ("after" = Option<String>, Query, description = "The `lastId` of the page before"),
        ("before" = Option<String>, Query, description = "The `firstId` of the page after"),
        ("order" = Option<String>, Query, pattern = "^(asc|desc)$", description = "`asc` (oldest first) or `desc`"),
        ("versions" = Option<String>, Query, pattern = "^(active|all)$", description = "`active` (the path on which the thread goes on) or `all`, in the order they were written"),
    ),
    responses((status = 200, description = "A page", body = Page<Message>), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn list(State(desk): State<Desk>, Id(id): Id, mut query: Query) -> Result<Json<Page<Message>>, ApiError> {
    let range = MessageRange {
        limit: query.number("limit", 1..=100)?.unwrap_or_default(),
        after: query.one("after")?,
        before: query.one("before")?,
        newest_first: query.word("order", &[("asc", false), ("desc", true)])?.unwrap_or_default(),
        all_versions: query.word("versions", &[("active", false), ("all", true)])?.unwrap_or_default(),
    };
    query.end()?;
    Ok(Json(desk.ask(move |skein| skein.list_messages(&id, &range)).await?))
}
