//! A chain as the window paints it: a temporary chat.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{FailedView, ForkedFrom, MessageView, StreamingView, Time};

/// A chain up to one of its responses, ready to be painted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChainView {
    /// Its messages, oldest first.
    pub messages: Vec<MessageView>,
    /// The response, while it runs.
    pub streaming: Option<StreamingView>,
    /// The response, if it ended without a text.
    pub failed: Option<FailedView>,
    /// Ids of its responses, oldest first.
    pub responses: Vec<String>,
    /// The thread and the message that it goes on from, if it is an aside.
    pub aside_of: Option<ForkedFrom>,
    /// Until when it can be gone on with from here.
    pub expires_at: Time,
}
