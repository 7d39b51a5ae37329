//! How an error leaves the program.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::JsonObject;

/// A stable code, a person's words, and numbers where they help.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct ErrorDetail {
    /// Stable; see [`crate::error::Code`].
    pub code: String,
    /// What happened, what was kept, what to do. Never a key, never message text.
    pub message: String,
    /// Sizes, limits, names; an object, possibly empty.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub details: JsonObject,
}

/// The envelope of an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}
