//! The `signing_key` table: the public halves of the keys that this store's seals were signed with.

use rusqlite::{Connection, Transaction, params};

use super::StoreError;
use crate::clock::Millis;
use crate::record::key::PublicKey;

/// A row of `signing_key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRow {
    /// The key.
    pub public: PublicKey,
    /// When it was first used here.
    pub made_at: Millis,
}

/// Every key, oldest first.
///
/// # Errors
/// `storage_error`.
pub fn list(conn: &Connection) -> Result<Vec<KeyRow>, StoreError> {
    let mut read = conn.prepare_cached("SELECT public, made_at FROM signing_key ORDER BY seq")?;
    let rows = read.query_map([], |row| {
        let public: Vec<u8> = row.get("public")?;
        Ok(KeyRow { public: PublicKey(public.try_into().unwrap_or_default()), made_at: row.get("made_at")? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps a key, unless it is there.
///
/// # Errors
/// `storage_error`.
pub fn keep(tx: &Transaction<'_>, key: PublicKey, at: Millis) -> Result<(), StoreError> {
    let known = tx.prepare_cached("SELECT 1 FROM signing_key WHERE public = ?1")?.exists([key.0.as_slice()])?;
    if !known {
        tx.execute("INSERT INTO signing_key (public, made_at) VALUES (?1, ?2)", params![key.0.as_slice(), at])?;
    }
    Ok(())
}
