//! What a caller sends to ask for a response.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{JsonObject, Role, State, TextPart};

/// One message of a request. What an input does not need (an id, times) is ignored,
/// so that a message from an answer can be handed back as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct Input {
    /// Who wrote it.
    pub role: Role,
    /// Its parts.
    #[serde(default)]
    pub texts: Vec<TextPart>,
    /// A plain string in place of `texts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// The thread a request names: an id, or an object with an id and metadata for a new thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(untagged)]
pub enum ThreadChoice {
    /// An id.
    Id(String),
    /// An id, and metadata that is used if the thread is made by this request.
    Object {
        /// The id.
        id: String,
        /// Used only when the thread is made.
        #[serde(default)]
        #[ts(type = "Record<string, unknown> | null")]
        #[schema(value_type = Option<Object>)]
        metadata: Option<JsonObject>,
    },
}

/// A request for a response.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ResponseRequest {
    /// `endpoint/model`, or a model; `null` takes the default endpoint's.
    pub model: Option<String>,
    /// The new messages.
    #[schema(min_items = 1)]
    pub inputs: Vec<Input>,
    /// The thread to use or make.
    pub thread: Option<ThreadChoice>,
    /// The response to continue, without a thread.
    pub previous_response_id: Option<String>,
    /// The state to bring the thread to: `open` before, `locked` or `archived` with the reply.
    pub thread_state: Option<State>,
    /// Whether to send the answer as events.
    pub stream: Option<bool>,
    /// Passed on to the model as they are.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub parameters: JsonObject,
}
