//! Folding: case and accents taken away, and characters of unspaced scripts taken apart.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word of a text, folded, with the bytes it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word without case and accents.
    pub folded: String,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
}

/// Whether a script writes this character without spaces between words, or, as in Korean, with
/// particles that hide the end of a word.
pub const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}'      // Thai, Lao
        | '\u{1000}'..='\u{109F}'    // Myanmar
        | '\u{1100}'..='\u{11FF}'    // Hangul letters
        | '\u{1780}'..='\u{17FF}'    // Khmer
        | '\u{2E80}'..='\u{2FDF}'    // radicals
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30FF}'    // Hiragana, Katakana
        | '\u{3100}'..='\u{312F}' | '\u{3130}'..='\u{318F}' | '\u{31A0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7FF}'    // Hangul syllables
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}'
        | '\u{20000}'..='\u{3FFFF}'
    )
}

/// The text as it goes into the index: a space on either side of every unspaced character.
pub fn split_unspaced(text: &str) -> String {
    let mut split = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unspaced(c) {
            split.push(' ');
            split.push(c);
            split.push(' ');
        } else {
            split.push(c);
        }
    }
    split
}

/// Folds one word. A voiced kana or a Hangul syllable is a letter of its own, not one with an accent.
fn fold(word: &str) -> String {
    if word.starts_with(is_unspaced) { word.into() } else { folded(word) }
}

/// A text without case and accents.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The words of a text, in order; an unspaced character is a word of its own.
pub fn words(text: &str) -> impl Iterator<Item = Word> + '_ {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while let Some((start, c)) = rest.next() {
            if !is_word(c) {
                continue;
            }
            let mut end = start + c.len_utf8();
            if !is_unspaced(c) {
                while let Some((at, next)) = rest.peek().copied() {
                    if !(is_word(next) || is_combining_mark(next)) || is_unspaced(next) {
                        break;
                    }
                    end = at + next.len_utf8();
                    rest.next();
                }
            }
            return Some(Word { folded: fold(&text[start..end]), start, end });
        }
        None
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric()
}
