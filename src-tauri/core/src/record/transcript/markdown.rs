//! A transcript as Markdown: every message stands in a quotation, as it was written.

use std::io::Write;

use super::text::one_line;
use super::{Facts, author, notes};
use crate::clock::in_words;
use crate::record::package::Messages;
use crate::render;
use crate::store::StoreError;

/// Writes it.
///
/// # Errors
/// What reading the messages returns, and what writing says.
pub fn write(out: &mut dyn Write, facts: &Facts<'_>, messages: &dyn Messages) -> Result<(), StoreError> {
    writeln!(out, "# {}\n", escaped(facts.title()))?;
    for (name, value) in facts.lines() {
        writeln!(out, "- **{name}:** {}", escaped(&value))?;
    }
    let mut number = 0;
    messages.visit(&mut |message| {
        number += 1;
        writeln!(out, "\n## {number}. {} \u{b7} {}\n", escaped(&author(&message)), in_words(&message.created_at))?;
        for note in notes(&message, number, facts.outline) {
            writeln!(out, "*{}*\n", escaped(&note))?;
        }
        for (n, text) in message.texts.iter().enumerate() {
            if n > 0 {
                writeln!(out, ">")?;
            }
            for line in render::terminal(text).lines() {
                writeln!(out, "{}", format!("> {line}").trim_end())?;
            }
        }
        Ok(())
    })?;
    writeln!(out, "\n## History\n")?;
    for (at, what) in facts.history() {
        writeln!(out, "- {} {}", in_words(&at), escaped(&what))?;
    }
    writeln!(out, "\n---\n\n{}", escaped(&facts.foot()))?;
    Ok(())
}

/// Text on one line in which nothing is a mark (`CommonMark`, backslash escapes).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
