//! Writes the tree as JSON for the PDF program, which knows no Markdown: `src-tauri/pdf/src/input.rs` says
//! what each node is. Bounds that belong to typesetting are kept there; here only stretches of text are
//! held so shallow that any JSON reader takes them.

use serde_json::{Value, json};

use super::tree::{Align, Block, Document, Inline, Table};
use super::{address, plain};

/// Levels of stressed text and links.
const DEPTH: usize = 6;
/// Characters of a message's first words.
const WORDS: usize = 60;

/// A message as the PDF program takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pages {
    /// Its blocks.
    pub body: Value,
    /// Its footnotes, in the order of their numbers.
    pub notes: Value,
    /// Its first words, for the outline.
    pub words: String,
}

/// The whole message.
pub fn document(document: &Document) -> Pages {
    let words =
        plain::document(&Document { blocks: document.blocks.iter().take(1).cloned().collect(), notes: Vec::new() });
    Pages {
        body: blocks(&document.blocks),
        notes: document.notes.iter().map(|each| blocks(each)).collect(),
        words: first(&words),
    }
}

/// The first words, on one line.
fn first(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() && out.chars().count() + word.chars().count() >= WORDS {
            out.push('…');
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().take(WORDS));
    }
    out
}

fn blocks(all: &[Block]) -> Value {
    all.iter().map(block).collect()
}

fn block(block: &Block) -> Value {
    match block {
        Block::Paragraph(text) => json!({ "k": "p", "c": inlines(text, 0) }),
        Block::Heading { level, text } => json!({ "k": "h", "level": level, "c": inlines(text, 0) }),
        Block::Quote(inside) => json!({ "k": "quote", "c": blocks(inside) }),
        Block::List(list) => {
            let items = list.items.iter().map(|item| json!({ "task": item.task, "c": blocks(&item.blocks) }));
            json!({ "k": "list", "start": list.start, "tight": list.tight, "items": items.collect::<Value>() })
        }
        Block::Code { language, text } => json!({ "k": "code", "lang": language, "s": text }),
        Block::Table(all) => table(all),
        Block::Rule => json!({ "k": "rule" }),
        Block::Math(source) => json!({ "k": "math", "s": source }),
        Block::Source(text) => json!({ "k": "source", "s": text }),
        Block::Note { label, blocks: inside } => json!({ "k": "note", "label": label, "c": blocks(inside) }),
    }
}

fn table(table: &Table) -> Value {
    let row = |cells: &Vec<Vec<Inline>>| cells.iter().map(|cell| inlines(cell, 0)).collect::<Value>();
    let align = table.columns.iter().map(|column| match column {
        Align::Natural => "natural",
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
    });
    json!({
        "k": "table",
        "align": align.collect::<Value>(),
        "head": row(&table.head),
        "rows": table.rows.iter().map(row).collect::<Value>(),
    })
}

fn inlines(all: &[Inline], depth: usize) -> Value {
    let mut out = Vec::with_capacity(all.len());
    for each in all {
        inline(each, depth, &mut out);
    }
    Value::Array(out)
}

fn inline(inline: &Inline, depth: usize, out: &mut Vec<Value>) {
    out.push(match inline {
        Inline::Emphasis(text) | Inline::Strong(text) | Inline::Struck(text) | Inline::Link { text, .. }
            if depth >= DEPTH =>
        {
            return out.push(Value::String(plain::words(text)));
        }
        Inline::Text(text) => Value::String(text.clone()),
        Inline::Code(text) => json!({ "k": "code", "s": text }),
        Inline::Emphasis(text) => json!({ "k": "em", "c": inlines(text, depth + 1) }),
        Inline::Strong(text) => json!({ "k": "strong", "c": inlines(text, depth + 1) }),
        Inline::Struck(text) => json!({ "k": "struck", "c": inlines(text, depth + 1) }),
        Inline::Link { address, text } => {
            json!({ "k": "link", "to": address::openable(address), "address": address, "c": inlines(text, depth + 1) })
        }
        Inline::Image { address, alt } => json!({ "k": "image", "address": address, "alt": alt }),
        Inline::Math(source) => json!({ "k": "math", "s": source }),
        Inline::NoteRef(number) => json!({ "k": "ref", "n": number }),
        Inline::LineEnd | Inline::Break => json!({ "k": "line" }),
    });
}
