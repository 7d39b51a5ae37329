//! Stores of a given size, made quickly.

use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::store::message::{self, MessageRow, NewInsert};
use skein_core::store::thread::{self, ThreadRow};
use skein_core::store::{Store, StoreError, metadata};
use skein_core::thread::{NewMessage, ThreadId, parse_metadata};
use skein_core::wire::{Door, Role};
use skein_core::{OpenOptions, Skein};
use tempfile::TempDir;

pub const NOW: i64 = 1_795_000_000_000;

const WORDS: &[&str] = &[
    "transfer", "pricing", "memo", "client", "audit", "margin", "range", "study", "entity", "outline", "question",
    "depot", "route", "incident", "review", "locked", "record", "seal", "draft", "letter",
];

/// About 500 bytes of words that differ from message to message.
pub fn text(n: u64) -> String {
    let mut state = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut text = format!("message{n}");
    while text.len() < 490 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push(' ');
        text.push_str(WORDS[(state % WORDS.len() as u64) as usize]);
        if state.is_multiple_of(40) {
            text.push_str(" 東京都");
        }
    }
    text
}

pub struct Filled {
    pub dir: TempDir,
    pub store: Store,
    pub thread: ThreadRow,
    pub tip: Option<MessageRow>,
}

/// A store with one thread of `messages` messages.
pub fn thread_of(messages: u64) -> Filled {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let (thread, tip) = store
        .write(|tx| {
            let thread = thread::insert(tx, &ThreadId::parse("long").unwrap(), Some("Long"), None, NOW)?;
            let mut tip: Option<MessageRow> = None;
            for n in 0..messages {
                tip = Some(append(tx, &thread, tip.as_ref(), &text(n))?);
            }
            if let Some(tip) = &tip {
                thread::set_tip(tx, tip, NOW)?;
            }
            Ok::<_, StoreError>((thread, tip))
        })
        .unwrap();
    Filled { dir, store, thread, tip }
}

pub fn append(
    tx: &rusqlite::Transaction<'_>,
    thread: &ThreadRow,
    tip: Option<&MessageRow>,
    text: &str,
) -> Result<MessageRow, StoreError> {
    let role = if tip.is_some_and(|tip| tip.depth % 2 == 1) { Role::Assistant } else { Role::User };
    let message = NewMessage::new(role, text);
    let parent = tip.map(|tip| tip.seq);
    message::insert(tx, &NewInsert { thread: thread.seq, parent, message: &message, created_at: NOW, response: None })
}

/// A store with that many threads in 20 clients.
pub fn threads(count: u64) -> Filled {
    let filled = thread_of(1);
    filled
        .store
        .write(|tx| {
            for n in 0..count {
                let id = ThreadId::parse(&format!("thread{n}")).unwrap();
                let row = thread::insert(tx, &id, Some(&format!("Thread {n}")), None, NOW + n as i64)?;
                let json = format!("{{\"client\":\"Client {}\",\"matter\":\"M-{n}\"}}", n % 20);
                metadata::set(tx, row.seq, &parse_metadata(&json).unwrap())?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    filled
}

/// The handle onto a filled folder.
pub fn handle(filled: &Filled) -> Skein {
    let mut options = OpenOptions::new(filled.dir.path(), Door::Cli);
    options.clock = Clock::System;
    options.keychain = Keychain::memory();
    Skein::open(options).unwrap()
}
