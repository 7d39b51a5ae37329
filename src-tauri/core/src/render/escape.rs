//! Text made safe to stand in HTML.
//!
//! Besides the five characters of HTML, control characters and what is no character go, and characters that turn the
//! direction of what follows are made visible where they could deceive: overrides everywhere, in
//! code embeddings and isolates too. The visible sign is an element without text, so that copying
//! leaves the character out.

/// Appends text.
pub fn text(out: &mut String, text: &str) {
    escape(out, text, |out, c| {
        if matches!(c, '\u{202D}' | '\u{202E}') {
            sign(out, c);
        } else {
            out.push(c);
        }
    });
}

/// Appends code.
pub fn code(out: &mut String, text: &str) {
    escape(out, text, sign);
}

/// Appends ` name="value"`.
pub fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value, |_, _| {});
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

fn sign(out: &mut String, c: char) {
    use std::fmt::Write as _;
    let _ = write!(out, "<span class=\"control\" data-code=\"U+{:04X}\"></span>", u32::from(c));
}

fn escape(out: &mut String, text: &str, turning: impl Fn(&mut String, char)) {
    let mut done = 0;
    for (at, c) in text.char_indices() {
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
        if turns(c) {
            turning(out, c);
        }
        done = at + c.len_utf8();
    }
    out.push_str(&text[done..]);
}
