//! The `message` table: a tree by parent, cut into branches (see [`super::path`]). Rows are only
//! ever added; each carries a hash of what it says, which is checked whenever it is read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{StoreError, Word, search, word};
use crate::clock::Millis;
use crate::thread::{NewMessage, Place, content_hash};
use crate::wire::{MessageStatus, Role};

/// A row of `message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Sequence number in the store; orders messages.
    pub seq: i64,
    /// The thread's sequence number.
    pub thread: i64,
    /// The message it follows.
    pub parent: Option<i64>,
    /// The first message of its branch.
    pub branch: i64,
    /// Its place on every path through it, from 1.
    pub depth: u32,
    /// Bytes of its text, all parts together.
    pub size: u32,
    /// When it was written.
    pub created_at: Millis,
    /// The response that made it.
    pub response: Option<i64>,
    /// What it says. If `intact` is false, not what was written.
    pub message: NewMessage,
    /// Whether it still is what was written.
    pub intact: bool,
}

/// A message to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewInsert<'a> {
    /// The thread.
    pub thread: i64,
    /// The message it follows; `None` for the first one.
    pub parent: Option<i64>,
    /// What it says.
    pub message: &'a NewMessage,
    /// When it was written.
    pub created_at: Millis,
    /// The response that made it.
    pub response: Option<i64>,
}

/// The columns of [`MessageRow`], which are read by their place: a name would be looked for anew in each row.
pub(super) const COLUMNS: &str = "seq, thread, parent, branch, depth, size, created_at, response, id, role, status, model, \
     copied_from, reasoning, texts, hash";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    let place = Place {
        seq: row.get(0)?,
        thread: row.get(1)?,
        parent: row.get(2)?,
        response: row.get(7)?,
        created_at: row.get(6)?,
    };
    let texts = row.get_ref(14)?.as_str()?;
    // A text that is no list any more was altered; it is shown as it stands.
    let texts = serde_json::from_str::<Vec<String>>(texts).unwrap_or_else(|_| vec![texts.into()]);
    let message = NewMessage {
        id: row.get::<_, String>(8)?.into(),
        role: word::get(row, 9)?,
        texts,
        status: word::get(row, 10)?,
        model: row.get(11)?,
        copied_from: row.get(12)?,
        reasoning: row.get(13)?,
    };
    Ok(MessageRow {
        seq: place.seq,
        thread: place.thread,
        parent: place.parent,
        branch: row.get(3)?,
        depth: row.get(4)?,
        size: row.get(5)?,
        created_at: place.created_at,
        response: place.response,
        intact: row.get_ref(15)?.as_blob()? == content_hash(place, &message),
        message,
    })
}

/// Adds a message behind its parent, counts it and indexes its text.
///
/// # Errors
/// `thread_locked`, `thread_archived`, `thread_deleted`, `message_limit_reached`, `storage_error`.
pub fn insert(tx: &Transaction<'_>, new: &NewInsert<'_>) -> Result<MessageRow, StoreError> {
    let seq: i64 =
        tx.prepare_cached("SELECT coalesce(max(seq), 0) + 1 FROM message")?.query_row([], |row| row.get(0))?;
    let (branch, depth) = match new.parent {
        None => (seq, 1),
        Some(parent) => place_behind(tx, parent, seq)?,
    };
    let message = new.message;
    let size = message.size() as u32;
    let place =
        Place { seq, thread: new.thread, parent: new.parent, response: new.response, created_at: new.created_at };
    let texts = serde_json::Value::from(message.texts.clone()).to_string();
    tx.prepare_cached(
        "INSERT INTO message (seq, thread, id, parent, branch, depth, role, status, size, created_at, response, model, \
         copied_from, hash, texts, reasoning) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?
    .execute(params![
        seq, new.thread, message.id.as_str(), new.parent, branch, depth, message.role.word(), message.status.word(),
        size, new.created_at, new.response, message.model, message.copied_from,
        content_hash(place, message).as_slice(), texts, message.reasoning,
    ])?;
    search::add(tx, seq, &message.texts)?;
    Ok(MessageRow {
        seq,
        thread: new.thread,
        parent: new.parent,
        branch,
        depth,
        size,
        created_at: new.created_at,
        response: new.response,
        message: message.clone(),
        intact: true,
    })
}

/// The branch and depth of a child: the parent's branch goes on if nothing follows the parent there yet.
fn place_behind(tx: &Transaction<'_>, parent: i64, seq: i64) -> Result<(i64, u32), StoreError> {
    let (branch, depth): (i64, u32) = tx
        .prepare_cached("SELECT branch, depth FROM message WHERE seq = ?1")?
        .query_row([parent], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let taken = tx
        .prepare_cached("SELECT 1 FROM message WHERE branch = ?1 AND depth = ?2")?
        .exists(params![branch, depth + 1])?;
    Ok((if taken { seq } else { branch }, depth + 1))
}

/// Gets a message by its sequence number.
///
/// # Errors
/// `storage_error`, also if there is none.
pub fn get(conn: &Connection, seq: i64) -> Result<MessageRow, StoreError> {
    let mut read = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE seq = ?1"))?;
    Ok(read.query_row([seq], from_row)?)
}

/// Finds a message of a thread by its id.
///
/// # Errors
/// `storage_error`.
pub fn find(conn: &Connection, thread: i64, id: &str) -> Result<Option<MessageRow>, StoreError> {
    let mut read = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE id = ?1 AND thread = ?2"))?;
    Ok(read.query_row(params![id, thread], from_row).optional()?)
}

/// The message of a role that was written first in a thread.
///
/// # Errors
/// `storage_error`.
pub fn first_of(conn: &Connection, thread: i64, role: Role) -> Result<Option<MessageRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM message WHERE thread = ?1 AND role = ?2 ORDER BY seq LIMIT 1");
    Ok(conn.prepare_cached(&sql)?.query_row(params![thread, role.word()], from_row).optional()?)
}

/// Finds a message by its id, whichever thread it is in.
///
/// # Errors
/// `storage_error`.
pub fn find_anywhere(conn: &Connection, id: &str) -> Result<Option<MessageRow>, StoreError> {
    let mut read = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE id = ?1"))?;
    Ok(read.query_row([id], from_row).optional()?)
}

/// The id of a message.
///
/// # Errors
/// `storage_error`, also if there is none.
pub fn id_of(conn: &Connection, seq: i64) -> Result<String, StoreError> {
    Ok(conn.prepare_cached("SELECT id FROM message WHERE seq = ?1")?.query_row([seq], |row| row.get(0))?)
}

/// What stands around a message, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kin {
    /// The message it follows.
    pub parent: Option<String>,
    /// The response that made it.
    pub response: Option<String>,
    /// Every message that follows the same parent, itself included, oldest first.
    pub versions: Vec<String>,
}

/// What stands around messages, by their sequence numbers, in one query: a page asks this of each of its messages.
///
/// # Errors
/// `storage_error`.
pub fn kin_of(conn: &Connection, seqs: impl IntoIterator<Item = i64>) -> Result<HashMap<i64, Kin>, StoreError> {
    let wanted = serde_json::Value::from_iter(seqs).to_string();
    let mut read = conn.prepare_cached(
        "SELECT m.seq, p.id, r.id, v.id
         FROM json_each(?1) AS wanted
         CROSS JOIN message AS m ON m.seq = wanted.value
         CROSS JOIN message AS v ON v.parent IS m.parent AND v.thread = m.thread
         LEFT JOIN message AS p ON p.seq = m.parent
         LEFT JOIN response AS r ON r.seq = m.response
         ORDER BY wanted.key, v.seq",
    )?;
    let mut found = read.query([wanted])?;
    let mut all: HashMap<i64, Kin> = HashMap::new();
    while let Some(row) = found.next()? {
        let version = row.get(3)?;
        match all.entry(row.get(0)?) {
            Entry::Occupied(mut kin) => kin.get_mut().versions.push(version),
            Entry::Vacant(place) => {
                place.insert(Kin { parent: row.get(1)?, response: row.get(2)?, versions: vec![version] });
            }
        }
    }
    Ok(all)
}

/// Messages of a thread, all versions, in the order they were written: those after (or before) a sequence number.
///
/// # Errors
/// `storage_error`.
pub fn all_versions(
    conn: &Connection,
    thread: i64,
    after: Option<i64>,
    before: Option<i64>,
    newest_first: bool,
    limit: u32,
) -> Result<Vec<MessageRow>, StoreError> {
    let order = if newest_first { "DESC" } else { "ASC" };
    let mut read = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message WHERE thread = ?1 AND seq > ?2 AND seq < ?3 ORDER BY seq {order} LIMIT ?4"
    ))?;
    let rows = read.query_map(params![thread, after.unwrap_or(0), before.unwrap_or(i64::MAX), limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The status a door shows: what was stored, or `altered`.
pub fn shown_status(row: &MessageRow) -> MessageStatus {
    if row.intact { row.message.status } else { MessageStatus::Altered }
}
