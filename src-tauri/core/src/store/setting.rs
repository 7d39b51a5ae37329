//! Settings: one JSON value a key, and the store's own identity.

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::StoreError;

/// Key of the store's id.
const STORE_ID: &str = "store.id";
/// Key of the salt of tombstones, in hex.
const STORE_SALT: &str = "store.salt";

/// There while something erased may still stand in the index or the log.
const SCRUB: &str = "store.scrub";

/// There while threads that were locked before there were seals have none; see migration 004.
const SEAL: &str = "store.seal";

/// Reads a setting.
///
/// # Errors
/// `storage_error`.
pub fn find(conn: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let mut read = conn.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
    Ok(read.query_row([key], |row| row.get(0)).optional()?)
}

/// Writes a setting.
///
/// # Errors
/// `storage_error`.
pub fn set(tx: &Transaction<'_>, key: &str, value: &str) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?
        .execute([key, value])?;
    Ok(())
}

/// Forgets a setting.
///
/// # Errors
/// `storage_error`.
pub(super) fn remove(tx: &Transaction<'_>, key: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM setting WHERE key = ?1", [key])?;
    Ok(())
}

/// Gives a new store its id and salt.
pub(super) fn make_identity(tx: &Transaction<'_>) -> Result<(), StoreError> {
    set(tx, STORE_ID, &crate::thread::generate("store"))?;
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|e| StoreError::Io(std::io::Error::other(e.to_string())))?;
    set(tx, STORE_SALT, &hex(&salt))
}

/// The store's id, under which its keys stand in the keychain.
///
/// # Errors
/// `storage_error`.
pub fn store_id(conn: &Connection) -> Result<String, StoreError> {
    find(conn, STORE_ID)?.ok_or_else(|| StoreError::Damaged("it has no identity".into()))
}

/// The salt that tombstones are hashed with.
pub(super) fn salt(conn: &Connection) -> Result<String, StoreError> {
    find(conn, STORE_SALT)?.ok_or_else(|| StoreError::Damaged("it has no identity".into()))
}

/// Notes that something was erased, in the transaction that does it.
pub(super) fn scrub_becomes_due(tx: &Transaction<'_>) -> Result<(), StoreError> {
    set(tx, SCRUB, "due")
}

/// Whether something erased may still stand in the index or the log.
pub(super) fn scrub_is_due(conn: &Connection) -> Result<bool, StoreError> {
    Ok(find(conn, SCRUB)?.is_some())
}

/// Notes that nothing of it is left.
pub(super) fn scrub_is_done(tx: &Transaction<'_>) -> Result<(), StoreError> {
    remove(tx, SCRUB)
}

/// Whether threads from before there were seals are still to be sealed.
///
/// # Errors
/// `storage_error`.
pub fn seal_is_due(conn: &Connection) -> Result<bool, StoreError> {
    Ok(find(conn, SEAL)?.is_some())
}

/// Notes that they are.
///
/// # Errors
/// `storage_error`.
pub fn seal_is_done(tx: &Transaction<'_>) -> Result<(), StoreError> {
    remove(tx, SEAL)
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
