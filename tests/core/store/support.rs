//! A store in a temporary folder, and quick ways to fill it.

use std::fs;

use rusqlite::Connection;
use skein_core::keychain::Keychain;
use skein_core::store::entry::{self, NewEntry};
use skein_core::store::message::{self, MessageRow, NewInsert};
use skein_core::store::thread::{self, ThreadRow};
use skein_core::store::{Store, StoreError, metadata};
use skein_core::thread::{NewMessage, ThreadId, parse_metadata};
use skein_core::wire::{Door, EntryKind, Role, State};
use skein_core::{OpenOptions, Skein};
use tempfile::TempDir;

/// A moment in November 2026.
pub const NOW: i64 = 1_795_000_000_000;

pub struct Fixture {
    pub dir: TempDir,
    pub store: Store,
}

impl Fixture {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        Self { dir, store }
    }

    /// A thread with metadata.
    pub fn thread(&self, id: &str, json: &str) -> ThreadRow {
        self.store
            .write(|tx| {
                let row = thread::insert(tx, &ThreadId::parse(id).unwrap(), Some(id), None, NOW)?;
                metadata::set(tx, row.seq, &parse_metadata(json).unwrap())?;
                entry::append(tx, &NewEntry::new(row.seq, EntryKind::Created, Door::Cli, NOW))?;
                Ok::<_, StoreError>(row)
            })
            .unwrap()
    }

    /// A message behind `parent`, which becomes the tip.
    pub fn message(&self, thread: &ThreadRow, parent: Option<&MessageRow>, role: Role, text: &str) -> MessageRow {
        self.store
            .write(|tx| {
                let message = NewMessage::new(role, text);
                let parent = parent.map(|parent| parent.seq);
                let new = NewInsert { thread: thread.seq, parent, message: &message, created_at: NOW, response: None };
                let row = message::insert(tx, &new)?;
                thread::set_tip(tx, &row, NOW)?;
                Ok::<_, StoreError>(row)
            })
            .unwrap()
    }

    pub fn bring(&self, thread: &ThreadRow, state: State) {
        self.store.write(|tx| entry::transition(tx, thread.seq, state, Door::Cli, NOW, None)).unwrap();
    }

    pub fn get(&self, thread: &ThreadRow) -> ThreadRow {
        self.store.read(|conn| thread::get(conn, thread.seq)).unwrap()
    }

    /// A connection that knows nothing of our settings, as another program would open one.
    pub fn foreign(&self) -> Connection {
        Connection::open(self.dir.path().join("skein.db")).unwrap()
    }
}

/// The files of the folder in which that text stands.
pub fn files_that_hold(fixture: &Fixture, text: &str) -> Vec<String> {
    let files = fs::read_dir(fixture.dir.path()).unwrap().map(Result::unwrap);
    files
        .filter(|file| file.file_type().unwrap().is_file())
        .filter(|file| fs::read(file.path()).unwrap().windows(text.len()).any(|window| window == text.as_bytes()))
        .map(|file| file.file_name().into_string().unwrap())
        .collect()
}

/// The handle that a door holds on the fixture's store.
pub fn open(fixture: &Fixture) -> Skein {
    let options = OpenOptions { keychain: Keychain::memory(), ..OpenOptions::new(fixture.dir.path(), Door::Cli) };
    Skein::open(options).unwrap()
}

/// Twenty-five threads, four of five under one of three clients.
pub fn filled() -> (Fixture, Vec<ThreadRow>) {
    let fixture = Fixture::new();
    let threads = (0..25)
        .map(|n| {
            let client = ["Acme", "Helvetia", "acme"][n % 3];
            let json =
                if n % 5 == 0 { "{}".into() } else { format!("{{\"client\":\"{client}\",\"rating\":{}}}", n % 2) };
            fixture.thread(&format!("t{n:02}"), &json)
        })
        .collect();
    (fixture, threads)
}
