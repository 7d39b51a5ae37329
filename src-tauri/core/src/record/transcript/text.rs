//! A transcript as plain text: words without their marks, every line of a message indented.

use std::io::Write;

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
    writeln!(out, "{}\n", one_line(facts.title()))?;
    for (name, value) in facts.lines() {
        writeln!(out, "{name}: {}", one_line(&value))?;
    }
    let mut number = 0;
    messages.visit(&mut |message| {
        number += 1;
        writeln!(out, "\n[{number}] {} \u{b7} {}", one_line(&author(&message)), in_words(&message.created_at))?;
        for note in notes(&message, number, facts.outline) {
            writeln!(out, "({})", one_line(&note))?;
        }
        writeln!(out)?;
        for text in &message.texts {
            indented(out, &render::plain(text))?;
        }
        Ok(())
    })?;
    writeln!(out, "\nHistory\n")?;
    for (at, what) in facts.history() {
        writeln!(out, "{}  {what}", in_words(&at))?;
    }
    writeln!(out, "\n{}", one_line(&facts.foot()))?;
    Ok(())
}

fn indented(out: &mut dyn Write, text: &str) -> Result<(), StoreError> {
    for line in render::terminal(text).lines() {
        writeln!(out, "{}", format!("    {line}").trim_end())?;
    }
    Ok(())
}

/// Text on one line, without control characters.
pub fn one_line(text: &str) -> String {
    render::terminal(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
