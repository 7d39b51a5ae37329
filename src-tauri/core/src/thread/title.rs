//! Titles: what is one, and the one a thread takes from its first message.

use super::{RuleError, limits};

/// Checks a title and trims it.
///
/// # Errors
/// `invalid_title` if it is empty, too long, or holds a control character.
pub fn check_title(title: &str) -> Result<String, RuleError> {
    let title = title.trim();
    if title.is_empty() {
        return Err(RuleError::InvalidTitle("The title is empty.".into()));
    }
    if let Some(bad) = title.chars().find(|c| c.is_control()) {
        return Err(RuleError::InvalidTitle(format!(
            "The title holds a control character (U+{:04X}).",
            u32::from(bad)
        )));
    }
    let size = title.chars().count();
    if size > limits::TITLE_CHARS {
        return Err(RuleError::TitleTooLong { size });
    }
    Ok(title.to_owned())
}

/// The title a thread takes from its first message: its first line with words, cut at a word
/// near 60 characters; `None` if there is nothing to read.
pub fn title_from(text: &str) -> Option<String> {
    const LONG: usize = 60;
    let line = text
        .lines()
        .map(|line| line.trim().trim_start_matches(['#', '>', '-', '*', '`', ' ']))
        .find(|line| line.chars().any(char::is_alphanumeric))?;
    let clean: String = line.chars().filter(|c| !c.is_control()).take(LONG + 1).collect();
    if clean.chars().count() <= LONG {
        return Some(clean.trim_end().to_owned());
    }
    let cut: String = clean.chars().take(LONG).collect();
    let at = cut.rfind(char::is_whitespace).filter(|at| *at > LONG / 2).unwrap_or(cut.len());
    Some(format!("{}\u{2026}", cut[..at].trim_end()))
}
