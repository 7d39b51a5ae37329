//! A text that comes in pieces, each a JSON string. Servers that cut by bytes or UTF-16 units
//! split a surrogate pair over two strings (`"\ud83d"`, `"\ude00"`), which no JSON parser takes
//! for text; so the escapes are read here, and a half waits for its other half.

use std::mem;

/// One text, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Text {
    high: Option<u16>,
    bytes: usize,
}

impl Text {
    /// Bytes so far.
    pub const fn len(&self) -> usize {
        self.bytes
    }

    /// Reads the next piece: a JSON string with its quotes, known to be well formed. Gives its
    /// characters, cut so that the whole text stays within `limit` bytes, and whether all fitted.
    pub fn take(&mut self, quoted: &str, limit: usize) -> (String, bool) {
        let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
        let mut text = String::with_capacity(inner.len());
        let mut rest = inner;
        while let Some(at) = rest.find('\\') {
            self.plain(&rest[..at], &mut text);
            rest = self.escape(&rest[at + 1..], &mut text);
        }
        self.plain(rest, &mut text);
        let fits = self.bytes + text.len() <= limit;
        if !fits {
            text.truncate(text.floor_char_boundary(limit - self.bytes));
        }
        self.bytes += text.len();
        (text, fits)
    }

    /// Ends the text: a half that waits in vain becomes U+FFFD.
    pub fn flush(&mut self) -> Option<String> {
        self.high.take().map(|_| {
            self.bytes += '\u{fffd}'.len_utf8();
            '\u{fffd}'.into()
        })
    }

    fn plain(&mut self, plain: &str, text: &mut String) {
        if !plain.is_empty() {
            self.lonely(text);
            text.push_str(plain);
        }
    }

    fn lonely(&mut self, text: &mut String) {
        if self.high.take().is_some() {
            text.push('\u{fffd}');
        }
    }

    /// Reads what follows a backslash, and gives what follows that.
    fn escape<'a>(&mut self, after: &'a str, text: &mut String) -> &'a str {
        let mut chars = after.chars();
        let plain = match chars.next() {
            Some('u') => {
                let hex = after.get(1..5).unwrap_or_default();
                self.unit(u16::from_str_radix(hex, 16).unwrap_or(0xfffd), text);
                return after.get(5..).unwrap_or_default();
            }
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(other) => other,
            None => return "",
        };
        self.lonely(text);
        text.push(plain);
        chars.as_str()
    }

    fn unit(&mut self, unit: u16, text: &mut String) {
        let high = mem::take(&mut self.high);
        if let Some(high) = high
            && let Some(Ok(c)) = char::decode_utf16([high, unit]).next()
        {
            return text.push(c);
        }
        if high.is_some() {
            text.push('\u{fffd}');
        }
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            text.push(char::from_u32(unit.into()).unwrap_or('\u{fffd}'));
        }
    }
}
