//! Writes the tree as HTML for the window and for transcripts. What it may write is told in
//! [`super`]; a test holds every tag and attribute against that list.

use std::fmt::Write as _;

use super::address;
use super::escape::{Signs, attribute, code, text};
use super::tree::{Align, Block, Document, Inline, Item, List, Table};
use super::{direction, highlight, mathml, plain, runs};

/// Where the colours of code come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// From earlier work only: quick.
    Known,
    /// Worked out now: slow.
    Made,
    /// None, and nothing to press either: the same bytes every time, for paper.
    Paper,
}

/// Writes blocks one after the other; remembers what one block must know of those before it.
pub struct Writer {
    colours: Colours,
    /// Level of the heading before, so that no level is left out.
    level: u8,
    /// Whether a link or a label is open, which must hold nothing to press.
    closed_in: bool,
    /// Formulas that may still be laid out.
    formulas: u32,
    /// Signs that may still be elements.
    signs: Signs,
}

/// Begins a run of a line that is too long to be laid out at once.
const RUN: &str = "<span class=\"run\">";
/// Formulas of a message that are laid out; further ones show their source, as text among the text around them: ten
/// thousand elements more would hold the window up.
const FORMULAS: u32 = 1_000;

/// The whole message.
pub fn document(document: &Document, colours: Colours) -> String {
    let mut writer = Writer::new(colours);
    let mut out = String::new();
    for block in &document.blocks {
        writer.block(&mut out, block);
    }
    if !document.notes.is_empty() {
        out.push_str("<ol class=\"notes\" dir=\"auto\">");
        for (n, blocks) in document.notes.iter().enumerate() {
            let _ = write!(out, "<li data-note=\"{}\" dir=\"auto\">", n + 1);
            writer.blocks(&mut out, blocks);
            if colours != Colours::Paper {
                out.push_str("<button type=\"button\" class=\"back\" data-back></button>");
            }
            out.push_str("</li>");
        }
        out.push_str("</ol>");
    }
    out
}

impl Writer {
    /// A writer at the start of a message.
    pub fn new(colours: Colours) -> Self {
        let on_paper = matches!(colours, Colours::Paper);
        let signs = if on_paper { Signs::all() } else { Signs::default() };
        Self { colours, level: 2, closed_in: on_paper, formulas: FORMULAS, signs }
    }

    /// A writer that goes on from here for as long as nothing is final.
    pub const fn aside(&self) -> Self {
        Self { closed_in: false, ..*self }
    }

    /// Appends one block.
    pub fn block(&mut self, out: &mut String, block: &Block) {
        match block {
            Block::Paragraph(inlines) => self.wrapped(out, "p", inlines),
            Block::Heading { level, text } => self.heading(out, *level, text),
            Block::Quote(blocks) => {
                let _ = write!(out, "<blockquote dir=\"{}\">", direction::of_blocks(blocks));
                self.blocks(out, blocks);
                out.push_str("</blockquote>");
            }
            Block::List(list) => self.list(out, list),
            Block::Code { language, text } => self.code(out, language, text),
            Block::Table(table) => self.table(out, table),
            Block::Rule => out.push_str("<hr>"),
            Block::Math(source) => self.formula(out, source, true),
            Block::Source(source) => {
                let way = if self.in_runs(runs::is_long(source)) { direction::of_text(source) } else { "auto" };
                let _ = write!(out, "<pre class=\"raw\" dir=\"{way}\">");
                self.source(out, &runs::of_text(source), text);
                out.push_str("</pre>");
            }
            Block::Note { label, blocks } => {
                out.push_str("<div class=\"note\" dir=\"auto\"><span class=\"label\">");
                text(out, label, &mut self.signs);
                out.push_str("</span>");
                self.blocks(out, blocks);
                out.push_str("</div>");
            }
        }
    }

    fn blocks(&mut self, out: &mut String, blocks: &[Block]) {
        for block in blocks {
            self.block(out, block);
        }
    }

    fn wrapped(&mut self, out: &mut String, tag: &str, inlines: &[Inline]) {
        let _ = write!(out, "<{tag} dir=\"{}\">", self.way(inlines));
        self.inlines(out, inlines);
        let _ = write!(out, "</{tag}>");
    }

    /// Sized as written (the class), ranked below the message's own heading of level 2 and never
    /// more than one below the heading before (the tag).
    fn heading(&mut self, out: &mut String, level: u8, inlines: &[Inline]) {
        self.level = (level + 2).min(self.level + 1).min(6);
        let tag = self.level;
        let _ = write!(out, "<h{tag} class=\"h{level}\" dir=\"{}\">", self.way(inlines));
        self.inlines(out, inlines);
        let _ = write!(out, "</h{tag}>");
    }

    fn list(&mut self, out: &mut String, list: &List) {
        let tag = if list.start.is_some() { "ol" } else { "ul" };
        let _ = write!(out, "<{tag} dir=\"{}\"", direction::of_blocks(list.items.iter().flat_map(|item| &item.blocks)));
        if let Some(start) = list.start.filter(|start| *start != 1) {
            let _ = write!(out, " start=\"{start}\"");
        }
        out.push('>');
        for item in &list.items {
            self.item(out, item, list.tight);
        }
        let _ = write!(out, "</{tag}>");
    }

    fn item(&mut self, out: &mut String, item: &Item, tight: bool) {
        let way = match item.blocks.first() {
            Some(Block::Paragraph(inlines)) if tight || item.task.is_some() => self.way(inlines),
            _ => "auto",
        };
        let class = if item.task.is_some() { " class=\"task\"" } else { "" };
        let _ = write!(out, "<li{class} dir=\"{way}\">");
        let mut rest = &item.blocks[..];
        if let Some(done) = item.task {
            if let [Block::Paragraph(inlines), others @ ..] = rest {
                self.task(out, done, inlines);
                rest = others;
            } else {
                out.push_str(if done { "☑ " } else { "☐ " });
            }
        }
        for block in rest {
            match block {
                Block::Paragraph(inlines) if tight => self.inlines(out, inlines),
                other => self.block(out, other),
            }
        }
        out.push_str("</li>");
    }

    /// The words of a task are the name of its box.
    fn task(&mut self, out: &mut String, done: bool, inlines: &[Inline]) {
        out.push_str("<label><input type=\"checkbox\" disabled");
        out.push_str(if done { " checked> " } else { "> " });
        let before = std::mem::replace(&mut self.closed_in, true);
        self.inlines(out, inlines);
        self.closed_in = before;
        out.push_str("</label>");
    }

    fn code(&mut self, out: &mut String, language: &str, source: &str) {
        out.push_str("<pre class=\"code\" dir=\"ltr\">");
        if self.colours != Colours::Paper {
            out.push_str("<div class=\"head\">");
            if !language.is_empty() {
                out.push_str("<span class=\"lang\">");
                text(out, language, &mut self.signs);
                out.push_str("</span>");
            }
            out.push_str("<button type=\"button\" class=\"wrap\" data-wrap></button>");
            out.push_str("<button type=\"button\" class=\"copy\" data-copy></button></div>");
        }
        out.push_str("<code tabindex=\"0\"");
        if !language.is_empty() {
            attribute(out, "data-lang", language);
        }
        out.push('>');
        let coloured = match self.colours {
            Colours::Known => highlight::known(language, source),
            Colours::Made => highlight::highlight(language, source),
            Colours::Paper => None,
        };
        match coloured {
            Some(spans) => out.push_str(&spans),
            None => self.source(out, &runs::of_code(source), code),
        }
        out.push_str("</code></pre>");
    }

    fn table(&mut self, out: &mut String, table: &Table) {
        let way = direction::of_cells(&table.head);
        let _ = write!(out, "<div class=\"table\" tabindex=\"0\"><table dir=\"{way}\"><thead><tr>");
        for (cell, align) in table.head.iter().zip(&table.columns) {
            // A heading without words would be one without a name.
            self.cell(out, if cell.is_empty() { "td" } else { "th" }, *align, cell);
        }
        out.push_str("</tr></thead><tbody>");
        for row in &table.rows {
            out.push_str("<tr>");
            for (cell, align) in row.iter().zip(&table.columns) {
                self.cell(out, "td", *align, cell);
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>");
    }

    fn cell(&mut self, out: &mut String, tag: &str, align: Align, cell: &[Inline]) {
        let class = match align {
            Align::Natural => "",
            Align::Left => " class=\"left\"",
            Align::Center => " class=\"center\"",
            Align::Right => " class=\"right\"",
        };
        let scope = if tag == "th" { " scope=\"col\"" } else { "" };
        let _ = write!(out, "<{tag}{scope}{class} dir=\"{}\">", self.way(cell));
        self.inlines(out, cell);
        let _ = write!(out, "</{tag}>");
    }

    /// Whether what is long is cut: not for paper, where everything is laid out.
    fn in_runs(&self, long: bool) -> bool {
        long && self.colours != Colours::Paper
    }

    /// The direction of a line. A page that is left to find that of a very long one looks through all of it for each
    /// part that it holds.
    fn way(&self, line: &[Inline]) -> &'static str {
        if self.in_runs(runs::is_long_line(line)) { direction::of_line(line) } else { "auto" }
    }

    fn inlines(&mut self, out: &mut String, inlines: &[Inline]) {
        if !self.in_runs(runs::is_long_line(inlines)) {
            return self.line(out, inlines);
        }
        for run in runs::of_line(inlines) {
            out.push_str(RUN);
            self.line(out, &run);
            out.push_str("</span>");
        }
    }

    fn line(&mut self, out: &mut String, inlines: &[Inline]) {
        for inline in inlines {
            self.inline(out, inline);
        }
    }

    /// What is shown as written, in these runs of it.
    fn source(&mut self, out: &mut String, runs: &[&str], write: fn(&mut String, &str, &mut Signs)) {
        let (begin, end) = if self.in_runs(runs.len() > 1) { (RUN, "</span>") } else { ("", "") };
        for run in runs {
            out.push_str(begin);
            write(out, run, &mut self.signs);
            out.push_str(end);
        }
    }

    fn inline(&mut self, out: &mut String, inline: &Inline) {
        match inline {
            Inline::Text(words) => text(out, words, &mut self.signs),
            Inline::Code(source) => {
                out.push_str("<code>");
                code(out, source, &mut self.signs);
                out.push_str("</code>");
            }
            Inline::Emphasis(inlines) => self.marked(out, "em", inlines),
            Inline::Strong(inlines) => self.marked(out, "strong", inlines),
            Inline::Struck(inlines) => self.marked(out, "del", inlines),
            Inline::Link { address, text } => self.link(out, address, text),
            Inline::Image { address, alt } => self.image(out, address, alt),
            Inline::Math(source) => self.formula(out, source, false),
            Inline::NoteRef(number) => self.mark(out, *number),
            Inline::LineEnd | Inline::Break => out.push_str("<br>"),
        }
    }

    /// The mark of a note, which leads to it.
    fn mark(&self, out: &mut String, number: usize) {
        let _ = write!(out, "<sup class=\"note\" data-note=\"{number}\">");
        let _ = if self.closed_in {
            write!(out, "{number}")
        } else {
            write!(out, "<button type=\"button\" data-mark>{number}</button>")
        };
        out.push_str("</sup>");
    }

    /// A formula laid out; its source where it is not understood, or one too many.
    fn formula(&mut self, out: &mut String, source: &str, on_its_own: bool) {
        let one_too_many = self.formulas == 0;
        let (tag, extra) = if on_its_own { ("div", " tabindex=\"0\"") } else { ("span", "") };
        let laid_out = if one_too_many {
            None
        } else {
            self.formulas -= u32::from(self.colours != Colours::Paper);
            mathml::write(source, on_its_own)
        };
        if let Some(formula) = laid_out {
            let _ = write!(out, "<{tag} class=\"math\" dir=\"ltr\"{extra}");
            attribute(out, "data-source", source);
            let _ = write!(out, ">{formula}</{tag}>");
        } else if on_its_own {
            out.push_str("<div class=\"math\" dir=\"ltr\"><code>");
            code(out, source, &mut self.signs);
            out.push_str("</code></div>");
        } else if one_too_many {
            code(out, source, &mut self.signs);
        } else {
            out.push_str("<code class=\"math\" dir=\"ltr\">");
            code(out, source, &mut self.signs);
            out.push_str("</code>");
        }
    }

    fn marked(&mut self, out: &mut String, tag: &str, inlines: &[Inline]) {
        let _ = write!(out, "<{tag}>");
        self.inlines(out, inlines);
        let _ = write!(out, "</{tag}>");
    }

    fn link(&mut self, out: &mut String, address: &str, inlines: &[Inline]) {
        let words = plain::words(inlines);
        let named = words.chars().any(is_visible);
        let Some(href) = address::openable(address) else {
            self.inlines(out, inlines);
            if !address.is_empty() && address != words {
                out.push_str(" (");
                shown_address(out, address);
                out.push(')');
            }
            return;
        };
        out.push_str("<a");
        attribute(out, "href", &href);
        attribute(out, "title", &href);
        out.push_str(" data-link rel=\"noopener noreferrer\" dir=\"auto\">");
        let before = std::mem::replace(&mut self.closed_in, true);
        self.inlines(out, inlines);
        self.closed_in = before;
        if !named {
            text(out, &href, &mut self.signs);
        }
        out.push_str("</a>");
    }

    /// A picture is a chip that names it: nothing is fetched.
    fn image(&mut self, out: &mut String, address: &str, alt: &str) {
        let href = address::openable(address).filter(|_| !self.closed_in);
        match &href {
            Some(href) => {
                out.push_str("<button type=\"button\" class=\"chip image\"");
                attribute(out, "data-href", href);
                attribute(out, "title", href);
                out.push('>');
            }
            None => out.push_str("<span class=\"chip image\">"),
        }
        if alt.chars().any(is_visible) {
            out.push_str("<span class=\"alt\" dir=\"auto\">");
            text(out, alt, &mut self.signs);
            out.push_str("</span> ");
        }
        shown_address(out, href.as_deref().unwrap_or(address));
        out.push_str(if href.is_some() { "</button>" } else { "</span>" });
    }
}

fn shown_address(out: &mut String, address: &str) {
    out.push_str("<span class=\"address\" dir=\"ltr\">");
    text(out, &address::short(address), &mut Signs::all());
    out.push_str("</span>");
}

/// Whether a reader sees anything of a character: spaces and zero-width characters hide a link.
fn is_visible(c: char) -> bool {
    let unseen = matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}'
    );
    !(unseen || c.is_whitespace() || c.is_control())
}
