//! A message as every door shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::Time;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions to the model.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// One part of a message's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct TextPart {
    /// UTF-8 text.
    pub text: String,
}

/// How a message came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageStatus {
    /// Whole.
    Completed,
    /// Stopped by the person.
    Cancelled,
    /// Cut off by an error.
    Failed,
    /// Cut off because the process that received it ended.
    Interrupted,
    /// Its stored text is not what was written: do not trust it.
    Altered,
}

/// Immutable authored text with a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Generated, `msg_...`.
    pub id: String,
    /// Always `message`.
    pub object: String,
    /// The thread it belongs to; `null` in a chain.
    pub thread_id: Option<String>,
    /// The message it answers or follows.
    pub parent_id: Option<String>,
    /// Who wrote it.
    pub role: Role,
    /// One or more parts.
    pub texts: Vec<TextPart>,
    /// When it was written.
    pub created_at: Time,
    /// The response that made it, for replies.
    pub response_id: Option<String>,
    /// The model that answered, for replies.
    pub model: Option<String>,
    /// The model's reasoning, where it gave one; never sent back.
    pub reasoning: Option<String>,
    /// How it ended.
    pub status: MessageStatus,
    /// Ids of every message with the same parent, this one included, oldest first.
    pub versions: Vec<String>,
    /// The message it was copied from, in a fork.
    pub copied_from: Option<String>,
}
