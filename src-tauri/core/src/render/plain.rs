//! Writes the tree as plain text: the words without their marks, for copying and for search.

use std::fmt::Write as _;

use super::tree::{Block, Document, Inline, Item, Table};

/// The whole message.
pub fn document(document: &Document) -> String {
    let mut parts: Vec<String> = document.blocks.iter().map(block).collect();
    for (n, blocks) in document.notes.iter().enumerate() {
        parts.push(hung(&format!("[{}] ", n + 1), &joined(blocks, "\n")));
    }
    parts.join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(inlines) | Block::Heading { text: inlines, .. } => words(inlines),
        Block::Quote(blocks) => joined(blocks, "\n\n").lines().map(quoted).collect::<Vec<_>>().join("\n"),
        Block::List(list) => {
            let apart = if list.tight { "\n" } else { "\n\n" };
            let mark = |n: usize| list.start.map_or_else(|| "- ".to_owned(), |start| format!("{}. ", start + n));
            let items = list.items.iter().enumerate().map(|(n, each)| item(&mark(n), each, apart));
            items.collect::<Vec<_>>().join(apart)
        }
        Block::Code { text, .. } | Block::Math(text) | Block::Source(text) => text.clone(),
        Block::Table(table) => rows(table),
        Block::Rule => "---".to_owned(),
        Block::Note { label, blocks } => hung(&format!("[{label}] "), &joined(blocks, "\n")),
    }
}

fn quoted(line: &str) -> String {
    format!("> {line}").trim_end().to_owned()
}

fn item(mark: &str, item: &Item, apart: &str) -> String {
    let task = item.task.map_or("", |done| if done { "[x] " } else { "[ ] " });
    hung(mark, &format!("{task}{}", joined(&item.blocks, apart)))
}

fn joined(blocks: &[Block], apart: &str) -> String {
    blocks.iter().map(block).collect::<Vec<_>>().join(apart)
}

/// A text behind a mark, its further lines standing under its first.
fn hung(mark: &str, text: &str) -> String {
    let under = " ".repeat(mark.len());
    let mut out = String::with_capacity(text.len() + mark.len());
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        if n == 0 || !line.is_empty() {
            out.push_str(if n == 0 { mark } else { &under });
        }
        out.push_str(line);
    }
    if out.is_empty() {
        out.push_str(mark.trim_end());
    }
    out
}

/// Cells apart by tabs, so that a table can be pasted into a sheet.
fn rows(table: &Table) -> String {
    let line = |cells: &Vec<Vec<Inline>>| {
        cells.iter().map(|cell| words(cell).replace('\n', " ")).collect::<Vec<_>>().join("\t")
    };
    std::iter::once(&table.head).chain(&table.rows).map(line).collect::<Vec<_>>().join("\n")
}

/// The words of a text. A link whose address is not its text is followed by its address.
pub fn words(inlines: &[Inline]) -> String {
    let mut out = String::new();
    append(&mut out, inlines);
    out
}

fn append(out: &mut String, inlines: &[Inline]) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) | Inline::Math(text) => out.push_str(text),
            Inline::Emphasis(inlines) | Inline::Strong(inlines) | Inline::Struck(inlines) => {
                append(out, inlines);
            }
            Inline::Link { address, text } => {
                let start = out.len();
                append(out, text);
                with_address(out, start, address);
            }
            Inline::Image { address, alt } => {
                let start = out.len();
                out.push_str(alt);
                with_address(out, start, address);
            }
            Inline::NoteRef(number) => {
                let _ = write!(out, "[{number}]");
            }
            Inline::LineEnd | Inline::Break => out.push('\n'),
        }
    }
}

fn with_address(out: &mut String, start: usize, address: &str) {
    let shown = &out[start..];
    let same = [address, address.trim_start_matches("mailto:"), address.trim_start_matches("http://")].contains(&shown);
    if shown.is_empty() {
        out.push_str(address);
    } else if !same && !address.is_empty() {
        let _ = write!(out, " ({address})");
    }
}
