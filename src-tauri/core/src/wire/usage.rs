//! Tokens and what they cost, summed; and the prices that a person entered.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::Usage;

/// What a sum of usage is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UsageBy {
    /// By month, the newest first.
    #[default]
    Month,
    /// By the threads' metadata key `client`.
    Client,
    /// By endpoint and model.
    Model,
    /// By thread, those with the most tokens first.
    Thread,
}

/// Money, as a decimal number with at most six places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Such as `0.0125`.
    pub amount: String,
    /// Three letters, such as `USD`.
    pub currency: String,
}

/// What a number of replies used. What nobody told or priced is counted, and never taken for 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageSum {
    /// The month (`2026-11`), client, `endpoint/model` or thread id; `null` for threads without a client, and for all together.
    pub key: Option<String>,
    /// Attempts by a model to answer that have ended.
    pub responses: u64,
    /// Those of them whose endpoint did not tell its tokens.
    pub untold: u64,
    /// Tokens of the others; `null` if no endpoint told.
    pub usage: Option<Usage>,
    /// What those cost whose model has a price, one sum a currency; empty if that is unknown for all.
    pub costs: Vec<Cost>,
    /// Those whose cost is unknown: untold, or without a price.
    pub unpriced: u64,
}

/// Usage, summed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageReport {
    /// Always `usage`.
    pub object: String,
    /// What the rows are told by.
    pub by: UsageBy,
    /// One row a key, at most 1,000.
    pub data: Vec<UsageSum>,
    /// All together.
    pub total: UsageSum,
}

/// What was used around a thread, as the window's inspector shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsageAround {
    /// By the thread itself.
    pub thread: UsageSum,
    /// By all threads of its client; `null` if it has none.
    pub client: Option<UsageSum>,
    /// By all threads in this month, as the person's clock has it.
    pub month: UsageSum,
}

/// What a model costs at an endpoint, as the person entered it: decimal numbers for a million tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// The endpoint's name or id.
    pub endpoint: String,
    /// The model, as it is asked for.
    pub model: String,
    /// For a million tokens sent.
    pub input: String,
    /// For a million tokens received.
    pub output: String,
    /// Three letters, such as `USD`.
    pub currency: String,
}
