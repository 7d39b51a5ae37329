//! The `prompt` table, and `client_prompt`, which says whose new threads begin with which.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::StoreError;
use crate::clock::Millis;

/// A row of `prompt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptRow {
    /// Sequence number.
    pub seq: i64,
    /// The id callers use.
    pub id: String,
    /// The person's name for it.
    pub name: String,
    /// Its text, with placeholders.
    pub text: String,
    /// When it was made.
    pub created_at: Millis,
    /// When it was changed last.
    pub updated_at: Millis,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<PromptRow> {
    Ok(PromptRow {
        seq: row.get("seq")?,
        id: row.get("id")?,
        name: row.get("name")?,
        text: row.get("text")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// Every prompt, by name.
///
/// # Errors
/// `storage_error`.
pub fn list(conn: &Connection) -> Result<Vec<PromptRow>, StoreError> {
    let mut read = conn.prepare_cached("SELECT * FROM prompt ORDER BY name COLLATE NOCASE, name")?;
    Ok(read.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// Finds a prompt by its id or its name.
///
/// # Errors
/// `storage_error`.
pub fn find(conn: &Connection, id_or_name: &str) -> Result<Option<PromptRow>, StoreError> {
    let mut read =
        conn.prepare_cached("SELECT * FROM prompt WHERE id = ?1 OR name = ?1 ORDER BY id = ?1 DESC LIMIT 1")?;
    Ok(read.query_row([id_or_name], from_row).optional()?)
}

/// Writes a prompt, a new one or one that is there.
///
/// # Errors
/// `storage_error`, also if its name is taken.
pub fn write(tx: &Transaction<'_>, id: &str, name: &str, text: &str, now: Millis) -> Result<PromptRow, StoreError> {
    let mut write = tx.prepare_cached(
        "INSERT INTO prompt (id, name, text, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT (id) DO UPDATE SET name = ?2, text = ?3, updated_at = ?4 RETURNING *",
    )?;
    Ok(write.query_row(params![id, name, text, now], from_row)?)
}

/// Removes a prompt. Threads that began with it stay as they are.
///
/// # Errors
/// `storage_error`.
pub fn delete(tx: &Transaction<'_>, seq: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM prompt WHERE seq = ?1", [seq])?;
    Ok(())
}

/// The clients whose new threads begin with a prompt.
///
/// # Errors
/// `storage_error`.
pub fn clients(conn: &Connection, seq: i64) -> Result<Vec<String>, StoreError> {
    let mut read = conn.prepare_cached("SELECT client FROM client_prompt WHERE prompt = ?1 ORDER BY client")?;
    Ok(read.query_map([seq], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Sets the clients whose new threads begin with a prompt; each has one, so it is taken from any other.
///
/// # Errors
/// `storage_error`.
pub fn set_clients(tx: &Transaction<'_>, seq: i64, clients: &[String]) -> Result<(), StoreError> {
    tx.execute("DELETE FROM client_prompt WHERE prompt = ?1", [seq])?;
    for client in clients {
        tx.execute(
            "INSERT INTO client_prompt (client, prompt) VALUES (?1, ?2) ON CONFLICT (client) DO UPDATE SET prompt = ?2",
            params![client, seq],
        )?;
    }
    Ok(())
}

/// Finds the prompt that a client's new threads begin with.
///
/// # Errors
/// `storage_error`.
pub fn of_client(conn: &Connection, client: &str) -> Result<Option<PromptRow>, StoreError> {
    let mut read =
        conn.prepare_cached("SELECT p.* FROM prompt p JOIN client_prompt c ON c.prompt = p.seq WHERE c.client = ?1")?;
    Ok(read.query_row([client], from_row).optional()?)
}
