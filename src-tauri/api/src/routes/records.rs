//! Seals: showing one, and checking what it seals.

use axum::Json;
use axum::extract::State;
use skein_core::Code;
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
    let asked = id.clone();
    let seal = desk.ask(move |skein| skein.seal(&asked)).await?;
    seal.map(Json).ok_or_else(|| never_sealed(&id))
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

fn never_sealed(id: &str) -> ApiError {
    ApiError::new(Code::NotFound, format!("The thread {id} was never locked or archived, so there is no seal."))
}
