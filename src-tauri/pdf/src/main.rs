//! `skein-pdf`: one part of a transcript as JSON on standard input, a PDF on standard output.
//!
//! It reads no file but fonts, knows no address and no clock, and takes nothing from its environment, so it can be run with
//! an empty one. The caller bounds its time and reads its memory's end with its process: a thread of
//! 10,000 messages is ten runs. What goes wrong is one line of JSON on standard error, `{"error": ..., "message": ...}`,
//! and an exit code of 1; then standard output is empty. Equal input, fonts and version give equal bytes.

mod date;
mod fonts;
mod input;
mod maths;
mod press;
mod table;
mod text;
mod values;
mod world;

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use crate::press::Trouble;

/// Most that is read: a message of the largest size, written as JSON.
const LARGEST: u64 = 64 * 1024 * 1024;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            let line = serde_json::json!({ "error": trouble.code(), "message": trouble.to_string() });
            let _ = writeln!(std::io::stderr(), "{line}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Trouble> {
    let mut json = Vec::new();
    std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut json).map_err(Trouble::Pipe)?;
    if json.len() as u64 > LARGEST {
        return Err(Trouble::TooLarge);
    }
    let part: input::Part = serde_json::from_slice(&json).map_err(|error| {
        // Where, but not what: errors hold no message text.
        Trouble::Input(format!("line {}, column {}", error.line(), error.column()))
    })?;
    drop(json);
    let pdf = press::print(&part)?;
    let mut out = std::io::stdout().lock();
    out.write_all(&pdf).and_then(|()| out.flush()).map_err(Trouble::Pipe)
}
