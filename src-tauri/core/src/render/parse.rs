//! Reads Markdown once, with comrak, into the tree of [`super::tree`].
//!
//! Bounds against hostile text live here: containers nest [`DEPTH`] deep and what lies deeper is
//! lifted out, stretches of text likewise; a table has at most [`COLUMNS`] columns and [`CELLS`]
//! cells; from the block at which a text would take more than [`NODES`] nodes the rest is shown as it
//! was written, and so is a whole text that would take the parser more than [`WORK`] rounds. So no message costs more than a fraction of a second, and none
//! overflows the stack. The bounds count work and not time, so the same text always gives the
//! same tree.

use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use comrak::nodes::{ListType, Node, NodeList, NodeTable, NodeValue, TableAlignment};
use comrak::{Arena, Options, try_parse_document};

use super::math::{Masked, clean};
use super::tree::{Align, Block, Document, Inline, Item, List, Table};

/// Levels of containers, and of stretches of text, that are kept.
pub const DEPTH: usize = 20;
/// Columns of a table.
pub const COLUMNS: usize = 100;
/// Cells of a table.
pub const CELLS: usize = 10_000;
/// Nodes of a message.
pub const NODES: usize = 50_000;
/// Rounds of the parser, of 256 steps each.
pub const WORK: u32 = 6_000;

/// What becomes of footnotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notes {
    /// They are numbered and gathered at the end.
    Gathered,
    /// They stay where they stand: the text is not complete.
    InPlace,
}

/// A document, and the lines from which to which each block stands (from 0, inclusive).
pub struct Reading {
    /// The document.
    pub document: Document,
    /// First and last line of each block.
    pub lines: Vec<(usize, usize)>,
}

/// Reads a whole message.
pub fn read(markdown: &str) -> Document {
    read_lines(markdown, Notes::Gathered).document
}

/// Reads a text and tells where its blocks stand.
pub fn read_lines(markdown: &str, notes: Notes) -> Reading {
    let source = clean(markdown);
    // A text the parser trips over must not take its thread down with it.
    let reading = catch_unwind(AssertUnwindSafe(|| Reader::new(&source, notes).read()));
    reading.ok().flatten().unwrap_or_else(|| Reading {
        document: Document { blocks: vec![Block::Source(source.trim_end().to_owned())], notes: Vec::new() },
        lines: vec![(0, source.lines().count().saturating_sub(1))],
    })
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.cjk_friendly_emphasis = true;
    options.parse.leave_footnote_definitions = true;
    options
}

struct Reader<'s> {
    lines: Vec<&'s str>,
    masked: Masked<'s>,
    notes: Notes,
    /// Names of the footnotes that are referred to, with their numbers.
    numbers: HashMap<String, usize>,
    gathered: Vec<Vec<Block>>,
    in_cell: bool,
    left: usize,
}

/// `None`: the text is more than can be laid out.
type Read<T> = Option<T>;

impl<'s> Reader<'s> {
    fn new(source: &'s str, notes: Notes) -> Self {
        Self {
            lines: source.lines().collect(),
            masked: Masked::new(source),
            notes,
            numbers: HashMap::new(),
            gathered: Vec::new(),
            in_cell: false,
            left: NODES,
        }
    }

    fn read(mut self) -> Read<Reading> {
        let arena = Arena::new();
        let rounds = Cell::new(0);
        let too_long = || {
            rounds.set(rounds.get() + 1);
            rounds.get() > WORK
        };
        let root = try_parse_document(&arena, &self.masked.text, &options(), &too_long).ok()?;
        if self.notes == Notes::Gathered {
            self.number_notes(root);
        }
        let mut blocks = Vec::new();
        let mut lines = Vec::new();
        for node in root.children() {
            let at = node.data().sourcepos;
            let (first, last) = (at.start.line.saturating_sub(1), at.end.line.saturating_sub(1));
            if self.block(node, 0, &mut blocks).is_none() {
                blocks.truncate(lines.len());
                blocks.push(Block::Source(self.lines.get(first..).unwrap_or_default().join("\n")));
                lines.push((first, self.lines.len()));
                break;
            }
            lines.resize(blocks.len(), (first, last));
        }
        Some(Reading { document: Document { blocks, notes: self.gathered }, lines })
    }

    fn number_notes(&mut self, root: Node<'_>) {
        for node in root.descendants() {
            if let NodeValue::FootnoteReference(reference) = &node.data().value {
                self.numbers.insert(reference.name.clone(), reference.ix as usize);
            }
        }
        self.gathered.resize(self.numbers.len(), Vec::new());
    }

    fn blocks(&mut self, parent: Node<'_>, depth: usize) -> Read<Vec<Block>> {
        let mut out = Vec::new();
        if depth < DEPTH {
            for node in parent.children() {
                self.block(node, depth, &mut out)?;
            }
        } else {
            for node in parent.descendants().filter(|node| is_leaf(&node.data().value)) {
                self.block(node, depth, &mut out)?;
            }
        }
        Some(out)
    }

    fn count(&mut self) -> Read<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }

    fn block(&mut self, node: Node<'_>, depth: usize, out: &mut Vec<Block>) -> Read<()> {
        self.count()?;
        let data = node.data();
        out.push(match &data.value {
            NodeValue::Paragraph => self.paragraph(node)?,
            NodeValue::Heading(heading) => Block::Heading { level: heading.level, text: self.inlines(node)? },
            NodeValue::BlockQuote => Block::Quote(self.blocks(node, depth + 1)?),
            NodeValue::List(list) => self.list(node, *list, depth + 1)?,
            NodeValue::CodeBlock(code) => Block::Code {
                language: language(&self.masked.restore(&code.info)),
                text: cut_line_end(self.masked.restore(&code.literal)),
            },
            NodeValue::HtmlBlock(html) => Block::Source(cut_line_end(self.masked.restore(&html.literal))),
            NodeValue::ThematicBreak => Block::Rule,
            NodeValue::Table(table) => self.table(node, table)?,
            NodeValue::FootnoteDefinition(definition) => {
                let label = definition.name.clone();
                let blocks = self.blocks(node, depth + 1)?;
                match self.numbers.get(&label) {
                    Some(&number) if (1..=self.gathered.len()).contains(&number) => {
                        self.gathered[number - 1] = blocks;
                        return Some(());
                    }
                    _ => Block::Note { label: self.masked.restore(&label), blocks },
                }
            }
            _ => return self.blocks(node, depth + 1).map(|inner| out.extend(inner)),
        });
        Some(())
    }

    fn list(&mut self, node: Node<'_>, list: NodeList, depth: usize) -> Read<Block> {
        let start = (list.list_type == ListType::Ordered).then_some(list.start);
        let mut items = Vec::new();
        for item in node.children() {
            items.push(self.item(item, depth)?);
        }
        Some(Block::List(List { start, tight: list.tight, items }))
    }

    fn item(&mut self, node: Node<'_>, depth: usize) -> Read<Item> {
        self.count()?;
        let task = match &node.data().value {
            NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
            _ => None,
        };
        Some(Item { task, blocks: self.blocks(node, depth)? })
    }

    fn table(&mut self, node: Node<'_>, size: &NodeTable) -> Read<Block> {
        if size.num_columns > COLUMNS || size.num_columns * size.num_rows > CELLS {
            return Some(Block::Source(self.source_of(node)));
        }
        let columns = size.alignments.iter().copied().map(align).collect();
        let mut table = Table { columns, ..Table::default() };
        for (row, line) in node.children().enumerate() {
            let mut cells = Vec::new();
            for cell in line.children() {
                self.count()?;
                self.in_cell = true;
                cells.push(self.inlines(cell)?);
                self.in_cell = false;
            }
            cells.resize(table.columns.len(), Vec::new());
            if row == 0 {
                table.head = cells;
            } else {
                table.rows.push(cells);
            }
        }
        Some(Block::Table(table))
    }

    /// A paragraph, or the formula that it is.
    fn paragraph(&mut self, node: Node<'_>) -> Read<Block> {
        let at = node.data().sourcepos.start;
        let line = self.lines.get(at.line.saturating_sub(1)).copied().unwrap_or_default();
        let start = line.get(at.column.saturating_sub(1)..).unwrap_or_default();
        for (open, close) in [("$$", "$$"), ("\\[", "\\]")] {
            if !start.starts_with(open) {
                continue;
            }
            let source = self.source_of(node);
            let formula = source.trim();
            let inner = formula.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
            if inner.is_some_and(|inner| !inner.trim().is_empty() && !inner.contains(close)) {
                return Some(Block::Math(formula.to_owned()));
            }
        }
        Some(Block::Paragraph(self.inlines(node)?))
    }

    /// The lines of a block as written, less what belongs to the quotation or list around it.
    fn source_of(&self, node: Node<'_>) -> String {
        let at = node.data().sourcepos;
        let (first, last) = (at.start.line.saturating_sub(1), at.end.line);
        let lines = self.lines.get(first..last.min(self.lines.len())).unwrap_or_default();
        let mut out = String::new();
        for (n, line) in lines.iter().enumerate() {
            let rest = if n == 0 {
                line.get(at.start.column.saturating_sub(1)..).unwrap_or(line)
            } else {
                out.push('\n');
                line.trim_start_matches([' ', '\t', '>'])
            };
            out.push_str(rest);
        }
        out
    }

    fn inlines(&mut self, parent: Node<'_>) -> Read<Vec<Inline>> {
        let mut out = Vec::new();
        for node in parent.children() {
            self.inline(node, 0, false, &mut out)?;
        }
        Some(out)
    }

    fn inline(&mut self, node: Node<'_>, depth: usize, in_link: bool, out: &mut Vec<Inline>) -> Read<()> {
        self.count()?;
        let data = node.data();
        match &data.value {
            NodeValue::Text(text) => self.masked.spread(text, out),
            NodeValue::Code(code) => out.push(Inline::Code(self.masked.restore(&code.literal))),
            // The only way to break a line in a cell, and models use it.
            NodeValue::HtmlInline(html) if self.in_cell && is_break(html) => {
                out.push(Inline::Break);
            }
            // All other raw HTML is text.
            NodeValue::HtmlInline(html) => out.push(Inline::Text(self.masked.restore(html))),
            NodeValue::SoftBreak => out.push(Inline::LineEnd),
            NodeValue::LineBreak => out.push(Inline::Break),
            NodeValue::Emph => out.push(Inline::Emphasis(self.within(node, depth, in_link)?)),
            NodeValue::Strong => out.push(Inline::Strong(self.within(node, depth, in_link)?)),
            NodeValue::Strikethrough => {
                out.push(Inline::Struck(self.within(node, depth, in_link)?));
            }
            NodeValue::Link(link) if !in_link => {
                let address = self.masked.restore(&link.url);
                let text = self.within(node, depth, true)?;
                out.push(Inline::Link { address, text });
            }
            NodeValue::Image(image) => {
                let address = self.masked.restore(&image.url);
                out.push(Inline::Image { address, alt: self.words(node) });
            }
            NodeValue::FootnoteReference(reference) => match self.numbers.get(&reference.name) {
                Some(&number) => out.push(Inline::NoteRef(number)),
                None => self.masked.spread(&format!("[^{}]", reference.name), out),
            },
            _ => out.extend(self.within(node, depth, in_link)?),
        }
        Some(())
    }

    fn within(&mut self, parent: Node<'_>, depth: usize, in_link: bool) -> Read<Vec<Inline>> {
        if depth >= DEPTH {
            return Some(vec![Inline::Text(self.words(parent))]);
        }
        let mut out = Vec::new();
        for node in parent.children() {
            self.inline(node, depth + 1, in_link, &mut out)?;
        }
        Some(out)
    }

    /// The words below a node, without their marks.
    fn words(&self, parent: Node<'_>) -> String {
        let mut out = String::new();
        for node in parent.descendants().skip(1) {
            match &node.data().value {
                NodeValue::Text(text) => out.push_str(text),
                NodeValue::Code(code) => out.push_str(&code.literal),
                NodeValue::HtmlInline(html) => out.push_str(html),
                NodeValue::SoftBreak | NodeValue::LineBreak => out.push(' '),
                _ => {}
            }
        }
        self.masked.restore(&out)
    }
}

const fn is_leaf(value: &NodeValue) -> bool {
    matches!(
        value,
        NodeValue::Paragraph
            | NodeValue::Heading(_)
            | NodeValue::CodeBlock(_)
            | NodeValue::HtmlBlock(_)
            | NodeValue::ThematicBreak
            | NodeValue::Table(_)
    )
}

const fn align(alignment: TableAlignment) -> Align {
    match alignment {
        TableAlignment::None => Align::Natural,
        TableAlignment::Left => Align::Left,
        TableAlignment::Center => Align::Center,
        TableAlignment::Right => Align::Right,
    }
}

/// The language of a fence: its first word, if that can be one.
fn language(info: &str) -> String {
    let word = info.split([' ', '\t', ',', '{', ':']).next().unwrap_or_default();
    word.chars().filter(|c| !c.is_control()).take(32).collect()
}

fn cut_line_end(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

fn is_break(html: &str) -> bool {
    ["<br>", "<br/>", "<br />"].iter().any(|tag| html.eq_ignore_ascii_case(tag))
}
