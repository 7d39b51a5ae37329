//! Turns a part into the values that the template reads. Message text stays a string all the way: it is never
//! read as markup. What would be too much for the typesetter is bounded here: containers nest eight deep, code is
//! set 200 lines at a time, words too long for a line may break, a large table becomes several.

use typst::foundations::{Array, Dict, IntoValue, Value};

use crate::date;
use crate::input::{Block, Inline, Item, Message, Node, Part, Role, Seal, State};
use crate::maths;
use crate::table;
use crate::text::{Words, is_rtl};

/// Width of a message's column, in em.
const COLUMN: f32 = 40.0;
/// What a level of quotation or list takes of it.
const LEVEL: f32 = 2.0;
/// Levels of containers that are set; what lies deeper stands at the last.
const LEVELS: usize = 8;
/// Levels of stressed text and links.
const STRESSES: usize = 6;
/// Lines of code that are set as one.
const CODE_LINES: usize = 200;
/// Longest code that is coloured, in bytes; and all of it, in one part.
const COLOURED: usize = 32 * 1024;
const ALL_COLOURED: usize = 512 * 1024;
/// Longest piece of text that is set as one, in bytes.
const PIECE: usize = 8 * 1024;

/// A node of the template: its kind and its fields.
pub fn node<const N: usize>(kind: &str, fields: [(&str, Value); N]) -> Value {
    let mut dict = Dict::new();
    dict.insert("k".into(), kind.into_value());
    for (name, value) in fields {
        dict.insert(name.into(), value);
    }
    Value::Dict(dict)
}

/// Writes values.
pub struct Writer<'w, 'f> {
    /// Prepares every word.
    pub words: &'w mut Words<'f>,
    /// Bytes of code that may still be coloured.
    colour: usize,
    /// Lists around what is being written.
    lists: usize,
}

impl<'w, 'f> Writer<'w, 'f> {
    /// A writer that prepares words with `words`.
    pub const fn new(words: &'w mut Words<'f>) -> Self {
        Self { words, colour: ALL_COLOURED, lists: 0 }
    }

    /// The whole part, without its fonts and without what could not be shown.
    pub fn part(&mut self, part: &Part) -> Dict {
        let mut dict = Dict::new();
        let mut set = |name: &str, value: Value| dict.insert(name.into(), value);
        set("title", self.line(&part.title));
        set("titleRtl", is_rtl(&part.title).into_value());
        let facts = part.facts.iter().map(|(name, value)| {
            let value = if date::fields(value).is_some() {
                format!("{}, {}", date::day(value), date::time(value))
            } else {
                value.clone()
            };
            Value::Array([self.line(name), self.words.set(&value, COLUMN * 0.7).into_value()].into_iter().collect())
        });
        set("facts", Value::Array(facts.collect()));
        set("state", state(part.state).into_value());
        set("seal", part.seal.as_ref().map_or(Value::None, |seal| self.seal(seal)));
        set("practice", part.practice.into_value());
        set("part", i64::from(part.number).into_value());
        set("parts", i64::from(part.parts).into_value());
        let mut day = String::new();
        let mut messages = Array::new();
        for message in &part.messages {
            let its = date::day(&message.time);
            let value = self.message(message, if its == day { None } else { Some(&its) });
            messages.push(value);
            day = its;
        }
        set("messages", Value::Array(messages));
        dict
    }

    fn seal(&mut self, seal: &Seal) -> Value {
        let digest: String = seal.digest.chars().filter(char::is_ascii_hexdigit).take(64).collect();
        let groups: Vec<&str> =
            digest.as_bytes().chunks(8).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        let time = format!("{}, {}", date::day(&seal.time), date::time(&seal.time));
        let signer = seal.signer.as_ref().map_or(Value::None, |signer| self.words.set(signer, COLUMN).into_value());
        node(
            "seal",
            [
                ("short", groups.iter().take(2).copied().collect::<Vec<_>>().join(" ").into_value()),
                ("digest", groups.join(" ").into_value()),
                ("time", self.line(&time)),
                ("signer", signer),
            ],
        )
    }

    fn message(&mut self, message: &Message, day: Option<&str>) -> Value {
        let body = self.blocks(&message.body, 0);
        let notes: Array = message.notes.iter().map(|blocks| Value::Array(self.blocks(blocks, 1))).collect();
        let name = self.line(&message.name);
        let words = self.line(&message.words);
        let marks: Array = message.marks.iter().map(|mark| self.line(mark)).collect();
        node(
            "message",
            [
                ("number", message.number.to_string().into_value()),
                ("user", (message.role == Role::User).into_value()),
                ("system", matches!(message.role, Role::System | Role::Developer).into_value()),
                ("name", name),
                ("words", words),
                ("time", date::time(&message.time).into_value()),
                ("day", day.map_or(Value::None, |day| self.line(day))),
                ("marks", Value::Array(marks)),
                ("body", Value::Array(body)),
                ("notes", Value::Array(notes)),
            ],
        )
    }

    /// Words on one line, in a place that is large enough.
    fn line(&mut self, text: &str) -> Value {
        self.words.set(&text.replace(['\n', '\t'], " "), COLUMN).into_value()
    }

    fn blocks(&mut self, blocks: &[Block], depth: usize) -> Array {
        let mut out = Array::new();
        let mut rank = 2;
        for block in blocks {
            self.block(block, depth, &mut rank, &mut out);
        }
        out
    }

    fn block(&mut self, block: &Block, depth: usize, rank: &mut u8, out: &mut Array) {
        let room = room(depth);
        match block {
            Block::P { c } => self.paragraph(c, room, out),
            Block::H { level, c } => {
                *rank = (level.clamp(&1, &4) + 2).min(*rank + 1);
                out.push(node(
                    "h",
                    [
                        ("level", i64::from(*rank).into_value()),
                        ("size", i64::from(*level).into_value()),
                        ("rtl", is_rtl(&words_of(c)).into_value()),
                        ("c", Value::Array(self.inlines(c, room * 0.8, 0))),
                    ],
                ));
            }
            Block::Quote { c } | Block::Note { c, .. } if depth >= LEVELS => out.extend(self.blocks(c, depth)),
            Block::Quote { c } => {
                let inside = self.blocks(c, depth + 1);
                out.push(node("quote", [("c", Value::Array(inside))]));
            }
            Block::List { items, .. } if depth >= LEVELS => {
                for item in items {
                    out.extend(self.blocks(&item.c, depth));
                }
            }
            Block::List { start, tight, items } => out.push(self.list(*start, *tight, items, depth)),
            Block::Code { lang, s } => self.code(lang, s, room, out),
            Block::Table { align, head, rows } => table::write(self, align, head, rows, room, out),
            Block::Rule => out.push(node("rule", [])),
            Block::Math { s } => match maths::read(s, self.words) {
                Some(formula) => out.push(node("display", [("c", formula), ("alt", self.alt(s))])),
                None => self.source(s, room, out),
            },
            Block::Source { s } => self.source(s, room, out),
            Block::Note { label, c } => {
                let label = self.line(label);
                let inside = self.blocks(c, depth + 1);
                out.push(node("note", [("label", label), ("c", Value::Array(inside))]));
            }
        }
    }

    /// What stands in place of a formula for those who do not see it.
    fn alt(&mut self, source: &str) -> Value {
        self.words.clean(source).into_value()
    }

    fn paragraph(&mut self, inlines: &[Inline], room: f32, out: &mut Array) {
        let rtl = is_rtl(&words_of(inlines));
        if let [Inline::Words(words)] = inlines
            && words.len() > PIECE
        {
            for piece in pieces(words) {
                let text = self.words.set(piece, room).into_value();
                out.push(node("piece", [("c", Value::Array([text].into_iter().collect())), ("rtl", rtl.into_value())]));
            }
            return;
        }
        let inside = self.inlines(inlines, room, 0);
        out.push(node("p", [("c", Value::Array(inside)), ("rtl", rtl.into_value())]));
    }

    fn list(&mut self, start: Option<u64>, tight: bool, items: &[Item], depth: usize) -> Value {
        let mut set = Array::new();
        self.lists += 1;
        for item in items {
            let inside = self.blocks(&item.c, depth + 1);
            let task = item.task.map_or(Value::None, Value::Bool);
            set.push(node("item", [("task", task), ("c", Value::Array(inside))]));
        }
        self.lists -= 1;
        let start = start.map_or(Value::None, |start| i64::try_from(start).unwrap_or(i64::MAX).into_value());
        node(
            "list",
            [
                ("start", start),
                ("tight", tight.into_value()),
                ("nested", (self.lists > 0).into_value()),
                ("items", Value::Array(set)),
            ],
        )
    }

    fn code(&mut self, lang: &str, code: &str, room: f32, out: &mut Array) {
        let lang = self.line(lang);
        let coloured = code.len() <= COLOURED.min(self.colour);
        self.colour -= if coloured { code.len() } else { 0 };
        let lines: Vec<&str> = code.split('\n').flat_map(pieces).collect();
        let count = lines.chunks(CODE_LINES).len();
        for (n, lines) in lines.chunks(CODE_LINES).enumerate() {
            // A monospaced letter is wider than most, but set smaller.
            let text = self.words.set(&lines.join("\n"), room * 0.9);
            out.push(node(
                "codeblock",
                [
                    ("s", text.into_value()),
                    ("lang", lang.clone()),
                    ("coloured", coloured.into_value()),
                    ("first", (n == 0).into_value()),
                    ("last", (n + 1 == count).into_value()),
                ],
            ));
        }
    }

    fn source(&mut self, text: &str, room: f32, out: &mut Array) {
        self.code("", text, room, out);
    }

    /// Stretches of text for a place of that room.
    pub fn inlines(&mut self, inlines: &[Inline], room: f32, depth: usize) -> Array {
        let mut out = Array::new();
        for inline in inlines {
            match inline {
                Inline::Words(words) => out.push(self.words.set(words, room).into_value()),
                Inline::Node(inline) => self.inline(inline, room, depth, &mut out),
            }
        }
        out
    }

    fn inline(&mut self, inline: &Node, room: f32, depth: usize, out: &mut Array) {
        let stressed = |kind: &str, inside: Array| node(kind, [("c", Value::Array(inside))]);
        match inline {
            Node::Em { c } | Node::Strong { c } | Node::Struck { c } | Node::Link { c, .. } if depth >= STRESSES => {
                out.extend(self.inlines(c, room, depth));
            }
            Node::Code { s } => out.push(node("code", [("s", self.words.set(s, room * 0.9).into_value())])),
            Node::Em { c } => out.push(stressed("em", self.inlines(c, room, depth + 1))),
            Node::Strong { c } => out.push(stressed("strong", self.inlines(c, room, depth + 1))),
            Node::Struck { c } => out.push(stressed("struck", self.inlines(c, room, depth + 1))),
            Node::Link { to, address, c } => {
                let inside = self.inlines(c, room, depth + 1);
                let said = words_of(c);
                let same =
                    [address.as_str(), address.trim_start_matches("mailto:"), address.trim_start_matches("http://")];
                let shown = if same.contains(&said.as_str()) {
                    Value::None
                } else {
                    self.words.set(address, room).into_value()
                };
                // An address longer than a PDF string may be (ISO 32000-1, annex C) is only shown.
                let to = to.as_ref().filter(|to| to.len() < 8_192).map_or(Value::None, |to| to.as_str().into_value());
                out.push(node("link", [("to", to), ("address", shown), ("c", Value::Array(inside))]));
            }
            Node::Image { address, alt } => {
                let alt = self.words.set(alt, room * 0.8).into_value();
                out.push(node("image", [("address", self.words.set(address, room * 0.8).into_value()), ("alt", alt)]));
            }
            Node::Math { s } => out.push(match maths::read(s, self.words) {
                Some(formula) => node("math", [("c", formula), ("alt", self.alt(s))]),
                None => node("code", [("s", self.words.set(s, room).into_value())]),
            }),
            Node::Ref { n } => out.push(node("ref", [("n", n.to_string().into_value())])),
            Node::Line => out.push(node("line", [])),
        }
    }
}

fn room(depth: usize) -> f32 {
    COLUMN - LEVEL * depth as f32
}

const fn state(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Locked => "locked",
        State::Archived => "archived",
    }
}

/// A line in pieces that can be set one under the other.
fn pieces(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > PIECE {
        let end = rest.floor_char_boundary(PIECE);
        let end = rest[..end].rfind(' ').filter(|&space| space > PIECE / 2).map_or(end, |space| space + 1);
        let (piece, after) = rest.split_at(end);
        out.push(piece);
        rest = after;
    }
    out.push(rest);
    out
}

/// The words of a text without its marks.
pub fn words_of(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        match inline {
            Inline::Words(words) => out.push_str(words),
            Inline::Node(Node::Code { s } | Node::Math { s }) => out.push_str(s),
            Inline::Node(Node::Em { c } | Node::Strong { c } | Node::Struck { c } | Node::Link { c, .. }) => {
                out.push_str(&words_of(c));
            }
            Inline::Node(Node::Image { alt, .. }) => out.push_str(alt),
            Inline::Node(Node::Ref { .. }) => {}
            Inline::Node(Node::Line) => out.push(' '),
        }
    }
    out
}
