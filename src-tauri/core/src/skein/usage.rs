//! Usage: tokens by month, client, model and thread, and what they cost where the person entered a
//! price. What nobody told or priced is counted as unknown.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rusqlite::Connection;

use super::Skein;
use super::show::{find, find_even_deleted};
use crate::clock::Millis;
use crate::error::Result;
use crate::store::endpoint::{self, EndpointRow};
use crate::store::metadata;
use crate::store::price::{self, PriceRow};
use crate::store::usage::{self, Sum, Which};
use crate::thread::RuleError;
use crate::wire::{Cost, Price, Usage, UsageAround, UsageBy, UsageReport, UsageSum};

/// Rows of a report at most.
const ROWS: usize = 1000;
/// Millionths of a currency times millions of tokens, in one of the currency.
const UNIT: f64 = 1e12;

/// What is to be summed.
#[derive(Debug, Clone, Default)]
pub struct UsageFilter {
    /// What the rows are told by.
    pub by: UsageBy,
    /// Only this thread.
    pub thread: Option<String>,
    /// Only threads with this value under `client`.
    pub client: Option<String>,
    /// Only this month, such as `2026-11`, as the person's clock has it.
    pub month: Option<String>,
}

impl Skein {
    /// Sums usage. What was erased is not in it.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`, `invalid_request` for a month that is none.
    pub fn usage(&self, filter: &UsageFilter) -> Result<UsageReport> {
        let zone = Self::zone();
        let month = filter.month.as_deref().map(first_day).transpose()?;
        self.store().read(|conn| {
            let thread = filter.thread.as_deref().map(|id| find(conn, id)).transpose()?.map(|row| row.seq);
            let which = Which { thread, client: filter.client.as_deref(), ..Which::default() };
            let which = month.map_or(which, |first| within(which, first, &zone));
            let rows = match filter.by {
                UsageBy::Month => months(conn, which, month, &zone)?,
                by => usage::sum(conn, which, Some(by))?,
            };
            let mut total = Sum::default();
            for (_, sum) in &rows {
                total.add(sum);
            }
            let data = rows.into_iter().take(ROWS).map(|(key, sum)| wire(key, &sum)).collect();
            Ok(UsageReport { object: "usage".into(), by: filter.by, data, total: wire(None, &total) })
        })
    }

    /// Sums what a thread, its client and this month used.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted` once it is erased.
    pub fn usage_around(&self, thread: &str) -> Result<UsageAround> {
        let zone = Self::zone();
        let now = month_of(self.now(), &zone);
        self.store().read(|conn| {
            let row = find_even_deleted(conn, thread)?;
            let client = metadata::find_value(conn, row.seq, "client")?;
            let of_client = |name: &str| total(conn, name, Which { client: Some(name), ..Which::default() });
            Ok(UsageAround {
                thread: total(conn, &row.id, Which { thread: Some(row.seq), ..Which::default() })?,
                client: client.as_deref().map(of_client).transpose()?,
                month: total(conn, &month_key(now), within(Which::default(), now, &zone))?,
            })
        })
    }

    /// Every price that was entered.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn list_prices(&self) -> Result<Vec<Price>> {
        self.store().read(|conn| {
            let endpoints = endpoint::list(conn)?;
            let name = |id: &str| endpoints.iter().find(|row| row.id.as_str() == id).map(|row| row.name.clone());
            let shown = |row: PriceRow| {
                Some(Price {
                    endpoint: name(&row.endpoint)?,
                    model: row.model,
                    input: decimal(row.input as f64 / 1e6),
                    output: decimal(row.output as f64 / 1e6),
                    currency: row.currency,
                })
            };
            Ok(price::list(conn)?.into_iter().filter_map(shown).collect())
        })
    }

    /// Enters what a model costs. It counts for replies that came before, too.
    ///
    /// # Errors
    /// `endpoint_not_found`, `invalid_request` for what is no price.
    pub fn set_price(&self, new: &Price) -> Result<()> {
        let currency = new.currency.trim().to_ascii_uppercase();
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(refuse("A currency has three letters, such as USD or CHF."));
        }
        let (input, output) = (millionths(&new.input)?, millionths(&new.output)?);
        let model = new.model.trim().to_owned();
        if model.is_empty() {
            return Err(refuse("A price needs a model."));
        }
        self.store().write(|tx| {
            let endpoint = endpoint_id(tx, &new.endpoint)?;
            Ok(price::set(tx, &PriceRow { endpoint, model, input, output, currency })?)
        })
    }

    /// Removes a price; there being none is fine.
    ///
    /// # Errors
    /// `endpoint_not_found`.
    pub fn delete_price(&self, endpoint: &str, model: &str) -> Result<()> {
        self.store().write(|tx| {
            let endpoint = endpoint_id(tx, endpoint)?;
            Ok(price::delete(tx, &endpoint, model)?)
        })
    }
}

/// What one reply cost; `None` if that is unknown.
pub(super) fn cost_of(
    conn: &Connection,
    endpoint: Option<&str>,
    model: &str,
    usage: Option<Usage>,
) -> Result<Option<Cost>> {
    let (Some(endpoint), Some(usage)) = (endpoint, usage) else { return Ok(None) };
    Ok(price::find(conn, endpoint, model)?.map(|price| {
        let cost = usage.input_tokens as f64 * price.input as f64 + usage.output_tokens as f64 * price.output as f64;
        Cost { amount: decimal(cost / UNIT), currency: price.currency }
    }))
}

/// All of these together, under a key.
fn total(conn: &Connection, key: &str, which: Which<'_>) -> Result<UsageSum> {
    let sums = usage::sum(conn, which, None)?;
    let sum = sums.into_iter().next().map(|(_, sum)| sum).unwrap_or_default();
    Ok(wire(Some(key.to_owned()), &sum))
}

/// One row a month in which something was asked, the newest first.
fn months(
    conn: &Connection,
    which: Which<'_>,
    only: Option<Date>,
    zone: &TimeZone,
) -> Result<Vec<(Option<String>, Sum)>> {
    let Some((oldest, newest)) = usage::span(conn)? else { return Ok(Vec::new()) };
    let (first, mut month) = match only {
        Some(month) => (month, month),
        None => (month_of(oldest, zone), month_of(newest, zone)),
    };
    let mut rows = Vec::new();
    while month >= first {
        let sums = usage::sum(conn, within(which, month, zone), None)?;
        let key = month_key(month);
        rows.extend(sums.into_iter().map(|(_, sum)| (Some(key.clone()), sum)));
        let Ok(before) = month.checked_sub(1.month()) else { break };
        month = before;
    }
    Ok(rows)
}

fn within<'a>(which: Which<'a>, first: Date, zone: &TimeZone) -> Which<'a> {
    let start = |day: Date| day.to_zoned(zone.clone()).ok().map(|start| start.timestamp().as_millisecond());
    let next = first.checked_add(1.month()).ok();
    Which { from: start(first), to: next.and_then(start), ..which }
}

fn month_of(at: Millis, zone: &TimeZone) -> Date {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    zone.to_datetime(at).date().first_of_month()
}

fn month_key(month: Date) -> String {
    month.strftime("%Y-%m").to_string()
}

fn first_day(month: &str) -> Result<Date> {
    let day = format!("{month}-01").parse::<Date>().ok().filter(|_| month.len() == 7);
    day.ok_or_else(|| refuse("A month is written as a year and a month, such as 2026-11."))
}

fn endpoint_id(conn: &Connection, name_or_id: &str) -> Result<String> {
    let row: Option<EndpointRow> = endpoint::find(conn, name_or_id)?;
    Ok(row.ok_or_else(|| RuleError::EndpointNotFound(name_or_id.into()))?.id.to_string())
}

fn wire(key: Option<String>, sum: &Sum) -> UsageSum {
    let cost = |(currency, cost): (&String, &f64)| Cost { amount: decimal(cost / UNIT), currency: currency.clone() };
    UsageSum {
        key,
        responses: sum.responses,
        untold: sum.responses - sum.told,
        usage: (sum.told > 0).then_some(sum.usage),
        costs: sum.costs.iter().map(cost).collect(),
        unpriced: sum.responses - sum.priced,
    }
}

/// A decimal number with at most six places, and none that says nothing.
fn decimal(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A price as it is typed, in millionths.
fn millionths(text: &str) -> Result<i64> {
    let text = text.trim();
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let proper = !whole.is_empty() && whole.len() <= 6 && places.len() <= 6 && digits(whole) && digits(places);
    let number = format!("{whole}{places:0<6}").parse().ok().filter(|_| proper);
    number.ok_or_else(|| refuse("A price is a number such as 2.5, for a million tokens, with at most six places."))
}

fn refuse(why: &str) -> crate::Error {
    RuleError::InvalidRequest(format!("{why} Nothing was changed.")).into()
}
