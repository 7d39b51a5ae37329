//! How an error leaves the program.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::JsonObject;

/// A stable code, a person's words, and numbers where they help.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ErrorDetail {
    /// Stable; see [`crate::error::Code`].
    pub code: String,
    /// What happened, what was kept, what to do. Never a key, never message text.
    pub message: String,
    /// Sizes, limits, names; an object, possibly empty.
    #[ts(type = "Record<string, unknown>")]
    pub details: JsonObject,
}

/// The envelope of an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}
