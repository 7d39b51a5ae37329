//! Checking: what was sealed against what is there. Collects everything that does not agree, so
//! that it can be named; where the lines come from is the caller's business.

use crate::record::canonical;
use crate::record::line::{Chain, Header};
use crate::wire::{Finding, FindingKind, SealStatus};

/// Bytes of a message's mark: half of the id's hash, half of the line's.
pub const MARK: usize = 16;

/// The mark of a message whose line was the last to be added to `chain`.
pub fn mark(id: &str, chain: &Chain) -> [u8; MARK] {
    let mut mark = [0; MARK];
    mark[..8].copy_from_slice(&canonical::hash(id)[..8]);
    mark[8..].copy_from_slice(&chain.head[..8]);
    mark
}

/// What does not agree so far.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Adds one.
    pub fn add(&mut self, kind: FindingKind, words: impl Into<String>) {
        self.0.push(Finding { kind, message: None, message_id: None, file: None, words: words.into() });
    }

    /// Adds one about a message.
    pub fn add_message(&mut self, kind: FindingKind, number: u32, id: Option<&str>, words: impl Into<String>) {
        let message_id = id.map(str::to_owned);
        self.0.push(Finding { kind, message: Some(number), message_id, file: None, words: words.into() });
    }

    /// Adds one about a file.
    pub fn add_file(&mut self, kind: FindingKind, file: &str, words: impl Into<String>) {
        let file = Some(file.to_owned());
        self.0.push(Finding { kind, message: None, message_id: None, file, words: words.into() });
    }

    /// The answer, given what is known about the key: anything found outweighs it.
    pub const fn answer(&self, key: SealStatus) -> SealStatus {
        if self.0.is_empty() { key } else { SealStatus::Altered }
    }
}

/// Names what differs between a header as it was sealed and as it would be sealed now.
pub fn compare_headers(sealed: &str, now: &Header, findings: &mut Findings) {
    let Ok(then) = serde_json::from_str::<Header>(sealed) else {
        findings.add(FindingKind::SealChanged, "The header that was sealed cannot be read.");
        return;
    };
    if then.title != now.title {
        findings.add(FindingKind::TitleChanged, "The title is not the one that was sealed.");
    }
    if then.metadata != now.metadata {
        findings.add(FindingKind::MetadataChanged, "The metadata are not those that were sealed.");
    }
    for (what, same) in [
        ("id", then.thread == now.thread),
        ("state", then.state == now.state),
        ("time of creation", then.created_at == now.created_at),
        ("active path", then.active_tip == now.active_tip),
        ("origin", then.forked_from == now.forked_from),
    ] {
        if !same {
            findings.add(FindingKind::ThreadChanged, format!("The thread's {what} is not what was sealed."));
        }
    }
}

/// Looks for the first message that differs from what its mark says.
#[derive(Debug)]
pub struct MarkCheck<'a> {
    marks: &'a [u8],
    /// Mark and id of each message that was seen.
    seen: Vec<([u8; MARK], String)>,
    first: Option<usize>,
}

impl<'a> MarkCheck<'a> {
    /// Begins with the marks that were made when the thread was sealed.
    pub const fn new(marks: &'a [u8]) -> Self {
        Self { marks, seen: Vec::new(), first: None }
    }

    /// Takes the next message.
    pub fn see(&mut self, id: &str, chain: &Chain) {
        let mark = mark(id, chain);
        if self.first.is_none() && self.sealed(self.seen.len()) != Some(&mark[..]) {
            self.first = Some(self.seen.len());
        }
        self.seen.push((mark, id.to_owned()));
    }

    /// Names what was found. `complete`: nothing may stand behind the last message that was sealed.
    pub fn finish(self, count: u32, complete: bool, findings: &mut Findings) {
        let there = self.seen.len();
        let Some(at) = self.first else {
            if there < count as usize {
                let number = there as u32 + 1;
                let words = format!("Message {number} is missing: {count} were sealed, {there} are there.");
                findings.add_message(FindingKind::MessageMissing, number, None, words);
            }
            return;
        };
        let number = at as u32 + 1;
        let id = &self.seen[at].1;
        if at >= count as usize {
            if complete {
                let words = format!("Message {number} ({id}) was added: only {count} were sealed.");
                findings.add_message(FindingKind::MessageAdded, number, Some(id), words);
            }
            return;
        }
        let sealed_id = |mark: &[u8]| self.marks.chunks_exact(MARK).any(|sealed| sealed[..8] == mark[..8]);
        let same_id = self.sealed(at).is_some_and(|sealed| sealed[..8] == self.seen[at].0[..8]);
        let still_there =
            self.sealed(at).is_some_and(|sealed| self.seen.iter().any(|(mark, _)| mark[..8] == sealed[..8]));
        let (kind, id, words) = if same_id {
            (FindingKind::MessageChanged, Some(id), format!("Message {number} ({id}) is not what was sealed."))
        } else if !sealed_id(&self.seen[at].0) {
            let words = format!("Message {number} ({id}) was not sealed: it was added, or took another's place.");
            (FindingKind::MessageAdded, Some(id), words)
        } else if !still_there {
            (FindingKind::MessageMissing, None, format!("Message {number} is missing: another stands in its place."))
        } else {
            let words = format!("Message {number} ({id}) stands in another place than when it was sealed.");
            (FindingKind::MessageMoved, Some(id), words)
        };
        findings.add_message(kind, number, id.map(String::as_str), words);
    }

    fn sealed(&self, at: usize) -> Option<&[u8]> {
        self.marks.get(at * MARK..(at + 1) * MARK)
    }
}
