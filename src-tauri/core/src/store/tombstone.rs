//! Tombstones: what is left of an erased thread, so that its id is never used again.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use super::{StoreError, setting};
use crate::clock::Millis;

/// Whether a thread with that id was erased.
///
/// # Errors
/// `storage_error`.
pub fn exists(conn: &Connection, id: &str) -> Result<bool, StoreError> {
    let mut read = conn.prepare_cached("SELECT 1 FROM tombstone WHERE digest = ?1")?;
    Ok(read.exists([digest(conn, id)?])?)
}

/// The number that an erased thread had.
///
/// # Errors
/// `storage_error`.
pub fn place_of(conn: &Connection, id: &str) -> Result<Option<i64>, StoreError> {
    let mut read = conn.prepare_cached("SELECT thread FROM tombstone WHERE digest = ?1")?;
    Ok(read.query_row([digest(conn, id)?], |row| row.get(0)).optional()?)
}

/// Sets a tombstone. The digest of the thread's last seal stays on it.
///
/// # Errors
/// `storage_error`.
pub fn insert(tx: &Transaction<'_>, id: &str, thread: i64, now: Millis) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO tombstone (digest, thread, erased_at, seal)
         VALUES (?1, ?2, ?3, (SELECT digest FROM seal WHERE thread = ?2 ORDER BY seq DESC LIMIT 1))",
        params![digest(tx, id)?, thread, now],
    )?;
    Ok(())
}

fn digest(conn: &Connection, id: &str) -> Result<Vec<u8>, StoreError> {
    let mut hash = Sha256::new();
    hash.update(setting::salt(conn)?);
    hash.update(id);
    Ok(hash.finalize().to_vec())
}
