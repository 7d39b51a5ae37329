//! The `correction` table: what an endpoint counted for each thousand tokens that were counted here.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::StoreError;

/// The correction for a model at an endpoint, in thousandths; 1000 before anything was learned.
///
/// # Errors
/// `storage_error`.
pub fn get(conn: &Connection, endpoint: &str, model: &str) -> Result<u32, StoreError> {
    Ok(find(conn, endpoint, model)?.map_or(1000, |(per_mille, _)| per_mille))
}

/// The correction and how many replies it was learned from.
///
/// # Errors
/// `storage_error`.
pub fn find(conn: &Connection, endpoint: &str, model: &str) -> Result<Option<(u32, u32)>, StoreError> {
    let mut read =
        conn.prepare_cached("SELECT per_mille, replies FROM correction WHERE endpoint = ?1 AND model = ?2")?;
    Ok(read.query_row([endpoint, model], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Keeps a correction that was learned from one more reply.
///
/// # Errors
/// `storage_full`, `storage_error`.
pub fn set(tx: &Transaction<'_>, endpoint: &str, model: &str, per_mille: u32) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO correction (endpoint, model, per_mille, replies) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT (endpoint, model) DO UPDATE SET per_mille = ?3, replies = replies + 1",
    )?
    .execute(params![endpoint, model, per_mille])?;
    Ok(())
}
