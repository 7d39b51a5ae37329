//! The `thread` table: one row a conversation.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{StoreError, message::MessageRow, word};
use crate::clock::Millis;
use crate::thread::ThreadId;
use crate::wire::State;

/// A row of `thread`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadRow {
    /// Sequence number; orders threads by creation.
    pub seq: i64,
    /// The id callers use.
    pub id: String,
    /// The title, once it has one.
    pub title: Option<String>,
    /// Where it is in its lifecycle.
    pub state: State,
    /// Messages, all versions counted.
    pub message_count: u32,
    /// The message at the tip of the active path.
    pub tip: Option<i64>,
    /// Grows with every change.
    pub revision: u64,
    /// When it was made.
    pub created_at: Millis,
    /// When anything about it changed last.
    pub updated_at: Millis,
    /// When a message was added last.
    pub last_activity_at: Millis,
    /// When it went to the bin.
    pub deleted_at: Option<Millis>,
    /// The thread and message it was copied from.
    pub forked_from: Option<(String, String)>,
}

/// The columns of [`ThreadRow`], for statements that join other tables.
pub(super) const COLUMNS: &str = "thread.seq AS seq, thread.id AS id, title, state, message_count, tip, revision, \
     thread.created_at AS created_at, updated_at, last_activity_at, deleted_at, forked_thread, forked_message";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<ThreadRow> {
    let forked: (Option<String>, Option<String>) = (row.get("forked_thread")?, row.get("forked_message")?);
    Ok(ThreadRow {
        seq: row.get("seq")?,
        id: row.get("id")?,
        title: row.get("title")?,
        state: word::get(row, "state")?,
        message_count: row.get("message_count")?,
        tip: row.get("tip")?,
        revision: row.get::<_, i64>("revision")? as u64,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        last_activity_at: row.get("last_activity_at")?,
        deleted_at: row.get("deleted_at")?,
        forked_from: forked.0.zip(forked.1),
    })
}

/// Finds a thread by its id, one in the bin included.
///
/// # Errors
/// `storage_error`.
pub fn find_by_id(conn: &Connection, id: &str) -> Result<Option<ThreadRow>, StoreError> {
    let mut read = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM thread WHERE id = ?1"))?;
    Ok(read.query_row([id], from_row).optional()?)
}

/// Gets a thread by its sequence number.
///
/// # Errors
/// `storage_error`, also if there is none.
pub fn get(conn: &Connection, seq: i64) -> Result<ThreadRow, StoreError> {
    let mut read = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM thread WHERE seq = ?1"))?;
    Ok(read.query_row([seq], from_row)?)
}

/// The id of a thread; `None` if it is in the bin or erased.
///
/// # Errors
/// `storage_error`.
pub fn id_of(conn: &Connection, seq: i64) -> Result<Option<String>, StoreError> {
    let mut read = conn.prepare_cached("SELECT id FROM thread WHERE seq = ?1 AND deleted_at IS NULL")?;
    Ok(read.query_row([seq], |row| row.get(0)).optional()?)
}

/// Adds an open, empty thread. The history entry is the caller's to write.
///
/// # Errors
/// `storage_error`, also if the id is taken.
pub fn insert(
    tx: &Transaction<'_>,
    id: &ThreadId,
    title: Option<&str>,
    forked_from: Option<(&str, &str)>,
    now: Millis,
) -> Result<ThreadRow, StoreError> {
    tx.prepare_cached(
        "INSERT INTO thread (id, title, created_at, updated_at, last_activity_at, forked_thread, forked_message)
         VALUES (?1, ?2, ?3, ?3, ?3, ?4, ?5)",
    )?
    .execute(params![id.as_str(), title, now, forked_from.map(|f| f.0), forked_from.map(|f| f.1)])?;
    get(tx, tx.last_insert_rowid())
}

/// Gives a thread a title.
///
/// # Errors
/// `thread_locked`, `thread_archived`, `thread_deleted`, `storage_error`.
pub fn set_title(tx: &Transaction<'_>, seq: i64, title: &str, now: Millis) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE thread SET title = ?2, revision = revision + 1, updated_at = ?3 WHERE seq = ?1")?
        .execute(params![seq, title, now])?;
    Ok(())
}

/// Counts a change that stands in another table.
///
/// # Errors
/// `thread_locked`, `thread_archived`, `thread_deleted`, `storage_error`.
pub fn touch(tx: &Transaction<'_>, seq: i64, now: Millis) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE thread SET revision = revision + 1, updated_at = ?2 WHERE seq = ?1")?
        .execute(params![seq, now])?;
    Ok(())
}

/// Moves the tip of the active path to `tip`, as activity, and shows that path.
///
/// # Errors
/// `thread_locked`, `thread_archived`, `thread_deleted`, `storage_error`.
pub fn set_tip(tx: &Transaction<'_>, tip: &MessageRow, now: Millis) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE thread SET tip = ?2, revision = revision + 1, updated_at = ?3, last_activity_at = max(?3, last_activity_at)
         WHERE seq = ?1",
    )?
    .execute(params![tip.thread, tip.seq, now])?;
    super::view::show(tx, tip.thread, None)
}

/// Removes every row of a thread but its history, whose details go. An `erased` entry must stand already.
///
/// # Errors
/// `storage_error`, also if there is no such entry.
pub fn erase(tx: &Transaction<'_>, seq: i64) -> Result<(), StoreError> {
    // Messages and responses name each other.
    tx.pragma_update(None, "defer_foreign_keys", true)?;
    for statement in [
        "DELETE FROM search WHERE rowid IN (SELECT seq FROM message WHERE thread = ?1)",
        "DELETE FROM response_chunk WHERE response IN (SELECT seq FROM response WHERE thread = ?1)",
        "DELETE FROM idempotency WHERE thread = ?1",
        "DELETE FROM message WHERE thread = ?1",
        "DELETE FROM response WHERE thread = ?1",
        "DELETE FROM metadata WHERE thread = ?1",
        "DELETE FROM metadata_key WHERE thread = ?1",
        "DELETE FROM thread_option WHERE thread = ?1",
        "DELETE FROM view WHERE thread = ?1",
        "DELETE FROM draft WHERE thread = ?1",
        "DELETE FROM verification WHERE thread = ?1",
        "DELETE FROM signature WHERE seal IN (SELECT seq FROM seal WHERE thread = ?1)",
        "DELETE FROM seal WHERE thread = ?1",
        "DELETE FROM entry_detail WHERE entry IN (SELECT seq FROM entry WHERE thread = ?1)",
        "DELETE FROM thread WHERE seq = ?1",
    ] {
        tx.execute(statement, [seq])?;
    }
    super::setting::scrub_becomes_due(tx)
}
