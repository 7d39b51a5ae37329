//! Sums over the `response` table: tokens, and what they cost where there is a price.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, named_params};

use super::StoreError;
use crate::clock::Millis;
use crate::wire::{Usage, UsageBy};

/// Which responses are summed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    /// Those of this thread.
    pub thread: Option<i64>,
    /// Those of threads with this value under `client`.
    pub client: Option<&'a str>,
    /// Those accepted from then on.
    pub from: Option<Millis>,
    /// Those accepted before then.
    pub to: Option<Millis>,
}

/// A sum.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sum {
    /// Responses that have ended.
    pub responses: u64,
    /// Those whose endpoint told its tokens.
    pub told: u64,
    /// Tokens of those.
    pub usage: Usage,
    /// Those whose tokens were told and whose model has a price.
    pub priced: u64,
    /// What those cost, a currency each: millionths of it times millions of tokens.
    pub costs: BTreeMap<String, f64>,
}

impl Sum {
    /// Adds another sum.
    pub fn add(&mut self, other: &Self) {
        self.responses += other.responses;
        self.told += other.told;
        self.priced += other.priced;
        self.usage.input_tokens = self.usage.input_tokens.saturating_add(other.usage.input_tokens);
        self.usage.output_tokens = self.usage.output_tokens.saturating_add(other.usage.output_tokens);
        self.usage.total_tokens = self.usage.total_tokens.saturating_add(other.usage.total_tokens);
        for (currency, cost) in &other.costs {
            *self.costs.entry(currency.clone()).or_default() += cost;
        }
    }
}

/// Sums by `by`, which is not [`UsageBy::Month`]: what a month is, only a time zone can say.
/// `None` sums all together. Keys come in the order of their tokens, the most first.
///
/// # Errors
/// `storage_error`.
pub fn sum(conn: &Connection, which: Which<'_>, by: Option<UsageBy>) -> Result<Vec<(Option<String>, Sum)>, StoreError> {
    let key = match by {
        None | Some(UsageBy::Month) => "NULL",
        Some(UsageBy::Client) => "(SELECT value FROM metadata_key WHERE thread = r.thread AND key = 'client')",
        Some(UsageBy::Model) => "r.endpoint || '/' || r.model_asked",
        Some(UsageBy::Thread) => "(SELECT id FROM thread WHERE seq = r.thread)",
    };
    let place = match (which.thread, which.client, which.from.or(which.to)) {
        (Some(_), _, _) => "r.thread = :thread",
        (_, Some(_), _) => "r.thread IN (SELECT thread FROM metadata_key WHERE key = 'client' AND value = :client)",
        (_, _, Some(_)) => "r.created_at >= :from AND r.created_at < :to",
        (None, None, None) => "TRUE",
    };
    // Not sum(): it fails past 2^63, and an endpoint can tell any number.
    let mut read = conn.prepare_cached(&format!(
        "SELECT {key} AS key, p.currency, count(*) AS responses, count(r.total_tokens) AS told,
             CAST(total(r.input_tokens) AS INTEGER) AS input, CAST(total(r.output_tokens) AS INTEGER) AS output,
             CAST(total(r.total_tokens) AS INTEGER) AS total, count(p.currency || r.total_tokens) AS priced,
             total(1.0 * r.input_tokens * p.input + 1.0 * r.output_tokens * p.output) AS cost
         FROM response r LEFT JOIN price p ON p.endpoint = r.endpoint_id AND p.model = r.model_asked
         WHERE r.status NOT IN ('pending', 'streaming') AND {place} AND (:client IS NULL OR EXISTS (
             SELECT 1 FROM metadata_key WHERE thread = r.thread AND key = 'client' AND value = :client))
             AND (:thread IS NULL OR r.thread = :thread) AND (:from IS NULL OR r.created_at >= :from)
             AND (:to IS NULL OR r.created_at < :to)
         GROUP BY 1, 2 ORDER BY total DESC, 1"
    ))?;
    let values = named_params! {
        ":thread": which.thread, ":client": which.client,
        ":from": which.from, ":to": which.to,
    };
    let mut sums: Vec<(Option<String>, Sum)> = Vec::new();
    for row in read.query_map(values, from_row)? {
        let (key, sum) = row?;
        match sums.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.add(&sum),
            None => sums.push((key, sum)),
        }
    }
    Ok(sums)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<(Option<String>, Sum)> {
    let tokens = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let currency: Option<String> = row.get("currency")?;
    let priced = tokens("priced")?;
    let mut costs = BTreeMap::new();
    if let Some(currency) = currency.filter(|_| priced > 0) {
        costs.insert(currency, row.get("cost")?);
    }
    let usage =
        Usage { input_tokens: tokens("input")?, output_tokens: tokens("output")?, total_tokens: tokens("total")? };
    Ok((row.get("key")?, Sum { responses: tokens("responses")?, told: tokens("told")?, usage, priced, costs }))
}

/// When the oldest and the newest response were accepted.
///
/// # Errors
/// `storage_error`.
pub fn span(conn: &Connection) -> Result<Option<(Millis, Millis)>, StoreError> {
    let mut read = conn.prepare_cached("SELECT min(created_at), max(created_at) FROM response")?;
    Ok(read.query_row([], |row| Ok(row.get::<_, Option<Millis>>(0)?.zip(row.get::<_, Option<Millis>>(1)?)))?)
}
