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
use crate::store::message;
use crate::store::path::{Path, Step};
use crate::store::setting::hex;
use crate::thread::{NewMessage, RuleError};
use crate::wire::{Protocol, Role};

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

/// Tokens there are for the context: the window less room for the reply, which is as long as the
/// request lets it be.
pub fn budget(window: u32, reply: Option<u64>) -> u64 {
    u64::from(window).saturating_sub(reply.unwrap_or_else(|| u64::from(REPLY.min(window / 4))))
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
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'a> {
    /// The last stored message of the path.
    pub tip: Option<i64>,
    /// What follows it on the path and is in memory only.
    pub chain: &'a [&'a NewMessage],
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
    let path = Whole { conn, stored: Path::to(conn, wish.tip)?, chain: wish.chain };
    let mut tokens = wish.unsaved.map_or(0, |text| estimate(text) + PER_MESSAGE);
    let mut chosen: Vec<Turn> = Vec::new();
    for step in path.systems()? {
        let turn = path.turn(&step)?;
        tokens += turn.tokens;
        chosen.push(turn);
    }
    let systems = chosen.len() as u32;
    let mut oldest = None;
    for step in candidates(&path, wish, tokens)? {
        let needed = path.len() - step.depth < wish.needed;
        let before = tokens;
        let turn = path.turn(&step)?;
        tokens += turn.tokens;
        if tokens > wish.budget && !needed {
            tokens = before;
            break;
        }
        oldest = Some(turn.id.clone());
        chosen.push(turn);
    }
    if tokens > wish.budget {
        return Err(RuleError::ContextTooLong { tokens, budget: wish.budget }.into());
    }
    chosen.sort_unstable_by_key(|turn| turn.depth);
    let left_out = path.len() - chosen.len() as u32;
    Ok(Context { left_out, tokens, systems, oldest, ..gather(chosen, wish.unsaved) })
}

/// The messages from the tip backwards that may go, system messages apart. A text is never cheaper
/// than a third of its bytes, so most of what cannot fit is not even read.
fn candidates(path: &Whole<'_>, wish: &Wish<'_>, tokens: u64) -> Result<Vec<Step>, StoreError> {
    let mut least = tokens;
    let mut steps = Vec::new();
    path.walk_back(|step| {
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

/// A path whose first part is stored and whose rest, in a chain, is in memory.
struct Whole<'a> {
    conn: &'a Connection,
    stored: Path,
    chain: &'a [&'a NewMessage],
}

impl Whole<'_> {
    fn len(&self) -> u32 {
        self.stored.len() + self.chain.len() as u32
    }

    /// The messages in memory, from the tip backwards.
    fn chain_back(&self) -> impl Iterator<Item = Step> {
        let first = self.stored.len() + 1;
        let step = move |(at, message): (usize, &&NewMessage)| Step {
            seq: 0,
            depth: first + at as u32,
            role: message.role,
            size: message.size() as u32,
        };
        self.chain.iter().enumerate().rev().map(step)
    }

    fn systems(&self) -> Result<Vec<Step>, StoreError> {
        let in_chain = self.chain_back().filter(|step| step.role == Role::System);
        Ok(in_chain.chain(self.stored.systems(self.conn)?).collect())
    }

    fn walk_back(&self, mut visit: impl FnMut(Step) -> ControlFlow<()>) -> Result<(), StoreError> {
        if self.chain_back().try_for_each(&mut visit).is_break() {
            return Ok(());
        }
        self.stored.walk_back(self.conn, visit)
    }

    /// Reads a message. One that is not what was written is never sent.
    fn turn(&self, step: &Step) -> Result<Turn, StoreError> {
        let in_chain = step.depth.checked_sub(self.stored.len() + 1);
        if let Some(message) = in_chain.and_then(|at| self.chain.get(at as usize)) {
            return Ok(Turn::of(step.depth, message));
        }
        let row = message::get(self.conn, step.seq)?;
        if row.intact {
            Ok(Turn::of(step.depth, &row.message))
        } else {
            Err(StoreError::Altered(row.message.id.to_string()))
        }
    }
}

/// A message that goes.
struct Turn {
    depth: u32,
    id: String,
    tokens: u64,
    message: CallMessage,
}

impl Turn {
    fn of(depth: u32, message: &NewMessage) -> Self {
        Self {
            depth,
            id: message.id.to_string(),
            tokens: message.texts.iter().map(|text| estimate(text)).sum::<u64>() + PER_MESSAGE,
            message: CallMessage { role: message.role, text: message.texts.join("\n\n") },
        }
    }
}

fn gather(chosen: Vec<Turn>, unsaved: Option<&str>) -> Context {
    let (ids, of_path): (Vec<_>, Vec<_>) = chosen.into_iter().map(|turn| (turn.id, turn.message)).unzip();
    let unsaved = unsaved.map(|text| CallMessage { role: Role::User, text: text.to_owned() });
    Context {
        sent: ids.len() as u32,
        ids,
        // An empty turn is never sent: some endpoints refuse it, others answer it.
        messages: of_path.into_iter().chain(unsaved).filter(|message| !message.text.trim().is_empty()).collect(),
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
