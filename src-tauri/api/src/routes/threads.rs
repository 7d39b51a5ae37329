//! Threads: making, listing, changing, deleting and forking them.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use skein_core::store::listing::{Order, ThreadFilter};
use skein_core::wire::{Deleted, ErrorBody, ForkRequest, NewThread, Page, Thread, ThreadPatch};
use skein_core::{ThreadChange, wire};

use super::{Desk, Id, Key, etag, text_header};
use crate::error::ApiError;
use crate::json::{Bytes, Fields, Query};

const STATES: [(&str, wire::State); 3] =
    [("open", wire::State::Open), ("locked", wire::State::Locked), ("archived", wire::State::Archived)];
const TRUTH: [(&str, bool); 2] = [("true", true), ("false", false)];

/// The words of a state, for an error.
pub const STATE_WORDS: &str = "open, locked or archived";

/// Make a thread
#[utoipa::path(post, path = "/v1/threads", tag = "threads", request_body = NewThread,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, description = "Repeats the first answer for 24 hours")),
    responses((status = 201, description = "The new thread", body = Thread), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn create(
    State(desk): State<Desk>,
    query: Query,
    key: Key,
    body: Bytes,
) -> Result<impl IntoResponse, ApiError> {
    query.end()?;
    let new = new_thread(body.object_or_nothing()?)?;
    let once = key.once(&body);
    let made = desk.ask(move |skein| match &once {
        Some(once) => skein.create_thread_once(once, new.id.as_deref(), new.title.as_deref(), new.metadata.as_ref()),
        None => skein.create_thread(new.id.as_deref(), new.title.as_deref(), new.metadata),
    });
    let made = made.await?;
    Ok((StatusCode::CREATED, etag(&made), Json(made)))
}

fn new_thread(mut fields: Fields) -> Result<NewThread, ApiError> {
    let new = NewThread { id: fields.string("id")?, title: fields.string("title")?, metadata: fields.map("metadata")? };
    fields.end()?;
    Ok(new)
}

/// List threads
///
/// `metadata.KEY=VALUE` lists those with that value under that key of their metadata; it can stand more than once.
#[utoipa::path(get, path = "/v1/threads", tag = "threads",
    params(
        ("state" = Option<wire::State>, Query, description = "Only threads in this state"),
        ("olderThan" = Option<u32>, Query, minimum = 0, maximum = 36500, description = "Only threads without activity for so many days"),
        ("q" = Option<String>, Query, description = "Only threads with a message that a search for this finds"),
        ("pinned" = Option<bool>, Query, description = "Only pinned threads, or only others"),
        ("deleted" = Option<bool>, Query, description = "What is in the bin"),
        ("order" = Option<String>, Query, pattern = "^(created|activity)$", description = "`created` (newest first) or `activity` (latest first)"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "20 unless said"),
        ("after" = Option<String>, Query, description = "The `lastId` of the page before"),
        ("before" = Option<String>, Query, description = "The `firstId` of the page after"),
    ),
    responses((status = 200, description = "A page", body = Page<Thread>), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn list(State(desk): State<Desk>, query: Query) -> Result<Json<Page<Thread>>, ApiError> {
    let filter = filter(query)?;
    Ok(Json(desk.ask(move |skein| skein.list_threads(&filter)).await?))
}

fn filter(mut query: Query) -> Result<ThreadFilter, ApiError> {
    let metadata = query.0.extract_if(.., |(key, _)| key.starts_with("metadata."));
    let metadata = metadata.map(|(key, value)| (key["metadata.".len()..].to_owned(), value)).collect();
    let filter = ThreadFilter {
        state: query.word("state", &STATES)?,
        metadata,
        older_than: query.number("olderThan", 0..=36_500)?,
        text: query.one("q")?,
        pinned: query.word("pinned", &TRUTH)?,
        deleted: query.word("deleted", &TRUTH)?.unwrap_or_default(),
        order: query.word("order", &[("created", Order::Created), ("activity", Order::Activity)])?.unwrap_or_default(),
        limit: query.number("limit", 1..=100)?.unwrap_or_default(),
        after: query.one("after")?,
        before: query.one("before")?,
    };
    query.end()?;
    Ok(filter)
}

/// Get a thread
#[utoipa::path(get, path = "/v1/threads/{id}", tag = "threads", params(("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$")),
    responses((status = 200, description = "The thread; its `ETag` is its revision", body = Thread), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn find(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<impl IntoResponse, ApiError> {
    query.end()?;
    let thread = desk.ask(move |skein| skein.get_thread(&id)).await?;
    Ok((etag(&thread), Json(thread)))
}

/// Change a thread: unlock it, then metadata and title, then lock or archive it; all or nothing
#[utoipa::path(patch, path = "/v1/threads/{id}", tag = "threads", request_body = ThreadPatch,
    params(
        ("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$"),
        ("If-Match" = Option<String>, Header, description = "An `ETag`: change nothing if the thread has another by now"),
    ),
    responses((status = 200, description = "The thread as it is now", body = Thread), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn change(
    State(desk): State<Desk>,
    Id(id): Id,
    query: Query,
    headers: HeaderMap,
    body: Bytes,
) -> Result<impl IntoResponse, ApiError> {
    query.end()?;
    let tags = text_header(&headers, "if-match")?.map(revisions).transpose()?.flatten();
    let patch = thread_patch(body.object()?)?;
    let thread = desk.ask(move |skein| {
        let if_revision = match tags.as_deref() {
            None => None,
            Some([one]) => Some(*one),
            // Any of them will do, as long as it is the one it has.
            Some(several) => {
                let now = skein.get_thread(&id)?.revision;
                several.iter().copied().find(|revision| *revision == now).or(Some(u64::MAX))
            }
        };
        skein.change_thread(
            &id,
            &ThreadChange { state: patch.state, metadata: patch.metadata, title: patch.title, if_revision },
        )
    });
    let thread = thread.await?;
    Ok((etag(&thread), Json(thread)))
}

fn thread_patch(mut fields: Fields) -> Result<ThreadPatch, ApiError> {
    fields.refuse_null()?;
    let patch = ThreadPatch {
        state: fields.word("state", STATE_WORDS)?,
        metadata: fields.map("metadata")?,
        title: fields.string("title")?,
    };
    fields.end()?;
    Ok(patch)
}

/// The revisions that `If-Match` lists (RFC 9110, 13.1.1); `*` takes any. A weak tag never matches.
fn revisions(header: &str) -> Result<Option<Vec<u64>>, ApiError> {
    if header.trim() == "*" {
        return Ok(None);
    }
    let read = |tag: &str| -> Result<u64, ApiError> {
        let tag = tag.trim();
        let strong = tag.strip_prefix("W/").unwrap_or(tag);
        let inner = strong.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let inner = inner.ok_or_else(|| {
            ApiError::invalid(
                "`If-Match` has to be the thread's `ETag`, such as \"3\" with its quotes. Nothing was changed.",
            )
        })?;
        Ok(if strong == tag { inner.parse().unwrap_or(u64::MAX) } else { u64::MAX })
    };
    header.split(',').map(read).collect::<Result<_, _>>().map(Some)
}

/// Delete a thread: an open one into the bin, an archived one for good
#[utoipa::path(delete, path = "/v1/threads/{id}", tag = "threads",
    params(
        ("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$"),
        ("confirm" = Option<String>, Query, description = "The id once more, which erasing an archived thread asks for"),
    ),
    responses((status = 200, description = "It is deleted", body = Deleted), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn delete(State(desk): State<Desk>, Id(id): Id, mut query: Query) -> Result<Json<Deleted>, ApiError> {
    let confirm = query.one("confirm")?;
    query.end()?;
    Ok(Json(desk.ask(move |skein| skein.delete_thread(&id, confirm.as_deref())).await?))
}

/// Take a thread back out of the bin
#[utoipa::path(post, path = "/v1/threads/{id}/undelete", tag = "threads",
    params(
        ("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, description = "Repeats the first answer for 24 hours"),
    ),
    responses((status = 200, description = "The thread", body = Thread), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn undelete(
    State(desk): State<Desk>,
    Id(id): Id,
    query: Query,
    key: Key,
    body: Bytes,
) -> Result<impl IntoResponse, ApiError> {
    query.end()?;
    body.object_or_nothing()?.end()?;
    let once = key.once(&body);
    let thread = desk.ask(move |skein| match &once {
        Some(once) => skein.undelete_thread_once(once, &id),
        None => skein.undelete_thread(&id),
    });
    let thread = thread.await?;
    Ok((etag(&thread), Json(thread)))
}

/// Copy the path up to a message into a new, open thread
#[utoipa::path(post, path = "/v1/threads/{id}/fork", tag = "threads", request_body = ForkRequest,
    params(
        ("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, description = "Repeats the first answer for 24 hours"),
    ),
    responses((status = 201, description = "The new thread", body = Thread), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn fork(
    State(desk): State<Desk>,
    Id(id): Id,
    query: Query,
    key: Key,
    body: Bytes,
) -> Result<impl IntoResponse, ApiError> {
    query.end()?;
    let mut fields = body.object_or_nothing()?;
    let request = ForkRequest { message_id: fields.string("messageId")? };
    fields.end()?;
    let once = key.once(&body);
    let copy = desk.ask(move |skein| match &once {
        Some(once) => skein.fork_thread_once(once, &id, request.message_id.as_deref()),
        None => skein.fork_thread(&id, request.message_id.as_deref()),
    });
    let copy = copy.await?;
    Ok((StatusCode::CREATED, etag(&copy), Json(copy)))
}
