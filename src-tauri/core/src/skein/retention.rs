//! Retention: what is due, what a run does about it, and erasing what is in the bin. The rules are
//! [`crate::thread::retention`]'s.

use std::sync::PoisonError;

use rusqlite::Transaction;
use serde_json::json;

use super::Skein;
use super::show::{find_even_deleted, wire};
use crate::clock::{Millis, rfc3339};
use crate::error::Result;
use crate::store::entry::{self, NewEntry};
use crate::store::listing::{activity_cursor, no_cursor};
use crate::store::retention::{self, Binned, Resting};
use crate::store::thread::{self, ThreadRow};
use crate::store::tombstone;
use crate::thread::retention::{BinStep, Watch, bin_step, days_before, days_between, erases_at, reasons};
use crate::thread::{Action, RuleError, permit};
use crate::wire::{
    CleanedThread, Deleted, Door, DueReason, DueThread, EntryKind, JsonObject, Page, Retention, RetentionMode,
    RetentionReport, State,
};

/// Threads that are handled in one transaction.
const BATCH: u32 = 100;

impl Skein {
    /// Lists open threads past a limit of the policy, and why, the longest at rest first. To keep one, pin it.
    ///
    /// # Errors
    /// `invalid_request` for a cursor that is none, `storage_error`.
    pub fn due_threads(&self, after: Option<&str>, limit: u32) -> Result<Page<DueThread>> {
        let policy = self.settings()?.retention;
        let now = self.now();
        let limit = limit.clamp(1, 100);
        let after = match after {
            None => (Millis::MIN, 0),
            Some(given) => activity_cursor(given).ok_or_else(|| no_cursor(given))?,
        };
        let limits = (days_before(now, policy.inactivity_days), days_before(now, policy.age_days));
        self.store().read(|conn| {
            let mut found = retention::due(conn, limits.0, limits.1, after, limit + 1)?;
            let has_more = found.len() > limit as usize;
            found.truncate(limit as usize);
            Ok(Page {
                object: "list".into(),
                first_id: found.first().map(write_cursor),
                last_id: found.last().map(write_cursor),
                data: found
                    .into_iter()
                    .map(|due| {
                        Ok(DueThread {
                            thread: wire(conn, &due.thread)?,
                            reasons: reasons(&policy, due.since, due.thread.created_at, now),
                            inactive_days: days_between(due.since, now),
                            age_days: days_between(due.thread.created_at, now),
                        })
                    })
                    .collect::<Result<_>>()?,
                has_more,
            })
        })
    }

    /// Applies the policy. In automatic mode, what was forgotten goes to the bin; in either, the bin erases what it
    /// has kept long enough, if an earlier run gave notice of it and the time can be believed.
    ///
    /// The window and the server call it at start and every hour: each call counts the running time since the one
    /// before. Nothing but a few look-ups happens when nothing is due.
    ///
    /// # Errors
    /// `store_read_only`, `storage_full`, `storage_error`; what was done before stands, in the history too.
    pub fn run_retention(&self) -> Result<RetentionReport> {
        let policy = self.settings()?.retention;
        let now = self.now();
        let watch = self.look_at_the_time(now)?;
        let held_until = (watch.wait > 0).then_some(now + watch.wait);
        let binned = match policy.mode {
            RetentionMode::Automatic => self.bin_forgotten(&policy, now)?,
            RetentionMode::Review => Vec::new(),
        };
        let (noticed, erased) = self.empty_old_bin(held_until, now)?;
        // Also what an earlier run, or another process, could not clear away.
        self.scrub();
        Ok(RetentionReport {
            object: "retention_report".into(),
            mode: policy.mode,
            binned,
            noticed,
            erased,
            held_until: held_until.map(rfc3339),
        })
    }

    /// Notes the time, and how long this process has run since it last did.
    fn look_at_the_time(&self, now: Millis) -> Result<Watch> {
        let mut counted = self.0.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let running = self.0.clock.running();
        let ran = running - *counted;
        let watch = self.store().write(|tx| {
            let watch = retention::watch(tx)?.map_or(Watch::first(now), |watch| watch.next(now, ran));
            retention::keep_watch(tx, watch)?;
            Ok::<_, crate::Error>(watch)
        })?;
        *counted = running;
        Ok(watch)
    }

    fn bin_forgotten(&self, policy: &Retention, now: Millis) -> Result<Vec<CleanedThread>> {
        let mut binned = Vec::new();
        loop {
            let batch = self.store().write(|tx| {
                let forgotten = retention::forgotten(tx, days_before(now, policy.inactivity_days), BATCH)?;
                forgotten.iter().map(|resting| put_into_bin(tx, resting, now)).collect::<Result<Vec<_>>>()
            })?;
            let last = batch.len() < BATCH as usize;
            binned.extend(batch);
            if last {
                return Ok(binned);
            }
        }
    }

    /// Gives notice of what the bin is to erase, and erases what notice was given of.
    fn empty_old_bin(
        &self,
        held_until: Option<Millis>,
        now: Millis,
    ) -> Result<(Vec<CleanedThread>, Vec<CleanedThread>)> {
        let (mut noticed, mut erased, mut after) = (Vec::new(), Vec::new(), 0);
        loop {
            let batch = self.store().write(|tx| {
                let batch = retention::bin(tx, after, BATCH)?;
                for binned in &batch {
                    match bin_step(binned.deleted_at, binned.announced_at, now) {
                        BinStep::Announce => noticed.push(announce(tx, binned, held_until, now)?),
                        BinStep::Erase if held_until.is_none() => {
                            erase(tx, &binned.thread, Door::Skein, now)?;
                            erased.push(cleaned(&binned.thread, None));
                        }
                        BinStep::Erase | BinStep::Keep => {}
                    }
                }
                Ok::<_, crate::Error>(batch)
            })?;
            match batch.last() {
                Some(last) if batch.len() == BATCH as usize => after = last.thread.seq,
                _ => return Ok((noticed, erased)),
            }
        }
    }

    /// Erases a thread in the bin, or an archived one, whose id is named in `confirm`. It cannot be undone.
    ///
    /// # Errors
    /// `confirmation_required`, `invalid_request` if it is open and not in the bin, `thread_locked`, `thread_busy`,
    /// `thread_not_found`, `thread_deleted` if it is erased already.
    pub fn erase_thread(&self, id: &str, confirm: Option<&str>) -> Result<Deleted> {
        self.unless_abandoned(|| {
            self.store().write(|tx| {
                let row = find_even_deleted(tx, id)?;
                check_erasing(&row)?;
                if confirm != Some(id) {
                    return Err(RuleError::ConfirmationRequired(id.into()).into());
                }
                erase(tx, &row, self.0.door, self.now())
            })
        })?;
        self.scrub();
        Ok(deleted(id))
    }

    /// Erases everything in the bin, if `confirmed`. It cannot be undone.
    ///
    /// # Errors
    /// `confirmation_required`, `storage_full`, `storage_error`; what was erased before stays so.
    pub fn empty_bin(&self, confirmed: bool) -> Result<Page<Deleted>> {
        let ids = self.store().read(retention::bin_ids)?;
        if !confirmed && !ids.is_empty() {
            return Err(RuleError::BinNotConfirmed { threads: ids.len() }.into());
        }
        let mut data = Vec::new();
        for id in &ids {
            let gone = self.store().write(|tx| match thread::find_by_id(tx, id)? {
                // Whoever was quicker may have taken it back, or erased it.
                Some(row) if row.deleted_at.is_some() => erase(tx, &row, self.0.door, self.now()).map(|()| true),
                _ => Ok(false),
            })?;
            if gone {
                data.push(deleted(id));
            }
        }
        self.scrub();
        let ends = |deleted: Option<&Deleted>| deleted.map(|deleted| deleted.id.clone());
        let (first_id, last_id) = (ends(data.first()), ends(data.last()));
        Ok(Page { object: "list".into(), data, first_id, last_id, has_more: false })
    }
}

/// Erases a thread: an entry that says so, a tombstone, and nothing else of it stays.
pub(super) fn erase(tx: &Transaction<'_>, row: &ThreadRow, door: Door, now: Millis) -> Result<()> {
    entry::append(tx, &NewEntry::new(row.seq, EntryKind::Erased, door, now))?;
    tombstone::insert(tx, &row.id, row.seq, now)?;
    Ok(thread::erase(tx, row.seq)?)
}

/// The answer to deleting a thread.
pub(super) fn deleted(id: &str) -> Deleted {
    Deleted { id: id.into(), object: "thread".into(), deleted: true }
}

fn check_erasing(row: &ThreadRow) -> Result<(), RuleError> {
    permit(row.state, Action::DeleteConfirmed, &row.id)?;
    if row.state == State::Open && row.deleted_at.is_none() {
        return Err(RuleError::InvalidRequest(format!(
            "Thread {} is not in the bin, so it was not erased. Delete it first.",
            row.id
        )));
    }
    Ok(())
}

fn put_into_bin(tx: &Transaction<'_>, resting: &Resting, now: Millis) -> Result<CleanedThread> {
    let row = &resting.thread;
    permit(row.state, Action::CleanUp, &row.id)?;
    let detail = JsonObject::from_iter([
        ("reason".into(), json!(DueReason::Inactivity)),
        ("inactiveDays".into(), json!(days_between(resting.since, now))),
    ]);
    entry::append(tx, &NewEntry { detail, ..NewEntry::new(row.seq, EntryKind::Deleted, Door::Skein, now) })?;
    Ok(cleaned(row, Some(erases_at(now, now))))
}

fn announce(tx: &Transaction<'_>, binned: &Binned, held_until: Option<Millis>, now: Millis) -> Result<CleanedThread> {
    let row = &binned.thread;
    let at = erases_at(binned.deleted_at, now).max(held_until.unwrap_or(now));
    let detail = JsonObject::from_iter([("erasesAt".into(), json!(rfc3339(at)))]);
    let entry = NewEntry::new(row.seq, EntryKind::ErasingAnnounced, Door::Skein, now);
    entry::append(tx, &NewEntry { detail, ..entry })?;
    Ok(cleaned(row, Some(at)))
}

fn cleaned(row: &ThreadRow, erases_at: Option<Millis>) -> CleanedThread {
    CleanedThread { id: row.id.clone(), title: row.title.clone(), erases_at: erases_at.map(rfc3339) }
}

fn write_cursor(due: &Resting) -> String {
    format!("{}.{}", due.thread.last_activity_at, due.thread.seq)
}
