//! The `idempotency` table: what a request with a key has made, so that it is carried out once
//! however often it comes. Keys and bodies stand there as digests only.

use std::hash::{Hash, Hasher};

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use super::StoreError;
use crate::clock::Millis;
use crate::error::Result;
use crate::thread::RuleError;

/// For how long a key is remembered, in milliseconds.
pub const KEPT: Millis = 24 * 60 * 60 * 1000;

/// A key under which a request is carried out once, and what the request was. Two are equal if
/// their keys are.
#[derive(Debug, Clone)]
pub struct Once {
    key: [u8; 32],
    body: [u8; 32],
}

impl Once {
    /// A caller's key, and a digest of everything that makes the request what it is: its method,
    /// path and body. The digest is kept bound to the key, so that it tells nothing by itself.
    pub fn new(key: &str, request: [u8; 32]) -> Self {
        let bound = Sha256::new().chain_update(request).chain_update(key);
        Self { key: Sha256::digest(key).into(), body: bound.finalize().into() }
    }

    /// Whether it is the same request.
    pub fn same_body(&self, other: &Self) -> bool {
        self.body == other.body
    }
}

impl PartialEq for Once {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Once {}

impl Hash for Once {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

/// What a request has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The thread.
    pub thread: i64,
    /// The response, if it asked for one.
    pub response: Option<i64>,
}

/// Finds what was made under a key within the last 24 hours.
///
/// # Errors
/// `idempotency_conflict` if it was made by another request, `storage_error`.
pub fn find(conn: &Connection, once: &Once, now: Millis) -> Result<Option<Made>> {
    let mut read =
        conn.prepare_cached("SELECT body, thread, response FROM idempotency WHERE key = ?1 AND made_at > ?2")?;
    let found = read.query_row(params![once.key, now - KEPT], |row| {
        Ok((row.get::<_, [u8; 32]>(0)?, Made { thread: row.get(1)?, response: row.get(2)? }))
    });
    match found.optional()? {
        Some((body, _)) if body != once.body => Err(RuleError::IdempotencyConflict.into()),
        found => Ok(found.map(|(_, made)| made)),
    }
}

/// Notes what was made under a key, in the transaction that makes it, and drops what is too old.
///
/// # Errors
/// `storage_error`, also if the key stands for something already.
pub fn insert(tx: &Transaction<'_>, once: &Once, made: Made, now: Millis) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM idempotency WHERE made_at <= ?1")?.execute([now - KEPT])?;
    tx.prepare_cached("INSERT INTO idempotency (key, body, thread, response, made_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![once.key, once.body, made.thread, made.response, now])?;
    Ok(())
}
