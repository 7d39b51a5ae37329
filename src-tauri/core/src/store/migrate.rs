//! Migrations: numbered, all or nothing, never backwards.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// Marks the file as ours: the letters `Skei`.
const APPLICATION: i64 = 0x536b_6569;

/// The steps, in order; the store's version is how many it has taken.
const STEPS: &[&str] = &[
    include_str!("migrations/001_start.sql"),
    include_str!("migrations/002_local_api.sql"),
    include_str!("migrations/003_endpoints.sql"),
    include_str!("migrations/004_seals.sql"),
    include_str!("migrations/005_context.sql"),
    include_str!("migrations/006_drafts.sql"),
    include_str!("migrations/007_listing.sql"),
    include_str!("migrations/008_replacing.sql"),
];

/// Whether the store has steps to take.
///
/// # Errors
/// `store_newer`, and `storage_error` for a database that is not ours.
pub fn pending(conn: &Connection) -> Result<bool, StoreError> {
    let known = STEPS.len() as i64;
    let found = version(conn)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    let application: i64 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && tables > 0 {
        return Err(StoreError::Damaged("the file belongs to another program".into()));
    }
    Ok(found < known)
}

/// Takes every step that is left, in one transaction.
pub fn run(conn: &mut Connection) -> Result<(), StoreError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let done = version(&tx)?;
    for step in STEPS.iter().skip(done as usize) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION)?;
    tx.pragma_update(None, "user_version", STEPS.len() as i64)?;
    if done == 0 {
        super::setting::make_identity(&tx)?;
    }
    tx.commit()?;
    Ok(())
}

/// How many steps the store has taken.
pub fn version(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
