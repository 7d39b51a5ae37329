//! What the sidebar lists: threads in groups, a page at a time.

use jiff::tz::TimeZone;
use rusqlite::{Connection, Row, ToSql, named_params};

use super::{StoreError, Word, word};
use crate::clock::rfc3339;
use crate::search::{Query, parse};
use crate::wire::{SidebarGroup, SidebarListing, SidebarPage, SidebarRow, SidebarSort, State};

/// A listing with what its text asks for.
struct Wish<'a> {
    listing: &'a SidebarListing,
    text: Option<&'a str>,
    query: Query,
}

impl<'a> Wish<'a> {
    fn new(listing: &'a SidebarListing) -> Self {
        let text = listing.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        // Days are not asked of threads here, so any zone will do.
        Self { listing, text, query: text.map(|text| parse(text, &TimeZone::UTC)).unwrap_or_default() }
    }

    /// Threads with their group: pinned ones have none, and stand first.
    fn listed(&self) -> String {
        // Spelled out, so that the indexes which leave out the bin can be used.
        let bin = if self.listing.deleted { "IS NOT NULL" } else { "IS NULL" };
        format!(
            "SELECT t.seq, t.id, t.title, t.last_activity_at, coalesce(v.pinned, 0) AS pinned,
                 CASE WHEN v.pinned = 1 THEN NULL ELSE k.value END AS name
             FROM thread t
             LEFT JOIN view v ON v.thread = t.seq
             LEFT JOIN metadata_key k ON k.thread = t.seq AND k.key = :key
             WHERE t.deleted_at {bin} AND (:state IS NULL OR t.state = :state)
                 AND (:asked IS NULL OR t.state = :asked)
                 AND (:metadata IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(:metadata) asked WHERE NOT EXISTS (
                     SELECT 1 FROM metadata_key WHERE thread = t.seq AND key = asked.value ->> 0
                     AND value = asked.value ->> 1 COLLATE NOCASE)))
                 AND (:text IS NULL OR title_matches(:text, coalesce(t.title, '') || ' ' || coalesce(
                     (SELECT value FROM metadata_key WHERE thread = t.seq AND key = 'client'), '')))"
        )
    }

    /// Pinned first, then by group, those without one last, then as is wished.
    fn order(&self) -> String {
        let within = match self.listing.sort {
            SidebarSort::Activity => "last_activity_at DESC, seq DESC",
            SidebarSort::Created => "seq DESC",
            SidebarSort::Title => "title IS NULL, folded(title), title, seq DESC",
        };
        format!("{GROUPED}, {within}")
    }

    fn read<T>(
        &self,
        conn: &Connection,
        sql: &str,
        more: &[(&str, &dyn ToSql)],
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let (state, asked) = (self.listing.state.map(Word::word), self.query.state.map(Word::word));
        let metadata = &self.query.metadata;
        let metadata = (!metadata.is_empty()).then(|| serde_json::json!(metadata).to_string());
        let given: &[(&str, &dyn ToSql)] = named_params! {
            ":key": self.listing.group_by, ":state": state, ":asked": asked, ":metadata": metadata, ":text": self.text,
        };
        let mut read = conn.prepare_cached(sql)?;
        let rows = read.query_map(&[given, more].concat()[..], row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

const GROUPED: &str = "pinned DESC, name IS NULL, name COLLATE NOCASE, name";

/// Lists the sidebar: every group, and the lines from `offset` on.
///
/// # Errors
/// `storage_error`.
pub fn list(conn: &Connection, listing: &SidebarListing, offset: u32, limit: u32) -> Result<SidebarPage, StoreError> {
    let wish = Wish::new(listing);
    let sql = format!("SELECT seq, name, pinned FROM ({}) ORDER BY {}", wish.listed(), wish.order());
    let mut groups: Vec<SidebarGroup> = Vec::new();
    let seqs = wish.read(conn, &sql, &[], |row| {
        let (name, pinned) = (row.get_ref("name")?.as_str_or_null()?, row.get("pinned")?);
        match groups.last_mut() {
            Some(group) if group.pinned == pinned && group.name.as_deref() == name => group.count += 1,
            _ => groups.push(SidebarGroup { name: name.map(str::to_owned), pinned, count: 1 }),
        }
        row.get::<_, i64>("seq")
    })?;
    let page: Vec<_> = seqs.iter().skip(offset as usize).take(limit as usize).collect();
    Ok(SidebarPage { groups, rows: lines(conn, listing, &page)?, offset, total: seqs.len() as u32 })
}

/// The lines of these threads, in their order.
fn lines(conn: &Connection, listing: &SidebarListing, seqs: &[&i64]) -> Result<Vec<SidebarRow>, StoreError> {
    let mut read = conn.prepare_cached(
        "SELECT t.id, t.title, t.state, t.last_activity_at, t.deleted_at, coalesce(v.pinned, 0) AS pinned, k.value,
             c.status AS seal, c.at AS checked_at, EXISTS (
                 SELECT 1 FROM response WHERE thread = t.seq AND status IN ('pending', 'streaming')) AS running
         FROM json_each(:seqs) page
         JOIN thread t ON t.seq = page.value
         LEFT JOIN view v ON v.thread = t.seq
         LEFT JOIN metadata_key k ON k.thread = t.seq AND k.key = :key
         LEFT JOIN verification c ON c.thread = t.seq AND t.state <> 'open'
         ORDER BY page.key",
    )?;
    let seqs = serde_json::json!(seqs).to_string();
    let rows = read.query_map(named_params! { ":seqs": seqs, ":key": listing.group_by }, line)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn line(row: &Row<'_>) -> rusqlite::Result<SidebarRow> {
    let deleted_at: Option<i64> = row.get("deleted_at")?;
    let checked_at: Option<i64> = row.get("checked_at")?;
    Ok(SidebarRow {
        id: row.get("id")?,
        title: row.get("title")?,
        state: word::get::<State>(row, "state")?,
        group: row.get("value")?,
        last_activity_at: rfc3339(row.get("last_activity_at")?),
        pinned: row.get("pinned")?,
        running: row.get("running")?,
        deleted_at: deleted_at.map(rfc3339),
        seal: word::find(row, "seal")?,
        seal_checked_at: checked_at.map(rfc3339),
    })
}

/// The ids of the lines from `offset` on, in order; a `limit` of -1 takes all.
///
/// # Errors
/// `storage_error`.
pub fn ids(conn: &Connection, listing: &SidebarListing, offset: u32, limit: i64) -> Result<Vec<String>, StoreError> {
    let wish = Wish::new(listing);
    let sql = format!("SELECT id FROM ({}) ORDER BY {} LIMIT :limit OFFSET :offset", wish.listed(), wish.order());
    wish.read(conn, &sql, named_params! { ":limit": limit, ":offset": offset }, |row| row.get(0))
}

/// The place of the next line, from the place `from` on and then from the beginning, whose title begins with `text`;
/// case and accents count for nothing.
///
/// # Errors
/// `storage_error`.
pub fn place_of_title(
    conn: &Connection,
    listing: &SidebarListing,
    from: u32,
    text: &str,
) -> Result<Option<u32>, StoreError> {
    let wish = Wish::new(listing);
    let sql = format!(
        "SELECT place FROM (
             SELECT row_number() OVER (ORDER BY {}) - 1 AS place, substr(folded(title), 1, :length) AS beginning FROM ({}))
         WHERE beginning = folded(:title) ORDER BY place < :from, place LIMIT 1",
        wish.order(),
        wish.listed()
    );
    let length = crate::search::folded(text).chars().count() as i64;
    let found =
        wish.read(conn, &sql, named_params! { ":title": text, ":from": from, ":length": length }, |row| row.get(0))?;
    Ok(found.into_iter().next())
}
