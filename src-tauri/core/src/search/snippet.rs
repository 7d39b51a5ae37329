//! Snippets: the text around the first match, with every match in it marked.

use super::fold::{Word, words};
use super::query::Query;

/// Bytes of text before the first match, at most.
const BEFORE: usize = 60;
/// Bytes of text in a snippet, about.
const LONG: usize = 200;
/// Bytes of one whose first match is long. A match that is longer still is cut: it may be a mebibyte without a space.
const LONGEST: usize = 400;

/// The text around the first match, in pieces that are alternately plain and matching, beginning
/// with plain. Without a match, the text's beginning.
pub fn snippet(text: &str, query: &Query) -> Vec<String> {
    let marks = matches(text, query);
    let first = marks.first().map_or(0, |mark| mark.0);
    let start = boundary(text, first.saturating_sub(BEFORE));
    let first_end = marks.first().map_or(0, |mark| mark.1);
    let end = boundary(text, first_end.clamp(start + LONG, start + LONGEST).min(text.len()));
    let mut pieces = vec![String::new()];
    if start > 0 {
        pieces[0].push('\u{2026}');
    }
    let mut at = start;
    for (n, (from, to)) in marks.into_iter().enumerate() {
        if n > 0 && to > end {
            break;
        }
        let to = to.min(end);
        if let Some(plain) = pieces.last_mut() {
            plain.push_str(&text[at..from]);
        }
        pieces.push(text[from..to].to_owned());
        pieces.push(String::new());
        at = to;
    }
    if let Some(plain) = pieces.last_mut() {
        plain.push_str(&text[at..end]);
        if end < text.len() {
            plain.push('\u{2026}');
        }
    }
    for piece in &mut pieces {
        *piece = piece.replace(['\n', '\r', '\t'], " ");
    }
    pieces
}

/// Byte ranges of the matches near the first one, in order, none overlapping another.
fn matches(text: &str, query: &Query) -> Vec<(usize, usize)> {
    let longest = query.terms.iter().map(|term| term.words.len()).max().unwrap_or(0);
    let mut marks: Vec<(usize, usize)> = Vec::new();
    let mut recent: Vec<Word> = Vec::new();
    for word in words(text) {
        if marks.first().is_some_and(|mark| word.start > mark.0 + LONG) {
            break;
        }
        recent.push(word);
        if recent.len() > longest {
            recent.remove(0);
        }
        for term in &query.terms {
            if let Some(mark) = ends_here(&recent, &term.words, term.prefix)
                && marks.last().is_none_or(|last| last.1 <= mark.0)
            {
                marks.push(mark);
            }
        }
    }
    marks
}

/// The bytes of a term that ends with the last of `recent`.
fn ends_here(recent: &[Word], term: &[String], prefix: bool) -> Option<(usize, usize)> {
    let tail = recent.len().checked_sub(term.len()).map(|from| &recent[from..])?;
    let (last, earlier) = term.split_last()?;
    let (last_word, earlier_words) = tail.split_last()?;
    let fits = earlier.iter().zip(earlier_words).all(|(want, have)| *want == have.folded)
        && (last_word.folded == *last || (prefix && last_word.folded.starts_with(last.as_str())));
    fits.then(|| (tail[0].start, last_word.end))
}

/// The nearest place at or before `at` where a character begins.
const fn boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}
