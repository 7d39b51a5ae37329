//! Requests with a key: carried out once, however often they come. What was made is noted in the
//! transaction that makes it, so that nothing comes between the two; the answer is made anew from it.

use rusqlite::Transaction;

use super::Skein;
use super::respond::shown;
use super::show::{find, wire};
use crate::error::{Error, Result};
use crate::store::idempotency::{self, Made, Once};
use crate::store::response;
use crate::store::thread::{self, ThreadRow};
use crate::thread::RuleError;
use crate::wire::{JsonObject, Response, Thread};

impl Skein {
    /// Makes a thread as [`Skein::create_thread`] does; asked again under the same key, it answers with
    /// that thread as it is now.
    ///
    /// # Errors
    /// As [`Skein::create_thread`], and `idempotency_conflict`.
    pub fn create_thread_once(
        &self,
        once: &Once,
        id: Option<&str>,
        title: Option<&str>,
        metadata: Option<&JsonObject>,
    ) -> Result<Thread> {
        self.once(once, |tx| self.create(tx, id, title, metadata.cloned()))
    }

    /// Forks a thread as [`Skein::fork_thread`] does; asked again under the same key, it answers with
    /// that fork as it is now.
    ///
    /// # Errors
    /// As [`Skein::fork_thread`], and `idempotency_conflict`.
    pub fn fork_thread_once(&self, once: &Once, id: &str, message_id: Option<&str>) -> Result<Thread> {
        self.once(once, |tx| self.fork(tx, id, message_id))
    }

    /// Takes a thread back out of the bin as [`Skein::undelete_thread`] does; asked again under the same key, it
    /// answers with that thread as it is now, and leaves it there.
    ///
    /// # Errors
    /// As [`Skein::undelete_thread`], and `idempotency_conflict`; `thread_deleted` if it was deleted again.
    pub fn undelete_thread_once(&self, once: &Once, id: &str) -> Result<Thread> {
        self.once(once, |tx| self.undelete(tx, id))
    }

    fn once(&self, once: &Once, make: impl Fn(&Transaction<'_>) -> Result<ThreadRow>) -> Result<Thread> {
        // A response that is kept in memory only is another request, whatever it says.
        if self.0.chains.find_once(once, self.now())?.is_some() {
            return Err(RuleError::IdempotencyConflict.into());
        }
        self.unless_abandoned(|| {
            self.store().write(|tx| {
                if let Some(made) = idempotency::find(tx, once, self.now())? {
                    return wire(tx, &find(tx, &thread::get(tx, made.thread)?.id)?);
                }
                let row = make(tx)?;
                idempotency::insert(tx, once, Made { thread: row.seq, response: None }, self.now())?;
                wire(tx, &row)
            })
        })
    }

    /// The response that was made under a key, if it has ended.
    pub(super) fn find_once(&self, once: &Once) -> Result<Option<Response>> {
        if let Some(link) = self.0.chains.find_once(once, self.now())? {
            return if link.is_running() { Err(RuleError::ThreadBusy.into()) } else { Ok(Some(link.shown())) };
        }
        self.unless_abandoned(|| {
            self.store().read(|conn| {
                let Some(made) = idempotency::find(conn, once, self.now())? else { return Ok(None) };
                let seq = made.response.ok_or(Error::Rule(RuleError::IdempotencyConflict))?;
                let row = response::get(conn, seq)?;
                if row.is_running() {
                    return Err(RuleError::ThreadBusy.into());
                }
                let thread = find(conn, &thread::get(conn, row.thread)?.id)?;
                Ok(Some(shown(conn, &row, &thread)?))
            })
        })
    }
}
