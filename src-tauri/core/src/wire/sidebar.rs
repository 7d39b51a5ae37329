//! The sidebar: what it is to list, and what it lists.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{SealStatus, State, Time};

/// What the sidebar orders threads by, within their groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum SidebarSort {
    /// By last activity, latest first.
    #[default]
    Activity,
    /// By creation, newest first.
    Created,
    /// By title.
    Title,
}

/// What the sidebar is to list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SidebarListing {
    /// The metadata key to group by; `null` for no groups.
    pub group_by: Option<String>,
    /// The order within a group.
    pub sort: SidebarSort,
    /// Only threads in this state.
    pub state: Option<State>,
    /// The bin, rather than what is not in it.
    pub deleted: bool,
    /// Only threads in whose title or client these words stand; `state:` and `client:` narrow it.
    pub text: Option<String>,
}

/// A line of the sidebar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SidebarRow {
    /// The thread.
    pub id: String,
    /// Its title; `null` until it has one.
    pub title: Option<String>,
    /// Its state.
    pub state: State,
    /// Value of the grouping key.
    pub group: Option<String>,
    /// When a message was added last.
    pub last_activity_at: Time,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Whether a response is running.
    pub running: bool,
    /// When it went to the bin.
    pub deleted_at: Option<Time>,
    /// What the last check of its seal found, while it is locked or archived.
    pub seal: Option<SealStatus>,
    /// When that was.
    pub seal_checked_at: Option<Time>,
}

/// A heading of the sidebar and how many lines stand under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SidebarGroup {
    /// Value of the grouping key; `null` for threads without it.
    pub name: Option<String>,
    /// Whether this is the group of pinned threads, which comes first.
    pub pinned: bool,
    /// Lines under it.
    pub count: u32,
}

/// Some lines of the sidebar, counted over all groups in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SidebarPage {
    /// Every group, in order.
    pub groups: Vec<SidebarGroup>,
    /// The lines asked for.
    pub rows: Vec<SidebarRow>,
    /// Place of the first of them, from 0.
    pub offset: u32,
    /// Lines in all.
    pub total: u32,
}
