//! The `thread_option` table: how a thread asks its models.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::json;

use super::{StoreError, Word};
use crate::wire::{ContextPolicy, ThreadOptions};

/// A thread's options; the defaults if it has none of its own.
///
/// # Errors
/// `storage_error`, also for options that cannot be read.
pub fn get(conn: &Connection, thread: i64) -> Result<ThreadOptions, StoreError> {
    let mut read = conn.prepare_cached("SELECT policy, parameters FROM thread_option WHERE thread = ?1")?;
    let row = read.query_row([thread], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).optional()?;
    let Some((policy, parameters)) = row else { return Ok(ThreadOptions::default()) };
    let options = ContextPolicy::from_word(&policy)
        .and_then(|policy| Some(ThreadOptions { policy, parameters: serde_json::from_str(&parameters).ok()? }));
    options.ok_or_else(|| StoreError::Damaged("a thread's options cannot be read".into()))
}

/// Sets a thread's options.
///
/// # Errors
/// `thread_locked`, `thread_archived`, `thread_deleted`, `storage_error`.
pub fn set(tx: &Transaction<'_>, thread: i64, options: &ThreadOptions) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO thread_option (thread, policy, parameters) VALUES (?1, ?2, ?3)
         ON CONFLICT (thread) DO UPDATE SET policy = ?2, parameters = ?3",
    )?
    .execute(params![thread, options.policy.word(), json!(options.parameters).to_string()])?;
    Ok(())
}
