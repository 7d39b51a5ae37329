//! The `entry` table: the history, one append-only ledger for the whole store.
//!
//! An entry's hash covers its line (canonical JSON: keys sorted, strings and integers only), which
//! names the hash of the entry before it in the store and of the one before it in its thread. The
//! detail stands apart under a salted hash, so that it can be erased without breaking the ledger.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{StoreError, Word, setting::hex, thread, word};
use crate::clock::{Millis, rfc3339};
use crate::thread::{Transition, transition as decide};
use crate::wire::{Door, Entry, EntryKind, JsonObject, State};

/// What an entry is to say.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// The thread.
    pub thread: i64,
    /// What happened.
    pub kind: EntryKind,
    /// The states before and after, for a transition.
    pub states: Option<(State, State)>,
    /// Which door it came through.
    pub door: Door,
    /// When.
    pub at: Millis,
    /// What else there is to say.
    pub detail: JsonObject,
}

impl NewEntry {
    /// An entry without states or detail.
    pub fn new(thread: i64, kind: EntryKind, door: Door, at: Millis) -> Self {
        Self { thread, kind, states: None, door, at, detail: JsonObject::new() }
    }
}

/// Adds an entry at the head of the ledger. A transition's entry applies it, by trigger.
///
/// # Errors
/// `thread_busy`, `thread_deleted`, `thread_locked`, `thread_archived`, `storage_error`.
pub fn append(tx: &Transaction<'_>, new: &NewEntry) -> Result<(), StoreError> {
    let seq: i64 = tx.prepare_cached("SELECT coalesce(max(seq), 0) + 1 FROM entry")?.query_row([], |row| row.get(0))?;
    let store_prev = head(tx, "SELECT hash FROM entry WHERE ?1 IS NOT NULL ORDER BY seq DESC LIMIT 1", new.thread)?;
    let thread_prev = head(tx, "SELECT hash FROM entry WHERE thread = ?1 ORDER BY seq DESC LIMIT 1", new.thread)?;
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|e| StoreError::Io(std::io::Error::other(e.to_string())))?;
    let detail = Value::Object(new.detail.clone()).to_string();
    let digest = Sha256::new().chain_update(salt).chain_update(&detail).finalize();
    let hash = Sha256::digest(line(seq, new, &digest, &store_prev, &thread_prev));
    tx.prepare_cached(
        "INSERT INTO entry (seq, thread, kind, from_state, to_state, door, at, detail_digest, store_prev, thread_prev, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        seq, new.thread, new.kind.word(), new.states.map(|s| s.0.word()), new.states.map(|s| s.1.word()),
        new.door.word(), new.at, digest.as_slice(), store_prev, thread_prev, hash.as_slice(),
    ])?;
    tx.prepare_cached("INSERT INTO entry_detail (entry, salt, json) VALUES (?1, ?2, ?3)")?.execute(params![
        seq,
        salt.as_slice(),
        detail
    ])?;
    Ok(())
}

/// Brings a thread to a state: through an entry, or not at all if it is there already.
///
/// # Errors
/// `invalid_transition`, `thread_busy`, `thread_deleted`, `storage_error`.
pub fn transition(
    tx: &Transaction<'_>,
    thread: i64,
    to: State,
    door: Door,
    at: Millis,
) -> Result<Transition, StoreError> {
    let from = thread::get(tx, thread)?.state;
    let step = decide(from, to).map_err(StoreError::Refused)?;
    if let Transition::Step(kind) = step {
        append(tx, &NewEntry { states: Some((from, to)), ..NewEntry::new(thread, kind, door, at) })?;
    }
    Ok(step)
}

/// At most `limit` entries of a thread behind a number, oldest first.
///
/// # Errors
/// `storage_error`.
pub fn list(conn: &Connection, thread: i64, after: i64, limit: u32) -> Result<Vec<Entry>, StoreError> {
    let mut read = conn.prepare_cached(
        "SELECT seq, kind, from_state, to_state, door, at, json
         FROM entry LEFT JOIN entry_detail ON entry = seq WHERE thread = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
    )?;
    let entries = read.query_map(params![thread, after, limit], from_row)?;
    Ok(entries.collect::<Result<_, _>>()?)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let detail: Option<String> = row.get("json")?;
    Ok(Entry {
        seq: row.get::<_, i64>("seq")? as u64,
        object: "entry".into(),
        kind: word::get(row, "kind")?,
        from: word::find(row, "from_state")?,
        to: word::find(row, "to_state")?,
        door: word::get(row, "door")?,
        at: rfc3339(row.get("at")?),
        detail: detail.and_then(|json| serde_json::from_str(&json).ok()),
    })
}

fn head(tx: &Transaction<'_>, sql: &str, thread: i64) -> Result<Vec<u8>, StoreError> {
    let hash = tx.prepare_cached(sql)?.query_row([thread], |row| row.get(0)).optional()?;
    Ok(hash.unwrap_or_default())
}

/// The line that an entry's hash covers.
fn line(seq: i64, new: &NewEntry, digest: &[u8], store_prev: &[u8], thread_prev: &[u8]) -> String {
    let state = |state: Option<State>| json!(state.map(Word::word));
    let fields = BTreeMap::from([
        ("at", json!(rfc3339(new.at))),
        ("detail", json!(hex(digest))),
        ("door", json!(new.door.word())),
        ("from", state(new.states.map(|s| s.0))),
        ("kind", json!(new.kind.word())),
        ("seq", json!(seq)),
        ("storePrev", json!(hex(store_prev))),
        ("thread", json!(new.thread)),
        ("threadPrev", json!(hex(thread_prev))),
        ("to", state(new.states.map(|s| s.1))),
    ]);
    json!(fields).to_string()
}
