//! What the sidebar lists: threads in groups, a page at a time.

use std::cmp::Ordering;
use std::collections::HashMap;

use jiff::tz::TimeZone;
use rusqlite::{Connection, Row, named_params};

use super::{StoreError, Word, word};
use crate::clock::rfc3339;
use crate::search::{Query, folded, parse};
use crate::wire::{SidebarGroup, SidebarListing, SidebarPage, SidebarRow, SidebarSort, State};

/// A listing with what its text asks for.
struct Wish<'a> {
    listing: &'a SidebarListing,
    text: Option<&'a str>,
    query: Query,
}

/// A thread that is listed.
struct Listed {
    seq: i64,
    last_activity_at: i64,
    /// Only where it is asked for, without case and accents, and as it is.
    title: Option<(String, String)>,
    /// The place of its group among all that there could be.
    group: usize,
}

/// Everything that is listed: the groups and the threads in their order.
struct List {
    groups: Vec<SidebarGroup>,
    threads: Vec<Listed>,
}

impl<'a> Wish<'a> {
    fn new(listing: &'a SidebarListing) -> Self {
        let text = listing.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        // Days are not asked of threads here, so any zone will do.
        Self { listing, text, query: text.map(|text| parse(text, &TimeZone::UTC)).unwrap_or_default() }
    }

    /// Threads in any order, with their titles where those are to be looked at.
    fn sql(&self, titles: bool) -> String {
        // Spelled out, so that the indexes which leave out the bin can be used.
        let bin = if self.listing.deleted { "IS NOT NULL" } else { "IS NULL" };
        let title = if titles { "t.title" } else { "NULL" };
        format!(
            "SELECT t.seq, t.last_activity_at, {title}
             FROM thread t
             WHERE t.deleted_at {bin} AND (:state IS NULL OR t.state = :state)
                 AND (:asked IS NULL OR t.state = :asked)
                 AND (:metadata IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(:metadata) asked WHERE NOT EXISTS (
                     SELECT 1 FROM metadata_key WHERE thread = t.seq AND key = asked.value ->> 0
                     AND value = asked.value ->> 1 COLLATE NOCASE)))
                 AND (:text IS NULL OR title_matches(:text, coalesce(t.title, '') || ' ' || coalesce(
                     (SELECT value FROM metadata_key WHERE thread = t.seq AND key = 'client'), '')))"
        )
    }

    /// Reads what is listed. It is joined and sorted here and not by the database, which would take three times as long
    /// for 10,000 threads.
    fn read(&self, conn: &Connection, titles: bool) -> Result<List, StoreError> {
        let titles = titles || self.listing.sort == SidebarSort::Title;
        let (state, asked) = (self.listing.state.map(Word::word), self.query.state.map(Word::word));
        let metadata = &self.query.metadata;
        let metadata = (!metadata.is_empty()).then(|| serde_json::json!(metadata).to_string());
        let (mut groups, places) = groups(conn, self.listing.group_by.as_deref())?;
        let unnamed = groups.len() - 1;
        let mut read = conn.prepare_cached(&self.sql(titles))?;
        let mut rows =
            read.query(named_params! { ":state": state, ":asked": asked, ":metadata": metadata, ":text": self.text })?;
        let mut threads = Vec::new();
        while let Some(row) = rows.next()? {
            let (seq, title) = (row.get(0)?, row.get::<_, Option<String>>(2)?);
            let group = places.get(&seq).copied().unwrap_or(unnamed);
            groups[group].count += 1;
            let title = title.map(|title| (folded(&title), title));
            threads.push(Listed { seq, last_activity_at: row.get(1)?, title, group });
        }
        groups.retain(|group| group.count > 0);
        threads.sort_unstable_by(|a, b| a.group.cmp(&b.group).then_with(|| self.within(a, b)));
        Ok(List { groups, threads })
    }

    /// The order within a group; the latest made first where nothing else decides.
    fn within(&self, a: &Listed, b: &Listed) -> Ordering {
        let wished = match self.listing.sort {
            SidebarSort::Activity => b.last_activity_at.cmp(&a.last_activity_at),
            SidebarSort::Created => Ordering::Equal,
            SidebarSort::Title => (a.title.is_none(), &a.title).cmp(&(b.title.is_none(), &b.title)),
        };
        wished.then_with(|| b.seq.cmp(&a.seq))
    }
}

/// All groups that there could be, still without threads: the pinned ones first, then by name, without a name last. And
/// the places there of the threads that are pinned or have a name.
fn groups(conn: &Connection, key: Option<&str>) -> Result<(Vec<SidebarGroup>, HashMap<i64, usize>), StoreError> {
    let mut read = conn.prepare_cached("SELECT value, thread FROM metadata_key WHERE key = ?1 ORDER BY value")?;
    let mut rows = read.query([key])?;
    let (mut names, mut members) = (Vec::<String>::new(), Vec::<(i64, usize)>::new());
    while let Some(row) = rows.next()? {
        let name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if names.last().is_none_or(|last| last != name) {
            names.push(name.to_owned());
        }
        members.push((row.get(1)?, names.len() - 1));
    }
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_cached_key(|name| (names[*name].to_ascii_lowercase(), *name));
    let mut place_of = vec![0; names.len()];
    let mut groups = vec![SidebarGroup { name: None, pinned: true, count: 0 }];
    for name in order {
        place_of[name] = groups.len();
        groups.push(SidebarGroup { name: Some(std::mem::take(&mut names[name])), pinned: false, count: 0 });
    }
    groups.push(SidebarGroup { name: None, pinned: false, count: 0 });
    let mut places: HashMap<i64, usize> = members.into_iter().map(|(thread, name)| (thread, place_of[name])).collect();
    let mut read = conn.prepare_cached("SELECT thread FROM view WHERE pinned = 1")?;
    for thread in read.query_map([], |row| row.get(0))? {
        places.insert(thread?, 0);
    }
    Ok((groups, places))
}

/// Lists the sidebar: every group, and the lines from `offset` on.
///
/// # Errors
/// `storage_error`.
pub fn list(conn: &Connection, listing: &SidebarListing, offset: u32, limit: u32) -> Result<SidebarPage, StoreError> {
    let List { groups, threads } = Wish::new(listing).read(conn, false)?;
    let page = page(&threads, offset, limit);
    Ok(SidebarPage { groups, rows: lines(conn, listing, &page)?, offset, total: threads.len() as u32 })
}

/// The sequence numbers of a page, as a JSON array.
fn page(threads: &[Listed], offset: u32, limit: u32) -> String {
    let seqs: Vec<_> = threads.iter().skip(offset as usize).take(limit as usize).map(|thread| thread.seq).collect();
    serde_json::json!(seqs).to_string()
}

/// The lines of these threads, in their order.
fn lines(conn: &Connection, listing: &SidebarListing, page: &str) -> Result<Vec<SidebarRow>, StoreError> {
    let mut read = conn.prepare_cached(
        "SELECT t.id, t.title, t.state, t.last_activity_at, t.deleted_at, coalesce(v.pinned, 0) AS pinned, k.value,
             c.status AS seal, c.at AS checked_at, EXISTS (
                 SELECT 1 FROM response WHERE thread = t.seq AND status IN ('pending', 'streaming')) AS running
         FROM json_each(:page) page
         JOIN thread t ON t.seq = page.value
         LEFT JOIN view v ON v.thread = t.seq
         LEFT JOIN metadata_key k ON k.thread = t.seq AND k.key = :key
         LEFT JOIN verification c ON c.thread = t.seq AND t.state <> 'open'
         ORDER BY page.key",
    )?;
    let rows = read.query_map(named_params! { ":page": page, ":key": listing.group_by }, line)?;
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

/// The ids of the lines from `offset` on, in order.
///
/// # Errors
/// `storage_error`.
pub fn ids(conn: &Connection, listing: &SidebarListing, offset: u32, limit: u32) -> Result<Vec<String>, StoreError> {
    let listed = Wish::new(listing).read(conn, false)?;
    let mut read = conn
        .prepare_cached("SELECT t.id FROM json_each(?1) page JOIN thread t ON t.seq = page.value ORDER BY page.key")?;
    let ids = read.query_map([page(&listed.threads, offset, limit)], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
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
    let threads = Wish::new(listing).read(conn, true)?.threads;
    let text = folded(text);
    let (before, after) = threads.split_at(threads.len().min(from as usize));
    let begins = |thread: &Listed| thread.title.as_ref().is_some_and(|(folded, _)| folded.starts_with(&text));
    let place =
        after.iter().position(begins).map(|place| before.len() + place).or_else(|| before.iter().position(begins));
    Ok(place.map(|place| place as u32))
}
