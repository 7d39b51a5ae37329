//! The full-text index over every message: a contentless FTS5 table whose rows bear the numbers
//! of the messages.

use jiff::tz::TimeZone;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{FromSqlError, Value};
use rusqlite::{Connection, Transaction, params, params_from_iter};

use super::message::{self, MessageRow};
use super::{StoreError, Word, thread};
use crate::search::{Query, parse, split_unspaced};

/// Up to this many matches are ranked; more are shown newest first.
const RANKED: u32 = 200;

/// A message that matches, and its thread.
#[derive(Debug)]
pub struct Hit {
    /// The message.
    pub message: MessageRow,
    /// Its thread.
    pub thread: thread::ThreadRow,
    /// The thread's client.
    pub client: Option<String>,
}

/// A message that matches, and its place in its thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The message's id.
    pub id: String,
    /// The branch it stands on.
    pub branch: i64,
    /// Its place on every path through it, from 1.
    pub depth: u32,
}

/// Where a page of matches begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// At the beginning.
    Start,
    /// Newest first, below this message.
    Below(i64),
    /// Best first, after this many.
    Ranked(u32),
}

/// Adds a message to the index.
pub(super) fn add(tx: &Transaction<'_>, seq: i64, texts: &[String]) -> Result<(), StoreError> {
    let text = split_unspaced(&texts.join("\n"));
    tx.prepare_cached("INSERT INTO search (rowid, text) VALUES (?1, ?2)")?.execute(params![seq, text])?;
    Ok(())
}

/// Finds messages, best first where they are few, else newest first; and where the next page begins.
///
/// # Errors
/// `storage_error`.
pub fn find(conn: &Connection, query: &Query, from: From, limit: u32) -> Result<(Vec<Hit>, Option<From>), StoreError> {
    let more = limit.saturating_add(1);
    let (from, mut found) = match from {
        // Without words there is nothing to rank by.
        _ if query.to_match().is_none() => {
            let from = if let From::Ranked(_) = from { From::Start } else { from };
            (from, matching(conn, query, from, more)?)
        }
        From::Start => {
            // One look tells whether they are few, and finds the newest where they are not.
            let newest = matching(conn, query, from, more.max(RANKED + 1))?;
            if newest.len() > RANKED as usize {
                (from, newest)
            } else {
                (From::Ranked(0), matching(conn, query, From::Ranked(0), more)?)
            }
        }
        _ => (from, matching(conn, query, from, more)?),
    };
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| match from {
        From::Ranked(after) => From::Ranked(after.saturating_add(limit)),
        From::Start | From::Below(_) => From::Below(*last),
    });
    let hits = found.into_iter().map(|seq| hit(conn, seq)).collect::<Result<_, _>>()?;
    Ok((hits, next))
}

/// The numbers of messages that match: best first from a place in that order on, else newest first.
fn matching(conn: &Connection, query: &Query, from: From, limit: u32) -> Result<Vec<i64>, StoreError> {
    let mut values: Vec<Value> = Vec::new();
    let mut sql = match query.to_match() {
        Some(matching) => {
            values.push(matching.into());
            String::from(
                "SELECT m.seq FROM search s JOIN message m ON m.seq = s.rowid JOIN thread t ON t.seq = m.thread
                 WHERE s.text MATCH ? AND t.deleted_at IS NULL",
            )
        }
        None => "SELECT m.seq FROM message m JOIN thread t ON t.seq = m.thread WHERE t.deleted_at IS NULL".into(),
    };
    // The index is read in the order of its own numbers, which are those of the messages.
    let seq = if values.is_empty() { "m.seq" } else { "s.rowid" };
    filters(&mut sql, &mut values, query);
    if let From::Below(below) = from {
        push(&mut sql, &mut values, &format!(" AND {seq} < ?"), below);
    }
    let (rank, after) = if let From::Ranked(after) = from { ("s.rank, ", after) } else { ("", 0) };
    push(&mut sql, &mut values, &format!(" ORDER BY {rank}{seq} DESC LIMIT ?"), i64::from(limit));
    push(&mut sql, &mut values, " OFFSET ?", i64::from(after));
    let mut read = conn.prepare_cached(&sql)?;
    let found = read.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Finds the messages of one thread that match, in the order they were written, with their places.
///
/// # Errors
/// `storage_error`.
pub fn find_in(conn: &Connection, thread: i64, query: &Query) -> Result<Vec<Place>, StoreError> {
    let mut values: Vec<Value> = vec![thread.into()];
    let mut sql = match query.to_match() {
        Some(matching) => {
            values.push(matching.into());
            // The index goes first, and only through the stretch in which the thread's messages lie.
            String::from(
                "SELECT m.id, m.branch, m.depth FROM search s CROSS JOIN message m ON m.seq = s.rowid
                 WHERE m.thread = ?1 AND s.text MATCH ?2
                     AND s.rowid >= (SELECT min(seq) FROM message WHERE thread = ?1)
                     AND s.rowid <= (SELECT max(seq) FROM message WHERE thread = ?1)",
            )
        }
        None if query.narrows_messages() => "SELECT m.id, m.branch, m.depth FROM message m WHERE m.thread = ?1".into(),
        None => return Ok(Vec::new()),
    };
    messages(&mut sql, &mut values, query);
    sql.push_str(" ORDER BY m.seq");
    let mut read = conn.prepare_cached(&sql)?;
    let places = read.query_map(params_from_iter(values), |row| {
        Ok(Place { id: row.get("id")?, branch: row.get("branch")?, depth: row.get("depth")? })
    })?;
    Ok(places.collect::<Result<_, _>>()?)
}

fn filters(sql: &mut String, values: &mut Vec<Value>, query: &Query) {
    messages(sql, values, query);
    if let Some(state) = query.state {
        push(sql, values, " AND t.state = ?", state.word().to_owned());
    }
    metadata(sql, values, "t.seq", query);
}

/// What a query says about the metadata of the thread whose number stands in `column`.
fn metadata(sql: &mut String, values: &mut Vec<Value>, column: &str, query: &Query) {
    for (key, value) in &query.metadata {
        push(sql, values, &format!(" AND {column} IN (SELECT thread FROM metadata_key WHERE key = ?"), key.clone());
        push(sql, values, " AND value = ? COLLATE NOCASE)", value.clone());
    }
}

/// Adds to a list of threads that a message or the title must match, and what `text` says about the thread itself.
pub(super) fn narrow(sql: &mut String, values: &mut Vec<Value>, text: &str, query: &Query) {
    if let Some(state) = query.state {
        push(sql, values, " AND state = ?", state.word().to_owned());
    }
    metadata(sql, values, "seq", query);
    let about_messages = query.narrows_messages();
    let about_threads = query.state.is_some() || !query.metadata.is_empty();
    match query.to_match() {
        Some(matching) => {
            sql.push_str(" AND (seq IN (SELECT m.thread FROM search s JOIN message m ON m.seq = s.rowid");
            push(sql, values, " WHERE s.text MATCH ?", matching);
            messages(sql, values, query);
            sql.push(')');
            if !about_messages {
                push(sql, values, " OR title_matches(?, title)", text.to_owned());
            }
            sql.push(')');
        }
        None if about_messages => {
            sql.push_str(" AND EXISTS (SELECT 1 FROM message m WHERE m.thread = thread.seq");
            messages(sql, values, query);
            sql.push(')');
        }
        None if about_threads => {}
        // Not a word in it.
        None => sql.push_str(" AND 0"),
    }
}

/// `title_matches(text, title)`: whether the words of a query stand in a title.
pub(super) fn add_functions(conn: &Connection) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    Ok(conn.create_scalar_function("title_matches", 2, flags, |call| {
        let query = call.get_or_create_aux(0, |text| Ok::<_, FromSqlError>(parse(text.as_str()?, &TimeZone::UTC)))?;
        Ok(call.get_raw(1).as_str().is_ok_and(|title| query.is_in(title)))
    })?)
}

/// What a query says about messages.
fn messages(sql: &mut String, values: &mut Vec<Value>, query: &Query) {
    if let Some(role) = query.role {
        push(sql, values, " AND m.role = ?", role.word().to_owned());
    }
    if let Some(model) = &query.model {
        push(sql, values, " AND instr(lower(m.model), lower(?)) > 0", model.clone());
    }
    if let Some(before) = query.before {
        push(sql, values, " AND m.created_at < ?", before);
    }
    if let Some(after) = query.after {
        push(sql, values, " AND m.created_at >= ?", after);
    }
}

fn push(sql: &mut String, values: &mut Vec<Value>, condition: &str, value: impl Into<Value>) {
    sql.push_str(condition);
    values.push(value.into());
}

fn hit(conn: &Connection, seq: i64) -> Result<Hit, StoreError> {
    let message = message::get(conn, seq)?;
    let thread = thread::get(conn, message.thread)?;
    let client = super::metadata::find_value(conn, message.thread, "client")?;
    Ok(Hit { message, thread, client })
}
