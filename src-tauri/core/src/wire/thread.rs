//! A thread as every door shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{JsonObject, SealStatus, Time};

/// Where a thread is in its lifecycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Accepts messages.
    Open,
    /// Read-only; can be unlocked.
    Locked,
    /// Read-only for good.
    Archived,
}

/// A container for one conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    /// The caller's own id, or a generated one.
    pub id: String,
    /// Always `thread`.
    pub object: String,
    /// At most 200 characters; `null` until one is given or taken from the first message.
    pub title: Option<String>,
    /// Where it is in its lifecycle.
    pub state: State,
    /// The caller's own JSON object.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub metadata: JsonObject,
    /// Messages in the thread, all versions counted.
    pub message_count: u32,
    /// Whether it is kept at the top of lists.
    pub pinned: bool,
    /// Grows with every change; the `ETag`.
    pub revision: u64,
    /// When it was made.
    pub created_at: Time,
    /// When anything about it changed last.
    pub updated_at: Time,
    /// When a message was added last.
    pub last_activity_at: Time,
    /// When it went to the bin, if it is there.
    pub deleted_at: Option<Time>,
    /// The thread and message it was copied from.
    pub forked_from: Option<ForkedFrom>,
    /// The last seal, once it has one.
    pub seal: Option<SealSummary>,
}

/// Where a fork was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForkedFrom {
    /// The origin's id at that time.
    pub thread_id: String,
    /// The last message copied.
    pub message_id: String,
}

/// What a list says about a thread's last seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SealSummary {
    /// SHA-256 of the seal, lower-case hex.
    pub digest: String,
    /// When it was made.
    pub sealed_at: Time,
    /// What the last check of it found.
    pub status: SealStatus,
    /// When that was.
    pub checked_at: Time,
}

/// The answer to deleting a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// The id that was deleted.
    pub id: String,
    /// Always `thread`.
    pub object: String,
    /// Always `true`.
    pub deleted: bool,
}
