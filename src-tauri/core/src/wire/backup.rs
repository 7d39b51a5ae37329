//! Backups, as every door shows them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ErrorDetail, Time};

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

/// A backup that somebody has chosen and that was found whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BackupFile {
    /// Where it is.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Threads in it, those in the bin too.
    pub threads: u64,
    /// Messages in it, every version.
    pub messages: u64,
    /// When it was made; `null` for a store that was copied by hand.
    pub made_at: Option<Time>,
    /// When anything was said in it last.
    pub active_at: Option<Time>,
}

/// What came of putting a backup in the store's place at this start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// Where the store from before is kept.
    pub kept: Option<String>,
    /// Why the store is the one from before.
    pub error: Option<ErrorDetail>,
}
