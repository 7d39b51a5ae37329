//! Makes text safe to print: what a model wrote must not steer a terminal.

use super::escape::turns;

/// Longest sequence that is taken for one, in characters.
const LONGEST: usize = 64;

/// The text without control characters, ANSI sequences and marks that turn the direction of text.
///
/// Line ends and tabs stay; a carriage return goes, since it would let a line be overwritten. A
/// complete `ESC [ ...` sequence goes whole; of anything else only the control characters go, so
/// that nothing a reader should see is hidden. It may be called piece by piece on a text that is
/// still arriving.
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1B}' | '\u{9B}' => {
                let after = chars.as_str();
                let body = if c == '\u{1B}' { after.strip_prefix('[') } else { Some(after) };
                if let Some(length) = body.and_then(sequence) {
                    let skipped = after.len() - body.map_or(0, str::len) + length;
                    chars = after[skipped..].chars();
                }
            }
            '\n' | '\t' => out.push(c),
            _ if c.is_control() || turns(c) => {}
            _ => out.push(c),
        }
    }
    out
}

/// Length of a control sequence after its introducer (ECMA-48, 5.4).
fn sequence(body: &str) -> Option<usize> {
    let end = body.bytes().take(LONGEST).position(|byte| !(0x20..=0x3F).contains(&byte))?;
    matches!(body.as_bytes()[end], 0x40..=0x7E).then_some(end + 1)
}
