//! Drafts: what was typed and not sent, one a thread and one for the thread yet to be made.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;
use crate::wire::Draft;

/// Stands for the thread that is yet to be made.
pub const NEW_THREAD: i64 = 0;

/// Reads a draft; empty if there is none.
///
/// # Errors
/// `storage_error`.
pub fn get(conn: &Connection, thread: i64) -> Result<Draft, StoreError> {
    let mut read = conn.prepare_cached("SELECT text, system, model FROM draft WHERE thread = ?1")?;
    let draft = read
        .query_row([thread], |row| Ok(Draft { text: row.get(0)?, system: row.get(1)?, model: row.get(2)? }))
        .optional()?;
    Ok(draft.unwrap_or_default())
}

/// Keeps a draft; an empty one is removed.
///
/// # Errors
/// `storage_error`.
pub fn set(tx: &Transaction<'_>, thread: i64, draft: &Draft) -> Result<(), StoreError> {
    if *draft == Draft::default() {
        tx.prepare_cached("DELETE FROM draft WHERE thread = ?1")?.execute([thread])?;
    } else {
        tx.prepare_cached(
            "INSERT INTO draft (thread, text, system, model) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (thread) DO UPDATE SET text = ?2, system = ?3, model = ?4",
        )?
        .execute(params![thread, draft.text, draft.system, draft.model])?;
    }
    Ok(())
}
