//! What the model sees: how much it can take, and which messages of the active path go. Cost
//! follows the budget, not the thread's length.
//!
//! Tokens are estimated on the safe side, times what the endpoint was found to count (`tokens`,
//! [`learned`]). Where that says that something does not fit, the model's own tokenizer counts, if
//! there is one. What was sent stands in a [`receipt`].

pub mod receipt;
mod tokens;
mod unchosen;

use std::ops::ControlFlow;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::endpoint::CallMessage;
use crate::error::{Code, Error};
use crate::store::message;
use crate::store::path::{Path, Step};
use crate::store::setting::hex;
use crate::store::{StoreError, Word};
use crate::thread::{NewMessage, RuleError};
use crate::wire::{ContextPolicy, Protocol, Role, Usage};

use receipt::Stored;
pub use tokens::{CountedBy, PER_MESSAGE, estimate};
pub use unchosen::{Unchosen, ready};

/// Tokens of context for a model that nothing is known about.
pub const UNKNOWN_WINDOW: u32 = 8_192;
/// Tokens of context for the practice endpoint.
pub const PRACTICE_WINDOW: u32 = 32_768;
/// Tokens kept for a reply whose length the request does not bound; a quarter of a small window.
pub const REPLY: u32 = 4_096;
/// What can be learned of an endpoint, in thousandths; past it, what it tells is no count of what was sent.
const CORRECTIONS: std::ops::RangeInclusive<u32> = 250..=4_000;
/// Fewest tokens that tell anything: what a server puts around any request outweighs a shorter one.
const TELLING: u64 = 500;
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
    /// Which messages go when not all fit.
    pub policy: ContextPolicy,
    /// What can count this model's tokens.
    pub counted_by: CountedBy,
    /// What estimates are multiplied with.
    pub correction: Correction,
}

/// What estimates are multiplied with, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Correction(pub u32);

impl Default for Correction {
    fn default() -> Self {
        Self(1000)
    }
}

impl Correction {
    fn of(self, tokens: u64) -> u64 {
        tokens.saturating_mul(self.0.into()).div_ceil(1000)
    }
}

/// What is learned from one more reply: at once when there were more tokens than expected, and a
/// quarter of the way when there were fewer. `None` if nothing can be.
pub fn learned(before: Option<Correction>, receipt: &Stored, told: Option<Usage>) -> Option<Correction> {
    let told = told.filter(|told| told.input_tokens > 0)?;
    let counted = Some(receipt.counted()).filter(|tokens| *tokens >= TELLING)?;
    if receipt.counted_by != CountedBy::Estimate.name() {
        return None;
    }
    let found = told.input_tokens.saturating_mul(1000) / counted;
    let found = u32::try_from(found).ok().filter(|found| CORRECTIONS.contains(found))?;
    Some(Correction(match before {
        Some(Correction(before)) if found < before => before - (before - found) / 4,
        _ => found,
    }))
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
    /// Their tokens, as they were counted and corrected.
    pub tokens: u64,
    /// What counted them.
    pub counted_by: CountedBy,
    /// What they were multiplied with.
    pub correction: Correction,
    /// Ids of the messages, in order.
    ids: Vec<String>,
    systems: u32,
    oldest: Option<String>,
}

/// Chooses what goes, `newest` first: all system messages, what is needed, then as many of the
/// newest messages as fit, without a gap.
///
/// # Errors
/// `context_too_long` if what is needed does not fit, or by policy if anything does not;
/// `storage_error` if a message that would go is not what was written; [`Unchosen::NotReady`].
pub fn choose(conn: &Connection, wish: &Wish<'_>) -> Result<Context, Unchosen> {
    let path = Whole { conn, stored: Path::to(conn, wish.tip)?, chain: wish.chain };
    let estimated = choose_by(&path, &Wish { counted_by: CountedBy::Estimate, ..*wish });
    let fits = match &estimated {
        Ok(context) => context.left_out == 0,
        Err(error) => error.code() != Code::ContextTooLong,
    };
    if fits || wish.counted_by == CountedBy::Estimate {
        let tokens = estimated.as_ref().map_or(0, |context| context.tokens);
        if tokens.saturating_mul(4) > wish.budget.saturating_mul(3) {
            wish.counted_by.warm();
        }
        return Ok(estimated?);
    }
    if !wish.counted_by.is_ready() {
        return Err(Unchosen::NotReady(wish.counted_by));
    }
    Ok(choose_by(&path, &Wish { correction: Correction::default(), ..*wish })?)
}

fn choose_by(path: &Whole<'_>, wish: &Wish<'_>) -> Result<Context, Error> {
    let (by, correct) = (wish.counted_by, wish.correction);
    let room = |tokens: u64| wish.budget.saturating_sub(correct.of(tokens)).saturating_mul(1000) / u64::from(correct.0);
    let mut tokens = wish.unsaved.map_or(0, |text| by.count(text, room(0)) + PER_MESSAGE);
    let mut chosen: Vec<Turn> = Vec::new();
    for step in path.systems()? {
        let turn = path.turn(&step, by, room(tokens))?;
        tokens += turn.tokens;
        chosen.push(turn);
    }
    let systems = chosen.len() as u32;
    let mut oldest = None;
    for step in candidates(path, wish, tokens)? {
        let needed = path.len() - step.depth < wish.needed;
        let turn = path.turn(&step, by, room(tokens))?;
        if correct.of(tokens + turn.tokens) > wish.budget && !needed {
            break;
        }
        tokens += turn.tokens;
        oldest = Some(turn.id.clone());
        chosen.push(turn);
    }
    chosen.sort_unstable_by_key(|turn| turn.depth);
    let left_out = path.len() - chosen.len() as u32;
    if left_out > 0 && wish.policy == ContextPolicy::Refuse {
        tokens += rest(path, &chosen)?;
    }
    let tokens = correct.of(tokens);
    if tokens > wish.budget || (left_out > 0 && wish.policy == ContextPolicy::Refuse) {
        return Err(RuleError::ContextTooLong { tokens, budget: wish.budget }.into());
    }
    let told = Context { left_out, tokens, systems, oldest, counted_by: by, correction: correct, ..Context::default() };
    Ok(told.with(chosen, wish.unsaved))
}

/// Tokens of what is not chosen, by its size alone: it may be long.
fn rest(path: &Whole<'_>, chosen: &[Turn]) -> Result<u64, StoreError> {
    let mut tokens = 0;
    path.walk_back(|step| {
        if chosen.binary_search_by_key(&step.depth, |turn| turn.depth).is_err() {
            tokens += CountedBy::Estimate.least(step.size) + PER_MESSAGE;
        }
        ControlFlow::Continue(())
    })?;
    Ok(tokens)
}

/// The messages from the tip backwards that may go, system messages apart. A text has never fewer
/// tokens than its bytes allow, so most of what cannot fit is not even read.
fn candidates(path: &Whole<'_>, wish: &Wish<'_>, tokens: u64) -> Result<Vec<Step>, StoreError> {
    let mut least = tokens;
    let mut steps = Vec::new();
    path.walk_back(|step| {
        let needed = path.len() - step.depth < wish.needed;
        if step.role == Role::System {
            return ControlFlow::Continue(());
        }
        least += wish.counted_by.least(step.size) + PER_MESSAGE;
        if wish.correction.of(least) > wish.budget && !needed {
            return ControlFlow::Break(());
        }
        steps.push(step);
        ControlFlow::Continue(())
    })?;
    Ok(steps)
}

/// Reads again what a receipt names: the messages that were sent, in order, and a hash of their ids.
///
/// # Errors
/// `storage_error` if a message is not what was written, or not there any more.
pub fn again(conn: &Connection, wish: &Wish<'_>, oldest: Option<&str>) -> Result<(Vec<CallMessage>, String), Error> {
    let path = Whole { conn, stored: Path::to(conn, wish.tip)?, chain: wish.chain };
    let mut steps = path.systems()?;
    let mut back = Vec::new();
    path.walk_back(|step| {
        if step.role != Role::System {
            back.push(step);
        }
        ControlFlow::Continue(())
    })?;
    let mut chosen = Vec::new();
    for step in back.into_iter().take_while(|_| oldest.is_some()) {
        let turn = path.turn(&step, CountedBy::Estimate, 0)?;
        let last = Some(turn.id.as_str()) == oldest;
        chosen.push(turn);
        if last {
            break;
        }
    }
    for step in steps.drain(..) {
        chosen.push(path.turn(&step, CountedBy::Estimate, 0)?);
    }
    chosen.sort_unstable_by_key(|turn| turn.depth);
    let context = Context::default().with(chosen, wish.unsaved);
    Ok((context.messages.clone(), context.ids_hash()))
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
    fn turn(&self, step: &Step, by: CountedBy, most: u64) -> Result<Turn, StoreError> {
        let in_chain = step.depth.checked_sub(self.stored.len() + 1);
        if let Some(message) = in_chain.and_then(|at| self.chain.get(at as usize)) {
            return Ok(Turn::of(step.depth, message, by, most));
        }
        let row = message::get(self.conn, step.seq)?;
        if row.intact {
            Ok(Turn::of(step.depth, &row.message, by, most))
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
    fn of(depth: u32, message: &NewMessage, by: CountedBy, most: u64) -> Self {
        Self {
            depth,
            id: message.id.to_string(),
            tokens: message.texts.iter().map(|text| by.count(text, most)).sum::<u64>() + PER_MESSAGE,
            message: CallMessage { role: message.role, text: message.texts.join("\n\n") },
        }
    }
}

impl Context {
    /// With these messages.
    fn with(self, chosen: Vec<Turn>, unsaved: Option<&str>) -> Self {
        let (ids, of_path): (Vec<_>, Vec<_>) = chosen.into_iter().map(|turn| (turn.id, turn.message)).unzip();
        let unsaved = unsaved.map(|text| CallMessage { role: Role::User, text: text.to_owned() });
        Self {
            sent: ids.len() as u32,
            ids,
            // An empty turn is never sent: some endpoints refuse it, others answer it.
            messages: of_path.into_iter().chain(unsaved).filter(|message| !message.text.trim().is_empty()).collect(),
            ..self
        }
    }

    /// SHA-256 of the ids, each followed by a line feed; lower-case hex.
    fn ids_hash(&self) -> String {
        let mut hash = Sha256::new();
        for id in &self.ids {
            hash.update(id);
            hash.update("\n");
        }
        hex(&hash.finalize())
    }

    /// What can be said of it before it is sent.
    pub fn receipt(&self, wish: &Wish<'_>, model: &str, origin: &str, protocol: Protocol) -> Stored {
        Stored {
            budget: wish.budget,
            correction: self.correction.0,
            counted_by: self.counted_by.name().into(),
            ids: self.ids_hash(),
            left_out: self.left_out,
            model: model.into(),
            oldest: self.oldest.clone(),
            origin: origin.into(),
            policy: wish.policy.word().into(),
            protocol: protocol.word().into(),
            sent: self.sent,
            systems: self.systems,
            tip: self.ids.last().cloned(),
            tokens: self.tokens,
            unsaved: wish.unsaved.map(str::to_owned),
            ..Stored::default()
        }
    }
}
