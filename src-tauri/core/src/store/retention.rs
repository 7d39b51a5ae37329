//! Retention's look-ups: what is due, what is to leave the bin, and when the time was last looked
//! at. What is done about it is decided in [`crate::thread::retention`] and stands in the history.

use rusqlite::{Connection, Row, Transaction, params};

use super::thread::{COLUMNS, ThreadRow, from_row};
use super::{StoreError, setting};
use crate::clock::Millis;
use crate::thread::retention::Watch;

/// Key of what is known about the time.
const WATCH: &str = "retention.watch";

/// When a thread came back from the bin: from then on it is not taken for forgotten.
const UNDELETED: &str =
    "coalesce((SELECT max(at) FROM entry WHERE entry.thread = thread.seq AND kind = 'undeleted'), 0)";

/// What the policy may touch.
const FREE: &str = "state = 'open' AND NOT EXISTS (SELECT 1 FROM view WHERE view.thread = thread.seq AND pinned = 1)";

/// A thread, and since when nothing has happened to it.
#[derive(Debug)]
pub struct Resting {
    /// The thread.
    pub thread: ThreadRow,
    /// When a message was added last, or when it came back from the bin.
    pub since: Millis,
}

/// A thread in the bin.
#[derive(Debug)]
pub struct Binned {
    /// The thread.
    pub thread: ThreadRow,
    /// When it went there.
    pub deleted_at: Millis,
    /// When notice was last given that it will be erased.
    pub announced_at: Option<Millis>,
}

fn resting(row: &Row<'_>) -> rusqlite::Result<Resting> {
    let thread = from_row(row)?;
    let since = thread.last_activity_at.max(row.get("undeleted_at")?);
    Ok(Resting { thread, since })
}

/// Threads at rest since `rests_since` or made before `made_before`, the longest at rest first, behind a place.
///
/// # Errors
/// `storage_error`.
pub fn due(
    conn: &Connection,
    rests_since: Millis,
    made_before: Millis,
    after: (Millis, i64),
    limit: u32,
) -> Result<Vec<Resting>, StoreError> {
    let mut read = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, {UNDELETED} AS undeleted_at FROM thread
         WHERE deleted_at IS NULL AND {FREE} AND (last_activity_at, thread.seq) > (?3, ?4)
         AND (created_at <= ?2 OR (last_activity_at <= ?1 AND {UNDELETED} <= ?1))
         ORDER BY last_activity_at, thread.seq LIMIT ?5"
    ))?;
    let rows = read.query_map(params![rests_since, made_before, after.0, after.1, limit], resting)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Some threads at rest since `rests_since` in which nothing is running.
///
/// # Errors
/// `storage_error`.
pub fn forgotten(conn: &Connection, rests_since: Millis, limit: u32) -> Result<Vec<Resting>, StoreError> {
    let mut read = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, {UNDELETED} AS undeleted_at FROM thread
         WHERE deleted_at IS NULL AND last_activity_at <= ?1 AND {FREE} AND {UNDELETED} <= ?1
         AND NOT EXISTS (
             SELECT 1 FROM response WHERE response.thread = thread.seq AND status IN ('pending', 'streaming'))
         ORDER BY last_activity_at, thread.seq LIMIT ?2"
    ))?;
    let rows = read.query_map(params![rests_since, limit], resting)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Threads in the bin that the policy may touch, behind a number.
///
/// # Errors
/// `storage_error`.
pub fn bin(conn: &Connection, after: i64, limit: u32) -> Result<Vec<Binned>, StoreError> {
    let mut read = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, (
             SELECT at FROM entry WHERE entry.thread = thread.seq AND kind = 'erasing_announced' AND entry.seq > (
                 SELECT max(d.seq) FROM entry d WHERE d.thread = thread.seq AND d.kind IN ('deleted', 'undeleted'))
             ORDER BY entry.seq DESC LIMIT 1) AS announced_at
         FROM thread WHERE deleted_at IS NOT NULL AND {FREE} AND thread.seq > ?1 ORDER BY thread.seq LIMIT ?2"
    ))?;
    let rows = read.query_map(params![after, limit], |row| {
        Ok(Binned {
            thread: from_row(row)?,
            deleted_at: row.get("deleted_at")?,
            announced_at: row.get("announced_at")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The ids of everything in the bin, what went there first in front.
///
/// # Errors
/// `storage_error`.
pub fn bin_ids(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let mut read =
        conn.prepare_cached("SELECT id FROM thread WHERE deleted_at IS NOT NULL ORDER BY deleted_at, seq")?;
    let ids = read.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// What is known about the time; nothing before the first look.
///
/// # Errors
/// `storage_error`.
pub fn watch(conn: &Connection) -> Result<Option<Watch>, StoreError> {
    let stored = setting::find(conn, WATCH)?;
    let numbers = stored.and_then(|json| serde_json::from_str::<[Millis; 2]>(&json).ok());
    Ok(numbers.map(|[seen, wait]| Watch { seen, wait }))
}

/// Keeps what is known about the time.
///
/// # Errors
/// `storage_error`.
pub fn keep_watch(tx: &Transaction<'_>, watch: Watch) -> Result<(), StoreError> {
    setting::set(tx, WATCH, &serde_json::json!([watch.seen, watch.wait]).to_string())
}
