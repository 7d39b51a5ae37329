//! Transcripts: a thread for people to read, as HTML, Markdown, plain text and PDF. What a message says can
//! never look like the transcript's own words: it is escaped, quoted or indented.

mod cut;
pub mod html;
pub mod markdown;
pub mod pdf;
pub mod text;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::canonical;
use super::line::{Entry, Event, Header, Message};
use super::package::Sealed;
use crate::clock::in_words;
use crate::wire::JsonObject;

/// Said wherever the practice model wrote something.
pub const PRACTICE: &str = "Written by the practice model, which is built in for trying things out.";
/// Said on every page of what nobody has sealed.
pub const DRAFT: &str = "Draft, not sealed";

/// What a transcript says besides its messages.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The thread.
    pub header: &'a Header,
    /// Its seal; a draft has none.
    pub sealed: Option<&'a Sealed>,
    /// Its history.
    pub events: &'a [Event],
    /// Where its messages stand.
    pub outline: &'a Outline,
}

impl Facts<'_> {
    /// The title, or what stands for it.
    pub fn title(&self) -> &str {
        self.header.title.as_deref().unwrap_or("Untitled thread")
    }

    /// What stands at the head of a transcript: names and values.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let header = self.header;
        let mut lines = vec![("Thread", header.thread.clone())];
        match self.sealed {
            Some(sealed) => {
                lines.push(("State", header.state.clone()));
                lines.push(("Sealed", in_words(&sealed.at)));
                lines.push(("Seal", canonical::hash_hex(&sealed.json)));
                match &sealed.signed {
                    Some(signed) => {
                        let key = signed.public.fingerprint();
                        lines.push(("Key", super::key::groups(&key)));
                    }
                    None => lines.push(("Key", "none: this record is not signed".into())),
                }
            }
            None => lines.push(("State", DRAFT.into())),
        }
        lines.push(("Created", in_words(&header.created_at)));
        if let Some(origin) = &header.forked_from {
            lines.push(("Forked from", format!("{}, message {}", origin.thread_id, origin.message_id)));
        }
        lines.extend(metadata(&header.metadata).into_iter().map(|line| ("Metadata", line)));
        lines.push(("Messages", self.outline.places.len().to_string()));
        if self.outline.practice {
            lines.push(("Note", "Some messages were written by the practice model; they are marked.".into()));
        }
        lines
    }

    /// What the foot of every page says.
    pub fn foot(&self) -> String {
        let practice = if self.outline.practice { " \u{b7} holds text by the practice model" } else { "" };
        match self.sealed {
            Some(sealed) => {
                let digest = canonical::hash_hex(&sealed.json);
                let signed = if sealed.signed.is_some() { "" } else { " \u{b7} not signed" };
                format!(
                    "{} \u{b7} sealed {} \u{b7} {digest}{signed}{practice}",
                    self.header.thread,
                    in_words(&sealed.at)
                )
            }
            None => format!("{} \u{b7} {DRAFT}{practice}", self.header.thread),
        }
    }

    /// The history: when, and what happened through which door.
    pub fn history(&self) -> Vec<(String, String)> {
        let entries = self.events.iter().filter_map(|event| serde_json::from_str::<Entry>(&event.entry).ok());
        entries.map(|entry| (entry.at, format!("{} ({})", entry.kind.replace('_', " "), entry.door))).collect()
    }
}

/// Metadata, a line for each key: texts as they are, all else as it was spelled.
fn metadata(json: &str) -> Vec<String> {
    let Ok(object) = serde_json::from_str::<JsonObject>(json) else { return vec![json.to_owned()] };
    let line = |(key, value): (String, Value)| match value {
        Value::String(text) => format!("{key}: {text}"),
        other => format!("{key}: {other}"),
    };
    object.into_iter().map(line).collect()
}

/// Who wrote a message, as a transcript says it.
pub fn author(message: &Message) -> String {
    match message.role.as_str() {
        "user" => "User".into(),
        "system" => "System".into(),
        _ => format!("Model {}", message.model.as_deref().unwrap_or("")).trim_end().into(),
    }
}

/// Where the messages of a thread stand, found on the first way through them.
#[derive(Debug, Default)]
pub struct Outline {
    places: HashMap<String, u32>,
    parents: Vec<u32>,
    active: HashSet<u32>,
    practice: bool,
}

impl Outline {
    /// Takes the next message.
    pub fn add(&mut self, message: &Message) {
        let parent = message.parent.as_ref().and_then(|parent| self.places.get(parent)).copied().unwrap_or(0);
        self.parents.push(parent);
        self.places.insert(message.id.clone(), self.parents.len() as u32);
        self.practice |= message.practice;
    }

    /// Finds the active path, once all are there.
    pub fn finish(&mut self, tip: Option<&str>) {
        let mut at = tip.and_then(|tip| self.places.get(tip)).copied().unwrap_or(0);
        while at > 0 && self.active.insert(at) {
            at = self.parents[at as usize - 1];
        }
    }

    /// What is to be said about a message's place: nothing, if it follows the one before it on the active path.
    pub fn place(&self, number: u32) -> Option<String> {
        let parent = self.parents.get(number as usize - 1).copied().unwrap_or(0);
        let mut said = Vec::new();
        if parent + 1 != number {
            said.push(if parent == 0 { "a new beginning".into() } else { format!("follows message {parent}") });
        }
        if !self.active.contains(&number) {
            said.push("another version, not on the active path".into());
        }
        (!said.is_empty()).then(|| said.join("; "))
    }
}

/// What is to be said about how a message ended, if not well.
pub fn ending(message: &Message) -> Option<&'static str> {
    match message.status.as_str() {
        "completed" => None,
        "cancelled" => Some("stopped by the person"),
        "interrupted" => Some("interrupted"),
        _ => Some("cut off by an error"),
    }
}

/// The lesser facts of a message, in the order they are shown.
pub fn notes(message: &Message, number: u32, outline: &Outline) -> Vec<String> {
    let mut notes: Vec<String> = outline.place(number).into_iter().collect();
    notes.extend(ending(message).map(str::to_owned));
    notes.extend(message.copied_from.as_ref().map(|id| format!("copied from {id}")));
    if message.practice {
        notes.push(PRACTICE.into());
    }
    notes
}
