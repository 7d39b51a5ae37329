//! The `seal`, `signature` and `verification` tables. A seal is made by [`make`], which only a
//! transition calls, inside its transaction; a trigger refuses a transition without one.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::setting::hex;
use super::{StoreError, entry, lines, signing_key, thread, word};
use crate::clock::{Millis, rfc3339};
use crate::record::canonical;
use crate::record::key::{PublicKey, SigningKey};
use crate::record::line::{Chain, Kind, Message};
use crate::record::seal::Seal;
use crate::record::{FORMAT, verify};
use crate::wire::{SealStatus, SealSummary, State};

/// A row of `seal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealRow {
    /// Sequence number; orders seals.
    pub seq: i64,
    /// The thread.
    pub thread: i64,
    /// Hash of `json`, as it was then.
    pub digest: Vec<u8>,
    /// The header line as it was sealed.
    pub header: String,
    /// The seal's line.
    pub json: String,
    /// Messages sealed.
    pub count: u32,
    /// By which a message that differs can be named.
    pub marks: Vec<u8>,
    /// When.
    pub sealed_at: Millis,
}

/// A row of `signature`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureRow {
    /// The key.
    pub public: PublicKey,
    /// Over the seal's line.
    pub signature: Vec<u8>,
    /// When it was made.
    pub signed_at: Millis,
}

/// Seals a thread as it stands, to be brought to `state`; signs with the key, if there is one.
/// Answers the seal's digest, which the entry of the transition must name.
///
/// # Errors
/// `storage_error`, also for a message that is not what was written: that is not sealed.
pub fn make(
    tx: &Transaction<'_>,
    thread: i64,
    state: State,
    at: Millis,
    key: Option<&SigningKey>,
) -> Result<[u8; 32], StoreError> {
    let row = thread::get(tx, thread)?;
    let header = canonical::line(&lines::header(tx, &row, state)?)?;
    let mut chain = Chain::behind(&header);
    let mut marks = Vec::with_capacity(row.message_count as usize * verify::MARK);
    lines::messages(tx, thread, u32::MAX, |mut message: Message, intact| {
        if !intact {
            return Err(StoreError::Altered(message.id));
        }
        chain.add(&mut message)?;
        marks.extend_from_slice(&verify::mark(&message.id, &chain));
        Ok(())
    })?;
    let (store_history, thread_history) = entry::heads(tx, thread)?;
    let json = canonical::line(&Seal {
        count: chain.count,
        format: FORMAT.into(),
        head: hex(&chain.head),
        header: canonical::hash_hex(&header),
        kind: Kind::Seal,
        previous: last(tx, thread)?.map(|before| hex(&before.digest)),
        program: env!("CARGO_PKG_VERSION").into(),
        sealed_at: rfc3339(at),
        store_history: hex(&store_history),
        thread: row.id,
        thread_history: hex(&thread_history),
    })?;
    let digest = canonical::hash(&json);
    tx.prepare_cached(
        "INSERT INTO seal (thread, digest, header, json, count, marks, sealed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![thread, digest.as_slice(), header, json, chain.count, marks, at])?;
    let seq = tx.last_insert_rowid();
    if let Some(key) = key {
        sign(tx, seq, &json, key, at)?;
    }
    let status = if key.is_some() { SealStatus::Valid } else { SealStatus::Unsigned };
    note(tx, thread, seq, status, at)?;
    Ok(digest)
}

/// Signs a seal's line.
///
/// # Errors
/// `storage_error`, also if that key has signed it already.
pub fn sign(tx: &Transaction<'_>, seal: i64, json: &str, key: &SigningKey, at: Millis) -> Result<(), StoreError> {
    signing_key::keep(tx, key.public(), at)?;
    tx.prepare_cached("INSERT INTO signature (seal, public, signature, signed_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![seal, key.public().0.as_slice(), key.sign(json.as_bytes()).as_slice(), at])?;
    Ok(())
}

/// Keeps what a look at a thread's seal found, for lists.
///
/// # Errors
/// `storage_error`.
pub fn note(tx: &Transaction<'_>, thread: i64, seal: i64, status: SealStatus, at: Millis) -> Result<(), StoreError> {
    use super::Word;
    tx.prepare_cached(
        "INSERT INTO verification (thread, seal, status, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (thread) DO UPDATE SET seal = ?2, status = ?3, at = ?4",
    )?
    .execute(params![thread, seal, status.word(), at])?;
    Ok(())
}

/// Every seal of a thread, oldest first.
///
/// # Errors
/// `storage_error`.
pub fn list(conn: &Connection, thread: i64) -> Result<Vec<SealRow>, StoreError> {
    let mut read = conn.prepare_cached("SELECT * FROM seal WHERE thread = ?1 ORDER BY seq")?;
    Ok(read.query_map([thread], from_row)?.collect::<Result<_, _>>()?)
}

/// Finds the last seal of a thread.
///
/// # Errors
/// `storage_error`.
pub fn last(conn: &Connection, thread: i64) -> Result<Option<SealRow>, StoreError> {
    let mut read = conn.prepare_cached("SELECT * FROM seal WHERE thread = ?1 ORDER BY seq DESC LIMIT 1")?;
    Ok(read.query_row([thread], from_row).optional()?)
}

/// The signatures of a seal, oldest first.
///
/// # Errors
/// `storage_error`.
pub fn signatures(conn: &Connection, seal: i64) -> Result<Vec<SignatureRow>, StoreError> {
    let mut read =
        conn.prepare_cached("SELECT public, signature, signed_at FROM signature WHERE seal = ?1 ORDER BY seq")?;
    let rows = read.query_map([seal], |row| {
        let public: Vec<u8> = row.get("public")?;
        let public = PublicKey(public.try_into().unwrap_or_default());
        Ok(SignatureRow { public, signature: row.get("signature")?, signed_at: row.get("signed_at")? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every seal that nobody has signed yet, oldest first.
///
/// # Errors
/// `storage_error`.
pub fn unsigned(conn: &Connection) -> Result<Vec<SealRow>, StoreError> {
    let mut read = conn.prepare_cached(
        "SELECT * FROM seal s WHERE NOT EXISTS (SELECT 1 FROM signature WHERE seal = s.seq) ORDER BY seq",
    )?;
    Ok(read.query_map([], from_row)?.collect::<Result<_, _>>()?)
}

/// The threads that have a seal or should have one, oldest first: those after a sequence number, at most `limit`.
///
/// # Errors
/// `storage_error`.
pub fn threads(conn: &Connection, after: i64, limit: u32) -> Result<Vec<i64>, StoreError> {
    let mut read = conn.prepare_cached(
        "SELECT seq FROM thread t WHERE seq > ?1 AND deleted_at IS NULL
         AND (state <> 'open' OR EXISTS (SELECT 1 FROM seal WHERE thread = t.seq)) ORDER BY seq LIMIT ?2",
    )?;
    Ok(read.query_map(params![after, limit], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The threads that were locked or archived before there were seals, with their state.
///
/// # Errors
/// `storage_error`.
pub fn missing(conn: &Connection) -> Result<Vec<(i64, State)>, StoreError> {
    let mut read = conn.prepare_cached(
        "SELECT seq, state FROM thread t WHERE state IN ('locked', 'archived')
         AND NOT EXISTS (SELECT 1 FROM seal WHERE thread = t.seq) ORDER BY seq",
    )?;
    Ok(read.query_map([], |row| Ok((row.get(0)?, word::get(row, "state")?)))?.collect::<Result<_, _>>()?)
}

/// What a list says about a thread's last seal.
///
/// # Errors
/// `storage_error`.
pub fn summary(conn: &Connection, thread: i64) -> Result<Option<SealSummary>, StoreError> {
    let mut read = conn.prepare_cached(
        "SELECT s.digest, s.sealed_at, v.status, v.at FROM seal s JOIN verification v ON v.thread = s.thread
         WHERE s.thread = ?1 ORDER BY s.seq DESC LIMIT 1",
    )?;
    let found = read.query_row([thread], |row| {
        let digest: Vec<u8> = row.get("digest")?;
        Ok(SealSummary {
            digest: hex(&digest),
            sealed_at: rfc3339(row.get("sealed_at")?),
            status: word::get(row, "status")?,
            checked_at: rfc3339(row.get("at")?),
        })
    });
    Ok(found.optional()?)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<SealRow> {
    Ok(SealRow {
        seq: row.get("seq")?,
        thread: row.get("thread")?,
        digest: row.get("digest")?,
        header: lines::text(row, "header")?.unwrap_or_default(),
        json: lines::text(row, "json")?.unwrap_or_default(),
        count: row.get::<_, i64>("count")? as u32,
        marks: row.get("marks")?,
        sealed_at: row.get("sealed_at")?,
    })
}
