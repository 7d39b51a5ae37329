//! Retention: the policy a person sets, what is due and why, and what a run did.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Thread, Time};
use crate::thread::limits;

/// What becomes of threads past the policy's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum RetentionMode {
    /// They are shown as due, and a person decides.
    #[default]
    Review,
    /// Inactive ones go to the bin by themselves.
    Automatic,
}

/// The policy for threads that nobody uses any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Retention {
    /// What becomes of threads past the limits.
    pub mode: RetentionMode,
    /// Days without activity after which a thread is due.
    pub inactivity_days: u32,
    /// Days after its creation when a thread is due.
    pub age_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { mode: RetentionMode::Review, inactivity_days: limits::INACTIVE_DAYS, age_days: limits::AGE_DAYS }
    }
}

/// Why a thread is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum DueReason {
    /// Nothing was added for too long.
    Inactivity,
    /// It was made too long ago.
    Age,
}

/// A thread past a limit of the policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DueThread {
    /// The thread.
    pub thread: Thread,
    /// Which limits it is past.
    pub reasons: Vec<DueReason>,
    /// Days since a message was added, or since it came back from the bin.
    pub inactive_days: u32,
    /// Days since it was made.
    pub age_days: u32,
}

/// A thread that a run did something to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CleanedThread {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// The earliest moment at which the bin erases it; `null` once it is erased.
    pub erases_at: Option<Time>,
}

/// What a run of the retention policy did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RetentionReport {
    /// Always `retention_report`.
    pub object: String,
    /// The mode it ran in.
    pub mode: RetentionMode,
    /// What went to the bin for want of activity.
    pub binned: Vec<CleanedThread>,
    /// What the bin is about to erase: a later run does it.
    pub noticed: Vec<CleanedThread>,
    /// What the bin erased.
    pub erased: Vec<CleanedThread>,
    /// Erasing waits until then at the earliest, because the clock has jumped.
    pub held_until: Option<Time>,
}
