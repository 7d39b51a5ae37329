//! What the window paints: the sidebar, a thread with its last messages, and any stretch of a path. A thread in the bin
//! can be read like any other.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::Skein;
use super::respond::shown;
use super::show::{find, find_even_deleted, find_message, message_wire, messages_wire, wire};
use super::usage::cost_of;
use crate::clock::days_in;
use crate::error::Result;
use crate::render;
use crate::store::message::{self, MessageRow};
use crate::store::path::{Path, newest_tip_through};
use crate::store::sidebar;
use crate::store::thread::ThreadRow;
use crate::store::{StoreError, draft, metadata, response, view};
use crate::wire::{
    Comparison, Draft, FailedView, Message, MessageView, Role, SidebarListing, SidebarPage, Thread, ThreadDay,
    ThreadView,
};

/// Messages that come with a thread when it is opened.
const FIRST: u32 = 30;
/// Keys that a person can choose from.
const KEYS: u32 = 50;
/// Values that are offered for completion.
const VALUES: u32 = 5000;

impl Skein {
    /// Lists the sidebar: every group, and the lines from `offset` on.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn sidebar(&self, listing: &SidebarListing, offset: u32, limit: u32) -> Result<SidebarPage> {
        Ok(self.store().read(|conn| sidebar::list(conn, listing, offset, limit.min(1000)))?)
    }

    /// The ids of the sidebar's lines from `offset` on.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn sidebar_ids(&self, listing: &SidebarListing, offset: u32, limit: u32) -> Result<Vec<String>> {
        Ok(self.store().read(|conn| sidebar::ids(conn, listing, offset, limit))?)
    }

    /// The place of the next of the sidebar's lines, from the place `from` on and then from the beginning, whose title
    /// begins with `text`.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn place_of_title(&self, listing: &SidebarListing, from: u32, text: &str) -> Result<Option<u32>> {
        Ok(self.store().read(|conn| sidebar::place_of_title(conn, listing, from, text))?)
    }

    /// The metadata keys by which threads can be grouped, those that most threads have first.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn metadata_keys(&self) -> Result<Vec<String>> {
        Ok(self.store().read(|conn| metadata::list_keys(conn, KEYS))?)
    }

    /// The values that threads have under a metadata key, in order.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn metadata_values(&self, key: &str) -> Result<Vec<String>> {
        Ok(self.store().read(|conn| metadata::list_values(conn, key, VALUES))?)
    }

    /// Opens a thread at its end, or around a message, whose path is then put on show.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted` once it is erased, `message_not_found`.
    pub fn open_thread(&self, id: &str, around: Option<&str>) -> Result<ThreadView> {
        if let Some(message) = around {
            self.show_path_through(id, message, false)?;
        }
        self.store().read(|conn| {
            let row = find_even_deleted(conn, id)?;
            let path = self.path_on_show(conn, &row)?;
            let at = around.map(|message| find_message(conn, &row, message)).transpose()?.map(|message| message.depth);
            let whole = at.map_or(Whole::LastReply, Whole::At);
            let (from, to) = match at {
                Some(depth) => (depth.saturating_sub(FIRST / 2).max(1), depth + FIRST / 2),
                None => (path.len().saturating_sub(FIRST - 1).max(1), path.len()),
            };
            Ok(ThreadView {
                thread: wire(conn, &row)?,
                length: path.len(),
                messages: views(conn, &row, &path, (from, to), whole)?,
                failed: failed_view(conn, &row, &path)?,
                // Of the same moment as the messages: a reply is in one of the two places.
                streaming: self.running_in(conn, &row)?,
                draft: draft::get(conn, row.seq)?,
                usage: response::usage_of(conn, row.seq)?,
            })
        })
    }

    /// The messages at places `from` to `to` of the path on show, both included, at most 200. Of a long one only
    /// the beginning, unless the `whole` is asked for.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted` once it is erased.
    pub fn message_views(&self, id: &str, from: u32, to: u32, whole: bool) -> Result<Vec<MessageView>> {
        self.store().read(|conn| {
            let row = find_even_deleted(conn, id)?;
            let path = self.path_on_show(conn, &row)?;
            let whole = if whole { Whole::All } else { Whole::LastReply };
            views(conn, &row, &path, (from, to.min(from.saturating_add(199))), whole)
        })
    }

    /// The text of a message as it was written, all parts.
    ///
    /// # Errors
    /// `storage_error` if it is not what was written any more, `message_not_found`, `thread_not_found`, `thread_deleted` once it is erased.
    pub fn message_text(&self, id: &str, message_id: &str) -> Result<String> {
        self.store().read(|conn| {
            let row = find_even_deleted(conn, id)?;
            let message = find_message(conn, &row, message_id)?;
            if !message.intact {
                return Err(StoreError::Altered(message_id.into()).into());
            }
            Ok(message.message.texts.join("\n\n"))
        })
    }

    /// Two messages of a thread beside each other, such as two versions of a reply.
    ///
    /// # Errors
    /// `storage_error` if one is not what was written any more, `message_not_found`, `thread_not_found`, `thread_deleted` once it is erased.
    pub fn compare_messages(&self, id: &str, left: &str, right: &str) -> Result<Comparison> {
        let texts = (self.message_text(id, left)?, self.message_text(id, right)?);
        self.store().read(|conn| {
            let row = find_even_deleted(conn, id)?;
            let side = |message: &str| {
                let mut side = message_wire(conn, id, &find_message(conn, &row, message)?)?;
                side.texts.clear();
                Ok::<_, crate::Error>(side)
            };
            Ok(Comparison { left: side(left)?, right: side(right)?, rows: render::compare(&texts.0, &texts.1) })
        })
    }

    /// The days on which the messages of the path on show were written, in their order, by the calendar of a time
    /// zone (its IANA name). Where a clock was set back, a day comes again.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted` once it is erased.
    pub fn thread_days(&self, id: &str, zone: &str) -> Result<Vec<ThreadDay>> {
        let times = self
            .store()
            .read(|conn| Ok::<_, crate::Error>(self.path_on_show(conn, &find_even_deleted(conn, id)?)?.times(conn)?))?;
        let day_of = days_in(zone);
        let mut days: Vec<ThreadDay> = Vec::new();
        for (at, time) in times.into_iter().enumerate() {
            let date = day_of(time);
            match days.last_mut() {
                Some(last) if last.date == date => last.messages += 1,
                _ => days.push(ThreadDay { date, position: at as u32 + 1, messages: 1 }),
            }
        }
        Ok(days)
    }

    /// Puts the newest path through a message on show, in any state: this is not part of the thread.
    ///
    /// # Errors
    /// `message_not_found`, `thread_not_found`, `thread_deleted` once it is erased.
    pub fn choose_version(&self, id: &str, message_id: &str) -> Result<()> {
        self.show_path_through(id, message_id, true)
    }

    /// `anew` takes the newest path even when the one on show holds the message already.
    fn show_path_through(&self, id: &str, message_id: &str, anew: bool) -> Result<()> {
        let on_show = self.store().read(|conn| {
            let row = find_even_deleted(conn, id)?;
            let message = find_message(conn, &row, message_id)?;
            Ok::<_, crate::Error>(self.path_on_show(conn, &row)?.holds(&message))
        })?;
        if on_show && !anew {
            return Ok(());
        }
        let tip_through = |conn: &Connection| {
            let row = find_even_deleted(conn, id)?;
            Ok::<_, crate::Error>((row.seq, newest_tip_through(conn, &find_message(conn, &row, message_id)?)?))
        };
        if self.store().is_read_only() {
            // What cannot be kept lasts for this run: a store that can only be read is read like any other.
            let (thread, tip) = self.store().read(tip_through)?;
            lock(&self.0.shown).insert(thread, tip);
            return Ok(());
        }
        self.store().write(|tx| {
            let (thread, tip) = tip_through(tx)?;
            Ok(view::show(tx, thread, Some(tip))?)
        })
    }

    /// The path the person looks at: a chosen version's, or the active one.
    pub(crate) fn path_on_show(&self, conn: &Connection, row: &ThreadRow) -> Result<Path> {
        let chosen = lock(&self.0.shown).get(&row.seq).copied();
        let tip = chosen.or(view::get(conn, row.seq)?.shown_tip).or(row.tip);
        Ok(Path::to(conn, tip)?)
    }

    /// Pins or unpins a thread, in any state.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`, `store_read_only`.
    pub fn pin_thread(&self, id: &str, pinned: bool) -> Result<Thread> {
        self.store().write(|tx| {
            let row = find(tx, id)?;
            view::pin(tx, row.seq, pinned)?;
            wire(tx, &row)
        })
    }

    /// Keeps what was typed and not sent; without a thread, for the one that is yet to be made.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`, `store_read_only`.
    pub fn save_draft(&self, id: Option<&str>, draft: &Draft) -> Result<()> {
        self.store().write(|tx| Ok(draft::set(tx, draft_place(tx, id)?, draft)?))
    }

    /// What was typed and not sent.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`.
    pub fn draft(&self, id: Option<&str>) -> Result<Draft> {
        self.store().read(|conn| Ok(draft::get(conn, draft_place(conn, id)?)?))
    }
}

fn draft_place(conn: &Connection, id: Option<&str>) -> Result<i64> {
    id.map_or(Ok(draft::NEW_THREAD), |id| Ok(find(conn, id)?.seq))
}

fn lock(shown: &Mutex<HashMap<i64, i64>>) -> MutexGuard<'_, HashMap<i64, i64>> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The last response, if it ended without a text and what it was to answer stands on the path.
fn failed_view(conn: &Connection, thread: &ThreadRow, path: &Path) -> Result<Option<FailedView>> {
    let Some(last) = response::failed_last(conn, thread)? else { return Ok(None) };
    let parent = last.parent.map(|seq| message::get(conn, seq)).transpose()?;
    let Some(parent) = parent.filter(|parent| path.holds(parent)) else { return Ok(None) };
    Ok(Some(FailedView {
        response: shown(conn, &last, thread)?,
        parent_id: parent.message.id.to_string(),
        continues: parent.message.role == Role::Assistant,
    }))
}

/// Which long messages are painted whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whole {
    /// All.
    All,
    /// The one at that place.
    At(u32),
    /// A reply at the end: it was seen arriving.
    LastReply,
}

/// Longest reply at the end that is painted whole, in bytes.
pub(super) const LAST_REPLY: u32 = 64 * 1024;

fn views(
    conn: &Connection,
    row: &ThreadRow,
    path: &Path,
    (from, to): (u32, u32),
    whole: Whole,
) -> Result<Vec<MessageView>> {
    let is_whole = |message: &MessageRow| match whole {
        Whole::All => true,
        Whole::At(place) => message.depth == place,
        Whole::LastReply => {
            message.depth == path.len() && message.message.role == Role::Assistant && message.size <= LAST_REPLY
        }
    };
    let rows = path.range(conn, from, to)?;
    let shown = messages_wire(conn, &row.id, &rows)?;
    rows.iter().zip(shown).map(|(each, message)| message_view(conn, row, each, message, is_whole(each))).collect()
}

fn message_view(
    conn: &Connection,
    thread: &ThreadRow,
    row: &MessageRow,
    mut message: Message,
    whole: bool,
) -> Result<MessageView> {
    let text = row.message.texts.join("\n\n");
    let folded = if whole { None } else { render::beginning(&text) };
    message.texts.clear();
    let version = message.versions.iter().position(|id| *id == message.id).map_or(1, |at| at as u32 + 1);
    let made_by = row.response.map(|seq| response::get(conn, seq)).transpose()?;
    let cost = match &made_by {
        Some(made_by) => cost_of(conn, made_by.endpoint_id.as_deref(), &made_by.model_asked, made_by.usage)?,
        None => None,
    };
    Ok(MessageView {
        message,
        position: row.depth,
        html: render::html(folded.map_or(text.as_str(), |beginning| beginning.text)),
        folded: folded.map(|beginning| beginning.lines),
        size: row.size,
        version,
        response: made_by.map(|made_by| response::wire(&made_by, thread)),
        cost,
    })
}
