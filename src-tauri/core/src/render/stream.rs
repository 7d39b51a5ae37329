//! Markdown that is still arriving: blocks that are final, and the open rest.
//!
//! Only the last block of a text can change by what follows, and whether a block has ended is
//! decided on complete lines alone. So each block is laid out once when the next has begun, and
//! only the open one again and again. A block that stays open too long is cut, so that the work
//! for each piece of text stays bounded; the render of the finished message replaces it all.
//! Footnotes and links whose address comes later are shown as written until then.

use super::html::{Colours, Writer};
use super::parse::{Notes, read_lines};
use super::tree::Block;

/// Length from which an open block is cut where a cut does not show, in bytes.
const LONG: usize = 16 * 1024;
/// Length at which it is cut wherever it may be.
const TOO_LONG: usize = 64 * 1024;
/// Text is taken in pieces of at most this many bytes.
const PIECE: usize = 8 * 1024;

/// What a piece of text changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How many blocks were closed before.
    pub from: u32,
    /// HTML of each block closed now.
    pub closed: Vec<String>,
    /// HTML of what is open.
    pub tail: String,
}

/// A message while it arrives.
pub struct Stream {
    /// What has been closed.
    closed: Vec<String>,
    tail: String,
    /// Text of the open block.
    open: String,
    /// What the open block began with, if it was cut: its fence, or the head of its table.
    lead: String,
    writer: Writer,
    after_return: bool,
    finished: bool,
}

impl Default for Stream {
    fn default() -> Self {
        Self::new()
    }
}

impl Stream {
    /// An empty message.
    pub fn new() -> Self {
        Self {
            closed: Vec::new(),
            tail: String::new(),
            open: String::new(),
            lead: String::new(),
            writer: Writer::new(Colours::Known),
            after_return: false,
            finished: false,
        }
    }

    /// Adds text. Each call lays the open block out once, so bursts are better given as one.
    pub fn push(&mut self, text: &str) -> Step {
        let from = self.closed.len();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
            rest = after;
            if self.add(piece) {
                self.close_ended();
            }
            while self.cut_overlong() {}
        }
        self.lay_out(from)
    }

    /// Says that nothing follows: a last line without an end counts as one.
    pub fn finish(&mut self) -> Step {
        self.finished = true;
        self.lay_out(self.closed.len())
    }

    /// All closed blocks, and the open rest.
    pub fn snapshot(&self) -> (Vec<String>, String) {
        (self.closed.clone(), self.tail.clone())
    }

    fn lay_out(&mut self, from: usize) -> Step {
        let mut shown = self.open.as_str();
        if !self.finished {
            let line = shown.rfind('\n').map_or(0, |end| end + 1);
            if undecided(&shown[line..]) {
                shown = &shown[..line];
            }
        }
        self.tail.clear();
        let mut writer = self.writer.aside();
        for block in read_lines(&format!("{}{shown}", self.lead), Notes::InPlace).document.blocks {
            writer.block(&mut self.tail, &block);
        }
        Step { from: from as u32, closed: self.closed[from..].to_vec(), tail: self.tail.clone() }
    }

    /// Appends with one kind of line end; true when a line was completed.
    fn add(&mut self, piece: &str) -> bool {
        let piece = if self.after_return { piece.strip_prefix('\n').unwrap_or(piece) } else { piece };
        self.after_return = piece.ends_with('\r');
        self.open.push_str(&super::math::clean(piece));
        piece.contains(['\n', '\r'])
    }

    /// Closes every block that another one follows.
    fn close_ended(&mut self) {
        let Some(end) = self.open.rfind('\n') else {
            return;
        };
        let reading = read_lines(&format!("{}{}", self.lead, &self.open[..=end]), Notes::InPlace);
        let [.., before, last] = reading.lines[..] else {
            return;
        };
        if last.0 <= before.1 {
            return;
        }
        let mut blocks = reading.document.blocks;
        blocks.pop();
        for block in &blocks {
            self.close(block);
        }
        let lead = self.lead.lines().count();
        let start = line_start(&self.open, last.0.saturating_sub(lead));
        self.open.drain(..start);
        self.lead.clear();
    }

    fn close(&mut self, block: &Block) {
        let mut html = String::new();
        self.writer.block(&mut html, block);
        self.closed.push(html);
    }

    /// Cuts an open block that has grown too long; true when it did.
    fn cut_overlong(&mut self) -> bool {
        if self.open.len() <= LONG {
            return false;
        }
        let end = self.open.rfind('\n').map_or(0, |end| end + 1);
        let piece = &self.open[..if end > 0 { end } else { self.open.floor_char_boundary(LONG) }];
        let blocks = read_lines(&format!("{}{piece}", self.lead), Notes::InPlace).document.blocks;
        let (cut, lead) = match blocks.as_slice() {
            [Block::Code { .. }] if is_fence(&self.lead, piece) => (piece.len(), first_lines(&self.lead, piece, 1)),
            [Block::Table(_)] => (piece.len(), first_lines(&self.lead, piece, 2)),
            [Block::List(_)] => match last_item(piece) {
                Some(at) => (at, String::new()),
                None if self.open.len() <= TOO_LONG => return false,
                None => (piece.len(), String::new()),
            },
            _ => (piece.rfind([' ', '\n']).map_or(piece.len(), |at| at + 1), String::new()),
        };
        let text = format!("{}{}", self.lead, &self.open[..cut]);
        for block in read_lines(&text, Notes::InPlace).document.blocks {
            self.close(&block);
        }
        self.open.drain(..cut);
        self.lead = lead;
        true
    }
}

/// Whether an unfinished line may yet turn what stands before it into something else: a dash
/// under a paragraph would make a heading flash up before it becomes a list.
fn undecided(line: &str) -> bool {
    const MARKS: &str = "-=*_+#>`~|:.)[] \t0123456789";
    line.len() < 200 && line.chars().all(|c| MARKS.contains(c))
}

fn line_start(text: &str, line: usize) -> usize {
    if line == 0 {
        return 0;
    }
    text.match_indices('\n').nth(line - 1).map_or(text.len(), |(at, _)| at + 1)
}

fn is_fence(lead: &str, piece: &str) -> bool {
    let first = if lead.is_empty() { piece } else { lead }.trim_start_matches(' ');
    first.starts_with("```") || first.starts_with("~~~")
}

fn first_lines(lead: &str, piece: &str, count: usize) -> String {
    if lead.is_empty() { piece.split_inclusive('\n').take(count).collect() } else { lead.to_owned() }
}

/// Start of the last item that stands at the margin, other than the first.
fn last_item(piece: &str) -> Option<usize> {
    let starts = piece.match_indices('\n').map(|(at, _)| at + 1);
    let at_margin = |at: &usize| {
        let line = piece[*at..].trim_start_matches(|c: char| c.is_ascii_digit());
        line.starts_with(['-', '*', '+', '.', ')']) && line[1..].starts_with([' ', '\n', '\t'])
    };
    starts.rev().find(at_margin)
}
