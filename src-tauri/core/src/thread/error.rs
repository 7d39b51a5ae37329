//! Why a rule refused, in words a person can act on.

use serde_json::{Value, json};

use super::limits;
use crate::error::Code;
use crate::wire::State;

/// A refusal by a rule. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The request makes no sense as it is.
    #[error("{0}")]
    InvalidRequest(String),
    /// Likewise, where a person did it and is told why in their own language.
    #[error("{said}")]
    Unfit {
        /// Why, in a word that stays the same.
        reason: &'static str,
        /// The same in words.
        said: String,
    },
    /// A thread id breaks the rule.
    #[error("{0} A thread id has 1 to 128 characters of A-Z a-z 0-9 . _ : @ ~ + = -")]
    InvalidThreadId(String),
    /// A thread id is too long.
    #[error("The thread id has {size} characters. A thread id has 1 to 128 characters of A-Z a-z 0-9 . _ : @ ~ + = -")]
    ThreadIdTooLong {
        /// Characters in it.
        size: usize,
    },
    /// A title breaks the rule.
    #[error("{0} A title has 1 to 200 characters and no control characters.")]
    InvalidTitle(String),
    /// A title is too long.
    #[error("The title has {size} characters. A title has 1 to 200 characters and no control characters.")]
    TitleTooLong {
        /// Characters in it.
        size: usize,
    },
    /// Metadata is not an object that can be kept.
    #[error("{0}")]
    InvalidMetadata(String),
    /// Metadata is nested too deep.
    #[error(
        "The metadata is nested {size} levels deep; at most {} are kept. Nothing was changed.",
        limits::METADATA_LEVELS
    )]
    MetadataTooDeep {
        /// Levels in it.
        size: usize,
    },
    /// Metadata is too long.
    #[error(
        "The metadata would take {size} bytes; a thread holds {}. Nothing was changed. Shorten it and try again.",
        limits::METADATA_BYTES
    )]
    MetadataTooLarge {
        /// Bytes as compact JSON.
        size: usize,
    },
    /// A message is too long.
    #[error(
        "A message of {size} bytes is too long: the limit is {} bytes (4 MiB). It was not sent. Split it and try again.",
        limits::MESSAGE_BYTES
    )]
    MessageTooLarge {
        /// Bytes of its text.
        size: usize,
    },
    /// The thread is full.
    #[error(
        "This thread holds {count} of at most {} messages, so {needed} more do not fit. Nothing was sent. Go on in a new thread.",
        limits::MESSAGES
    )]
    MessageLimitReached {
        /// Messages in it.
        count: u32,
        /// Messages that were to be added, the reply included.
        needed: u32,
    },
    /// There never was such a thread.
    #[error("There is no thread {0}.")]
    ThreadNotFound(String),
    /// The thread was deleted.
    #[error("Thread {0} was deleted. If it is still in the bin, undelete it; otherwise use a new id.")]
    ThreadDeleted(String),
    /// The id is taken.
    #[error("There is a thread {0} already. Choose another id, or use that thread.")]
    ThreadExists(String),
    /// The thread is locked.
    #[error("This thread is locked, so it can be read but not changed. Unlock it first.")]
    ThreadLocked,
    /// The thread is archived.
    #[error("This thread is archived, so it can never be changed. Fork it to go on from here.")]
    ThreadArchived,
    /// A response is running.
    #[error("A response is running in this thread. Wait for it or stop it, then try again.")]
    ThreadBusy,
    /// The lifecycle has no such step.
    #[error("A thread cannot go from {} to {}: archived is permanent. Fork it to go on from here.", word(*.from), word(*.to))]
    InvalidTransition {
        /// The state it is in.
        from: State,
        /// The state asked for.
        to: State,
    },
    /// There is no such message in the thread.
    #[error("There is no message {0} in this thread.")]
    MessageNotFound(String),
    /// There is no such response.
    #[error("There is no response {0}.")]
    ResponseNotFound(String),
    /// The response was kept in memory only, and is not any more.
    #[error(
        "Response {0} is gone: without a thread, a response is kept in memory, for 24 hours at most. Nothing was sent. Begin anew, or use a thread."
    )]
    ResponseExpired(String),
    /// A chain that leaves no room for more in memory.
    #[error(
        "This chain takes all of the {limit} bytes (256 MiB) that chains have in memory, so it cannot be gone on with. \
         Nothing was sent. Keep it as a thread, or begin anew."
    )]
    ChainFull {
        /// Bytes that it would take.
        size: usize,
        /// Bytes that all chains share.
        limit: usize,
    },
    /// It was never locked or archived.
    #[error("Thread {0} was never sealed, so there is no seal to show or check. Lock it first.")]
    NeverSealed(String),
    /// There is no such prompt.
    #[error("There is no prompt {0}.")]
    PromptNotFound(String),
    /// The key stands for another request.
    #[error(
        "This idempotency key came with another request within the last 24 hours. Nothing was done. Use a new key for a new request."
    )]
    IdempotencyConflict,
    /// There is no such endpoint.
    #[error("There is no endpoint {0}. Add it in the settings, or with: skein endpoint add")]
    EndpointNotFound(String),
    /// It cannot be undone, so it wants to be confirmed.
    #[error("Deleting an archived thread cannot be undone. Confirm it by naming the thread's id, {0}.")]
    ConfirmationRequired(String),
    /// Emptying the bin cannot be undone, so it wants to be confirmed.
    #[error("Emptying the bin erases {threads} threads for good. Nothing was erased. Confirm it.")]
    BinNotConfirmed {
        /// Threads in the bin.
        threads: usize,
    },
    /// The thread has changed since the caller looked.
    #[error(
        "The thread has changed since you read it (it is at revision {revision}). Read it again and repeat the change."
    )]
    PreconditionFailed {
        /// Its revision now.
        revision: u64,
    },
    /// It does not fit into the model's window.
    #[error(
        "This takes about {tokens} tokens and the model has room for {budget}. Nothing was sent. Shorten it, or choose a model with a larger window."
    )]
    ContextTooLong {
        /// Tokens needed, estimated.
        tokens: u64,
        /// Tokens there is room for.
        budget: u64,
    },
}

const fn word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Locked => "locked",
        State::Archived => "archived",
    }
}

impl RuleError {
    /// The refusal to change a thread in a state that is not open.
    pub const fn for_state(state: State) -> Option<Self> {
        match state {
            State::Open => None,
            State::Locked => Some(Self::ThreadLocked),
            State::Archived => Some(Self::ThreadArchived),
        }
    }

    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::InvalidRequest(_) | Self::Unfit { .. } => Code::InvalidRequest,
            Self::InvalidThreadId(_) | Self::ThreadIdTooLong { .. } => Code::InvalidThreadId,
            Self::InvalidTitle(_) | Self::TitleTooLong { .. } => Code::InvalidTitle,
            Self::InvalidMetadata(_) | Self::MetadataTooDeep { .. } => Code::InvalidMetadata,
            Self::MetadataTooLarge { .. } => Code::MetadataTooLarge,
            Self::MessageTooLarge { .. } => Code::MessageTooLarge,
            Self::MessageLimitReached { .. } => Code::MessageLimitReached,
            Self::ThreadNotFound(_) => Code::ThreadNotFound,
            Self::ThreadDeleted(_) => Code::ThreadDeleted,
            Self::ThreadExists(_) => Code::ThreadExists,
            Self::ThreadLocked => Code::ThreadLocked,
            Self::ThreadArchived => Code::ThreadArchived,
            Self::ThreadBusy => Code::ThreadBusy,
            Self::InvalidTransition { .. } => Code::InvalidTransition,
            Self::MessageNotFound(_) => Code::MessageNotFound,
            Self::ResponseNotFound(_) => Code::ResponseNotFound,
            Self::ResponseExpired(_) | Self::ChainFull { .. } => Code::ResponseExpired,
            Self::PromptNotFound(_) | Self::NeverSealed(_) => Code::NotFound,
            Self::IdempotencyConflict => Code::IdempotencyConflict,
            Self::EndpointNotFound(_) => Code::EndpointNotFound,
            Self::ConfirmationRequired(_) | Self::BinNotConfirmed { .. } => Code::ConfirmationRequired,
            Self::PreconditionFailed { .. } => Code::PreconditionFailed,
            Self::ContextTooLong { .. } => Code::ContextTooLong,
        }
    }

    /// Sizes and limits, as an object.
    pub fn details(&self) -> Value {
        match self {
            Self::Unfit { reason, .. } => json!({"reason": reason}),
            Self::ThreadIdTooLong { size } => json!({"size": size, "limit": limits::THREAD_ID_CHARS}),
            Self::TitleTooLong { size } => json!({"size": size, "limit": limits::TITLE_CHARS}),
            Self::MetadataTooDeep { size } => json!({"size": size, "limit": limits::METADATA_LEVELS}),
            Self::MetadataTooLarge { size } => json!({"size": size, "limit": limits::METADATA_BYTES}),
            Self::MessageTooLarge { size } => json!({"size": size, "limit": limits::MESSAGE_BYTES}),
            Self::MessageLimitReached { count, needed } => {
                json!({"size": count.saturating_add(*needed), "needed": needed, "limit": limits::MESSAGES})
            }
            Self::ChainFull { size, limit } => json!({"size": size, "limit": limit}),
            Self::ContextTooLong { tokens, budget } => json!({"size": tokens, "limit": budget}),
            Self::BinNotConfirmed { threads } => json!({"threads": threads}),
            Self::PreconditionFailed { revision } => json!({"revision": revision}),
            Self::InvalidTransition { from, to } => json!({"from": from, "to": to}),
            Self::ThreadNotFound(id) | Self::ThreadDeleted(id) | Self::ThreadExists(id) => json!({"id": id}),
            _ => json!({}),
        }
    }
}
