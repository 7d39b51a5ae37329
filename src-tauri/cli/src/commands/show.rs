//! Showing a thread: its messages, or its history.

use serde::Serialize;
use skein_core::render::terminal;
use skein_core::wire::{Entry, Message, MessageStatus, Page, Role, State, Thread};
use skein_core::{MessageRange, Skein};

use crate::failure::Failure;
use crate::output::{Output, minute, one_line};

/// A thread with its messages beside its own fields.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    thread: Thread,
    messages: Vec<Message>,
}

/// Shows a thread and its messages, oldest first.
pub fn run(skein: &Skein, id: &str, limit: Option<u32>, all: bool, output: &Output) -> Result<u8, Failure> {
    let shown = Shown { thread: skein.get_thread(id)?, messages: messages(skein, id, limit, all)? };
    output.value(&shown, |shown| {
        let mut parts = vec![heading(&shown.thread, output)];
        parts.extend(shown.messages.iter().map(|message| message_words(message, output)));
        parts.join("\n\n")
    })?;
    Ok(0)
}

/// The newest `limit` messages, or all, oldest first.
pub fn messages(skein: &Skein, id: &str, limit: Option<u32>, all: bool) -> Result<Vec<Message>, Failure> {
    let mut messages: Vec<Message> = Vec::new();
    let wanted = limit.map_or(usize::MAX, |limit| limit as usize);
    let mut after = None;
    while messages.len() < wanted {
        let left = (wanted - messages.len()).min(100) as u32;
        let range =
            MessageRange { limit: left, after, newest_first: true, all_versions: all, ..MessageRange::default() };
        let page = skein.list_messages(id, &range)?;
        messages.extend(page.data);
        after = page.last_id;
        if !page.has_more || after.is_none() {
            break;
        }
    }
    messages.reverse();
    Ok(messages)
}

/// Shows what happened to a thread, oldest first.
pub fn history(skein: &Skein, id: &str, after: Option<&str>, limit: u32, output: &Output) -> Result<u8, Failure> {
    let page = skein.page_history(id, after, limit)?;
    output.value(&page, |page| {
        let mut lines: Vec<String> = page.data.iter().map(entry_words).collect();
        lines.extend(more(page, output));
        lines.join("\n")
    })?;
    Ok(0)
}

/// How to go on, if there is more.
pub fn more<T>(page: &Page<T>, output: &Output) -> Option<String> {
    let last = page.last_id.as_ref().filter(|_| page.has_more)?;
    Some(output.faint(&format!("There are more: add --after {last}")))
}

fn entry_words(entry: &Entry) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().replace('_', " ");
    let (kind, door) = (word(serde_json::json!(entry.kind)), word(serde_json::json!(entry.door)));
    let detail = entry.detail.as_ref().filter(|detail| !detail.is_empty());
    let detail = detail.map(|detail| format!("  {}", one_line(&serde_json::json!(detail).to_string())));
    format!("{}  {kind:<17} {door:<6}{}", minute(&entry.at), detail.unwrap_or_default()).trim_end().to_owned()
}

fn heading(thread: &Thread, output: &Output) -> String {
    let title = one_line(thread.title.as_deref().unwrap_or("(no title)"));
    let mut facts = format!("{} \u{b7} {} \u{b7} {} messages", thread.id, word(thread.state), thread.message_count);
    if !thread.metadata.is_empty() {
        facts.push_str(" \u{b7} ");
        facts.push_str(&one_line(&serde_json::json!(thread.metadata).to_string()));
    }
    format!("{}\n{}", output.strong(&title), output.faint(&facts))
}

/// A message as a person reads it.
pub fn message_words(message: &Message, output: &Output) -> String {
    let who = match message.role {
        Role::System => "System".to_owned(),
        Role::User => "You".to_owned(),
        Role::Assistant => one_line(message.model.as_deref().unwrap_or("Model")),
    };
    let mark = match message.status {
        MessageStatus::Completed => "",
        MessageStatus::Cancelled => " \u{b7} stopped",
        MessageStatus::Failed => " \u{b7} cut off by an error",
        MessageStatus::Interrupted => " \u{b7} interrupted",
        MessageStatus::Altered => " \u{b7} altered: do not trust it",
    };
    let facts = format!("{}{mark} \u{b7} {}", minute(&message.created_at), message.id);
    let texts: Vec<String> = message.texts.iter().map(|part| terminal(&part.text)).collect();
    format!("{}  {}\n{}", output.strong(&who), output.faint(&facts), texts.join("\n\n").trim_end())
}

/// A state in a word.
pub const fn word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Locked => "locked",
        State::Archived => "archived",
    }
}
