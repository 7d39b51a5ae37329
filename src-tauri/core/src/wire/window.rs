//! Shapes that only the window needs: a thread ready to be painted.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Cost, KeyState, Message, Response, Thread, ThreadOptions, Usage};

/// A message ready to be painted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// The message. Its texts are empty here: `html` says the same.
    pub message: Message,
    /// Its place on the path on show, from 1.
    pub position: u32,
    /// Safe HTML of its text.
    pub html: String,
    /// Lines of its text, where it is long and `html` is only its beginning.
    pub folded: Option<u32>,
    /// Length of its text in bytes.
    pub size: u32,
    /// Which version this is, from 1, of `message.versions`.
    pub version: u32,
    /// Why the model stopped, and what went wrong, for replies.
    pub response: Option<Response>,
    /// What the reply cost, if that is known.
    pub cost: Option<Cost>,
}

/// Some words of a line that is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ComparedPiece {
    /// The words.
    pub text: String,
    /// Whether they are on this side only.
    pub changed: bool,
}

/// A row of two texts beside each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ComparedRow {
    /// A line of each that stand for each other; `null` where one side has none.
    Lines {
        /// Of the first text.
        left: Option<Vec<ComparedPiece>>,
        /// Of the second text.
        right: Option<Vec<ComparedPiece>>,
    },
    /// Lines alike, left out.
    Alike {
        /// How many.
        lines: u32,
    },
    /// Rows at the end that are too many to be shown.
    More {
        /// How many.
        lines: u32,
    },
}

/// Two messages beside each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The first, without its text.
    pub left: Message,
    /// The second, likewise.
    pub right: Message,
    /// What they say.
    pub rows: Vec<ComparedRow>,
}

/// A day on which messages of the path on show were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ThreadDay {
    /// The day, such as `2026-11-22`.
    pub date: String,
    /// Place of its first message, from 1.
    pub position: u32,
    /// How many follow on that day, the first included.
    pub messages: u32,
}

/// A running response, as far as it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StreamingView {
    /// The response.
    pub response: Response,
    /// HTML of the blocks that are final.
    pub closed: Vec<String>,
    /// HTML of the open rest.
    pub tail: String,
    /// Reasoning so far.
    pub reasoning: String,
    /// Whether it runs in another process: then only a poll tells more.
    pub elsewhere: bool,
}

/// A response that ended without a text, and so without a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FailedView {
    /// The response.
    pub response: Response,
    /// Id of the message that it was to answer, or to go on from.
    pub parent_id: String,
    /// Whether that message is a reply, which it was to go on with.
    pub continues: bool,
}

/// What the model would see of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContextPreview {
    /// Messages that would be sent, the draft not counted.
    pub messages: u32,
    /// Messages that would stay out.
    pub left_out: u32,
    /// Tokens of what would be sent, the draft included; estimated.
    pub tokens: u64,
    /// Tokens there is room for.
    pub budget: u64,
    /// Name of the endpoint that would answer.
    pub endpoint: String,
    /// The model that would answer.
    pub model: String,
}

/// How a thread asks its models, as its composer shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Asking {
    /// Its own parameters, and what happens when not all fits.
    pub options: ThreadOptions,
    /// The system prompt that was written last, or that it would begin with.
    pub system: Option<SystemPrompt>,
}

/// What a model is told before all else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SystemPrompt {
    /// The text.
    pub text: String,
    /// Name of the stored prompt that it comes from; `null` for a message of the thread.
    pub prompt: Option<String>,
    /// Placeholders that had no value and stand as they were.
    pub missing: Vec<String>,
}

/// What is being written in a thread, or for the one yet to be made, and was not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// A system prompt that goes with the next message; empty: the thread begins without one.
    pub system: Option<String>,
    /// The model that was chosen, as `endpoint/model`; `null` for the default.
    pub model: Option<String>,
}

/// A thread ready to be painted, with its last messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ThreadView {
    /// The thread.
    pub thread: Thread,
    /// Messages on the path on show.
    pub length: u32,
    /// The last of them, or those around the message asked for.
    pub messages: Vec<MessageView>,
    /// The running response.
    pub streaming: Option<StreamingView>,
    /// The last response, if it ended without a text and the message it was to answer is on show.
    pub failed: Option<FailedView>,
    /// What was typed and not sent.
    pub draft: Draft,
    /// Tokens of all responses so far, where the endpoints told.
    pub usage: Option<Usage>,
}

/// Whether the local API answers, as the settings show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ApiStatus {
    /// It is switched off.
    Off,
    /// It answers.
    Running,
    /// Another program has its port.
    PortInUse,
    /// The system does not let it listen there.
    Failed,
}

/// How the local API stands. Its token is never part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApiState {
    /// Whether it answers.
    pub status: ApiStatus,
    /// Where, such as `http://127.0.0.1:8417/v1`, while it does.
    pub address: Option<String>,
    /// Where its token is kept, while it is switched on.
    pub token: Option<KeyState>,
}
