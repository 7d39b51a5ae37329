//! Formulas: TeX read into nodes, each of which the template makes by calling one function. Nothing is evaluated, so a
//! formula can show only itself. What is not understood whole is shown as its source.

use std::iter::Peekable;

use pulldown_latex::event::{
    ArrayColumn, ColumnAlignment, Content, DimensionUnit, EnvironmentFlow, Event, Font, Grouping, ScriptPosition,
    ScriptType, StateChange, Visual,
};
use pulldown_latex::{Parser, Storage};
use typst::foundations::{Array, IntoValue, Value};

use crate::text::{BOX, Words};
use crate::values::node;

/// Steps of a formula, and how deep it may nest.
const STEPS: usize = 2_000;
const DEPTH: usize = 12;
/// Commands that define others: a formula has no use for them, and they can grow without end.
const DEFINING: [&str; 7] =
    ["\\def", "\\let", "\\newcommand", "\\renewcommand", "\\providecommand", "\\futurelet", "\\edef"];

/// A formula with its delimiters as the template takes it.
pub fn read(source: &str, words: &mut Words<'_>) -> Option<Value> {
    let inner = [("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$")]
        .iter()
        .find_map(|(open, close)| source.trim().strip_prefix(open)?.strip_suffix(close))?;
    if inner.trim().is_empty() || DEFINING.iter().any(|command| inner.contains(command)) {
        return None;
    }
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(inner, &storage) {
        events.push(event.ok()?);
        if events.len() > STEPS {
            return None;
        }
    }
    let mut reader = Reader { events: events.into_iter().peekable(), words };
    let row = reader.row(0, None)?;
    // A closing too many ends the row early.
    reader.events.peek().is_none().then_some(row)
}

struct Reader<'e, 'w, 'f, I: Iterator<Item = Event<'e>>> {
    events: Peekable<I>,
    words: &'w mut Words<'f>,
}

impl<'e, I: Iterator<Item = Event<'e>>> Reader<'e, '_, '_, I> {
    /// Elements up to the end of the group or of all.
    fn row(&mut self, depth: usize, mut font: Option<Font>) -> Option<Value> {
        let mut out = Array::new();
        while let Some(event) = self.events.peek() {
            match event {
                Event::End | Event::EnvironmentFlow(_) => break,
                Event::StateChange(StateChange::Font(changed)) => {
                    font = *changed;
                    self.events.next();
                }
                // Sizes and colours are left as they come.
                Event::StateChange(_) => {
                    self.events.next();
                }
                _ => out.push(self.element(depth, font)?),
            }
        }
        Some(node("row", [("c", Value::Array(out))]))
    }

    fn element(&mut self, depth: usize, font: Option<Font>) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        match self.events.next()? {
            Event::Content(content) => self.content(content, font),
            Event::Begin(grouping) => self.group(grouping, depth, font),
            Event::Visual(visual) => self.visual(visual, depth, font),
            Event::Script { ty, position } => self.script(ty, position, depth, font),
            Event::Space { width, .. } => {
                let em = width.map_or(0.0, |width| match width.unit {
                    DimensionUnit::Em => width.value,
                    DimensionUnit::Mu => width.value / 18.0,
                    DimensionUnit::Ex => width.value / 2.0,
                    _ => 0.3,
                });
                Some(node("space", [("em", f64::from(em.clamp(-2.0, 8.0)).into_value())]))
            }
            Event::StateChange(_) => self.element(depth + 1, font),
            Event::End | Event::EnvironmentFlow(_) => None,
        }
    }

    fn content(&mut self, content: Content<'e>, font: Option<Font>) -> Option<Value> {
        let symbol = |reader: &mut Self, c: char| reader.symbol(c, font);
        Some(match content {
            Content::Text(text) => node("text", [("s", self.words.clean(text).into_value())]),
            Content::Number(number) => {
                node("number", [("s", self.words.clean(number).into_value()), ("font", face(font))])
            }
            Content::Function(name) => node("op", [("s", self.words.clean(name).into_value())]),
            Content::Ordinary { content, .. }
            | Content::BinaryOp { content, .. }
            | Content::LargeOp { content, .. }
            | Content::Punctuation(content)
            | Content::Delimiter { content, size: None, .. } => symbol(self, content),
            Content::Delimiter { content, size: Some(_), .. } => node("big", [("c", symbol(self, content))]),
            Content::Relation { content, .. } => {
                let mut buffer = [0; 8];
                let text = std::str::from_utf8(content.encode_utf8_to_buf(&mut buffer)).ok()?;
                let parts: Array = text.chars().map(|c| symbol(self, c)).collect();
                if parts.len() == 1 { parts.into_iter().next()? } else { node("row", [("c", Value::Array(parts))]) }
            }
        })
    }

    fn symbol(&mut self, c: char, font: Option<Font>) -> Value {
        let mut clean = self.words.clean(c.encode_utf8(&mut [0; 4]));
        if clean.chars().count() != 1 {
            clean = BOX.to_string();
        }
        node("symbol", [("s", clean.into_value()), ("font", face(font))])
    }

    fn group(&mut self, grouping: Grouping, depth: usize, font: Option<Font>) -> Option<Value> {
        let grid = |align: &str, kind: &str| (kind.to_owned(), align.to_owned());
        let (kind, align) = match grouping {
            Grouping::Normal => {
                let row = self.row(depth + 1, font)?;
                return self.end().then_some(row);
            }
            Grouping::LeftRight(open, close) => {
                let open = open.map_or(Value::None, |c| self.symbol(c, None));
                let close = close.map_or(Value::None, |c| self.symbol(c, None));
                let row = self.row(depth + 1, font)?;
                return self.end().then(|| node("lr", [("open", open), ("close", close), ("c", row)]));
            }
            Grouping::Cases { left: true } => grid("left", "cases"),
            Grouping::Cases { left: false } => grid("left", "rcases"),
            Grouping::Matrix { alignment } | Grouping::SubArray { alignment } => grid(side(alignment), "matrix"),
            Grouping::Array(columns) => {
                let first = columns.iter().find_map(|column| match column {
                    ArrayColumn::Column(alignment) => Some(side(*alignment)),
                    ArrayColumn::Separator(_) => None,
                });
                grid(first.unwrap_or("center"), "matrix")
            }
            Grouping::Gather { .. } | Grouping::Gathered | Grouping::Multline | Grouping::Equation { .. } => {
                grid("center", "lines")
            }
            _ => grid("left", "aligned"),
        };
        let rows = self.rows(depth)?;
        Some(node(&kind, [("rows", rows), ("align", align.into_value())]))
    }

    /// The cells of an environment, up to its end.
    fn rows(&mut self, depth: usize) -> Option<Value> {
        let mut rows = Array::new();
        let mut cells = Array::new();
        loop {
            cells.push(self.row(depth + 1, None)?);
            match self.events.next()? {
                Event::EnvironmentFlow(EnvironmentFlow::Alignment) => {}
                Event::EnvironmentFlow(EnvironmentFlow::NewLine { .. }) => {
                    rows.push(Value::Array(std::mem::take(&mut cells)));
                }
                Event::EnvironmentFlow(EnvironmentFlow::StartLines { .. }) => cells = Array::new(),
                Event::End => {
                    rows.push(Value::Array(cells));
                    return Some(Value::Array(rows));
                }
                _ => return None,
            }
        }
    }

    fn end(&mut self) -> bool {
        matches!(self.events.next(), Some(Event::End))
    }

    fn visual(&mut self, visual: Visual, depth: usize, font: Option<Font>) -> Option<Value> {
        let first = self.element(depth + 1, font)?;
        Some(match visual {
            Visual::SquareRoot => node("root", [("c", first), ("index", Value::None)]),
            Visual::Root => node("root", [("c", first), ("index", self.element(depth + 1, font)?)]),
            Visual::Fraction(line) => {
                let below = self.element(depth + 1, font)?;
                let kind = if line.is_some_and(|line| line.value == 0.0) { "stack" } else { "frac" };
                node(kind, [("above", first), ("below", below)])
            }
            Visual::Negation => node("not", [("c", first)]),
        })
    }

    fn script(&mut self, ty: ScriptType, position: ScriptPosition, depth: usize, font: Option<Font>) -> Option<Value> {
        let base = self.element(depth + 1, font)?;
        let (below, above) = match ty {
            ScriptType::Subscript => (self.mark(depth, font)?, Value::None),
            ScriptType::Superscript => (Value::None, self.mark(depth, font)?),
            ScriptType::SubSuperscript => (self.mark(depth, font)?, self.mark(depth, font)?),
        };
        let place = match position {
            ScriptPosition::Right => "right",
            ScriptPosition::AboveBelow => "above",
            ScriptPosition::Movable => "movable",
        };
        Some(node("script", [("base", base), ("below", below), ("above", above), ("place", place.into_value())]))
    }

    /// What stands above or below: an accent that stretches over its base is one of its own kind.
    fn mark(&mut self, depth: usize, font: Option<Font>) -> Option<Value> {
        match self.events.peek() {
            Some(Event::Content(Content::Ordinary { content, .. })) if is_accent(*content) => {
                let accent = *content;
                self.events.next();
                Some(node("accent", [("s", accent.to_string().into_value())]))
            }
            _ => self.element(depth + 1, font),
        }
    }
}

/// Marks that TeX writes as accents; a prime is none.
const fn is_accent(c: char) -> bool {
    matches!(
        c,
        '^' | '~'
            | '`'
            | '´'
            | '¯'
            | '˘'
            | '˙'
            | '¨'
            | 'ˇ'
            | '˚'
            | '‾'
            | '_'
            | '→'
            | '←'
            | '↔'
            | '⏞'
            | '⏟'
            | '⎴'
            | '⎵'
            | '\u{20DB}'
            | '\u{20DC}'
    )
}

const fn side(alignment: ColumnAlignment) -> &'static str {
    match alignment {
        ColumnAlignment::Left => "left",
        ColumnAlignment::Center => "center",
        ColumnAlignment::Right => "right",
    }
}

/// The faces of a letter, as the template names them.
fn face(font: Option<Font>) -> Value {
    let Some(font) = font else { return Value::None };
    let names: &[&str] = match font {
        Font::Bold | Font::BoldSymbol => &["upright", "bold"],
        Font::BoldItalic => &["italic", "bold"],
        Font::Script => &["cal"],
        Font::BoldScript => &["cal", "bold"],
        Font::Fraktur => &["frak"],
        Font::BoldFraktur => &["frak", "bold"],
        Font::Monospace => &["mono"],
        Font::SansSerif => &["sans", "upright"],
        Font::SansSerifItalic => &["sans", "italic"],
        Font::BoldSansSerif => &["sans", "upright", "bold"],
        Font::SansSerifBoldItalic => &["sans", "italic", "bold"],
        Font::DoubleStruck | Font::DoubleStruckItalic => &["bb"],
        Font::Italic => &["italic"],
        Font::UpRight => &["upright"],
    };
    Value::Array(names.iter().map(|name| name.into_value()).collect())
}
