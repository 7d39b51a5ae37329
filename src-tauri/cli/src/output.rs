//! What is printed: JSON in the wire's shapes, or lines for a person. Text that models or others
//! wrote loses its control characters; nothing is coloured unless a person sees it.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use skein_core::render::terminal;
use skein_core::wire::ErrorBody;

use crate::failure::Failure;

/// Where a command prints.
#[derive(Debug)]
pub struct Output {
    /// Whether to print JSON.
    pub json: bool,
    styled: bool,
}

impl Output {
    pub fn new(json: bool) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { json, styled: !json && !plain && io::stdout().is_terminal() }
    }

    /// Prints a value as JSON, or as a person reads it.
    pub fn value<T: Serialize>(&self, value: &T, words: impl FnOnce(&T) -> String) -> io::Result<()> {
        if self.json { print_json(value) } else { print_line(&words(value)) }
    }

    /// Text that stands out, where there is somebody to see it.
    pub fn strong(&self, text: &str) -> String {
        if self.styled { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Text that stands back, where there is somebody to see it.
    pub fn faint(&self, text: &str) -> String {
        if self.styled { format!("\u{1b}[2m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Tells a failure: one line on stderr for a person, `{"error": ...}` on stdout for a script.
    /// Answers the exit code.
    pub fn failure(&self, failure: &Failure) -> u8 {
        let Failure::Told(detail, exit) = failure else { return 0 };
        if self.json {
            // If it cannot be printed, the exit code still says it.
            let _ = print_json(&ErrorBody { error: detail.clone() });
        } else {
            note(&format!("skein: {}", one_line(&detail.message)));
        }
        *exit
    }
}

/// Prints a value as one line of JSON.
pub fn print_json(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Prints a line for a person; nothing if it is empty.
pub fn print_line(text: &str) -> io::Result<()> {
    if text.is_empty() { Ok(()) } else { print(&format!("{text}\n")) }
}

/// Prints text for a person as it is, at once.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Says something beside the result, on stderr. If nobody can hear it, nothing is lost.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", terminal(text));
}

/// Text on one line, without control characters.
pub fn one_line(text: &str) -> String {
    terminal(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A moment to the minute: `2026-11-22 09:12Z`.
pub fn minute(time: &str) -> String {
    match (time.get(..10), time.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute}Z"),
        _ => time.to_owned(),
    }
}
