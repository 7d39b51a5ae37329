//! What the sidebar lists: threads in groups, a page at a time.

use rusqlite::{Connection, named_params};

use super::{StoreError, Word, word};
use crate::clock::rfc3339;
use crate::wire::{SidebarGroup, SidebarPage, SidebarRow, State};

/// What the sidebar is to list.
#[derive(Debug, Clone, Default)]
pub struct Listing<'a> {
    /// The metadata key to group by; `None` for no groups.
    pub group_by: Option<&'a str>,
    /// Only threads in this state.
    pub state: Option<State>,
    /// The bin, rather than what is not in it.
    pub deleted: bool,
}

/// Threads with their group: pinned ones first, then by the value of a key, those without one last.
const LISTED: &str = "
    SELECT t.seq, t.id, t.title, t.state, t.last_activity_at, t.deleted_at, coalesce(v.pinned, 0) AS pinned,
        CASE WHEN v.pinned = 1 THEN NULL ELSE k.value END AS name, k.value AS value
    FROM thread t
    LEFT JOIN view v ON v.thread = t.seq
    LEFT JOIN metadata_key k ON k.thread = t.seq AND k.key = :key
    WHERE (t.deleted_at IS NOT NULL) = :deleted AND (:state IS NULL OR t.state = :state)";

/// Lists the sidebar: every group, and the lines from `offset` on.
///
/// # Errors
/// `storage_error`.
pub fn list(conn: &Connection, listing: &Listing<'_>, offset: u32, limit: u32) -> Result<SidebarPage, StoreError> {
    let groups = groups(conn, listing)?;
    let total = groups.iter().map(|group| group.count).sum();
    let mut read = conn.prepare_cached(&format!(
        "SELECT l.*, c.status AS seal, c.at AS checked_at, EXISTS (
             SELECT 1 FROM response WHERE thread = l.seq AND status IN ('pending', 'streaming')) AS running
         FROM (SELECT * FROM ({LISTED})
             ORDER BY pinned DESC, name IS NULL, name COLLATE NOCASE, name, last_activity_at DESC, seq DESC
             LIMIT :limit OFFSET :offset) l
         LEFT JOIN verification c ON c.thread = l.seq AND l.state <> 'open'
         ORDER BY pinned DESC, name IS NULL, name COLLATE NOCASE, name, last_activity_at DESC, seq DESC"
    ))?;
    let rows = read.query_map(
        named_params! {
            ":key": listing.group_by, ":deleted": listing.deleted, ":state": listing.state.map(Word::word),
            ":limit": limit, ":offset": offset,
        },
        |row| {
            let deleted_at: Option<i64> = row.get("deleted_at")?;
            let checked_at: Option<i64> = row.get("checked_at")?;
            Ok(SidebarRow {
                id: row.get("id")?,
                title: row.get("title")?,
                state: word::get(row, "state")?,
                group: row.get("value")?,
                last_activity_at: rfc3339(row.get("last_activity_at")?),
                pinned: row.get("pinned")?,
                running: row.get("running")?,
                deleted_at: deleted_at.map(rfc3339),
                seal: word::find(row, "seal")?,
                seal_checked_at: checked_at.map(rfc3339),
            })
        },
    )?;
    Ok(SidebarPage { groups, rows: rows.collect::<Result<_, _>>()?, offset, total })
}

fn groups(conn: &Connection, listing: &Listing<'_>) -> Result<Vec<SidebarGroup>, StoreError> {
    let mut read = conn.prepare_cached(&format!(
        "SELECT name, pinned, count(*) AS count FROM ({LISTED}) GROUP BY pinned, name
         ORDER BY pinned DESC, name IS NULL, name COLLATE NOCASE, name"
    ))?;
    let groups = read.query_map(
        named_params! {
            ":key": listing.group_by, ":deleted": listing.deleted, ":state": listing.state.map(Word::word),
        },
        |row| Ok(SidebarGroup { name: row.get("name")?, pinned: row.get("pinned")?, count: row.get("count")? }),
    )?;
    Ok(groups.collect::<Result<_, _>>()?)
}
