//! Text made safe to stand in HTML.
//!
//! Besides the five characters of HTML, control characters and what is no character go, and characters that turn the
//! direction of what follows are made visible where they could deceive: overrides everywhere, in
//! code embeddings and isolates too. The visible sign is an element without text, so that copying
//! leaves the character out. One sign stands for as many of a kind as follow each other.

/// How many signs may still be elements; further ones are words. Fifty thousand of them in one message, each behind a
/// letter, would hold the window up for a second.
#[derive(Debug, Clone, Copy)]
pub struct Signs(u32);

impl Signs {
    /// All, as on paper.
    pub const fn all() -> Self {
        Self(u32::MAX)
    }
}

impl Default for Signs {
    fn default() -> Self {
        Self(1_000)
    }
}

/// Appends text.
pub fn text(out: &mut String, text: &str, signs: &mut Signs) {
    escape(out, text, |out, c, times| {
        if matches!(c, '\u{202D}' | '\u{202E}') {
            sign(out, c, times, signs);
        } else {
            out.extend(std::iter::repeat_n(c, times));
        }
    });
}

/// Appends code.
pub fn code(out: &mut String, text: &str, signs: &mut Signs) {
    escape(out, text, |out, c, times| sign(out, c, times, signs));
}

/// Appends ` name="value"`.
pub fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value, |_, _, _| {});
    out.push('"');
}

/// Whether a character turns the direction of what follows, whatever that is.
pub const fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether Unicode keeps this code free for ever, so that no HTML may hold it (Unicode, 23.7).
const fn is_no_character(c: char) -> bool {
    matches!(c, '\u{FDD0}'..='\u{FDEF}') || c as u32 & 0xFFFE == 0xFFFE
}

fn sign(out: &mut String, c: char, times: usize, signs: &mut Signs) {
    let code = format!("U+{:04X}", u32::from(c));
    let said = if times > 1 { format!("{code} × {times}") } else { code };
    let (begin, end) =
        if signs.0 > 0 { ("<span class=\"control\" data-code=\"", "\"></span>") } else { ("⟨", "⟩") };
    signs.0 = signs.0.saturating_sub(1);
    out.extend([begin, &said, end]);
}

fn escape(out: &mut String, text: &str, mut turning: impl FnMut(&mut String, char, usize)) {
    let mut done = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let instead = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            '\n' | '\t' => continue,
            _ if c.is_control() || is_no_character(c) || turns(c) => "",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(instead);
        let mut times = 1;
        if turns(c) {
            while chars.next_if(|(_, next)| *next == c).is_some() {
                times += 1;
            }
            turning(out, c, times);
        }
        done = at + times * c.len_utf8();
    }
    out.push_str(&text[done..]);
}
