//! Receipts: what exactly was sent for one response; and how a thread asks its models.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{Cost, JsonObject, Protocol, Time, Usage};

/// Which messages go when not all fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContextPolicy {
    /// All system messages, and the newest messages that fit.
    #[default]
    Newest,
    /// None: the request is refused.
    Refuse,
}

/// How a thread asks its models.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ThreadOptions {
    /// Which messages go when not all fit.
    pub policy: ContextPolicy,
    /// Parameters that go with every request, over the endpoint's and under the request's own.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub parameters: JsonObject,
}

/// What exactly was sent for one response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Always `receipt`.
    pub object: String,
    /// The response's id.
    pub response: String,
    /// The thread's id.
    pub thread: Option<String>,
    /// Name of the endpoint, as it was then.
    pub endpoint: String,
    /// Scheme, host and port that were asked.
    pub origin: String,
    /// How it was spoken to, where that is known.
    #[schema(value_type = Option<String>)]
    pub protocol: Option<Protocol>,
    /// The model asked for.
    pub model_asked: String,
    /// The model that answered, where it said so.
    pub model: Option<String>,
    /// Which messages.
    pub messages: SentMessages,
    /// All parameters that went with it: the endpoint's, the thread's, the request's.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub parameters: JsonObject,
    /// What was counted before, and what the endpoint counted.
    pub tokens: TokenCounts,
    /// What it cost, if its model has a price and its endpoint told the tokens.
    pub cost: Option<Cost>,
    /// When what happened.
    pub times: ReceiptTimes,
    /// The endpoint's own id of the request, where it gave one.
    pub request_id: Option<String>,
    /// How often it was tried; 0 if nothing was sent.
    pub attempts: u32,
    /// SHA-256 of the exact body, lower-case hex; `null` if nothing was sent, and for practice.
    pub body_sha256: Option<String>,
    /// Bytes of the body.
    pub body_bytes: Option<u64>,
}

/// Which messages were sent, named without a list that grows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentMessages {
    /// How many messages of the path were sent.
    pub sent: u32,
    /// How many stayed out.
    pub left_out: u32,
    /// Why: `budget`, or `null` if none stayed out.
    pub left_out_because: Option<String>,
    /// How it was decided.
    pub policy: ContextPolicy,
    /// Id of the last message sent.
    pub tip: Option<String>,
    /// Id of the oldest message that was sent for its place, not for being a system message.
    pub oldest: Option<String>,
    /// System messages sent, wherever they stand.
    pub systems: u32,
    /// SHA-256 of the ids sent, each followed by a line feed; lower-case hex.
    pub ids_sha256: String,
    /// A last turn that is not a message of the thread: the line that asks to go on.
    pub unsaved: Option<String>,
}

/// Tokens: counted before, and told afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenCounts {
    /// Tokens sent, as they were counted or estimated, corrected by what the endpoint had counted before.
    pub estimated: u64,
    /// How: `o200k_base`, `cl100k_base` or `estimate`.
    pub counted_by: String,
    /// The correction, in thousandths; 1000 for none.
    pub correction: u32,
    /// Tokens there was room for.
    pub budget: u64,
    /// As the endpoint told.
    pub reported: Option<Usage>,
}

/// When what happened. What did not happen is `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptTimes {
    /// It was accepted and stored.
    pub queued: Time,
    /// The connection stood.
    pub connected: Option<Time>,
    /// The first byte of the answer came.
    pub first_byte: Option<Time>,
    /// The last one.
    pub last_byte: Option<Time>,
}

/// A request as it was sent, made anew from its receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentRequest {
    /// Always `request`.
    pub object: String,
    /// The response's id.
    pub response: String,
    /// The body.
    pub body: String,
    /// SHA-256 of this body, lower-case hex.
    pub sha256: String,
    /// Whether it is the very body that was sent: its hash is that of the receipt. `null` if nothing was sent.
    pub exact: Option<bool>,
}

/// A stretch of a request as it was sent, set out to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestPage {
    /// The response's id.
    pub response: String,
    /// The stretch, with line breaks and indents that were not sent.
    pub text: String,
    /// Which page this is, from 1.
    pub page: u32,
    /// Pages in all; 0 if there is no request.
    pub pages: u32,
    /// Bytes of the request.
    pub bytes: u64,
    /// SHA-256 of the request, lower-case hex.
    pub sha256: String,
    /// Whether it is the very body that was sent. `null` if nothing was sent.
    pub exact: Option<bool>,
}
