//! Lists of threads: filtered by state, metadata, age and bin, in pages that neither skip nor repeat.

use jiff::tz::TimeZone;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::thread::{COLUMNS, ThreadRow, from_row};
use super::{StoreError, Word};
use crate::clock::Millis;
use crate::search::parse;
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
/// in `zone`. A cursor that names nothing lists nothing.
///
/// # Errors
/// `storage_error`.
pub fn list(
    conn: &Connection,
    filter: &ThreadFilter,
    now: Millis,
    zone: &TimeZone,
) -> Result<(Vec<ThreadRow>, bool), StoreError> {
    let (mut sql, mut values) = conditions(filter, now, zone);
    let mut add = |condition: &str, value: Value| {
        sql.push_str(condition);
        values.push(value);
    };
    let limit = if filter.limit == 0 { 20 } else { filter.limit.min(100) };
    let backwards = filter.before.is_some() && filter.after.is_none();
    for (given, sign) in [(&filter.after, '<'), (&filter.before, '>')] {
        let Some(given) = given else { continue };
        let Some((value, seq)) = place(conn, given, filter.order)? else { return Ok((Vec::new(), false)) };
        match filter.order {
            Order::Created => add(&format!(" AND seq {sign} ?"), seq.into()),
            Order::Activity => {
                add(&format!(" AND (last_activity_at, seq) {sign} (?"), value.into());
                add(", ?)", seq.into());
            }
        }
    }
    let way = if backwards { "ASC" } else { "DESC" };
    match filter.order {
        Order::Created => add(&format!(" ORDER BY seq {way} LIMIT ?"), i64::from(limit + 1).into()),
        Order::Activity => {
            add(&format!(" ORDER BY last_activity_at {way}, seq {way} LIMIT ?"), i64::from(limit + 1).into());
        }
    }
    let mut read = conn.prepare_cached(&sql)?;
    let mut rows: Vec<ThreadRow> = read.query_map(params_from_iter(values), from_row)?.collect::<Result<_, _>>()?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    if backwards {
        rows.reverse();
    }
    Ok((rows, more))
}

/// What picks threads, wherever a page begins.
fn conditions(filter: &ThreadFilter, now: Millis, zone: &TimeZone) -> (String, Vec<Value>) {
    // Spelled out, so that the indexes which leave out the bin can be used.
    let bin = if filter.deleted { "IS NOT NULL" } else { "IS NULL" };
    let mut sql = format!("SELECT {COLUMNS} FROM thread WHERE deleted_at {bin}");
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
        add(" AND last_activity_at < ?", days_before(now, days).into());
    }
    if let Some(pinned) = filter.pinned {
        add(" AND (seq IN (SELECT thread FROM view WHERE pinned = 1)) = ?", i64::from(pinned).into());
    }
    if let Some(text) = filter.text.as_deref().filter(|text| !text.trim().is_empty()) {
        super::search::narrow(&mut sql, &mut values, text, &parse(text, zone));
    }
    (sql, values)
}

/// The activity and number behind a cursor.
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
        Order::Activity => {
            Ok(cursor.split_once('.').and_then(|(activity, seq)| Some((activity.parse().ok()?, seq.parse().ok()?))))
        }
    }
}
