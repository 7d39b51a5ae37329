//! Lists of messages: the active path, or every version, in pages from either end.

use rusqlite::Connection;

use super::Skein;
use super::show::{find, find_message, messages_wire};
use crate::error::Result;
use crate::store::message::{self, MessageRow};
use crate::store::path::Path;
use crate::store::thread::ThreadRow;
use crate::wire::{Message, Page};

/// Which messages of a thread to list.
#[derive(Debug, Clone, Default)]
pub struct MessageRange {
    /// At most this many, up to 100; 0 takes 20.
    pub limit: u32,
    /// Those after this message.
    pub after: Option<String>,
    /// Those before this message.
    pub before: Option<String>,
    /// Begin with the last one.
    pub newest_first: bool,
    /// Every version, in the order they were written, rather than the active path.
    pub all_versions: bool,
}

impl Skein {
    /// Lists the messages of a thread.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`, `message_not_found` for a cursor that names none.
    pub fn list_messages(&self, id: &str, range: &MessageRange) -> Result<Page<Message>> {
        self.store().read(|conn| {
            let row = find(conn, id)?;
            let (rows, has_more) =
                if range.all_versions { every_version(conn, &row, range)? } else { active_path(conn, &row, range)? };
            let data = messages_wire(conn, id, &rows)?;
            Ok(Page {
                object: "list".into(),
                first_id: data.first().map(|message| message.id.clone()),
                last_id: data.last().map(|message| message.id.clone()),
                data,
                has_more,
            })
        })
    }
}

fn page_limit(range: &MessageRange) -> u32 {
    if range.limit == 0 { 20 } else { range.limit.min(100) }
}

fn active_path(conn: &Connection, row: &ThreadRow, range: &MessageRange) -> Result<(Vec<MessageRow>, bool)> {
    let path = Path::to(conn, row.tip)?;
    let depth = |id: &Option<String>| -> Result<Option<u32>> {
        id.as_deref().map(|id| Ok(find_message(conn, row, id)?.depth)).transpose()
    };
    let (after, before) = (depth(&range.after)?, depth(&range.before)?);
    // `after` goes on in the direction of the list.
    let (low, high) = if range.newest_first { (before, after) } else { (after, before) };
    let low = low.map_or(1, |depth| depth + 1);
    let high = high.map_or(path.len(), |depth| depth - 1);
    let limit = page_limit(range);
    let from_end = range.newest_first != (range.before.is_some() && range.after.is_none());
    let (from, to) =
        if from_end { ((high + 1).saturating_sub(limit).max(low), high) } else { (low, high.min(low + limit - 1)) };
    let mut rows = if from > to { Vec::new() } else { path.range(conn, from, to)? };
    if range.newest_first {
        rows.reverse();
    }
    Ok((rows, if from_end { from > low } else { to < high }))
}

fn every_version(conn: &Connection, row: &ThreadRow, range: &MessageRange) -> Result<(Vec<MessageRow>, bool)> {
    let seq = |id: &Option<String>| -> Result<Option<i64>> {
        id.as_deref().map(|id| Ok(find_message(conn, row, id)?.seq)).transpose()
    };
    let (after, before) = (seq(&range.after)?, seq(&range.before)?);
    let (low, high) = if range.newest_first { (before, after) } else { (after, before) };
    let limit = page_limit(range);
    // The page before a message is the one just before it.
    let backwards = range.before.is_some() && range.after.is_none();
    let from_end = range.newest_first != backwards;
    let mut rows = message::all_versions(conn, row.seq, low, high, from_end, limit + 1)?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    if backwards {
        rows.reverse();
    }
    Ok((rows, more))
}
