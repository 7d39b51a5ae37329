//! What a search finds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Role, State, Time};

/// One message that matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// The thread.
    pub thread_id: String,
    /// The thread's title.
    pub title: Option<String>,
    /// The thread's state.
    pub state: State,
    /// The thread's `client`, where it has one.
    pub client: Option<String>,
    /// The message.
    pub message_id: String,
    /// Who wrote it.
    pub role: Role,
    /// When.
    pub created_at: Time,
    /// Text around the matches: pieces, alternately plain and matching, beginning with plain.
    pub snippet: Vec<String>,
}

/// A page of matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchPage {
    /// The matches, newest first, or best first where they are few.
    pub hits: Vec<SearchHit>,
    /// Hand it back to get the next page; `null` on the last one.
    pub next: Option<String>,
}

/// One thing that was looked for: words in a row, folded as the index folds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchTerm {
    /// The words.
    pub words: Vec<String>,
    /// Whether the last word may go on.
    pub prefix: bool,
}

/// A message of the path on show that matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ThreadHit {
    /// The message.
    pub message_id: String,
    /// Its place on the path, from 1.
    pub position: u32,
}

/// What a search within a thread finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundInThread {
    /// The messages of the path on show that match, in order.
    pub hits: Vec<ThreadHit>,
    /// Messages of other versions that match.
    pub elsewhere: u32,
    /// What to mark in them.
    pub terms: Vec<SearchTerm>,
}
