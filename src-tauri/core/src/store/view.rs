//! The `view` table: what belongs to the person's view of a thread. It changes in any state.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// A row of `view`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ViewRow {
    /// Whether the thread is pinned.
    pub pinned: bool,
    /// The tip of the path on show, where it is not the active one.
    pub shown_tip: Option<i64>,
}

/// Gets the view of a thread.
///
/// # Errors
/// `storage_error`.
pub fn get(conn: &Connection, thread: i64) -> Result<ViewRow, StoreError> {
    let mut read = conn.prepare_cached("SELECT pinned, shown_tip FROM view WHERE thread = ?1")?;
    let row = read.query_row([thread], |row| Ok(ViewRow { pinned: row.get(0)?, shown_tip: row.get(1)? })).optional()?;
    Ok(row.unwrap_or_default())
}

/// Pins or unpins.
///
/// # Errors
/// `storage_error`.
pub fn pin(tx: &Transaction<'_>, thread: i64, pinned: bool) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO view (thread, pinned) VALUES (?1, ?2) ON CONFLICT (thread) DO UPDATE SET pinned = ?2",
    )?
    .execute(params![thread, pinned])?;
    Ok(())
}

/// Puts the path to `tip` on show; `None` goes back to the active one.
///
/// # Errors
/// `storage_error`.
pub fn show(tx: &Transaction<'_>, thread: i64, tip: Option<i64>) -> Result<(), StoreError> {
    if tip.is_none() {
        tx.prepare_cached("UPDATE view SET shown_tip = NULL WHERE thread = ?1 AND shown_tip IS NOT NULL")?
            .execute([thread])?;
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO view (thread, shown_tip) VALUES (?1, ?2) ON CONFLICT (thread) DO UPDATE SET shown_tip = ?2",
    )?
    .execute(params![thread, tip])?;
    Ok(())
}
