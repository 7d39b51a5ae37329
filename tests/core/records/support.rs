//! A store with a handle onto it and a keychain of its own, a thread worth sealing, and a small
//! source of chance that gives the same in every run.

use std::path::Path;

use rusqlite::Connection;
use serde_json::json;
use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::record::pdf::Program;
use skein_core::response::{Asked, Chunk, ChunkKind, End};
use skein_core::store::entry::{self, NewEntry};
use skein_core::store::message::{self, MessageRow, NewInsert};
use skein_core::store::response::{self, NewResponse, ResponseRow};
use skein_core::store::thread::{self, ThreadRow};
use skein_core::store::{Store, StoreError, metadata};
use skein_core::thread::{NewMessage, ThreadId, parse_metadata};
use skein_core::wire::{ContextSummary, Door, EntryKind, FinishReason, ResponseStatus, Role, State, Usage};
use skein_core::{OpenOptions, Skein};
use tempfile::TempDir;

/// A moment in November 2026.
pub const NOW: i64 = 1_795_000_000_000;

pub struct Desk {
    pub dir: TempDir,
    pub keychain: Keychain,
    pub skein: Skein,
}

impl Desk {
    /// With a keychain that keeps keys.
    pub fn new() -> Self {
        Self::with(Keychain::own())
    }

    pub fn with(keychain: Keychain) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let skein = open(dir.path(), &keychain);
        Self { dir, keychain, skein }
    }

    /// With a keychain, and with this program to make PDFs.
    pub fn printing(program: Program) -> Self {
        let (dir, keychain) = (tempfile::tempdir().unwrap(), Keychain::own());
        let skein = Skein::open(OpenOptions { pdf: Some(program), ..options(dir.path(), &keychain) }).unwrap();
        Self { dir, keychain, skein }
    }

    /// A connection that knows nothing of our settings and has none of our triggers in its way.
    pub fn intruder(&self) -> Connection {
        let conn = Connection::open(self.dir.path().join("skein.db")).unwrap();
        let names: Vec<String> = {
            let mut read = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
            read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        for name in names {
            conn.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        conn
    }

    /// A thread of that many messages with fixed ids, half of them replies by a model, one of them replaced
    /// by another version, renamed and described on the way.
    pub fn thread(&self, id: &str, messages: u32) -> ThreadRow {
        let store = Store::open(self.dir.path()).unwrap();
        let row = store.write(|tx| fill(tx, id, messages)).unwrap();
        drop(store);
        self.skein.rename_thread(id, "Transfer pricing \u{2014} \u{6a5f}\u{5bc6}").unwrap();
        row
    }
}

/// Without a program that makes PDFs, whatever lies where.
pub fn open(dir: &Path, keychain: &Keychain) -> Skein {
    Skein::open(options(dir, keychain)).unwrap()
}

fn options(dir: &Path, keychain: &Keychain) -> OpenOptions {
    let (clock, keychain) = (Clock::at(NOW), keychain.clone());
    OpenOptions { clock, keychain, pdf: None, ..OpenOptions::new(dir, Door::Cli) }
}

fn fill(tx: &rusqlite::Transaction<'_>, id: &str, messages: u32) -> Result<ThreadRow, StoreError> {
    let row = thread::insert(tx, &ThreadId::parse(id).unwrap(), None, None, NOW)?;
    metadata::set(tx, row.seq, &parse_metadata("{\"client\":\"Acme\",\"rate\":1.50,\"matter\":\"M-1\"}").unwrap())?;
    entry::append(tx, &NewEntry::new(row.seq, EntryKind::Created, Door::Cli, NOW))?;
    let mut tip: Option<MessageRow> = None;
    for n in 1..=messages {
        let at = NOW + i64::from(n) * 1000;
        let parent = tip.as_ref().map(|tip| tip.seq);
        if n % 2 == 0 {
            reply(tx, &row, parent, n, at)?;
            let last = thread::get(tx, row.seq)?.tip.unwrap();
            tip = Some(message::get(tx, last)?);
            continue;
        }
        let text = format!("Question {n}: what of \u{201c}margins\u{201d} & ranges?\n\n- one\n- two \u{1f600}");
        let message = NewMessage { id: format!("msg_{id}_{n}").into(), ..NewMessage::new(Role::User, text) };
        let new = NewInsert { thread: row.seq, parent, message: &message, created_at: at, response: None };
        tip = Some(message::insert(tx, &new)?);
    }
    if let Some(tip) = &tip {
        thread::set_tip(tx, tip, NOW)?;
    }
    Ok(row)
}

fn reply(
    tx: &rusqlite::Transaction<'_>,
    row: &ThreadRow,
    parent: Option<i64>,
    n: u32,
    at: i64,
) -> Result<(), StoreError> {
    let begun = begin(tx, row, parent, n, at, None)?;
    response::finish(tx, begun.seq, &end(n), Door::Cli, at, None)?;
    Ok(())
}

/// A response that runs, the n-th of its thread.
pub fn begin(
    tx: &rusqlite::Transaction<'_>,
    row: &ThreadRow,
    parent: Option<i64>,
    n: u32,
    at: i64,
    thread_state: Option<State>,
) -> Result<ResponseRow, StoreError> {
    let asked = Asked {
        id: format!("resp_{}_{n}", row.id),
        message_id: format!("msg_{}_{n}", row.id),
        endpoint: "local".into(),
        endpoint_id: "ep_local".into(),
        origin: if n.is_multiple_of(4) { "practice".into() } else { "https://api.example.com".into() },
        model: "scripted".into(),
        parameters: "{\"temperature\":0.70}".into(),
        own_parameters: "{}".into(),
        receipt: json!({"sent": n}).to_string(),
        context: ContextSummary { sent: n, left_out: 0 },
    };
    let new = NewResponse { asked: &asked, thread: row.seq, parent, thread_state, process: "gone", created_at: at };
    response::begin(tx, &new)
}

/// How it ends, with its text.
pub fn end(n: u32) -> End {
    End {
        status: ResponseStatus::Completed,
        finish_reason: Some(FinishReason::Stop),
        error: None,
        usage: Some(Usage { input_tokens: 10, output_tokens: u64::from(n), total_tokens: 10 + u64::from(n) }),
        model: Some("scripted-2".into()),
        trace: Box::default(),
        rest: vec![Chunk { kind: ChunkKind::Text, text: format!("Answer {n} with `code` and **weight**.") }],
    }
}

/// Chance that is the same in every run (xorshift).
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `end`.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
