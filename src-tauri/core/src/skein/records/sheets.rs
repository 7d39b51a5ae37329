//! Exports for other programs: JSON in the wire's shapes, and CSV that no spreadsheet takes for formulas.

use std::io::Write;

use rusqlite::Connection;

use super::super::show::{messages_wire, wire};
use super::steps::Stored;
use crate::error::Result;
use crate::record::package::Messages;
use crate::render;
use crate::store::thread::ThreadRow;
use crate::store::{StoreError, entry, message};

/// Messages read at once.
const PAGE: u32 = 500;

/// `{"thread", "messages", "history"}`; all versions of all messages, in the order they were written.
pub(super) fn json(out: &mut impl Write, conn: &Connection, row: &ThreadRow, told: &Stored<'_, '_>) -> Result<()> {
    let text = |value: serde_json::Value| value.to_string();
    let write = |out: &mut dyn Write, text: &str| out.write_all(text.as_bytes()).map_err(StoreError::Io);
    write(out, &format!("{{\"thread\":{},\n\"messages\":[", text(serde_json::json!(wire(conn, row)?))))?;
    let (mut after, mut first) = (None, true);
    loop {
        let page = message::all_versions(conn, row.seq, after, None, false, PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.seq);
        for message in messages_wire(conn, &row.id, &page)? {
            told.step()?;
            let line = text(serde_json::json!(message));
            write(out, &format!("{}\n{line}", if std::mem::take(&mut first) { "" } else { "," }))?;
        }
    }
    let history = serde_json::json!(entry::list(conn, row.seq, 0, u32::MAX)?);
    write(out, &format!("\n],\n\"history\":{}}}\n", text(history)))?;
    Ok(())
}

/// One line a message, all versions, in the order they were written (RFC 4180).
pub(super) fn csv(out: &mut impl Write, row: &ThreadRow, messages: &dyn Messages) -> Result<()> {
    let mut number = 0;
    let mut write = |cells: &[&str]| {
        let line: Vec<String> = cells.iter().map(|cell| self::cell(cell)).collect();
        out.write_all(format!("{}\r\n", line.join(",")).as_bytes()).map_err(StoreError::Io)
    };
    write(&["thread", "number", "id", "parent", "role", "model", "status", "created_at", "practice", "text"])?;
    messages.visit(&mut |message| {
        number += 1;
        write(&[
            &row.id,
            &number.to_string(),
            &message.id,
            message.parent.as_deref().unwrap_or_default(),
            &message.role,
            message.model.as_deref().unwrap_or_default(),
            &message.status,
            &message.created_at,
            if message.practice { "yes" } else { "no" },
            &message.texts.join("\n\n"),
        ])
    })?;
    Ok(())
}

/// A cell in quotation marks. One that a spreadsheet would take for a formula begins with an apostrophe
/// (OWASP, CSV injection), also behind what is not seen and may be dropped on the way in.
fn cell(text: &str) -> String {
    let seen = render::terminal(text);
    let formula = text.starts_with(['\t', '\r', '\n'])
        || seen.trim_start().starts_with(['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}
