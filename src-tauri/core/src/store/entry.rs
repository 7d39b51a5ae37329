//! The `entry` table: the history, one append-only ledger for the whole store.
//!
//! An entry's hash covers its line (see `docs/records.md`), which names the hash of the entry before
//! it in the store and of the one before it in its thread, and the seal that was made with it. The
//! detail stands apart under a salted hash, so that it can be erased without breaking the ledger.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::lines::text;
use super::{StoreError, Word, seal, setting::hex, thread, word};
use crate::clock::{Millis, rfc3339};
use crate::record::key::SigningKey;
use crate::record::{canonical, line};
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
    /// Digest of the seal that was made with it.
    pub seal: Option<[u8; 32]>,
}

impl NewEntry {
    /// An entry without states or detail.
    pub fn new(thread: i64, kind: EntryKind, door: Door, at: Millis) -> Self {
        Self { thread, kind, states: None, door, at, detail: JsonObject::new(), seal: None }
    }
}

/// An entry as it lies in the ledger, with its detail as long as that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its place in the store's one history.
    pub seq: i64,
    /// What its line says, rebuilt from the row.
    pub entry: line::Entry,
    /// The hash it was given.
    pub hash: Vec<u8>,
    /// Salt and detail; gone once the thread is erased.
    pub detail: Option<(Vec<u8>, String)>,
}

impl Link {
    /// The line that its hash covers.
    ///
    /// # Errors
    /// As [`canonical::line`].
    pub fn line(&self) -> Result<String, StoreError> {
        Ok(canonical::line(&self.entry)?)
    }
}

/// Adds an entry at the head of the ledger. A transition's entry applies it, by trigger.
///
/// # Errors
/// `thread_busy`, `thread_deleted`, `thread_locked`, `thread_archived`, `storage_error`.
pub fn append(tx: &Transaction<'_>, new: &NewEntry) -> Result<(), StoreError> {
    let seq: i64 = tx.prepare_cached("SELECT coalesce(max(seq), 0) + 1 FROM entry")?.query_row([], |row| row.get(0))?;
    let (store_prev, thread_prev) = heads(tx, new.thread)?;
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|e| StoreError::Io(std::io::Error::other(e.to_string())))?;
    let detail = Value::Object(new.detail.clone()).to_string();
    let digest = Sha256::new().chain_update(salt).chain_update(&detail).finalize();
    let line = canonical::line(&line::Entry {
        at: rfc3339(new.at),
        detail: hex(&digest),
        door: new.door.word().into(),
        from: new.states.map(|s| s.0.word().into()),
        kind: new.kind.word().into(),
        seal: new.seal.map(|seal| hex(&seal)),
        seq,
        store_prev: hex(&store_prev),
        thread: new.thread,
        thread_prev: hex(&thread_prev),
        to: new.states.map(|s| s.1.word().into()),
    })?;
    tx.prepare_cached(
        "INSERT INTO entry (seq, thread, kind, from_state, to_state, door, at, detail_digest, store_prev, thread_prev, \
         hash, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        seq,
        new.thread,
        new.kind.word(),
        new.states.map(|s| s.0.word()),
        new.states.map(|s| s.1.word()),
        new.door.word(),
        new.at,
        digest.as_slice(),
        store_prev,
        thread_prev,
        canonical::hash(&line).as_slice(),
        new.seal.as_ref().map(<[u8; 32]>::as_slice),
    ])?;
    tx.prepare_cached("INSERT INTO entry_detail (entry, salt, json) VALUES (?1, ?2, ?3)")?.execute(params![
        seq,
        salt.as_slice(),
        detail
    ])?;
    Ok(())
}

/// Brings a thread to a state: through an entry, or not at all if it is there already. Whatever
/// locks or archives is sealed by it, and signed if there is a key.
///
/// # Errors
/// `invalid_transition`, `thread_busy`, `thread_deleted`, `storage_error`, also for a message that was altered.
pub fn transition(
    tx: &Transaction<'_>,
    thread: i64,
    to: State,
    door: Door,
    at: Millis,
    key: Option<&SigningKey>,
) -> Result<Transition, StoreError> {
    let from = thread::get(tx, thread)?.state;
    let step = decide(from, to).map_err(StoreError::Refused)?;
    if let Transition::Step(kind) = step {
        let seal = if to == State::Open { None } else { Some(seal::make(tx, thread, to, at, key)?) };
        append(tx, &NewEntry { states: Some((from, to)), seal, ..NewEntry::new(thread, kind, door, at) })?;
    }
    Ok(step)
}

/// The hashes of the last entry of the store and of a thread; empty where there is none.
///
/// # Errors
/// `storage_error`.
pub fn heads(conn: &Connection, thread: i64) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
    let store =
        conn.prepare_cached("SELECT hash FROM entry ORDER BY seq DESC LIMIT 1")?.query_row([], |row| row.get(0));
    let thread = conn
        .prepare_cached("SELECT hash FROM entry WHERE thread = ?1 ORDER BY seq DESC LIMIT 1")?
        .query_row([thread], |row| row.get(0));
    Ok((store.optional()?.unwrap_or_default(), thread.optional()?.unwrap_or_default()))
}

/// The hash of the entry before `seq` in the store; empty if there is none.
///
/// # Errors
/// `storage_error`.
pub fn hash_before(conn: &Connection, seq: i64) -> Result<Vec<u8>, StoreError> {
    let mut read = conn.prepare_cached("SELECT hash FROM entry WHERE seq < ?1 ORDER BY seq DESC LIMIT 1")?;
    Ok(read.query_row([seq], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// The ledger of a thread as it lies there, oldest first, words unread: nothing in it need be as it was written.
///
/// # Errors
/// `storage_error`.
pub fn links(conn: &Connection, thread: i64) -> Result<Vec<Link>, StoreError> {
    let mut read = conn.prepare_cached(
        "SELECT e.*, d.salt, d.json FROM entry e LEFT JOIN entry_detail d ON d.entry = e.seq
         WHERE e.thread = ?1 ORDER BY e.seq",
    )?;
    let links = read.query_map([thread], |row| {
        let blob = |column| row.get::<_, Option<Vec<u8>>>(column).map(Option::unwrap_or_default);
        let entry = line::Entry {
            at: rfc3339(row.get("at")?),
            detail: hex(&blob("detail_digest")?),
            door: text(row, "door")?.unwrap_or_default(),
            from: text(row, "from_state")?,
            kind: text(row, "kind")?.unwrap_or_default(),
            seal: row.get::<_, Option<Vec<u8>>>("seal")?.map(|seal| hex(&seal)),
            seq: row.get("seq")?,
            store_prev: hex(&blob("store_prev")?),
            thread: row.get("thread")?,
            thread_prev: hex(&blob("thread_prev")?),
            to: text(row, "to_state")?,
        };
        let salt: Option<Vec<u8>> = row.get("salt")?;
        Ok(Link { seq: entry.seq, entry, hash: blob("hash")?, detail: salt.zip(text(row, "json")?) })
    })?;
    Ok(links.collect::<Result<_, _>>()?)
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
