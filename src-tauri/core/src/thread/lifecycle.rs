//! The lifecycle as a table: which state may follow which, and what each permits.

use super::RuleError;
use crate::wire::{EntryKind, State};

/// What a request for a state amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// The thread is in that state already: nothing changes and nothing is written.
    Same,
    /// A real transition, and the entry that applies it.
    Step(EntryKind),
}

/// Decides a transition.
///
/// # Errors
/// `invalid_transition` for anything that leaves `archived`.
pub const fn transition(from: State, to: State) -> Result<Transition, RuleError> {
    use State::{Archived, Locked, Open};
    Ok(match (from, to) {
        (Open, Open) | (Locked, Locked) | (Archived, Archived) => Transition::Same,
        (Open, Locked) => Transition::Step(EntryKind::Locked),
        (Locked, Open) => Transition::Step(EntryKind::Unlocked),
        (Open | Locked, Archived) => Transition::Step(EntryKind::Archived),
        (Archived, Open | Locked) => return Err(RuleError::InvalidTransition { from, to }),
    })
}

/// What a person or a program may want to do with a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read, search, copy, verify, export.
    Read,
    /// Copy the path up to a message into a new thread.
    Fork,
    /// Pin, keep a draft or a reading position, choose which version is on show.
    View,
    /// Add messages, ask for a response, retry, edit and resend.
    Write,
    /// Give a title or change metadata.
    Describe,
    /// Move to the bin.
    Delete,
    /// Erase an archived thread, the id having been named in confirmation.
    DeleteConfirmed,
    /// Be cleaned up by the retention policy.
    CleanUp,
}

impl Action {
    /// Every action there is.
    pub const ALL: &'static [Self] = &[
        Self::Read,
        Self::Fork,
        Self::View,
        Self::Write,
        Self::Describe,
        Self::Delete,
        Self::DeleteConfirmed,
        Self::CleanUp,
    ];
}

/// Decides what a state permits.
///
/// # Errors
/// `thread_locked`, `thread_archived`, or `confirmation_required` (whose text the caller
/// completes with the thread's id).
pub fn permit(state: State, action: Action, id: &str) -> Result<(), RuleError> {
    match (action, state) {
        (Action::Read | Action::Fork | Action::View, _)
        | (_, State::Open)
        | (Action::DeleteConfirmed, State::Archived) => Ok(()),
        (Action::Delete, State::Archived) => Err(RuleError::ConfirmationRequired(id.into())),
        (_, State::Locked) => Err(RuleError::ThreadLocked),
        (_, State::Archived) => Err(RuleError::ThreadArchived),
    }
}
