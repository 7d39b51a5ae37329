//! The seal: one line that commits to everything a thread consists of.

use serde::{Deserialize, Serialize};

use super::line::Kind;
use crate::wire::Time;

/// What was sealed, by its hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "docs/records.md tells every field")]
pub struct Seal {
    pub count: u32,
    pub format: String,
    pub head: String,
    pub header: String,
    pub kind: Kind,
    pub previous: Option<String>,
    pub program: String,
    pub sealed_at: Time,
    pub store_history: String,
    pub thread: String,
    pub thread_history: String,
}
