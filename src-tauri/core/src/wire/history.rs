//! One line of the history, as every door shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{JsonObject, State, Time};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// The thread was made.
    Created,
    /// Made as a copy of another thread's path.
    Forked,
    /// Given a title.
    Renamed,
    /// Its metadata changed.
    MetadataChanged,
    /// Locked.
    Locked,
    /// Opened again.
    Unlocked,
    /// Archived.
    Archived,
    /// Sealed afterwards: it was locked or archived before there were seals.
    Sealed,
    /// Written to a file.
    Exported,
    /// Put into the bin.
    Deleted,
    /// Taken back out of the bin.
    Undeleted,
    /// Notice was given that the bin will erase it.
    ErasingAnnounced,
    /// Erased for good.
    Erased,
}

/// Which door a change came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// The window.
    Window,
    /// The local API.
    Api,
    /// The command line.
    Cli,
    /// The program itself.
    Skein,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place in the store's one history.
    pub seq: u64,
    /// Always `entry`.
    pub object: String,
    /// What happened.
    pub kind: EntryKind,
    /// The state before, for a transition.
    pub from: Option<State>,
    /// The state after, for a transition.
    pub to: Option<State>,
    /// Which door it came through.
    pub door: Door,
    /// When.
    pub at: Time,
    /// What else there is to say, such as a title; `null` once erased.
    #[ts(type = "Record<string, unknown> | null")]
    #[schema(value_type = Option<Object>)]
    pub detail: Option<JsonObject>,
}
