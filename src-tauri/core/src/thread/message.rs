//! Messages: what may be added to a thread, and the hash that shows a stored one is unchanged.

use sha2::{Digest, Sha256};

use super::{MessageId, RuleError, limits};
use crate::wire::{Input, MessageStatus, Role};

/// A message to be added, its id fixed from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub role: Role,
    /// One or more parts.
    pub texts: Vec<String>,
    /// How it ended: `Completed`, unless it is a reply that was cut off.
    pub status: MessageStatus,
    /// The model that answered, for a reply.
    pub model: Option<String>,
    /// The model's reasoning, for a reply.
    pub reasoning: Option<String>,
    /// The message it is a copy of, in a fork.
    pub copied_from: Option<String>,
}

impl NewMessage {
    /// A message of one part.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self {
            id: MessageId::generate(),
            role,
            texts: vec![text.into()],
            status: MessageStatus::Completed,
            model: None,
            reasoning: None,
            copied_from: None,
        }
    }

    /// Bytes of its text, all parts together.
    pub fn size(&self) -> usize {
        self.texts.iter().map(String::len).sum()
    }
}

/// Checks the inputs of a request and turns them into messages.
///
/// # Errors
/// `invalid_request` if there is none or one has no text, `message_too_large` past 4 MiB.
pub fn check_inputs(inputs: Vec<Input>) -> Result<Vec<NewMessage>, RuleError> {
    if inputs.is_empty() {
        return Err(RuleError::InvalidRequest("There is nothing to send: `inputs` needs at least one message.".into()));
    }
    inputs.into_iter().map(check_input).collect()
}

fn check_input(input: Input) -> Result<NewMessage, RuleError> {
    let mut texts: Vec<String> = input.texts.into_iter().map(|part| part.text).collect();
    if texts.is_empty() {
        texts.extend(input.content);
    }
    let size = texts.iter().map(String::len).sum();
    if size == 0 {
        return Err(RuleError::InvalidRequest("A message has no text. Nothing was sent.".into()));
    }
    if size > limits::MESSAGE_BYTES {
        return Err(RuleError::MessageTooLarge { size });
    }
    Ok(NewMessage { texts, ..NewMessage::new(input.role, "") })
}

/// Checks that `inputs` messages and a reply fit beside `existing` ones.
///
/// # Errors
/// `message_limit_reached`.
pub const fn check_room(existing: u32, inputs: u32) -> Result<(), RuleError> {
    if existing + inputs + 1 > limits::MESSAGES {
        return Err(RuleError::MessageLimitReached { count: existing, needed: inputs + 1 });
    }
    Ok(())
}

/// Where a stored message stands: the numbers that its hash binds it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The message's sequence number in the store.
    pub seq: i64,
    /// The thread's.
    pub thread: i64,
    /// The parent's.
    pub parent: Option<i64>,
    /// The response's that made it.
    pub response: Option<i64>,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

/// SHA-256 over everything a message says and where it stands, each field behind its length, so
/// that no two messages share the bytes.
pub fn content_hash(place: Place, message: &NewMessage) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    field(b"skein message 1");
    for number in [Some(place.seq), Some(place.thread), place.parent, place.response, Some(place.created_at)] {
        field(number.map(i64::to_le_bytes).as_ref().map_or(&[], |bytes| bytes.as_slice()));
    }
    field(message.id.as_str().as_bytes());
    field(&[message.role as u8, message.status as u8]);
    for text in [&message.model, &message.reasoning, &message.copied_from] {
        field(&[u8::from(text.is_some())]);
        field(text.as_deref().unwrap_or_default().as_bytes());
    }
    for text in &message.texts {
        field(text.as_bytes());
    }
    hash.finalize().into()
}
