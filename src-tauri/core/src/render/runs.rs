//! Text that is far longer than a window, cut into runs that can be laid out one by one. A mebibyte in one line, or
//! a hundred thousand signs in one, would hold the window up for a second if it were laid out at once.

use super::tree::Inline;

/// Bytes of text from which it is cut.
const LONG: usize = 16 * 1024;
/// Bytes of a run, about.
const RUN: usize = 4 * 1024;

/// The pieces of a long text, each ended where a line or a word ends if there is one; a short text is one piece.
pub fn of_text(text: &str) -> Vec<&str> {
    if text.len() <= LONG {
        return vec![text];
    }
    let mut pieces = Vec::with_capacity(text.len() / RUN + 1);
    let mut rest = text;
    while rest.len() > RUN {
        let most = &rest[..rest.floor_char_boundary(RUN)];
        let end = most.rfind(['\n', ' ']).map_or(most.len(), |at| at + 1);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// The runs of a line that holds very much; `None` for any other.
pub fn of_line(line: &[Inline]) -> Option<Vec<Vec<Inline>>> {
    let mut size = 0;
    if line.iter().all(|inline| {
        size += weight(inline);
        size <= LONG
    }) {
        return None;
    }
    let mut runs = vec![Vec::new()];
    let mut size = 0;
    for inline in line.iter().flat_map(pieces) {
        if size >= RUN {
            size = 0;
            runs.push(Vec::new());
            // The run has ended the line.
            if matches!(inline, Inline::LineEnd | Inline::Break) {
                continue;
            }
        }
        size += weight(&inline);
        runs.last_mut()?.push(inline);
    }
    Some(runs)
}

fn pieces(inline: &Inline) -> Vec<Inline> {
    match inline {
        Inline::Text(text) => of_text(text).into_iter().map(|piece| Inline::Text(piece.into())).collect(),
        other => vec![other.clone()],
    }
}

/// Bytes of text, and what an element costs beside it.
fn weight(inline: &Inline) -> usize {
    const ELEMENT: usize = 16;
    ELEMENT
        + match inline {
            Inline::Text(text) | Inline::Code(text) | Inline::Math(text) => text.len(),
            Inline::Emphasis(line) | Inline::Strong(line) | Inline::Struck(line) | Inline::Link { text: line, .. } => {
                line.iter().map(weight).sum()
            }
            Inline::Image { alt, .. } => alt.len(),
            Inline::NoteRef(_) | Inline::LineEnd | Inline::Break => 0,
        }
}
