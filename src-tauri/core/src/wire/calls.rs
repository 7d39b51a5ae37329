//! What callers of the local API send and hear, beside the shapes that every door shares.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ErrorBody, ErrorDetail, JsonObject, Response, State};

/// A thread to be made. Everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NewThread {
    /// The caller's own id; one is made without it.
    #[schema(pattern = "^[A-Za-z0-9._:@~+=-]{1,128}$")]
    pub id: Option<String>,
    /// Up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// Up to 16 KB.
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<JsonObject>,
}

/// What is to change about a thread, all or nothing. What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ThreadPatch {
    /// The state to bring it to.
    #[schema(nullable = false)]
    pub state: Option<State>,
    /// A merge patch (RFC 7396): given keys are set, `null` removes one, the rest stays.
    #[schema(value_type = Option<Object>, nullable = false)]
    pub metadata: Option<JsonObject>,
    /// Up to 200 characters.
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub title: Option<String>,
}

/// Where a fork ends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ForkRequest {
    /// The last message to copy; all of the path on show without it.
    pub message_id: Option<String>,
}

/// A response that failed and was not streamed: what went wrong, and the response with what had arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FailedResponse {
    /// What went wrong.
    pub error: ErrorDetail,
    /// The response as it is stored.
    pub response: Response,
}

/// What a request for a response is answered when none was completed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum NotCompleted {
    /// It was refused, and no model was asked.
    Refused(ErrorBody),
    /// A model was asked, and did not answer.
    Failed(Box<FailedResponse>),
}

/// One event of a streamed response; its `type` is the event's name too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum ApiEvent {
    /// It was accepted: inputs and response are stored.
    #[serde(rename = "response.created")]
    Created {
        /// The response, still empty.
        response: Response,
    },
    /// More of its text.
    #[serde(rename = "response.output_text.delta")]
    Delta {
        /// Which response.
        response_id: String,
        /// The text that follows on what came before.
        delta: String,
    },
    /// The model has ended it.
    #[serde(rename = "response.completed")]
    Completed {
        /// The response as it is stored.
        response: Response,
    },
    /// It ended before its time: `status` and `error` say why, `output` holds what had arrived.
    #[serde(rename = "response.failed")]
    Failed {
        /// The response as it is stored.
        response: Response,
    },
}

impl ApiEvent {
    /// The event's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "response.created",
            Self::Delta { .. } => "response.output_text.delta",
            Self::Completed { .. } => "response.completed",
            Self::Failed { .. } => "response.failed",
        }
    }
}
