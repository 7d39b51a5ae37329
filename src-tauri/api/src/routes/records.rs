//! Seals: showing one, checking what it seals, and the record that carries it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use skein_core::thread::RuleError;
use skein_core::wire::{ErrorBody, SealView, Verification};

use super::{Desk, Id};
use crate::error::ApiError;
use crate::json::Query;

/// Get a thread's last seal
#[utoipa::path(get, path = "/v1/threads/{id}/seal", tag = "records",
    params(("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$")),
    responses((status = 200, description = "The seal", body = SealView), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn seal(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<Json<SealView>, ApiError> {
    query.end()?;
    let seal = desk.ask(move |skein| skein.seal(&id)?.ok_or_else(|| RuleError::NeverSealed(id).into())).await?;
    Ok(Json(seal))
}

/// Check a thread against its last seal
///
/// Four answers: `valid`; `altered`, with what differs; `unknown_key`, sealed by a key this machine does not have; `unsigned`.
#[utoipa::path(get, path = "/v1/threads/{id}/verify", tag = "records",
    params(("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$")),
    responses((status = 200, description = "What was found", body = Verification), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn verify(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<Json<Verification>, ApiError> {
    query.end()?;
    Ok(Json(desk.ask(move |skein| skein.verify_thread(&id)).await?))
}

/// Export a thread's record: a zip that anyone can check
///
/// The record of an open thread is a draft, and says so. A thread that is not what was sealed gets none.
#[utoipa::path(get, path = "/v1/threads/{id}/record", tag = "records",
    params(("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$")),
    responses((status = 200, description = "The package", content_type = "application/zip", body = Vec<u8>), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn record(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<impl IntoResponse, ApiError> {
    query.end()?;
    // Whoever does not wait for it any more needs no package.
    let gone = Arc::new(());
    let waiting = Arc::downgrade(&gone);
    let (name, package) = desk.ask(move |skein| skein.record(&id, &|| waiting.strong_count() == 0)).await?;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, disposition)], package))
}
