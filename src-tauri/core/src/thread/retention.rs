//! Retention: which threads are due and why, when the bin erases, and how far the time can be
//! believed. Pure; the store finds the threads, [`crate::Skein`] does what is decided here.

use super::{RuleError, limits};
use crate::clock::Millis;
use crate::wire::{DueReason, Retention};

/// A day in milliseconds.
pub const DAY: Millis = 24 * 60 * 60 * 1000;
/// Notice is given when the bin has kept a thread for all but this.
const AHEAD: Millis = 7 * DAY;
/// A notice stands for this long before what it names is erased.
const NOTICE: Millis = DAY;
/// A step of the clock beyond this is a jump.
const JUMP: Millis = 7 * DAY;
/// Running time for which erasing waits after a jump.
const WAIT: Millis = DAY;

/// That many days before `now`.
pub fn days_before(now: Millis, days: u32) -> Millis {
    now - i64::from(days) * DAY
}

/// Whole days from `then` to `now`.
pub fn days_between(then: Millis, now: Millis) -> u32 {
    ((now - then) / DAY).max(0) as u32
}

/// Checks the days that a person set.
///
/// # Errors
/// `invalid_request` for none, or for more than 36,500.
pub fn check_policy(policy: &Retention) -> Result<(), RuleError> {
    for (name, days) in [("inactivityDays", policy.inactivity_days), ("ageDays", policy.age_days)] {
        if !(1..=limits::RETENTION_DAYS).contains(&days) {
            return Err(RuleError::InvalidRequest(format!(
                "`{name}` is 1 to {} days, not {days}. Nothing was changed.",
                limits::RETENTION_DAYS
            )));
        }
    }
    Ok(())
}

/// The limits that an open thread is past: at rest since `rests_since`, made at `created_at`.
pub fn reasons(policy: &Retention, rests_since: Millis, created_at: Millis, now: Millis) -> Vec<DueReason> {
    let mut reasons = Vec::new();
    if rests_since <= days_before(now, policy.inactivity_days) {
        reasons.push(DueReason::Inactivity);
    }
    if created_at <= days_before(now, policy.age_days) {
        reasons.push(DueReason::Age);
    }
    reasons
}

/// What a run does with a thread in the bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinStep {
    /// It is kept.
    Keep,
    /// Notice is given that it will be erased.
    Announce,
    /// It is erased.
    Erase,
}

/// When a thread that went to the bin at `deleted_at`, of which notice was given at `announced_at`,
/// is erased at the earliest.
pub fn erases_at(deleted_at: Millis, announced_at: Millis) -> Millis {
    (deleted_at + i64::from(limits::BIN_DAYS) * DAY).max(announced_at + NOTICE)
}

/// Decides what becomes of a thread in the bin. A notice from the future was given by a clock that
/// was wrong, and is given again.
pub fn bin_step(deleted_at: Millis, announced_at: Option<Millis>, now: Millis) -> BinStep {
    match announced_at.filter(|at| *at <= now) {
        Some(announced_at) if now >= erases_at(deleted_at, announced_at) => BinStep::Erase,
        None if now >= announced_from(deleted_at) => BinStep::Announce,
        Some(_) | None => BinStep::Keep,
    }
}

/// From when on notice is given of a thread that went to the bin at `deleted_at`.
pub const fn announced_from(deleted_at: Millis) -> Millis {
    deleted_at + limits::BIN_DAYS as Millis * DAY - AHEAD
}

/// What is known about the time: the moment at which it was last looked at, and for how much
/// running time erasing still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// The moment at which the time was last looked at, by any process.
    pub seen: Millis,
    /// Running time, in milliseconds, for which erasing still waits.
    pub wait: Millis,
}

impl Watch {
    /// A first look.
    pub const fn first(now: Millis) -> Self {
        Self { seen: now, wait: 0 }
    }

    /// The next look, at `now`, after this process has run for `ran` since its own last one. Another process may
    /// have looked and counted meanwhile, so no more counts than has passed since. What has passed without
    /// running is a jump if it is long, forwards or backwards: nobody can tell a wrong clock from a long absence.
    #[must_use]
    pub fn next(self, now: Millis, ran: Millis) -> Self {
        let passed = now - self.seen;
        let ran = ran.clamp(0, passed.max(0));
        let wait = if (passed - ran).abs() > JUMP { WAIT } else { (self.wait - ran).max(0) };
        Self { seen: now, wait }
    }
}
