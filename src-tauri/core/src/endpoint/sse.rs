//! Event streams (`text/event-stream`, as the WHATWG HTML standard defines them), read from
//! bytes as they come: pure, bounded, linear in time. What an event means is the adapters' affair.
//!
//! Ours, because no crate bounds the length of a line. A line ends with LF, CR or CR LF and with
//! nothing else: U+2028 is text. Bytes that are not UTF-8 become U+FFFD.

use std::mem;

use memchr::memchr2;

/// Bytes of one line, unless a protocol has longer ones.
pub const LINE_BYTES: usize = 1024 * 1024;
/// Bytes of one event, all its lines together.
pub const EVENT_BYTES: usize = 4 * 1024 * 1024;

/// What a stream holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An event; without a name its name is empty.
    Event {
        /// From the `event:` line.
        name: String,
        /// Its `data:` lines, joined by LF.
        data: String,
    },
    /// A line that says nothing but that the sender lives.
    Comment,
}

/// A line or an event is longer than its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// Reads one stream.
#[derive(Debug)]
pub struct Parser {
    most: usize,
    line: Vec<u8>,
    name: String,
    data: Option<String>,
    after_cr: bool,
    started: bool,
}

impl Default for Parser {
    fn default() -> Self {
        Self::with_lines_of(LINE_BYTES)
    }
}

impl Parser {
    /// A parser for lines of at most so many bytes.
    pub const fn with_lines_of(most: usize) -> Self {
        Self { most, line: Vec::new(), name: String::new(), data: None, after_cr: false, started: false }
    }

    /// Takes the next bytes, split anywhere, and adds what they complete to `items`.
    ///
    /// # Errors
    /// [`TooLong`]; what came before it is in `items`.
    pub fn push(&mut self, mut bytes: &[u8], items: &mut Vec<Item>) -> Result<(), TooLong> {
        if !bytes.is_empty() && mem::take(&mut self.after_cr) {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = memchr2(b'\n', b'\r', bytes) {
            self.keep_within(end)?;
            if self.line.is_empty() {
                self.take_line(&bytes[..end], items)?;
            } else {
                let mut line = mem::take(&mut self.line);
                line.extend_from_slice(&bytes[..end]);
                self.take_line(&line, items)?;
            }
            let cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if cr {
                self.after_cr = bytes.is_empty();
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
        }
        self.keep_within(bytes.len())?;
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    /// Ends the stream: a last line and a last event count although nothing closes them.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn finish(mut self, items: &mut Vec<Item>) -> Result<(), TooLong> {
        let line = mem::take(&mut self.line);
        if !line.is_empty() {
            self.take_line(&line, items)?;
        }
        self.take_line(b"", items)
    }

    const fn keep_within(&self, more: usize) -> Result<(), TooLong> {
        if self.line.len() + more > self.most { Err(TooLong) } else { Ok(()) }
    }

    fn take_line(&mut self, mut line: &[u8], items: &mut Vec<Item>) -> Result<(), TooLong> {
        if !mem::replace(&mut self.started, true) {
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        if line.is_empty() {
            let name = mem::take(&mut self.name);
            items.extend(self.data.take().map(|data| Item::Event { name, data }));
            return Ok(());
        }
        let (field, value) = match memchr::memchr(b':', line) {
            Some(0) => {
                items.push(Item::Comment);
                return Ok(());
            }
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &line[line.len()..]),
        };
        let value = String::from_utf8_lossy(value.strip_prefix(b" ").unwrap_or(value));
        match field {
            b"event" => self.name = value.into_owned(),
            b"data" => self.add_data(&value)?,
            // Not in the standard: llama.cpp reports errors on a line of this name.
            b"error" => {
                self.name = "error".into();
                self.add_data(&value)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn add_data(&mut self, value: &str) -> Result<(), TooLong> {
        let Some(data) = &mut self.data else {
            self.data = Some(value.into());
            return Ok(());
        };
        if data.len() + value.len() >= EVENT_BYTES {
            return Err(TooLong);
        }
        data.push('\n');
        data.push_str(value);
        Ok(())
    }
}
