//! The lines of a record: the header, one a message, one an entry of the history. Each field and
//! its meaning is in `docs/records.md`; what is written here never changes within a format version.

use std::io;

use serde::{Deserialize, Serialize};

use super::canonical;
use crate::wire::Time;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The first line of a record.
    Header,
    /// A message.
    Message,
    /// An entry of the history.
    Event,
    /// The seal, which stands in a file of its own.
    Seal,
}

/// What is true of the thread as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "docs/records.md tells every field")]
pub struct Header {
    pub active_tip: Option<String>,
    pub created_at: Time,
    pub forked_from: Option<Origin>,
    pub format: String,
    pub kind: Kind,
    pub metadata: String,
    pub state: String,
    pub thread: String,
    pub title: Option<String>,
}

/// Where a fork was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "docs/records.md tells every field")]
pub struct Origin {
    pub message_id: String,
    pub thread_id: String,
}

/// A message, bound to the line before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "docs/records.md tells every field")]
pub struct Message {
    pub copied_from: Option<String>,
    pub created_at: Time,
    pub id: String,
    pub kind: Kind,
    pub model: Option<String>,
    pub parent: Option<String>,
    pub practice: bool,
    pub prev: String,
    pub reasoning: Option<String>,
    pub response: Option<Response>,
    pub role: String,
    pub seq: u32,
    pub status: String,
    pub texts: Vec<String>,
}

/// The attempt by a model that made a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "docs/records.md tells every field")]
pub struct Response {
    pub finish_reason: Option<String>,
    pub id: String,
    pub model: Option<String>,
    pub model_asked: String,
    pub origin: String,
    pub parameters: String,
    pub receipt: String,
    pub status: String,
    pub usage: Option<Usage>,
}

/// Tokens, in decimal digits: an endpoint can tell any number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "docs/records.md tells every field")]
pub struct Usage {
    pub input: String,
    pub output: String,
    pub total: String,
}

/// An entry of the history, with the line that its hash covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "docs/records.md tells every field")]
pub struct Event {
    pub detail: String,
    pub entry: String,
    pub kind: Kind,
    pub salt: String,
}

/// What an event's `entry` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs, reason = "docs/records.md tells every field")]
pub struct Entry {
    pub at: Time,
    pub detail: String,
    pub door: String,
    pub from: Option<String>,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    pub seq: i64,
    pub store_prev: String,
    pub thread: i64,
    pub thread_prev: String,
    pub to: Option<String>,
}

/// Runs over lines and knows the hash of the last one.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Hash of the last line.
    pub head: [u8; 32],
    /// Message lines so far.
    pub count: u32,
}

impl Chain {
    /// Begins behind a header line.
    pub fn behind(header: &str) -> Self {
        Self { head: canonical::hash(header), count: 0 }
    }

    /// Binds a message to the line before it, and answers its line.
    ///
    /// # Errors
    /// As [`canonical::line`].
    pub fn add(&mut self, message: &mut Message) -> io::Result<String> {
        self.count += 1;
        message.seq = self.count;
        message.prev = crate::store::setting::hex(&self.head);
        let line = canonical::line(message)?;
        self.head = canonical::hash(&line);
        Ok(line)
    }
}
