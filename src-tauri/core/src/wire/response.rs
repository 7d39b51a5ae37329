//! One attempt by a model to answer, as every door shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{ErrorDetail, Message, State, Time};

/// How far a response has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ResponseStatus {
    /// Accepted; nothing has arrived.
    Pending,
    /// Text is arriving.
    Streaming,
    /// Ended by the model.
    Completed,
    /// Stopped by the person.
    Cancelled,
    /// Ended by an error of the endpoint or the network.
    Failed,
    /// The process that ran it is gone.
    Interrupted,
}

/// Why the model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It had said everything.
    Stop,
    /// It met the limit on tokens.
    Length,
    /// The provider withheld the rest.
    ContentFilter,
    /// The model declined to answer.
    Refusal,
}

/// Tokens, as the endpoint counted them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Both.
    pub total_tokens: u64,
}

/// How much of the thread a model was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContextSummary {
    /// Messages sent, the new inputs included.
    pub sent: u32,
    /// Messages of the active path that did not fit.
    pub left_out: u32,
}

/// One attempt by a model to answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// Generated, `resp_...`.
    pub id: String,
    /// Always `response`.
    pub object: String,
    /// How far it has come.
    pub status: ResponseStatus,
    /// Why the model stopped.
    pub finish_reason: Option<FinishReason>,
    /// The model that answered, or was asked for until one has.
    pub model: String,
    /// Name of the endpoint.
    pub endpoint: String,
    /// The thread's id.
    pub thread: Option<String>,
    /// The state the thread is in now.
    pub thread_state: Option<State>,
    /// The response it continues, in a chain.
    pub previous_response_id: Option<String>,
    /// The reply, once there is one.
    pub output: Vec<Message>,
    /// The model's reasoning, where it ended without a text; else it stands with the reply.
    pub reasoning: Option<String>,
    /// Tokens, where the endpoint told.
    pub usage: Option<Usage>,
    /// How much of the thread the model was given.
    pub context: ContextSummary,
    /// What went wrong, if it failed.
    pub error: Option<ErrorDetail>,
    /// When it was accepted.
    pub created_at: Time,
    /// When it ended.
    pub completed_at: Option<Time>,
}
