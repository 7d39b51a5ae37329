//! What a protocol is: where its calls go, what their bodies look like, how its answers are read.
//! Pure; `exchange.rs` does the rest for all of them.

use super::anthropic_messages::AnthropicMessages;
use super::freddy::Freddy;
use super::openai_chat::OpenaiChat;
use super::openai_responses::OpenaiResponses;
use super::reply::Reading;
use super::{Call, CallMessage};
use crate::wire::{JsonObject, Protocol, Role};

/// One protocol.
pub(super) trait Adapter: Sync {
    /// Where calls go, under the base URL.
    fn path(&self) -> &'static [&'static str];

    /// The body of a call whose messages are joined to turns.
    fn body(&self, call: &Call, turns: &[CallMessage]) -> JsonObject;

    /// Changes a body that was refused with these words to one that may be taken and asks for the
    /// same; false if there is none.
    fn relent(&self, _call: &Call, _body: &mut JsonObject, _said: &str) -> bool {
        false
    }

    /// What reads the answer.
    fn reading(&self) -> Box<dyn Reading>;
}

/// The protocol's adapter; practice needs none.
pub(super) fn adapter(protocol: Protocol) -> Option<&'static dyn Adapter> {
    match protocol {
        Protocol::Practice => None,
        Protocol::OpenaiChat => Some(&OpenaiChat),
        Protocol::OpenaiResponses => Some(&OpenaiResponses),
        Protocol::AnthropicMessages => Some(&AnthropicMessages),
        Protocol::Freddy => Some(&Freddy),
    }
}

/// The messages as turns: empty ones left out, neighbours of the same role joined, because many
/// chat templates take strict turns only.
pub(super) fn turns(messages: &[CallMessage]) -> Vec<CallMessage> {
    let mut turns: Vec<CallMessage> = Vec::with_capacity(messages.len());
    for message in messages.iter().filter(|message| !message.text.trim().is_empty()) {
        match turns.last_mut() {
            Some(last) if last.role == message.role => join(&mut last.text, &message.text),
            _ => turns.push(message.clone()),
        }
    }
    turns
}

/// Adds a text behind a blank line.
pub(super) fn join(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more);
}

/// The role's name, the same in every protocol.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}
