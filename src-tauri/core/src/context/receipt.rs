//! Receipts as they are stored: what was sent for one response, and how that went, without
//! repeating it. Fields in the order of their names, strings and whole numbers only; what is not
//! known is left out. Its size does not follow the thread's length.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::clock::Millis;
use crate::response::Trace;
use crate::store::setting::hex;

/// Bytes of an endpoint's request id that are kept.
const REQUEST_ID_BYTES: usize = 128;

/// A stored receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Stored {
    /// How often it was tried.
    pub attempts: u32,
    /// Bytes of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u64>,
    /// SHA-256 of the exact body, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_sha256: Option<String>,
    /// Tokens there was room for.
    pub budget: u64,
    /// When the connection stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_at: Option<Millis>,
    /// What its tokens were multiplied with, in thousandths.
    pub correction: u32,
    /// What counted the tokens.
    pub counted_by: String,
    /// When the first byte of the answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_at: Option<Millis>,
    /// SHA-256 of the ids sent, each followed by a line feed; lower-case hex.
    pub ids: String,
    /// When the last byte came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_byte_at: Option<Millis>,
    /// Messages of the path that did not fit.
    pub left_out: u32,
    /// The model asked.
    pub model: String,
    /// The most tokens of a reply that were asked for, where the request said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_tokens: Option<u64>,
    /// Id of the oldest message that was sent for its place, not for being a system message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<String>,
    /// The organization that was to pay, where the body named it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Scheme, host and port it was asked at.
    pub origin: String,
    /// Which messages go when not all fit.
    pub policy: String,
    /// How the endpoint was spoken to.
    pub protocol: String,
    /// The endpoint's own id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Messages of the path sent.
    pub sent: u32,
    /// System messages among them, wherever they stand.
    pub systems: u32,
    /// Id of the last message sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tip: Option<String>,
    /// Tokens sent, counted as it says and corrected.
    pub tokens: u64,
    /// A last turn that is not a message of the thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsaved: Option<String>,
}

impl Stored {
    /// As it is stored.
    pub fn to_json(&self) -> String {
        json!(self).to_string()
    }

    /// From what is stored; what it does not say is as if nothing had happened.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// The same, with how the call went.
    #[must_use]
    pub fn ended(self, trace: &Trace) -> Self {
        let request_id =
            trace.request_id.as_deref().map(|id| id[..id.floor_char_boundary(REQUEST_ID_BYTES)].to_owned());
        Self {
            attempts: trace.attempts,
            body_bytes: trace.sent.map(|sent| sent.bytes),
            body_sha256: trace.sent.map(|sent| hex(&sent.sha256)),
            connected_at: trace.connected_at,
            first_byte_at: trace.first_byte_at,
            last_byte_at: trace.last_byte_at,
            most_tokens: trace.sent.and_then(|sent| sent.most_tokens),
            request_id,
            ..self
        }
    }

    /// The tokens before their correction.
    pub fn counted(&self) -> u64 {
        self.tokens.saturating_mul(1000) / u64::from(self.correction.max(1))
    }
}
