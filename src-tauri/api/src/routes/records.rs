//! Seals: showing one, checking what it seals, and the record that carries it.

use std::path::PathBuf;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use skein_core::store::StoreError;
use skein_core::wire::{ErrorBody, ExportFormat, SealView, Verification};
use skein_core::{Code, Selection, Skein, Target};

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

/// Export a thread's record: a zip that anyone can check
///
/// The record of an open thread is a draft, and says so. A thread that is not what was sealed gets none.
#[utoipa::path(get, path = "/v1/threads/{id}/record", tag = "records",
    params(("id" = String, Path, description = "The thread's id", pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$")),
    responses((status = 200, description = "The package", content_type = "application/zip", body = Vec<u8>), (status = "default", description = "Refused", body = ErrorBody)))]
pub async fn record(State(desk): State<Desk>, Id(id): Id, query: Query) -> Result<impl IntoResponse, ApiError> {
    query.end()?;
    let (name, package) = desk.ask(move |skein| package(skein, id)).await??;
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, disposition)], package))
}

/// Makes the package in a folder of its own, which goes when it has been read: its name, and its bytes.
fn package(skein: &Skein, id: String) -> skein_core::Result<Result<(String, Vec<u8>), ApiError>> {
    let folder = tempfile::tempdir().map_err(StoreError::Io)?;
    let target = Target { path: folder.path().to_owned(), replace: false };
    let exported =
        skein.export(&Selection::Threads(vec![id]), ExportFormat::Record, &target, &mut |_| {}, &|| false)?;
    let Some(file) = exported.files.first().map(|file| PathBuf::from(&file.path)) else {
        return Ok(Err(altered(exported.refused)));
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Ok((name, std::fs::read(file).map_err(StoreError::Io)?)))
}

/// There is no record of a thread that is not what was sealed.
fn altered(refused: Vec<Verification>) -> ApiError {
    let found = refused.into_iter().flat_map(|found| found.findings).next().map(|finding| finding.words);
    let words = format!("{} No record was made of it; it can still be read.", found.unwrap_or_default());
    ApiError::new(Code::StorageError, words.trim_start())
}

fn never_sealed(id: &str) -> ApiError {
    ApiError::new(Code::NotFound, format!("The thread {id} was never locked or archived, so there is no seal."))
}
