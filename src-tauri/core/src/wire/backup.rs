//! Backups, as every door shows them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Time;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// Where it was put.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Threads in it, those in the bin too.
    pub threads: u64,
    /// Messages in it, every version.
    pub messages: u64,
    /// The moment whose state it holds.
    pub made_at: Time,
}

/// What backing up came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BackedUp {
    /// Always `backed_up`.
    pub object: String,
    /// The backup, whole; `null` if it was stopped.
    pub backup: Option<Backup>,
    /// Whether it was stopped before the end. Nothing was left then.
    pub cancelled: bool,
}
