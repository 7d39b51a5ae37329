//! Text that is far longer than a window, cut into runs that can be laid out one by one. A mebibyte in one line, or
//! a hundred thousand signs in one, would hold the window up for a second if it were laid out at once.

use super::escape;
use super::tree::Inline;

/// Weight from which it is cut: a byte of text weighs one.
const LONG: usize = 16 * 1024;
/// Weight of a run, about.
const RUN: usize = 4 * 1024;
/// What an element weighs, and a sign that stands for a character.
const ELEMENT: usize = 16;

/// The pieces of a long text, each ended where a line ends, or else a word; a short text is one piece.
pub fn of_text(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut size, mut line_end, mut word_end) = (0, 0, 0, 0);
    if is_long(text) {
        let mut before = None;
        for (at, c) in text.char_indices() {
            if size >= RUN {
                let end = [line_end, word_end].into_iter().find(|end| *end > start).unwrap_or(at);
                pieces.push(&text[start..end]);
                start = end;
                size = weight_of(&text[end..at]);
            }
            size += weight_of_char(before.replace(c), c);
            match c {
                '\n' => line_end = at + 1,
                ' ' => word_end = at + 1,
                _ => {}
            }
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// The pieces of long code, which only lines end.
pub fn of_code(code: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    if is_long(code) {
        for line in code.split_inclusive('\n') {
            if at - start >= RUN {
                pieces.push(&code[start..at]);
                start = at;
            }
            at += line.len();
        }
    }
    pieces.push(&code[start..]);
    pieces
}

/// Whether a text is cut.
pub fn is_long(text: &str) -> bool {
    weight_of(text) > LONG
}

fn weight_of(text: &str) -> usize {
    let mut before = None;
    text.chars().map(|c| weight_of_char(before.replace(c), c)).sum()
}

fn weight_of_char(before: Option<char>, c: char) -> usize {
    c.len_utf8() + if escape::turns(c) && before != Some(c) { ELEMENT } else { 0 }
}

/// Whether a line holds so much that it is cut.
pub fn is_long_line(line: &[Inline]) -> bool {
    let mut size = 0;
    line.iter().any(|inline| {
        size += weight(inline);
        size > LONG
    })
}

/// The runs of a line.
pub fn of_line(line: &[Inline]) -> Vec<Vec<Inline>> {
    let mut runs = Vec::new();
    let mut run = Vec::new();
    let mut size = 0;
    for inline in line.iter().flat_map(pieces) {
        if size >= RUN {
            size = 0;
            runs.push(std::mem::take(&mut run));
            // The run has ended the line.
            if matches!(inline, Inline::LineEnd | Inline::Break) {
                continue;
            }
        }
        size += weight(&inline);
        run.push(inline);
    }
    runs.push(run);
    runs
}

fn pieces(inline: &Inline) -> Vec<Inline> {
    match inline {
        Inline::Text(text) => of_text(text).into_iter().map(|piece| Inline::Text(piece.into())).collect(),
        other => vec![other.clone()],
    }
}

fn weight(inline: &Inline) -> usize {
    ELEMENT
        + match inline {
            Inline::Text(text) | Inline::Code(text) | Inline::Math(text) => weight_of(text),
            Inline::Emphasis(line) | Inline::Strong(line) | Inline::Struck(line) | Inline::Link { text: line, .. } => {
                line.iter().map(weight).sum()
            }
            Inline::Image { alt, .. } => alt.len(),
            Inline::NoteRef(_) | Inline::LineEnd | Inline::Break => 0,
        }
}
