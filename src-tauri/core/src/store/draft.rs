//! Drafts: what was typed and not sent, one a thread and one for the thread yet to be made.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// Stands for the thread that is yet to be made.
pub const NEW_THREAD: i64 = 0;

/// Reads a draft; empty if there is none.
///
/// # Errors
/// `storage_error`.
pub fn get(conn: &Connection, thread: i64) -> Result<String, StoreError> {
    let mut read = conn.prepare_cached("SELECT text FROM draft WHERE thread = ?1")?;
    Ok(read.query_row([thread], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// Keeps a draft; an empty one is removed.
///
/// # Errors
/// `storage_error`.
pub fn set(tx: &Transaction<'_>, thread: i64, text: &str) -> Result<(), StoreError> {
    if text.is_empty() {
        tx.prepare_cached("DELETE FROM draft WHERE thread = ?1")?.execute([thread])?;
    } else {
        tx.prepare_cached(
            "INSERT INTO draft (thread, text) VALUES (?1, ?2) ON CONFLICT (thread) DO UPDATE SET text = ?2",
        )?
        .execute(params![thread, text])?;
    }
    Ok(())
}
