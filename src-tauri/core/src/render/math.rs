//! Finds mathematics and hides it from the Markdown parser, which would read its underscores,
//! backslashes and pipes as marks.
//!
//! `$x$`, `$$x$$`, `\(x\)` and `\[x\]` count when they open and close on one line; formulas over
//! several lines are paragraphs of their own, see [`super::parse`]. A dollar is money unless what
//! stands between two of them looks like a formula: `$5 and $10` and `$5, or 10$` are prices.
//! Each formula is replaced by its number between two noncharacters, which no text may hold. The
//! work is linear in the length, whatever is left unclosed.

use std::borrow::Cow;
use std::collections::HashMap;

use super::tree::Inline;

/// Noncharacters of Unicode, for use inside programs only.
const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';

/// Longest formula with single dollars, and with other delimiters, in bytes.
const DOLLARS: usize = 1_000;
const BRACKETS: usize = 4_096;

/// A text in which formulas are hidden. Lines keep their places.
pub struct Masked<'s> {
    /// What the parser is to read.
    pub text: Cow<'s, str>,
    formulas: Vec<&'s str>,
}

impl<'s> Masked<'s> {
    /// Hides the formulas of a text, which holds no noncharacter of ours (see [`clean`]).
    pub fn new(source: &'s str) -> Self {
        if !source.contains('$') && !source.contains("\\(") && !source.contains("\\[") {
            return Self { text: Cow::Borrowed(source), formulas: Vec::new() };
        }
        let mut text = String::with_capacity(source.len());
        let mut formulas = Vec::new();
        let mut numbers = HashMap::new();
        for line in source.split_inclusive('\n') {
            let mut done = 0;
            for (start, end) in formulas_in(line) {
                let formula = &line[start..end];
                let number = *numbers.entry(formula).or_insert_with(|| {
                    formulas.push(formula);
                    formulas.len() - 1
                });
                text.push_str(&line[done..start]);
                text.push(OPEN);
                text.push_str(&number.to_string());
                text.push(CLOSE);
                done = end;
            }
            text.push_str(&line[done..]);
        }
        Self { text: Cow::Owned(text), formulas }
    }

    /// The text as it was, for places where no formula can stand (code, addresses).
    pub fn restore(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.pieces(text, |piece| match piece {
            Piece::Words(words) => out.push_str(words),
            Piece::Formula(formula) => out.push_str(formula),
        });
        out
    }

    /// Appends a text as words and formulas.
    pub fn spread(&self, text: &str, out: &mut Vec<Inline>) {
        self.pieces(text, |piece| match (piece, out.last_mut()) {
            (Piece::Words(words), Some(Inline::Text(last))) => last.push_str(words),
            (Piece::Words(words), _) => out.push(Inline::Text(words.to_owned())),
            (Piece::Formula(formula), _) => out.push(Inline::Math(formula.to_owned())),
        });
    }

    fn pieces<'t>(&'t self, text: &'t str, mut each: impl FnMut(Piece<'t>)) {
        let mut rest = text;
        while let Some(at) = rest.find(OPEN) {
            if at > 0 {
                each(Piece::Words(&rest[..at]));
            }
            let hidden = &rest[at + OPEN.len_utf8()..];
            let Some(end) = hidden.find(CLOSE) else {
                return;
            };
            if let Some(formula) = hidden[..end].parse().ok().and_then(|n: usize| self.formulas.get(n)) {
                each(Piece::Formula(formula));
            }
            rest = &hidden[end + CLOSE.len_utf8()..];
        }
        if !rest.is_empty() {
            each(Piece::Words(rest));
        }
    }
}

enum Piece<'t> {
    Words(&'t str),
    Formula(&'t str),
}

/// One kind of line end, and none of our noncharacters.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(['\r', OPEN, CLOSE]) {
        return Cow::Borrowed(text);
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.replace([OPEN, CLOSE], "\u{FFFD}"))
}

/// Places of the formulas in one line, in order.
fn formulas_in(line: &str) -> Vec<(usize, usize)> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut round = Closing::new(line, "\\)");
    let mut square = Closing::new(line, "\\]");
    let mut double = Closing::new(line, "$$");
    let mut at = 0;
    while let Some(step) = line[at..].find(['$', '\\']) {
        at += step;
        let end = match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(b'(')) => round.after(at + 2),
            (b'\\', Some(b'[')) => square.after(at + 2),
            (b'$', Some(b'$')) => double.after(at + 2),
            (b'$', Some(_)) => dollars(line, at),
            _ => None,
        };
        at = match (end, bytes[at], bytes.get(at + 1)) {
            (Some(end), _, _) => {
                found.push((at, end));
                end
            }
            (None, b'\\', Some(next)) if next.is_ascii() => at + 2,
            (None, b'$', Some(b'$')) => at + 2,
            _ => at + 1,
        };
    }
    found
}

/// Where a delimiter closes next. Remembers the answer, so that a thousand openings cost one look.
struct Closing<'l> {
    line: &'l str,
    delimiter: &'static str,
    next: Option<usize>,
}

impl<'l> Closing<'l> {
    const fn new(line: &'l str, delimiter: &'static str) -> Self {
        Self { line, delimiter, next: Some(0) }
    }

    /// End of the formula whose content starts at `from`.
    fn after(&mut self, from: usize) -> Option<usize> {
        if self.next? < from || self.next == Some(0) {
            self.next = self.line.get(from..)?.find(self.delimiter).map(|at| from + at);
        }
        let close = self.next?;
        let content = &self.line[from..close];
        (close - from <= BRACKETS && !content.trim().is_empty()).then_some(close + self.delimiter.len())
    }
}

/// End of the formula between single dollars that opens at `open`.
fn dollars(line: &str, open: usize) -> Option<usize> {
    let before = line[..open].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || c == '$') {
        return None;
    }
    let rest = &line[open + 1..];
    let mut escaped = false;
    let close = rest.bytes().take(DOLLARS).position(|byte| {
        let ends = byte == b'$' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    let after = rest[close + 1..].chars().next();
    is_formula(&rest[..close], after).then_some(open + 1 + close + 1)
}

/// Whether what stands between two dollars is mathematics rather than two prices.
fn is_formula(content: &str, after: Option<char>) -> bool {
    if content.is_empty() || content.starts_with(char::is_whitespace) || content.ends_with(char::is_whitespace) {
        return false;
    }
    let marked = content.contains(['\\', '^', '_', '{', '=', '<', '>', '+', '*', '|']);
    match after {
        Some('0'..='9' | '$') => return false,
        // `$n$th` is a formula; `$HOME/bin:$PATH` is not.
        Some(c) if c.is_alphabetic() && content.chars().count() > 3 && !content.contains(['\\', '^', '{']) => {
            return false;
        }
        _ => {}
    }
    let single_letters = || content.split(|c: char| !c.is_alphabetic()).all(|word| word.chars().count() <= 1);
    marked
        || !content.contains(char::is_whitespace)
        || (!content.starts_with(|c: char| c.is_ascii_digit()) && single_letters())
}
