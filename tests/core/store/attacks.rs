//! Raw SQL against the rules: what no write path may do, no SQL statement can do either.

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use skein_core::store::StoreError;
use skein_core::store::entry::{self, NewEntry};
use skein_core::wire::{Door, EntryKind, Role, State};

use crate::support::{Fixture, NOW};

/// Everything in the tables that a thread consists of.
fn everything(conn: &Connection) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    for table in ["thread", "message", "metadata", "metadata_key", "response", "entry", "entry_detail", "tombstone"] {
        let mut read = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = read.column_count();
        let rows = read.query_map([], |row| (0..columns).map(|at| row.get(at)).collect()).unwrap();
        all.extend(rows.map(Result::unwrap));
    }
    all
}

const RESPONSE: &str = "INTO response (id, thread, message_id, status, endpoint, origin, model_asked, parameters, receipt, \
    sent, left_out, process, created_at) VALUES ('resp_x', 1, 'msg_x', 'completed', '', '', '', '{}', '{}', 0, 0, '', 1)";
const MESSAGE: &str = "INTO message (seq, thread, id, parent, branch, depth, role, status, size, created_at, hash, texts) \
    VALUES (3, 1, 'msg_x', 2, 1, 3, 'user', 'completed', 1, 1, zeroblob(32), '[\"x\"]')";

/// What must fail on a thread (seq 1, messages 1 and 2) that is not open.
fn attacks_on_a_closed_thread() -> Vec<String> {
    let mut attacks: Vec<String> = [
        "UPDATE thread SET state = 'open' WHERE seq = 1",
        "UPDATE thread SET title = 'other' WHERE seq = 1",
        "UPDATE thread SET tip = 1 WHERE seq = 1",
        "UPDATE thread SET message_count = 0 WHERE seq = 1",
        "UPDATE thread SET last_activity_at = 0 WHERE seq = 1",
        "UPDATE thread SET revision = revision + 1 WHERE seq = 1",
        "UPDATE thread SET deleted_at = 1 WHERE seq = 1",
        "UPDATE thread SET id = 'other' WHERE seq = 1",
        "DELETE FROM thread WHERE seq = 1",
        "REPLACE INTO thread (seq, id, created_at, updated_at, last_activity_at) VALUES (1, 'a', 1, 1, 1)",
        "REPLACE INTO thread (id, created_at, updated_at, last_activity_at) VALUES ('a', 1, 1, 1)",
        "UPDATE message SET texts = '[\"other\"]' WHERE seq = 2",
        "UPDATE message SET thread = 2 WHERE seq = 2",
        "DELETE FROM message WHERE seq = 2",
        "REPLACE INTO message SELECT * FROM message WHERE seq = 2",
        "UPDATE metadata SET json = '{}' WHERE thread = 1",
        "DELETE FROM metadata WHERE thread = 1",
        "REPLACE INTO metadata VALUES (1, '{}')",
        "UPDATE metadata_key SET value = 'other' WHERE thread = 1",
        "DELETE FROM metadata_key WHERE thread = 1",
        "INSERT INTO metadata_key VALUES (1, 'new', 'x')",
        "REPLACE INTO metadata_key VALUES (1, 'client', 'other')",
        "INSERT INTO entry (thread, kind, door, at, detail_digest, store_prev, thread_prev, hash)
            VALUES (1, 'deleted', 'cli', 1, x'', x'', x'', zeroblob(32))",
    ]
    .map(String::from)
    .into();
    attacks.extend(FALSE_ENTRIES.map(String::from));
    for verb in ["INSERT", "REPLACE"] {
        attacks.push(format!("{verb} {MESSAGE}"));
        attacks.push(format!("{verb} {RESPONSE}"));
    }
    attacks
}

/// What can only be said of a thread that is open and not in the bin.
const FALSE_ENTRIES: [&str; 2] = [
    "INSERT INTO entry (thread, kind, door, at, detail_digest, store_prev, thread_prev, hash)
        VALUES (1, 'renamed', 'cli', 1, x'', x'', x'', zeroblob(32))",
    "INSERT INTO entry (thread, kind, door, at, detail_digest, store_prev, thread_prev, hash)
        VALUES (1, 'metadata_changed', 'cli', 1, x'', x'', x'', zeroblob(32))",
];

/// What must fail on any thread.
const ATTACKS: &[&str] = &[
    "UPDATE entry SET at = 1",
    "DELETE FROM entry",
    "REPLACE INTO entry SELECT * FROM entry WHERE seq = 1",
    "UPDATE entry_detail SET json = '{}'",
    "DELETE FROM entry_detail",
    "REPLACE INTO entry_detail SELECT entry, salt, '{}' FROM entry_detail",
    "REPLACE INTO tombstone VALUES (x'01', 9, 1, NULL), (x'01', 9, 2, NULL)",
    "INSERT INTO entry (thread, kind, from_state, to_state, door, at, detail_digest, store_prev, thread_prev, hash)
        VALUES (1, 'renamed', 'archived', 'open', 'cli', 1, x'', x'', x'', zeroblob(32))",
    "INSERT INTO entry (thread, kind, door, at, detail_digest, store_prev, thread_prev, hash)
        VALUES (1, 'locked', 'cli', 1, x'', x'', x'', zeroblob(32))",
    "INSERT INTO thread (id, state, created_at, updated_at, last_activity_at) VALUES ('b', 'locked', 1, 1, 1)",
];

#[test]
fn no_sql_changes_a_locked_or_archived_thread() {
    for state in [State::Locked, State::Archived] {
        let fixture = Fixture::new();
        let thread = fixture.thread("a", "{\"client\":\"Acme\"}");
        let first = fixture.message(&thread, None, Role::User, "hello");
        fixture.message(&thread, Some(&first), Role::Assistant, "hi");
        fixture.bring(&thread, state);
        let foreign = fixture.foreign();
        let before = everything(&foreign);
        for attack in attacks_on_a_closed_thread().iter().map(String::as_str).chain(ATTACKS.iter().copied()) {
            assert!(foreign.execute_batch(attack).is_err(), "{state:?}, another program: {attack}");
            let ours = fixture.store.write(|tx| tx.execute_batch(attack).map_err(StoreError::from));
            assert!(ours.is_err(), "{state:?}, our own connection: {attack}");
            assert_eq!(everything(&foreign), before, "{attack}");
        }
    }
}

#[test]
fn no_sql_changes_a_thread_in_the_bin() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{\"client\":\"Acme\"}");
    let first = fixture.message(&thread, None, Role::User, "hello");
    fixture.message(&thread, Some(&first), Role::Assistant, "hi");
    let deleted = NewEntry::new(thread.seq, EntryKind::Deleted, Door::Cli, NOW);
    fixture.store.write(|tx| entry::append(tx, &deleted)).unwrap();
    let foreign = fixture.foreign();
    let before = everything(&foreign);
    let no_thread = FALSE_ENTRIES.map(|entry| entry.replace("VALUES (1,", "VALUES (99,"));
    let attacks = attacks_on_a_closed_thread().into_iter().chain(no_thread);
    for attack in attacks {
        assert!(foreign.execute_batch(&attack).is_err(), "another program: {attack}");
        let ours = fixture.store.write(|tx| tx.execute_batch(&attack).map_err(StoreError::from));
        assert!(ours.is_err(), "our own connection: {attack}");
        assert_eq!(everything(&foreign), before, "{attack}");
    }
}

/// What the triggers rely on: SQLite runs those for deleting before a `REPLACE` only where it is told to.
#[test]
fn every_connection_is_told_what_the_rules_rely_on() {
    fn check(conn: &Connection, which: &str) {
        let number = |pragma: &str| conn.pragma_query_value::<i64, _>(None, pragma, |row| row.get(0)).unwrap();
        for (pragma, value) in [
            ("recursive_triggers", 1),
            ("foreign_keys", 1),
            ("trusted_schema", 0),
            ("synchronous", 2),
            ("secure_delete", 1),
            ("cell_size_check", 1),
        ] {
            assert_eq!(number(pragma), value, "{which}: {pragma}");
        }
        let log: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(log, "wal", "{which}");
        assert!(conn.db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE).unwrap(), "{which}: defensive");
    }
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    fixture.message(&thread, None, Role::User, "hello");
    let checked = |conn: &Connection, which: &str| {
        check(conn, which);
        Ok::<_, StoreError>(())
    };
    fixture.store.write(|tx| checked(tx, "writing")).unwrap();
    fixture.store.read(|conn| checked(conn, "reading")).unwrap();

    let defensive = "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE type = 'trigger'";
    assert!(fixture.store.write(|tx| tx.execute_batch(defensive).map_err(StoreError::from)).is_err());
}

#[test]
fn messages_of_an_open_thread_never_change_either() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    let first = fixture.message(&thread, None, Role::User, "hello");
    fixture.message(&thread, Some(&first), Role::Assistant, "hi");
    let foreign = fixture.foreign();
    for attack in [
        "UPDATE message SET texts = '[\"other\"]' WHERE seq = 2",
        "UPDATE message SET role = 'user' WHERE seq = 2",
        "DELETE FROM message WHERE seq = 2",
        "REPLACE INTO message SELECT * FROM message WHERE seq = 2",
        "UPDATE thread SET state = 'locked' WHERE seq = 1",
        "UPDATE thread SET deleted_at = 1 WHERE seq = 1",
        "DELETE FROM thread WHERE seq = 1",
        // Out of place: another parent's depth, another branch, another thread's parent.
        &format!("INSERT {}", MESSAGE.replace("2, 1, 3,", "2, 1, 4,")),
        &format!("INSERT {}", MESSAGE.replace("2, 1, 3,", "2, 9, 3,")),
        &format!("INSERT {}", MESSAGE.replace("2, 1, 3,", "NULL, 1, 3,")),
    ] {
        let before = everything(&foreign);
        assert!(foreign.execute_batch(attack).is_err(), "{attack}");
        assert_eq!(everything(&foreign), before, "{attack}");
    }
}

#[test]
fn the_10_001st_message_is_refused_by_the_store_itself() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    let foreign = fixture.foreign();
    foreign.execute_batch("UPDATE thread SET message_count = 10000 WHERE seq = 1").unwrap();
    let error = foreign
        .execute_batch(&format!("INSERT {}", MESSAGE.replace("3, 1, 'msg_x', 2, 1, 3", "3, 1, 'msg_x', NULL, 3, 1")));
    assert!(error.unwrap_err().to_string().contains("message_limit_reached"));
    assert_eq!(fixture.get(&thread).message_count, 10_000);
}

#[test]
fn erasing_takes_every_row_but_the_history() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{\"client\":\"Acme\"}");
    fixture.message(&thread, None, Role::User, "hello");
    let foreign = fixture.foreign();
    assert!(foreign.execute_batch("DELETE FROM message").is_err(), "not before an entry says so");
    let erased = "INSERT INTO entry (thread, kind, door, at, detail_digest, store_prev, thread_prev, hash)
        VALUES (1, 'erased', 'cli', 1, x'', x'', x'', zeroblob(32))";
    assert!(foreign.execute_batch(erased).is_err(), "an open thread goes to the bin first");
    fixture.bring(&thread, State::Archived);
    foreign.execute_batch(erased).unwrap();
    fixture.store.write(|tx| skein_core::store::thread::erase(tx, thread.seq)).unwrap();
    let left = |table: &str| -> i64 {
        foreign.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    for table in ["thread", "message", "metadata", "metadata_key", "entry_detail"] {
        assert_eq!(left(table), 0, "{table}");
    }
    assert_eq!(left("entry"), 3, "created, archived, erased");
}
