//! Prompts: stored texts with `{{placeholders}}`, and what it takes to fill them. Which there are is
//! the store's to know.

use std::collections::BTreeMap;

use super::{RuleError, limits};

/// Characters of a prompt's name.
pub const NAME_CHARS: usize = 100;

/// Checks a prompt's name: trimmed, 1 to 100 characters, none of them a control character.
///
/// # Errors
/// `invalid_request`.
pub fn check_prompt_name(name: &str) -> Result<String, RuleError> {
    let name = name.trim();
    let chars = name.chars().count();
    if chars == 0 || chars > NAME_CHARS || name.chars().any(char::is_control) {
        return Err(RuleError::InvalidRequest(format!(
            "A prompt's name has 1 to {NAME_CHARS} characters and no control characters. Nothing was changed."
        )));
    }
    Ok(name.into())
}

/// Checks a prompt's text: something, and not longer than a message can be.
///
/// # Errors
/// `invalid_request`, `message_too_large`.
pub fn check_prompt_text(text: &str) -> Result<(), RuleError> {
    if text.trim().is_empty() {
        return Err(RuleError::InvalidRequest("A prompt has a text. Nothing was changed.".into()));
    }
    if text.len() > limits::MESSAGE_BYTES {
        return Err(RuleError::MessageTooLarge { size: text.len() });
    }
    Ok(())
}

/// The names between `{{` and `}}`, each once, in the order of their first places. A name has no
/// braces and does not cross a line; white space around it does not count.
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (_, name) in pieces(text) {
        if let Some(name) = name.filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    names
}

/// The text with every placeholder that has a value filled; the others stay as they are. Values
/// are not looked into for placeholders of their own.
pub fn fill(text: &str, values: &BTreeMap<String, String>) -> String {
    let piece = |(piece, name): (&str, Option<&str>)| match name.and_then(|name| values.get(name)) {
        Some(value) => value.clone(),
        None => piece.to_owned(),
    };
    pieces(text).map(piece).collect()
}

/// The text in pieces, and the name of each that is a placeholder.
fn pieces(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, name) = match placeholder(rest) {
            Some((0, end, name)) => (&rest[..end], Some(name)),
            Some((start, ..)) => (&rest[..start], None),
            None => (rest, None),
        };
        rest = &rest[piece.len()..];
        Some((piece, name))
    })
}

/// The first placeholder: where it begins and ends, and its name.
fn placeholder(text: &str) -> Option<(usize, usize, &str)> {
    let mut from = 0;
    while let Some(close) = text[from..].find("}}").map(|at| from + at) {
        if let Some(open) = text[from..close].rfind("{{").map(|at| from + at) {
            let name = text[open + 2..close].trim();
            if !name.is_empty() && !name.contains(['{', '}', '\n', '\r']) {
                return Some((open, close + 2, name));
            }
        }
        from = close + 2;
    }
    None
}
