//! What can be done with threads: the rules asked, then one transaction.

use rusqlite::{Connection, Transaction};

use super::Skein;
use super::show::{find, find_even_deleted, wire};
use crate::error::{Error, Result};
use crate::record::key::SigningKey;
use crate::store::entry::{self, NewEntry};
use crate::store::listing::{self, ThreadFilter};
use crate::store::thread::{self, ThreadRow};
use crate::store::{message, metadata};
use crate::thread::{
    Action, Metadata, NewMessage, RuleError, ThreadId, check_title, parse_metadata, permit, title_from,
};
use crate::wire::{Deleted, Entry, EntryKind, JsonObject, Page, Role, State, Thread};

/// What is to change about a thread, all or nothing.
#[derive(Debug, Clone, Default)]
pub struct ThreadChange {
    /// The state to bring it to.
    pub state: Option<State>,
    /// A merge patch for its metadata.
    pub metadata: Option<JsonObject>,
    /// A new title.
    pub title: Option<String>,
    /// Change nothing unless it is at this revision.
    pub if_revision: Option<u64>,
}

impl Skein {
    /// Makes a thread.
    ///
    /// # Errors
    /// `invalid_thread_id`, `invalid_title`, `invalid_metadata`, `metadata_too_large`, `thread_exists`, `thread_deleted`.
    pub fn create_thread(&self, id: Option<&str>, title: Option<&str>, metadata: Option<JsonObject>) -> Result<Thread> {
        self.store().write(|tx| wire(tx, &self.create(tx, id, title, metadata)?))
    }

    /// The same, as a part of doing more.
    pub(super) fn create(
        &self,
        tx: &Transaction<'_>,
        id: Option<&str>,
        title: Option<&str>,
        metadata: Option<JsonObject>,
    ) -> Result<ThreadRow> {
        let id = free_id(tx, id)?;
        let title = title.map(check_title).transpose()?;
        self.insert_thread(tx, &id, title.as_deref(), &Metadata::new(metadata.unwrap_or_default())?)
    }

    /// Adds a thread with its metadata and its first entry.
    pub(crate) fn insert_thread(
        &self,
        tx: &Transaction<'_>,
        id: &ThreadId,
        title: Option<&str>,
        metadata: &Metadata,
    ) -> Result<ThreadRow> {
        let now = self.now();
        let row = thread::insert(tx, id, title, None, now)?;
        if !metadata.as_object().is_empty() {
            metadata::set(tx, row.seq, metadata)?;
        }
        entry::append(tx, &NewEntry::new(row.seq, EntryKind::Created, self.0.door, now))?;
        Ok(row)
    }

    /// Gets a thread; one in the bin counts as deleted.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`.
    pub fn get_thread(&self, id: &str) -> Result<Thread> {
        self.store().read(|conn| wire(conn, &find(conn, id)?))
    }

    /// Lists threads.
    ///
    /// # Errors
    /// `invalid_request` for a cursor that is none of this order, `storage_error`.
    pub fn list_threads(&self, filter: &ThreadFilter) -> Result<Page<Thread>> {
        self.store().read(|conn| {
            let (rows, has_more) = listing::list(conn, filter, self.now(), &Self::zone())?;
            Ok(Page {
                object: "list".into(),
                first_id: rows.first().map(|row| listing::cursor(row, filter.order)),
                last_id: rows.last().map(|row| listing::cursor(row, filter.order)),
                data: rows.iter().map(|row| wire(conn, row)).collect::<Result<_>>()?,
                has_more,
            })
        })
    }

    /// Gives a thread a title.
    ///
    /// # Errors
    /// `invalid_title`, `thread_locked`, `thread_archived`, `thread_not_found`, `thread_deleted`.
    pub fn rename_thread(&self, id: &str, title: &str) -> Result<Thread> {
        self.change_thread(id, &ThreadChange { title: Some(title.into()), ..ThreadChange::default() })
    }

    /// Brings a thread to a state.
    ///
    /// # Errors
    /// `invalid_transition`, `thread_busy`, `thread_not_found`, `thread_deleted`.
    pub fn set_state(&self, id: &str, state: State) -> Result<Thread> {
        self.change_thread(id, &ThreadChange { state: Some(state), ..ThreadChange::default() })
    }

    /// Sets metadata as a person wrote it, in JSON, going on from what they saw: a key that somebody
    /// else set meanwhile stays.
    ///
    /// # Errors
    /// `invalid_metadata` for what is no object, or names a key twice; else as [`Skein::change_thread`].
    pub fn write_metadata(&self, id: &str, seen: &JsonObject, json: &str) -> Result<Thread> {
        let metadata = Some(parse_metadata(json)?.patch_from(seen));
        self.change_thread(id, &ThreadChange { metadata, ..ThreadChange::default() })
    }

    /// Changes a thread: unlocks it, then changes metadata and title, then locks or archives it; all or nothing.
    ///
    /// # Errors
    /// As the single changes, and `precondition_failed`.
    pub fn change_thread(&self, id: &str, change: &ThreadChange) -> Result<Thread> {
        // Before the transaction: the keychain can take its time.
        let key = self.key_for_seal(change.state);
        self.unless_abandoned(|| self.store().write(|tx| self.change(tx, id, change, key.as_ref())))
    }

    /// The same, as a part of doing more.
    pub(super) fn change(
        &self,
        tx: &Transaction<'_>,
        id: &str,
        change: &ThreadChange,
        key: Option<&SigningKey>,
    ) -> Result<Thread> {
        let (door, now) = (self.0.door, self.now());
        let mut row = find(tx, id)?;
        if change.if_revision.is_some_and(|revision| revision != row.revision) {
            return Err(RuleError::PreconditionFailed { revision: row.revision }.into());
        }
        if change.state == Some(State::Open) {
            entry::transition(tx, row.seq, State::Open, door, now, None)?;
            row = thread::get(tx, row.seq)?;
        }
        if change.metadata.is_some() || change.title.is_some() {
            permit(row.state, Action::Describe, id)?;
        }
        if let Some(title) = &change.title {
            self.set_title(tx, &row, title)?;
        }
        if let Some(patch) = &change.metadata {
            self.patch_metadata(tx, &row, patch)?;
        }
        if let Some(state @ (State::Locked | State::Archived)) = change.state {
            entry::transition(tx, row.seq, state, door, now, key)?;
        }
        wire(tx, &thread::get(tx, row.seq)?)
    }

    fn set_title(&self, tx: &Transaction<'_>, row: &ThreadRow, title: &str) -> Result<()> {
        let title = check_title(title)?;
        if row.title.as_ref() == Some(&title) {
            return Ok(());
        }
        let now = self.now();
        thread::set_title(tx, row.seq, &title, now)?;
        let detail = JsonObject::from_iter([("title".into(), title.into())]);
        entry::append(tx, &NewEntry { detail, ..NewEntry::new(row.seq, EntryKind::Renamed, self.0.door, now) })?;
        Ok(())
    }

    fn patch_metadata(&self, tx: &Transaction<'_>, row: &ThreadRow, patch: &JsonObject) -> Result<()> {
        let old = metadata::get(tx, row.seq)?;
        let new = old.merge(patch)?;
        if new == old {
            return Ok(());
        }
        let now = self.now();
        metadata::set(tx, row.seq, &new)?;
        thread::touch(tx, row.seq, now)?;
        // Not the patch as it came: what changes nothing can be of any length.
        let detail = JsonObject::from_iter([("patch".into(), new.patch_from(old.as_object()).into())]);
        entry::append(
            tx,
            &NewEntry { detail, ..NewEntry::new(row.seq, EntryKind::MetadataChanged, self.0.door, now) },
        )?;
        Ok(())
    }

    /// Gives a thread without a title one from its first message. Not an entry: nobody chose it.
    pub(crate) fn title_by_first_message(
        &self,
        tx: &Transaction<'_>,
        row: &ThreadRow,
        inputs: &[NewMessage],
    ) -> Result<()> {
        let first = inputs.iter().find(|input| input.role == Role::User);
        if let (None, Some(title)) = (&row.title, first.and_then(|input| title_from(&input.texts[0]))) {
            thread::set_title(tx, row.seq, &title, self.now())?;
        }
        Ok(())
    }

    /// The title that somebody gave a thread; the one it has from its first message is a part of what was written.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`.
    pub fn chosen_title(&self, id: &str) -> Result<Option<String>> {
        self.store().read(|conn| {
            let row = find(conn, id)?;
            let first = message::first_of(conn, row.seq, Role::User)?;
            let taken = first.and_then(|first| title_from(&first.message.texts[0]));
            Ok(row.title.filter(|title| Some(title) != taken.as_ref()))
        })
    }

    /// Moves an open thread to the bin, or erases an archived one whose id is named in `confirm`.
    ///
    /// # Errors
    /// `thread_locked`, `confirmation_required`, `thread_busy`, `thread_not_found`, `thread_deleted`.
    pub fn delete_thread(&self, id: &str, confirm: Option<&str>) -> Result<Deleted> {
        let erased = self.unless_abandoned(|| self.store().write(|tx| self.delete(tx, id, confirm)))?;
        if erased {
            self.scrub();
        }
        Ok(super::retention::deleted(id))
    }

    /// Clears away what erasing left in the index and the log. The thread is gone either way, and what
    /// cannot be cleared now is cleared at the next start.
    pub(super) fn scrub(&self) {
        if let Err(error) = self.store().scrub() {
            tracing::warn!(code = error.code().as_str(), "what was erased could not be cleared from the file yet");
        }
    }

    pub(super) fn delete(&self, tx: &Transaction<'_>, id: &str, confirm: Option<&str>) -> Result<bool> {
        let row = find(tx, id)?;
        let now = self.now();
        let erase = row.state == State::Archived && confirm == Some(id);
        permit(row.state, if erase { Action::DeleteConfirmed } else { Action::Delete }, id)?;
        if erase {
            super::retention::erase(tx, &row, self.0.door, now)?;
        } else {
            entry::append(tx, &NewEntry::new(row.seq, EntryKind::Deleted, self.0.door, now))?;
        }
        Ok(erase)
    }

    /// Takes a thread back out of the bin.
    ///
    /// # Errors
    /// `thread_not_found`; `thread_deleted` if it is erased. One that is not in the bin stays as it is.
    pub fn undelete_thread(&self, id: &str) -> Result<Thread> {
        self.store().write(|tx| wire(tx, &self.undelete(tx, id)?))
    }

    /// The same, as a part of doing more.
    pub(super) fn undelete(&self, tx: &Transaction<'_>, id: &str) -> Result<ThreadRow> {
        let row = find_even_deleted(tx, id)?;
        if row.deleted_at.is_some() {
            entry::append(tx, &NewEntry::new(row.seq, EntryKind::Undeleted, self.0.door, self.now()))?;
        }
        Ok(thread::get(tx, row.seq)?)
    }

    /// The history of a thread, one in the bin included, oldest first.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted` once it is erased.
    pub fn list_history(&self, id: &str) -> Result<Vec<Entry>> {
        self.store().read(|conn| Ok(entry::list(conn, find_even_deleted(conn, id)?.seq, 0, u32::MAX)?))
    }

    /// A page of a thread's history, oldest first: the entries behind the cursor `after`, which is an entry's `seq`.
    ///
    /// # Errors
    /// `invalid_request` for a cursor that is none, `thread_not_found`, `thread_deleted` once it is erased.
    pub fn page_history(&self, id: &str, after: Option<&str>, limit: u32) -> Result<Page<Entry>> {
        let limit = limit.clamp(1, 100);
        let after = after.map_or(Ok(0), |after| after.parse().map_err(|_| listing::no_cursor(after)))?;
        self.store().read(|conn| {
            let mut data = entry::list(conn, find_even_deleted(conn, id)?.seq, after, limit + 1)?;
            let has_more = data.len() > limit as usize;
            data.truncate(limit as usize);
            let cursor = |entry: Option<&Entry>| entry.map(|entry| entry.seq.to_string());
            let (first_id, last_id) = (cursor(data.first()), cursor(data.last()));
            Ok(Page { object: "list".into(), data, first_id, last_id, has_more })
        })
    }
}

/// The id for a new thread: the caller's own, if no thread has or had it, or a generated one.
pub(super) fn free_id(conn: &Connection, id: Option<&str>) -> Result<ThreadId> {
    let Some(id) = id else { return Ok(ThreadId::generate()) };
    match find(conn, id) {
        Err(Error::Rule(RuleError::ThreadNotFound(_))) => Ok(ThreadId::parse(id)?),
        Ok(_) => Err(RuleError::ThreadExists(id.into()).into()),
        Err(error) => Err(error),
    }
}
