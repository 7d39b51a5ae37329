//! What the model sees: how much it can take, which messages of the active path go, and the
//! receipt that says so. Cost follows the budget, not the thread's length.
//!
//! Tokens are estimated, on the safe side: three letters or spaces of ASCII a token, two digits or
//! signs, one token for a character of two bytes (Cyrillic, Greek, Arabic, ...), one and a half for
//! one of three (Chinese, Japanese, Korean, ...), three for one of four (emoji), and
//! [`PER_MESSAGE`] for what a protocol puts around a message. Common tokenizers need a quarter to
//! a half less for prose in their own languages.

use std::ops::ControlFlow;

use rusqlite::Connection;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::endpoint::CallMessage;
use crate::error::Error;
use crate::store::StoreError;
use crate::store::message::{self, MessageRow};
use crate::store::path::{Path, Step};
use crate::store::setting::hex;
use crate::thread::RuleError;
use crate::wire::{JsonObject, Protocol, Role};

/// Tokens of context for a model that nothing is known about.
pub const UNKNOWN_WINDOW: u32 = 8_192;
/// Tokens of context for the practice endpoint.
pub const PRACTICE_WINDOW: u32 = 32_768;
/// Tokens kept for a reply whose length the request does not bound; a quarter of a small window.
pub const REPLY: u32 = 4_096;
/// Tokens for what a protocol puts around each message.
pub const PER_MESSAGE: u64 = 8;
/// The unsaved line that asks a model to go on with a reply that was cut off.
pub const GO_ON: &str = "Your last reply was cut off. Go on exactly where it stopped, without repeating any of it.";

/// Windows of models that are served by their makers, by the first letters of their names; the
/// first match counts. Models that people serve themselves are not here: their window is what the
/// server was started with.
const WINDOWS: &[(&str, u32)] = &[
    ("gpt-5", 400_000),
    ("gpt-4.1", 1_047_576),
    ("gpt-4o", 128_000),
    ("chatgpt-4o", 128_000),
    ("gpt-4-turbo", 128_000),
    ("gpt-4-32k", 32_768),
    ("gpt-4", 8_192),
    ("gpt-3.5-turbo", 16_385),
    ("o1-mini", 128_000),
    ("o1", 200_000),
    ("o3", 200_000),
    ("o4", 200_000),
    ("claude-", 200_000),
    ("gemini-", 1_048_576),
    ("mistral-large", 128_000),
    ("mistral-small", 128_000),
    ("mistral-medium", 128_000),
];

/// How many tokens a model can take: what the person or the endpoint said, what is known of the
/// model, or a careful guess.
pub fn window(protocol: Protocol, told: Option<u32>, model: &str) -> u32 {
    let name = model.rsplit('/').next().unwrap_or(model);
    let known = || WINDOWS.iter().find(|(prefix, _)| name.starts_with(prefix)).map(|(_, window)| *window);
    match protocol {
        Protocol::Practice => told.unwrap_or(PRACTICE_WINDOW),
        _ => told.or_else(known).unwrap_or(UNKNOWN_WINDOW),
    }
}

/// Tokens there are for the context: the window less room for the reply.
pub fn budget(window: u32, parameters: &JsonObject) -> u64 {
    let asked = ["max_completion_tokens", "max_tokens"].iter().find_map(|key| parameters.get(*key)?.as_u64());
    let reply = asked.unwrap_or_else(|| u64::from(REPLY.min(window / 4)));
    u64::from(window).saturating_sub(reply)
}

/// Tokens of a text, estimated on the safe side. Never less than a third of its bytes.
pub fn estimate(text: &str) -> u64 {
    let sixths: u64 = text
        .chars()
        .map(|c| match c.len_utf8() {
            1 if c.is_ascii_alphabetic() || c.is_ascii_whitespace() => 2,
            1 => 3,
            2 => 6,
            3 => 9,
            _ => 18,
        })
        .sum();
    sixths.div_ceil(6)
}

/// What is to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The last message of the path.
    pub tip: Option<i64>,
    /// How many messages up to the tip go in any case: the new inputs, or the message that is answered.
    pub needed: u32,
    /// A last turn that is not a message: the line that asks to go on, or a draft.
    pub unsaved: Option<&'a str>,
    /// Tokens there is room for.
    pub budget: u64,
}

/// What is sent, in order, and how much of the path that is.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The messages.
    pub messages: Vec<CallMessage>,
    /// Messages of the path among them.
    pub sent: u32,
    /// Messages of the path that did not fit.
    pub left_out: u32,
    /// Their tokens, estimated.
    pub tokens: u64,
    /// Ids of the messages, in order.
    ids: Vec<String>,
    systems: u32,
    oldest: Option<String>,
}

/// What exactly was sent for one response, without repeating it. Its size does not follow the thread's length.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt<'a> {
    /// Which messages go when not all fit.
    pub policy: &'static str,
    /// Id of the last message sent.
    pub tip: Option<&'a str>,
    /// Id of the oldest message that was sent for its place, not for being a system message.
    pub oldest: Option<&'a str>,
    /// System messages sent, wherever they stand.
    pub systems: u32,
    /// Messages sent.
    pub sent: u32,
    /// Messages of the path that did not fit.
    pub left_out: u32,
    /// SHA-256 of the ids sent, each followed by a line feed; lower-case hex.
    pub ids: String,
    /// Tokens sent, estimated.
    pub tokens: u64,
    /// Tokens there was room for.
    pub budget: u64,
    /// A last turn that is not a message of the thread.
    pub unsaved: Option<&'a str>,
    /// The model asked.
    pub model: &'a str,
    /// Scheme, host and port it was asked at.
    pub origin: &'a str,
}

/// Chooses what goes, `newest` first: all system messages, what is needed, then as many of the
/// newest messages as fit, without a gap.
///
/// # Errors
/// `context_too_long` if what is needed does not fit, `storage_error` if a message that would go
/// is not what was written.
pub fn choose(conn: &Connection, wish: &Wish<'_>) -> Result<Context, Error> {
    let path = Path::to(conn, wish.tip)?;
    let mut tokens = wish.unsaved.map_or(0, |text| estimate(text) + PER_MESSAGE);
    let mut chosen: Vec<MessageRow> = Vec::new();
    for step in path.systems(conn)? {
        take(conn, &step, &mut chosen, &mut tokens)?;
    }
    let systems = chosen.len() as u32;
    let mut oldest = None;
    for step in candidates(conn, &path, wish, tokens)? {
        let needed = path.len() - step.depth < wish.needed;
        let before = tokens;
        let row = intact(message::get(conn, step.seq)?)?;
        tokens += cost(&row);
        if tokens > wish.budget && !needed {
            tokens = before;
            break;
        }
        oldest = Some(row.message.id.to_string());
        chosen.push(row);
    }
    if tokens > wish.budget {
        return Err(RuleError::ContextTooLong { tokens, budget: wish.budget }.into());
    }
    chosen.sort_unstable_by_key(|row| row.depth);
    Ok(Context { tokens, systems, oldest, ..gather(&chosen, &path, wish.unsaved) })
}

/// The messages from the tip backwards that may go, system messages apart. A text is never cheaper
/// than a third of its bytes, so most of what cannot fit is not even read.
fn candidates(conn: &Connection, path: &Path, wish: &Wish<'_>, tokens: u64) -> Result<Vec<Step>, StoreError> {
    let mut least = tokens;
    let mut steps = Vec::new();
    path.walk_back(conn, |step| {
        let needed = path.len() - step.depth < wish.needed;
        if step.role == Role::System {
            return ControlFlow::Continue(());
        }
        least += u64::from(step.size / 3) + PER_MESSAGE;
        if least > wish.budget && !needed {
            return ControlFlow::Break(());
        }
        steps.push(step);
        ControlFlow::Continue(())
    })?;
    Ok(steps)
}

fn take(conn: &Connection, step: &Step, chosen: &mut Vec<MessageRow>, tokens: &mut u64) -> Result<(), StoreError> {
    let row = intact(message::get(conn, step.seq)?)?;
    *tokens += cost(&row);
    chosen.push(row);
    Ok(())
}

/// A message that is not what was written is never sent.
fn intact(row: MessageRow) -> Result<MessageRow, StoreError> {
    if row.intact { Ok(row) } else { Err(StoreError::Altered(row.message.id.to_string())) }
}

fn cost(row: &MessageRow) -> u64 {
    row.message.texts.iter().map(|text| estimate(text)).sum::<u64>() + PER_MESSAGE
}

fn gather(chosen: &[MessageRow], path: &Path, unsaved: Option<&str>) -> Context {
    let of_path = chosen.iter().map(|row| CallMessage { role: row.message.role, text: row.message.texts.join("\n\n") });
    let unsaved = unsaved.map(|text| CallMessage { role: Role::User, text: text.to_owned() });
    Context {
        // An empty turn is never sent: some endpoints refuse it, others answer it.
        messages: of_path.chain(unsaved).filter(|message| !message.text.trim().is_empty()).collect(),
        sent: chosen.len() as u32,
        left_out: path.len() - chosen.len() as u32,
        ids: chosen.iter().map(|row| row.message.id.to_string()).collect(),
        ..Context::default()
    }
}

impl Context {
    /// The receipt.
    pub fn receipt<'a>(&'a self, wish: &Wish<'a>, model: &'a str, origin: &'a str) -> Receipt<'a> {
        let mut hash = Sha256::new();
        for id in &self.ids {
            hash.update(id);
            hash.update("\n");
        }
        Receipt {
            policy: "newest",
            tip: self.ids.last().map(String::as_str),
            oldest: self.oldest.as_deref(),
            systems: self.systems,
            sent: self.sent,
            left_out: self.left_out,
            ids: hex(&hash.finalize()),
            tokens: self.tokens,
            budget: wish.budget,
            unsaved: wish.unsaved,
            model,
            origin,
        }
    }
}
