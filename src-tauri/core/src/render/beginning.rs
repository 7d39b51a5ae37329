//! The beginning of a long text, which stands for it until the whole is asked for.

/// Rows of a usual column from which a text is long, and how many of them are its beginning.
const LONG: usize = 110;
const SHOWN: usize = 40;
/// Characters that fit into a row.
const ROW: usize = 90;
/// A beginning ends between two blocks if one ends in its last rows.
const SLACK: usize = 12;

/// The beginning of a long text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beginning<'t> {
    /// Its text, cut where a line or at least a word ends.
    pub text: &'t str,
    /// Lines of the whole.
    pub lines: u32,
}

/// The beginning of a text that is long; `None` when it is not.
pub fn beginning(markdown: &str) -> Option<Beginning<'_>> {
    let mut rows = 0;
    let mut cut = 0;
    let mut between = None;
    let mut at = 0;
    let mut fenced = false;
    for line in markdown.split_inclusive('\n') {
        let more = 1 + line.len() / ROW;
        fenced ^= line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        if rows < SHOWN {
            cut = if rows + more <= SHOWN { at + line.len() } else { at + word_end(line, (SHOWN - rows) * ROW) };
            if line.trim().is_empty() && !fenced && rows + SLACK >= SHOWN {
                between = Some(cut);
            }
        }
        rows += more;
        at += line.len();
        if rows > LONG {
            let lines = markdown.trim_end().lines().count() as u32;
            return Some(Beginning { text: markdown[..between.unwrap_or(cut)].trim_end(), lines });
        }
    }
    None
}

/// Where the last word before `most` ends, or a character if there is none.
fn word_end(line: &str, most: usize) -> usize {
    let most = line.floor_char_boundary(most);
    line[..most].rfind(' ').filter(|end| *end > most / 2).unwrap_or(most)
}
