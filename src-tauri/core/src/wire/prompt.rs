//! Stored prompts, and which client's new threads begin with which.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::Time;

/// A stored prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Prompt {
    /// Generated, `prompt_...`.
    pub id: String,
    /// Always `prompt`.
    pub object: String,
    /// The person's name for it; unique.
    pub name: String,
    /// Its text, with `{{placeholders}}`.
    pub text: String,
    /// The names of its placeholders, in the order of their first places.
    pub placeholders: Vec<String>,
    /// The clients whose new threads begin with it as their system prompt.
    pub clients: Vec<String>,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
}

/// What a prompt is to be, or what is to change about it; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct PromptPatch {
    /// Its name.
    pub name: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// All clients whose new threads begin with it.
    pub clients: Option<Vec<String>>,
}

/// Values for the placeholders of a prompt.
pub type PlaceholderValues = BTreeMap<String, String>;

/// A prompt with its placeholders filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FilledPrompt {
    /// The text.
    pub text: String,
    /// The placeholders that had no value and stand as they were.
    pub missing: Vec<String>,
}
