//! Many threads changed at once: each as a whole or not at all, a few in each transaction, with a
//! report of what was refused and why. How it is undone is kept here, in memory, so that the window
//! need not carry thousands of ids about.

use std::collections::VecDeque;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use rusqlite::Transaction;
use serde_json::Value;

use super::Skein;
use super::show::{find, find_even_deleted};
use super::threads::ThreadChange;
use crate::error::{Error, Result};
use crate::record::key::SigningKey;
use crate::store::entry::{self, NewEntry};
use crate::store::{StoreError, attempt, metadata, sidebar, thread, view};
use crate::thread::RuleError;
use crate::wire::{BulkChange, BulkReport, Chosen, EntryKind, JsonObject, Progress, Refused, State};

/// How long other writers wait for one transaction of many changes, about.
const TURN: Duration = Duration::from_millis(100);
/// Refusals that a report tells one by one.
const TOLD: usize = 50;
/// Changes that can be undone.
const UNDOS: usize = 8;

/// A thread's id, and what is done to it.
type Step = (String, BulkChange);

/// How the last changes are undone, each under its number.
#[derive(Debug, Default)]
pub(super) struct Undos {
    last: u32,
    kept: VecDeque<(u32, Vec<Step>)>,
}

/// What a step came to.
enum Came {
    /// It was so already.
    Unchanged,
    /// It was changed; and how that is undone.
    Changed(Option<BulkChange>),
}

/// How far a round has come.
#[derive(Default)]
struct Round {
    report: BulkReport,
    back: Vec<Step>,
    at: usize,
}

impl Skein {
    /// Changes many threads, each as a whole or not at all. Stops where `stopped` says so, and where the store can do
    /// no more; what was changed up to there stays and can be undone.
    ///
    /// # Errors
    /// `store_read_only`, `storage_error` before anything was changed.
    pub fn change_threads(
        &self,
        chosen: &Chosen,
        change: &BulkChange,
        progress: &mut dyn FnMut(Progress),
        stopped: &dyn Fn() -> bool,
    ) -> Result<BulkReport> {
        let ids = match chosen {
            Chosen::These { ids } => ids.clone(),
            Chosen::Listed { listing, except } => {
                let listed = self.store().read(|conn| sidebar::ids(conn, listing, 0, u32::MAX))?;
                listed.into_iter().filter(|id| !except.contains(id)).collect()
            }
        };
        let steps: Vec<Step> = ids.into_iter().map(|id| (id, change.clone())).collect();
        self.take_steps(&steps, progress, stopped)
    }

    /// Undoes a change to many threads, as far as others have not changed them since.
    ///
    /// # Errors
    /// `invalid_request` if it cannot be undone any more, `store_read_only`, `storage_error`.
    pub fn undo_change(
        &self,
        undo: u32,
        progress: &mut dyn FnMut(Progress),
        stopped: &dyn Fn() -> bool,
    ) -> Result<BulkReport> {
        let kept = {
            let mut undos = self.0.undos.lock().unwrap_or_else(PoisonError::into_inner);
            let at = undos.kept.iter().position(|(number, _)| *number == undo);
            at.and_then(|at| undos.kept.remove(at))
        };
        let Some((_, steps)) = kept else {
            let said = "This cannot be undone any more. Nothing was changed.".into();
            return Err(RuleError::Unfit { reason: "undo_gone", said }.into());
        };
        self.take_steps(&steps, progress, stopped)
    }

    fn take_steps(
        &self,
        steps: &[Step],
        progress: &mut dyn FnMut(Progress),
        stopped: &dyn Fn() -> bool,
    ) -> Result<BulkReport> {
        // A response whose process is gone is no reason to refuse.
        self.recover()?;
        let wanted = steps.iter().find_map(|(_, change)| match change {
            BulkChange::State { state: state @ (State::Locked | State::Archived) } => Some(*state),
            _ => None,
        });
        // Before the transactions: the keychain can take its time.
        let key = self.key_for_seal(wanted);
        let total = steps.len() as u64;
        let mut round = Round::default();
        while round.at < steps.len() && round.report.failed.is_none() {
            progress(Progress { done: round.at as u64, total });
            if stopped() {
                round.report.cancelled = true;
                break;
            }
            round = self.take_turn(steps, key.as_ref(), round)?;
        }
        progress(Progress { done: round.at as u64, total });
        round.report.undo = self.keep_undo(round.back);
        Ok(round.report)
    }

    /// Takes as many steps as one transaction may hold. One that cannot be committed is undone as a whole: the first
    /// is refused, a later one ends the round.
    fn take_turn(&self, steps: &[Step], key: Option<&SigningKey>, round: Round) -> Result<Round> {
        let begun = Instant::now();
        let before = (round.report.clone(), round.back.len(), round.at);
        let mut round = round;
        let taken = self.store().write(|tx| {
            while let Some((id, change)) = steps.get(round.at) {
                self.take_step(tx, id, change, key, &mut round)?;
                round.at += 1;
                if begun.elapsed() > TURN {
                    break;
                }
            }
            Ok(())
        });
        let Err(error): Result<()> = taken else { return Ok(round) };
        let (report, back, at) = before;
        if report.changed == 0 {
            return Err(error);
        }
        round.back.truncate(back);
        Ok(Round { report: BulkReport { failed: Some(error.detail()), ..report }, back: round.back, at })
    }

    fn take_step(
        &self,
        tx: &Transaction<'_>,
        id: &str,
        change: &BulkChange,
        key: Option<&SigningKey>,
        round: &mut Round,
    ) -> Result<()> {
        match attempt(tx, || self.do_one(tx, id, change, key)) {
            Ok(Came::Unchanged) => round.report.unchanged += 1,
            Ok(Came::Changed(back)) => {
                round.report.changed += 1;
                round.back.extend(back.map(|back| (id.to_owned(), back)));
            }
            Err(error) if is_refusal(&error) => {
                round.report.refused += 1;
                if round.report.why.len() < TOLD {
                    let title = thread::find_by_id(tx, id)?.and_then(|row| row.title);
                    round.report.why.push(Refused { id: id.into(), title, error: error.detail() });
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn do_one(&self, tx: &Transaction<'_>, id: &str, change: &BulkChange, key: Option<&SigningKey>) -> Result<Came> {
        let row = find_even_deleted(tx, id)?;
        match change {
            BulkChange::State { state } => {
                let changed =
                    self.change(tx, id, &ThreadChange { state: Some(*state), ..ThreadChange::default() }, key)?;
                let back = (*state != State::Archived).then_some(BulkChange::State { state: row.state });
                Ok(if changed.state == row.state { Came::Unchanged } else { Came::Changed(back) })
            }
            BulkChange::Pin { pinned } => {
                let row = find(tx, id)?;
                if view::get(tx, row.seq)?.pinned == *pinned {
                    return Ok(Came::Unchanged);
                }
                view::pin(tx, row.seq, *pinned)?;
                Ok(Came::Changed(Some(BulkChange::Pin { pinned: !pinned })))
            }
            BulkChange::Metadata { patch } => {
                let old = metadata::get(tx, row.seq)?;
                let before = |key: &String| old.as_object().get(key).cloned().unwrap_or(Value::Null);
                let patch_back: JsonObject = patch.keys().map(|key| (key.clone(), before(key))).collect();
                let change = ThreadChange { metadata: Some(patch.clone()), ..ThreadChange::default() };
                let changed = self.change(tx, id, &change, None)?;
                let back = BulkChange::Metadata { patch: patch_back };
                Ok(if changed.revision == row.revision { Came::Unchanged } else { Came::Changed(Some(back)) })
            }
            BulkChange::Delete => {
                self.delete(tx, id, None)?;
                Ok(Came::Changed(Some(BulkChange::Undelete)))
            }
            BulkChange::Undelete if row.deleted_at.is_none() => Ok(Came::Unchanged),
            BulkChange::Undelete => {
                entry::append(tx, &NewEntry::new(row.seq, EntryKind::Undeleted, self.0.door, self.now()))?;
                Ok(Came::Changed(Some(BulkChange::Delete)))
            }
        }
    }

    fn keep_undo(&self, mut back: Vec<Step>) -> Option<u32> {
        if back.is_empty() {
            return None;
        }
        back.reverse();
        let mut undos = self.0.undos.lock().unwrap_or_else(PoisonError::into_inner);
        undos.last += 1;
        let number = undos.last;
        undos.kept.push_back((number, back));
        if undos.kept.len() > UNDOS {
            undos.kept.pop_front();
        }
        Some(number)
    }
}

/// Whether one thread was refused, and others need not be.
fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Store(StoreError::Altered(_))) || error.code().status() < 500
}
