//! `record.jsonl`, line by line: what binds each to the one before it, and all of them to the seal.

use std::collections::HashSet;
use std::io::{self, BufRead, Read};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::verify::LINE;
use crate::record::canonical::{hash_hex, unhex};
use crate::record::line::{Entry, Event, Header, Kind, Message};
use crate::record::seal::Seal;
use crate::record::{FORMAT, verify::Findings};
use crate::store::setting::hex;
use crate::wire::FindingKind::{
    HistoryChanged, MessageAdded, MessageChanged, MessageMissing, MessageMoved, MessagesChanged, SealReplaced,
    ThreadChanged, Unreadable,
};

/// What the lines say, and what about them does not agree.
#[derive(Default)]
pub(super) struct Lines {
    /// The thread's id.
    pub thread: Option<String>,
    /// Message lines.
    pub messages: u32,
    header: String,
    state: String,
    head: String,
    ids: HashSet<String>,
    events: u32,
    history: String,
    number: i64,
    ledger: Option<i64>,
    at: u64,
    findings: Findings,
    unreadable: bool,
}

impl Lines {
    /// Takes the whole file, and answers its hash.
    pub fn read(&mut self, reader: &mut dyn BufRead) -> io::Result<String> {
        let mut hash = Sha256::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = Read::take(&mut *reader, LINE).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(hex(&hash.finalize()));
            }
            hash.update(&line);
            self.at += 1;
            let text = line.strip_suffix(b"\n").and_then(|text| std::str::from_utf8(text).ok());
            if !self.unreadable && text.is_none_or(|text| self.take(text).is_none()) {
                self.unreadable = true;
                let words = format!("Line {} of data/record.jsonl is not one of this format.", self.at);
                self.findings.add_file(Unreadable, "data/record.jsonl", words);
            }
        }
    }

    /// `None` for a line that does not belong here.
    fn take(&mut self, line: &str) -> Option<()> {
        if self.at == 1 {
            return self.header(line);
        }
        if line.contains("\"kind\":\"event\"") && parse::<Event>(line).is_some() {
            return self.event(&parse(line)?);
        }
        self.message(line, &parse(line)?)
    }

    fn header(&mut self, line: &str) -> Option<()> {
        let header: Header = parse(line)?;
        (self.thread, self.state) = (Some(header.thread), header.state);
        self.header = hash_hex(line);
        self.head.clone_from(&self.header);
        (header.format == FORMAT && header.kind == Kind::Header).then_some(())
    }

    fn message(&mut self, line: &str, message: &Message) -> Option<()> {
        if message.kind != Kind::Message || self.events > 0 {
            return None;
        }
        self.messages += 1;
        let (number, id) = (self.messages, Some(message.id.as_str()));
        let known = self.ids.contains(&message.id);
        let parent = message.parent.as_ref().is_none_or(|parent| self.ids.contains(parent));
        if message.seq > number {
            let words = format!("Message {number} is missing: message {} follows.", message.seq);
            self.findings.add_message(MessageMissing, number, None, words);
        } else if message.seq < number || known {
            let kind = if known { MessageAdded } else { MessageMoved };
            let words =
                format!("Message {} stands where message {number} should: added, doubled or moved.", message.seq);
            self.findings.add_message(kind, number, id, words);
        } else if message.prev != self.head {
            let before = number - 1;
            if before == 0 {
                self.findings.add(ThreadChanged, "The header is not the one that the first message was bound to.");
            } else {
                let words = format!("Message {before} is not the one that message {number} was bound to.");
                self.findings.add_message(MessageChanged, before, None, words);
            }
        } else if !parent {
            let words = format!("Message {number} follows a message that does not stand before it.");
            self.findings.add_message(MessageMoved, number, id, words);
        }
        // From here on as it says itself, so that each break is named once.
        self.messages = message.seq.max(number);
        self.ids.insert(message.id.clone());
        self.head = hash_hex(line);
        Some(())
    }

    fn event(&mut self, event: &Event) -> Option<()> {
        self.events += 1;
        let number = self.events;
        let entry: Entry = parse(&event.entry)?;
        let told = Sha256::new().chain_update(unhex(&event.salt)?).chain_update(&event.detail).finalize();
        let thread = *self.ledger.get_or_insert(entry.thread);
        for (wrong, what) in [
            (entry.thread_prev != self.history, "does not follow the one before it: an entry is missing"),
            (entry.detail != hex(&told), "does not say what it said"),
            (entry.thread != thread, "is that of another thread"),
            (entry.seq <= self.number, "stands before an earlier one"),
            (event.kind != Kind::Event, "is no event"),
        ] {
            if wrong {
                self.findings.add(HistoryChanged, format!("Entry {number} of the history ({}) {what}.", entry.kind));
            }
        }
        (self.number, self.history) = (entry.seq, hash_hex(&event.entry));
        Some(())
    }

    /// Compares with the seal, and hands over what was found.
    pub fn finish(&mut self, seal: Option<&Seal>, findings: &mut Findings) {
        findings.0.append(&mut self.findings.0);
        let Some(seal) = seal else { return };
        if self.thread.as_ref() != Some(&seal.thread) {
            findings.add(SealReplaced, format!("The seal is that of another thread, {}.", seal.thread));
        }
        if seal.format != FORMAT || seal.kind != Kind::Seal || !["locked", "archived"].contains(&self.state.as_str()) {
            findings.add(Unreadable, "This is no sealed record of a format that is known here.");
        }
        if seal.header != self.header {
            findings
                .add(ThreadChanged, "The header (title, metadata, state, active path) is not the one that was sealed.");
        }
        if seal.count > self.messages {
            let number = self.messages + 1;
            let words =
                format!("Message {number} is missing: {} were sealed, {} are there.", seal.count, self.messages);
            findings.add_message(MessageMissing, number, None, words);
        } else if seal.count < self.messages {
            let number = seal.count + 1;
            let words = format!("Message {number} was added: only {} were sealed.", seal.count);
            findings.add_message(MessageAdded, number, None, words);
        } else if seal.head != self.head {
            findings.add(MessagesChanged, "The messages are not those that were sealed.");
        }
        if seal.thread_history != self.history {
            findings.add(HistoryChanged, "The history is not the one that was sealed: an entry is missing or another.");
        }
    }
}

fn parse<T: DeserializeOwned>(line: &str) -> Option<T> {
    serde_json::from_str(line).ok()
}
