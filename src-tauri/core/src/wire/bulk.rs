//! Many threads changed at once: which, how, and what came of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ErrorDetail, JsonObject, SidebarListing, State};

/// Which threads something is done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Chosen {
    /// These.
    These {
        /// Their ids.
        ids: Vec<String>,
    },
    /// All that the sidebar lists, but for some.
    Listed {
        /// What it lists.
        listing: SidebarListing,
        /// Ids of those that are left out.
        except: Vec<String>,
    },
}

/// What is done to each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum BulkChange {
    /// Brought to a state.
    State {
        /// The state.
        state: State,
    },
    /// Pinned or unpinned.
    Pin {
        /// Whether it is pinned then.
        pinned: bool,
    },
    /// Given metadata.
    Metadata {
        /// A merge patch.
        #[ts(type = "Record<string, unknown>")]
        patch: JsonObject,
    },
    /// Moved to the bin.
    Delete,
    /// Taken out of the bin.
    Undelete,
}

/// A thread that was not changed, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// The thread.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// Why.
    pub error: ErrorDetail,
}

/// What came of a change to many threads: each was changed as a whole, or left as it was.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BulkReport {
    /// Threads that were changed.
    pub changed: u32,
    /// Threads that were as wanted already.
    pub unchanged: u32,
    /// Threads that were refused.
    pub refused: u32,
    /// The first of those.
    pub why: Vec<Refused>,
    /// Whether it was stopped before the end.
    pub cancelled: bool,
    /// What ended it before the end.
    pub failed: Option<ErrorDetail>,
    /// Hand it in to undo what was changed; `null` if that cannot be undone.
    pub undo: Option<u32>,
}
