//! A page of a list.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// Some of a list, with the cursors to go on from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// Always `list`.
    pub object: String,
    /// The items.
    pub data: Vec<T>,
    /// Cursor of the first item.
    pub first_id: Option<String>,
    /// Cursor of the last item.
    pub last_id: Option<String>,
    /// Whether there is more in the direction asked for.
    pub has_more: bool,
}
