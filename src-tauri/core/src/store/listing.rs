//! Lists of threads: filtered by state, metadata, age and bin, in pages that neither skip nor repeat.

use jiff::tz::TimeZone;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::thread::{COLUMNS, ThreadRow, from_row};
use super::{StoreError, Word};
use crate::clock::Millis;
use crate::search::parse;
use crate::thread::RuleError;
use crate::thread::retention::days_before;
use crate::wire::State;

/// What to list threads by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By creation, newest first.
    #[default]
    Created,
    /// By last activity, latest first.
    Activity,
}

/// Which threads to list. The default is all that are not in the bin, newest first.
#[derive(Debug, Clone, Default)]
pub struct ThreadFilter {
    /// Only threads in this state.
    pub state: Option<State>,
    /// Only threads with these values under these metadata keys.
    pub metadata: Vec<(String, String)>,
    /// Only threads without activity for more than this many days.
    pub older_than: Option<u32>,
    /// Only threads with a message that matches, or with a title that does; see [`crate::search`].
    pub text: Option<String>,
    /// Only pinned ones, or only others.
    pub pinned: Option<bool>,
    /// The bin, rather than what is not in it.
    pub deleted: bool,
    /// The order.
    pub order: Order,
    /// At most this many; 0 takes 20.
    pub limit: u32,
    /// Those after this cursor.
    pub after: Option<String>,
    /// Those before this cursor.
    pub before: Option<String>,
}

/// The cursor of a thread in an order: its id, or its activity with its number, so that a page
/// goes on rightly even when the thread has moved.
pub fn cursor(thread: &ThreadRow, order: Order) -> String {
    match order {
        Order::Created => thread.id.clone(),
        Order::Activity => format!("{}.{}", thread.last_activity_at, thread.seq),
    }
}

/// Lists threads at the time `now`, and whether there are more in the direction asked for. Dates in the text are days
/// in `zone`.
///
/// # Errors
/// `invalid_request` for a cursor that is none of this order, `storage_error`.
pub fn list(
    conn: &Connection,
    filter: &ThreadFilter,
    now: Millis,
    zone: &TimeZone,
) -> Result<(Vec<ThreadRow>, bool), StoreError> {
    let (sql, values) = query(conn, filter, now, zone)?;
    let mut read = conn.prepare_cached(&sql)?;
    let mut rows: Vec<ThreadRow> = read.query_map(params_from_iter(values), from_row)?.collect::<Result<_, _>>()?;
    let limit = at_most(filter);
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    if is_backwards(filter) {
        rows.reverse();
    }
    Ok((rows, more))
}

fn at_most(filter: &ThreadFilter) -> u32 {
    if filter.limit == 0 { 20 } else { filter.limit.min(100) }
}

const fn is_backwards(filter: &ThreadFilter) -> bool {
    filter.before.is_some() && filter.after.is_none()
}

/// What reads a page and one thread more, in the direction asked for.
///
/// # Errors
/// As [`list`].
pub fn query(
    conn: &Connection,
    filter: &ThreadFilter,
    now: Millis,
    zone: &TimeZone,
) -> Result<(String, Vec<Value>), StoreError> {
    let (mut sql, mut values) = conditions(filter, now, zone);
    let mut add = |condition: &str, value: Value| {
        sql.push_str(condition);
        values.push(value);
    };
    let limit = at_most(filter);
    for (given, sign) in [(&filter.after, '<'), (&filter.before, '>')] {
        let Some(given) = given else { continue };
        let (value, seq) = place(conn, given, filter.order)?.ok_or_else(|| StoreError::Refused(no_cursor(given)))?;
        match filter.order {
            Order::Created => add(&format!(" AND seq {sign} ?"), seq.into()),
            Order::Activity => {
                add(&format!(" AND (last_activity_at, seq) {sign} (?"), value.into());
                add(", ?)", seq.into());
            }
        }
    }
    let way = if is_backwards(filter) { "ASC" } else { "DESC" };
    match filter.order {
        Order::Created => add(&format!(" ORDER BY seq {way} LIMIT ?"), i64::from(limit + 1).into()),
        Order::Activity => {
            add(&format!(" ORDER BY last_activity_at {way}, seq {way} LIMIT ?"), i64::from(limit + 1).into());
        }
    }
    Ok((sql, values))
}

/// What picks threads, wherever a page begins.
fn conditions(filter: &ThreadFilter, now: Millis, zone: &TimeZone) -> (String, Vec<Value>) {
    // Spelled out, so that the indexes which leave out the bin can be used. What few threads are is called unlikely, so
    // that these are looked up and then put in order, where SQLite would look through all of them in order.
    let bin = if filter.deleted { "unlikely(deleted_at IS NOT NULL)" } else { "deleted_at IS NULL" };
    let mut sql = format!("SELECT {COLUMNS} FROM thread WHERE {bin}");
    let mut values: Vec<Value> = Vec::new();
    let mut add = |condition: &str, value: Value| {
        sql.push_str(condition);
        values.push(value);
    };
    if let Some(state) = filter.state {
        add(" AND state = ?", state.word().to_owned().into());
    }
    for (key, value) in &filter.metadata {
        add(" AND seq IN (SELECT thread FROM metadata_key WHERE key = ?", key.clone().into());
        add(" AND value = ?)", value.clone().into());
    }
    if let Some(days) = filter.older_than {
        add(" AND unlikely(last_activity_at < ?)", days_before(now, days).into());
    }
    match filter.pinned {
        // Spelled out, so that the few that are pinned are looked up, and not all others looked at.
        Some(true) => sql.push_str(" AND seq IN (SELECT thread FROM view WHERE pinned = 1)"),
        Some(false) => sql.push_str(" AND seq NOT IN (SELECT thread FROM view WHERE pinned = 1)"),
        None => {}
    }
    if let Some(text) = filter.text.as_deref().filter(|text| !text.trim().is_empty()) {
        super::search::narrow(&mut sql, &mut values, text, &parse(text, zone));
    }
    (sql, values)
}

/// The activity and number behind a cursor; none if it is not one of that order.
fn place(conn: &Connection, cursor: &str, order: Order) -> Result<Option<(i64, i64)>, StoreError> {
    match order {
        Order::Created => {
            let mut read = conn.prepare_cached("SELECT last_activity_at, seq FROM thread WHERE id = ?1")?;
            match read.query_row([cursor], |row| Ok((row.get(0)?, row.get(1)?))).optional()? {
                Some(place) => Ok(Some(place)),
                // Erased meanwhile; its place among the others stands.
                None => Ok(super::tombstone::place_of(conn, cursor)?.map(|seq| (0, seq))),
            }
        }
        Order::Activity => Ok(activity_cursor(cursor)),
    }
}

/// Reads a cursor that holds an activity and a number.
pub fn activity_cursor(cursor: &str) -> Option<(Millis, i64)> {
    let (activity, seq) = cursor.split_once('.')?;
    Some((activity.parse().ok()?, seq.parse().ok()?))
}

/// The refusal of a cursor that is none.
pub fn no_cursor(given: &str) -> RuleError {
    let shown: String = given.chars().take(128).collect();
    RuleError::InvalidRequest(format!(
        "\u{201c}{shown}\u{201d} is no cursor of this list. Go on with the `firstId` or `lastId` of one of its pages, in the same order."
    ))
}
