//! The `metadata` table, and `metadata_key`, by which lists filter and group.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;
use crate::thread::Metadata;
use crate::wire::JsonObject;

/// Gets a thread's metadata; empty if it has none.
///
/// # Errors
/// `storage_error`, also for metadata that cannot be read.
pub fn get(conn: &Connection, thread: i64) -> Result<Metadata, StoreError> {
    let mut read = conn.prepare_cached("SELECT json FROM metadata WHERE thread = ?1")?;
    let json: Option<String> = read.query_row([thread], |row| row.get(0)).optional()?;
    let Some(json) = json else { return Ok(Metadata::default()) };
    serde_json::from_str::<JsonObject>(&json)
        .ok()
        .and_then(|object| Metadata::new(object).ok())
        .ok_or_else(|| StoreError::Damaged("a thread's metadata cannot be read".into()))
}

/// A thread's metadata as it lies there; `{}` if it has none.
///
/// # Errors
/// `storage_error`.
pub(super) fn stored(conn: &Connection, thread: i64) -> Result<String, StoreError> {
    let mut read = conn.prepare_cached("SELECT json FROM metadata WHERE thread = ?1")?;
    let json = read.query_row([thread], |row| super::lines::text(row, "json")).optional()?;
    Ok(json.flatten().unwrap_or_else(|| "{}".into()))
}

/// Sets a thread's metadata and its keys.
///
/// # Errors
/// `thread_locked`, `thread_archived`, `thread_deleted`, `storage_error`.
pub fn set(tx: &Transaction<'_>, thread: i64, metadata: &Metadata) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO metadata (thread, json) VALUES (?1, ?2) ON CONFLICT (thread) DO UPDATE SET json = ?2",
    )?
    .execute(params![thread, metadata.to_json()])?;
    tx.prepare_cached("DELETE FROM metadata_key WHERE thread = ?1")?.execute([thread])?;
    let mut add = tx.prepare_cached("INSERT INTO metadata_key (thread, key, value) VALUES (?1, ?2, ?3)")?;
    for (key, value) in metadata.keys() {
        add.execute(params![thread, key, value])?;
    }
    Ok(())
}

/// Finds the value under one top-level key.
///
/// # Errors
/// `storage_error`.
pub fn find_value(conn: &Connection, thread: i64, key: &str) -> Result<Option<String>, StoreError> {
    let mut read = conn.prepare_cached("SELECT value FROM metadata_key WHERE thread = ?1 AND key = ?2")?;
    Ok(read.query_row(params![thread, key], |row| row.get(0)).optional()?)
}

/// The keys by which threads can be grouped, those that most threads have first; at most `limit`.
///
/// # Errors
/// `storage_error`.
pub fn list_keys(conn: &Connection, limit: u32) -> Result<Vec<String>, StoreError> {
    let mut read =
        conn.prepare_cached("SELECT key FROM metadata_key GROUP BY key ORDER BY count(*) DESC, key LIMIT ?1")?;
    let keys = read.query_map([limit], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// The values that threads have under a key, in order; at most `limit`.
///
/// # Errors
/// `storage_error`.
pub fn list_values(conn: &Connection, key: &str, limit: u32) -> Result<Vec<String>, StoreError> {
    let mut read = conn.prepare_cached(
        "SELECT value FROM metadata_key WHERE key = ?1 GROUP BY value ORDER BY value COLLATE NOCASE, value LIMIT ?2",
    )?;
    let values = read.query_map(params![key, limit], |row| row.get(0))?;
    Ok(values.collect::<Result<_, _>>()?)
}
