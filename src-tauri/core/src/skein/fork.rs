//! Forks: the path up to a message, copied into a new open thread that outlives its origin.

use rusqlite::Transaction;

use super::Skein;
use super::show::{find, find_message, wire};
use super::threads::free_id;
use crate::error::Result;
use crate::store::entry::{self, NewEntry};
use crate::store::message::{self, MessageRow, NewInsert};
use crate::store::path::Path;
use crate::store::thread::{self, ThreadRow};
use crate::store::{StoreError, draft, metadata, response, thread_option, view};
use crate::thread::{MessageId, Metadata, NewMessage, RuleError, check_title};
use crate::wire::{Draft, EntryKind, JsonObject, Thread, ThreadOptions};

/// What a copy is given; what is not given comes from its origin.
#[derive(Default)]
pub(super) struct Copy<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) metadata: Option<JsonObject>,
}

impl Skein {
    /// Copies the path up to a message, or all of the path on show, into a new open thread.
    ///
    /// # Errors
    /// `thread_busy`, `message_not_found`, `thread_not_found`, `thread_deleted`.
    pub fn fork_thread(&self, id: &str, message_id: Option<&str>) -> Result<Thread> {
        self.unless_abandoned(|| self.store().write(|tx| wire(tx, &self.fork(tx, id, message_id)?)))
    }

    /// The same, as a part of doing more.
    pub(super) fn fork(&self, tx: &Transaction<'_>, id: &str, message_id: Option<&str>) -> Result<ThreadRow> {
        let origin = find(tx, id)?;
        if response::running_of(tx, origin.seq)?.is_some() {
            return Err(RuleError::ThreadBusy.into());
        }
        let tip = match message_id {
            Some(message) => Some(find_message(tx, &origin, message)?.seq),
            None => view::get(tx, origin.seq)?.shown_tip.or(origin.tip),
        };
        self.copy_path(tx, &origin, tip, Copy::default())
    }

    /// Copies the path up to `tip` into a new thread.
    pub(super) fn copy_path(
        &self,
        tx: &Transaction<'_>,
        origin: &ThreadRow,
        tip: Option<i64>,
        new: Copy<'_>,
    ) -> Result<ThreadRow> {
        let path = Path::to(tx, tip)?;
        let now = self.now();
        let last = tip.map(|tip| message::id_of(tx, tip)).transpose()?;
        let from = last.as_deref().map(|last| (origin.id.as_str(), last));
        let title = new.title.map(check_title).transpose()?;
        let title = title.as_ref().or(origin.title.as_ref()).map(String::as_str);
        let copy = thread::insert(tx, &free_id(tx, new.id)?, title, from, now)?;
        let metadata = match new.metadata {
            Some(given) => Metadata::new(given)?,
            None => metadata::get(tx, origin.seq)?,
        };
        if !metadata.as_object().is_empty() {
            metadata::set(tx, copy.seq, &metadata)?;
        }
        let options = thread_option::get(tx, origin.seq)?;
        if options != ThreadOptions::default() {
            thread_option::set(tx, copy.seq, &options)?;
        }
        let model = draft::get(tx, origin.seq)?.model;
        draft::set(tx, copy.seq, &Draft { model, ..Draft::default() })?;
        let mut parent: Option<MessageRow> = None;
        for original in path.range(tx, 1, path.len())? {
            parent = Some(copy_message(tx, copy.seq, parent.as_ref(), &original)?);
        }
        if let Some(tip) = &parent {
            thread::set_tip(tx, tip, now)?;
        }
        let detail = JsonObject::from_iter([
            ("threadId".into(), origin.id.as_str().into()),
            ("messageId".into(), last.clone().into()),
        ]);
        entry::append(tx, &NewEntry { detail, ..NewEntry::new(copy.seq, EntryKind::Forked, self.0.door, now) })?;
        Ok(thread::get(tx, copy.seq)?)
    }
}

fn copy_message(
    tx: &Transaction<'_>,
    thread: i64,
    parent: Option<&MessageRow>,
    original: &MessageRow,
) -> Result<MessageRow> {
    if !original.intact {
        return Err(StoreError::Altered(original.message.id.to_string()).into());
    }
    let copy = NewMessage {
        id: MessageId::generate(),
        copied_from: Some(original.message.id.to_string()),
        ..original.message.clone()
    };
    let new = NewInsert {
        thread,
        parent: parent.map(|parent| parent.seq),
        message: &copy,
        created_at: original.created_at,
        response: None,
    };
    Ok(message::insert(tx, &new)?)
}
