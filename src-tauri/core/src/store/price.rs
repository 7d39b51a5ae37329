//! The `price` table: what a million tokens cost, where the person entered it.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::StoreError;

/// A row of `price`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// The endpoint's id.
    pub endpoint: String,
    /// The model, as it is asked for.
    pub model: String,
    /// For a million tokens sent, in millionths of the currency.
    pub input: i64,
    /// For a million tokens received, in millionths of the currency.
    pub output: i64,
    /// Three letters.
    pub currency: String,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<PriceRow> {
    Ok(PriceRow {
        endpoint: row.get("endpoint")?,
        model: row.get("model")?,
        input: row.get("input")?,
        output: row.get("output")?,
        currency: row.get("currency")?,
    })
}

/// Every price, by endpoint and model.
///
/// # Errors
/// `storage_error`.
pub fn list(conn: &Connection) -> Result<Vec<PriceRow>, StoreError> {
    let mut read = conn.prepare_cached("SELECT * FROM price ORDER BY endpoint, model")?;
    Ok(read.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// Finds the price of a model at an endpoint.
///
/// # Errors
/// `storage_error`.
pub fn find(conn: &Connection, endpoint: &str, model: &str) -> Result<Option<PriceRow>, StoreError> {
    let mut read = conn.prepare_cached("SELECT * FROM price WHERE endpoint = ?1 AND model = ?2")?;
    Ok(read.query_row([endpoint, model], from_row).optional()?)
}

/// Sets a price.
///
/// # Errors
/// `storage_error`.
pub fn set(tx: &Transaction<'_>, row: &PriceRow) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO price (endpoint, model, input, output, currency) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (endpoint, model) DO UPDATE SET input = ?3, output = ?4, currency = ?5",
    )?
    .execute(params![row.endpoint, row.model, row.input, row.output, row.currency])?;
    Ok(())
}

/// Removes a price; there being none is fine.
///
/// # Errors
/// `storage_error`.
pub fn delete(tx: &Transaction<'_>, endpoint: &str, model: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM price WHERE endpoint = ?1 AND model = ?2", [endpoint, model])?;
    Ok(())
}
