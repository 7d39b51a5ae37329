//! What has arrived of a reply, and the message that it becomes.

use super::{Chunk, ChunkKind};
use crate::thread::{MessageId, NewMessage};
use crate::wire::{MessageStatus, ResponseStatus, Role};

/// What has arrived of a reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Its text.
    pub text: String,
    /// The model's reasoning.
    pub reasoning: String,
}

impl Arrived {
    /// Adds a stretch.
    pub fn push(&mut self, kind: ChunkKind, text: &str) {
        match kind {
            ChunkKind::Text => self.text.push_str(text),
            ChunkKind::Reasoning => self.reasoning.push_str(text),
        }
    }

    /// The same as stretches: the text, then the reasoning.
    pub fn into_chunks(self) -> Vec<Chunk> {
        let chunks = [(ChunkKind::Text, self.text), (ChunkKind::Reasoning, self.reasoning)];
        chunks.into_iter().filter(|(_, text)| !text.is_empty()).map(|(kind, text)| Chunk { kind, text }).collect()
    }

    /// The message that it becomes when its response ends with `status`; none without a text.
    pub fn into_message(self, id: MessageId, model: &str, status: ResponseStatus) -> Option<NewMessage> {
        let status = match status {
            ResponseStatus::Completed => MessageStatus::Completed,
            ResponseStatus::Cancelled => MessageStatus::Cancelled,
            ResponseStatus::Interrupted => MessageStatus::Interrupted,
            ResponseStatus::Failed | ResponseStatus::Pending | ResponseStatus::Streaming => MessageStatus::Failed,
        };
        (!self.text.is_empty()).then(|| NewMessage {
            id,
            status,
            model: Some(model.to_owned()),
            reasoning: (!self.reasoning.is_empty()).then_some(self.reasoning),
            ..NewMessage::new(Role::Assistant, self.text)
        })
    }
}
