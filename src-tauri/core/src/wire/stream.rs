//! What the window hears while a response runs. One channel carries the events of every thread.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Response, Time};

/// One thing that happened to a running response, ready to be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StreamEvent {
    /// It was accepted; the inputs are stored.
    Started {
        /// The response as it begins.
        response: Response,
    },
    /// The endpoint gave a sign of life, but no text yet.
    Waiting {
        /// The thread; none in a chain.
        thread_id: Option<String>,
        /// The response.
        response_id: String,
    },
    /// The endpoint refused for now; it will be asked again.
    Retrying {
        /// The thread; none in a chain.
        thread_id: Option<String>,
        /// The response.
        response_id: String,
        /// The attempt to come, 2 or more.
        attempt: u32,
        /// When it will be made.
        at: Time,
        /// Code of what went wrong.
        code: String,
    },
    /// Text arrived: blocks that are final now, and the open rest as it stands.
    Text {
        /// The thread; none in a chain.
        thread_id: Option<String>,
        /// The response.
        response_id: String,
        /// How many blocks were closed before these.
        from: u32,
        /// HTML of each block closed by this event.
        closed: Vec<String>,
        /// HTML of what is still open.
        tail: String,
        /// Tokens so far, estimated.
        tokens: u64,
    },
    /// Reasoning arrived: the text since the last such event.
    Reasoning {
        /// The thread; none in a chain.
        thread_id: Option<String>,
        /// The response.
        response_id: String,
        /// Plain text.
        text: String,
    },
    /// It ended, one way or another; fetch the thread's last messages.
    Ended {
        /// The response as it ended.
        response: Response,
    },
}
