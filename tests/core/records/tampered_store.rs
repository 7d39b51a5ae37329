//! A sealed thread changed behind our back: every kind of change, in a hundred places each, is found
//! and named. The intruder has the file and knows SQLite; our triggers are gone.

use std::process::Command;

use rusqlite::Connection;
use skein_core::keychain::Keychain;
use skein_core::record::key::SigningKey;
use skein_core::store::{Store, StoreError, seal};
use skein_core::wire::FindingKind::{
    HistoryChanged, MessageAdded, MessageChanged, MessageMissing, MessageMoved, MetadataChanged, SealChanged,
    SealMissing, SealReplaced, SignatureWrong, ThreadChanged, TitleChanged,
};
use skein_core::wire::{FindingKind, SealStatus, State, Verification};

use crate::support::{Chance, Desk, open};

const PLACES: u64 = 100;
const MESSAGES: u64 = 24;

/// The last part of the store is thread `a`, sealed twice, with thread `b` beside it.
struct Scene {
    desk: Desk,
    intruder: Connection,
}

impl Scene {
    fn new() -> Self {
        let desk = Desk::new();
        desk.thread("b", 6);
        desk.thread("a", MESSAGES as u32);
        desk.skein.set_state("b", State::Locked).unwrap();
        desk.skein.set_state("a", State::Locked).unwrap();
        desk.skein.set_state("a", State::Open).unwrap();
        desk.skein.set_state("a", State::Locked).unwrap();
        let intruder = desk.intruder();
        intruder.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        Self { desk, intruder }
    }

    /// Does something, looks what is found, and undoes it.
    fn after(&self, change: impl FnOnce(&Connection)) -> Verification {
        let copy = tempfile::NamedTempFile::new().unwrap();
        self.intruder.execute("VACUUM INTO ?1", [format!("{}.db", copy.path().display())]).unwrap();
        self.intruder.execute_batch("BEGIN").unwrap();
        change(&self.intruder);
        self.intruder.execute_batch("COMMIT").unwrap();
        let found = self.desk.skein.verify_thread("a").unwrap();
        self.restore(&format!("{}.db", copy.path().display()));
        found
    }

    fn restore(&self, from: &str) {
        let tables =
            ["thread", "message", "metadata", "response", "entry", "entry_detail", "seal", "signature", "signing_key"];
        self.intruder.execute("ATTACH ?1 AS kept", [from]).unwrap();
        for table in tables {
            self.intruder
                .execute_batch(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept.{table};"))
                .unwrap();
        }
        self.intruder.execute_batch("DETACH kept").unwrap();
        std::fs::remove_file(from).unwrap();
    }

    /// The sequence number of the n-th message of `a`, from 0.
    fn message(&self, n: u64) -> i64 {
        self.intruder
            .query_row(
                "SELECT seq FROM message WHERE thread = 2 ORDER BY seq LIMIT 1 OFFSET ?1",
                [n.cast_signed()],
                |row| row.get(0),
            )
            .unwrap()
    }
}

/// Each place is found, as one of these kinds, and says where if it is about a message.
fn each(kinds: &[FindingKind], mut alter: impl FnMut(&Scene, &Connection, &mut Chance)) {
    let scene = Scene::new();
    assert_eq!(scene.desk.skein.verify_thread("a").unwrap().status, SealStatus::Valid);
    let mut chance = Chance::new(7);
    for place in 0..PLACES {
        let found = scene.after(|conn| alter(&scene, conn, &mut chance));
        assert_eq!(found.status, SealStatus::Altered, "place {place}");
        let named = found.findings.iter().any(|finding| kinds.contains(&finding.kind));
        assert!(named, "place {place}: {kinds:?} is not among {:?}", found.findings);
        assert!(found.findings.iter().all(|finding| !finding.words.is_empty()));
    }
    assert_eq!(scene.desk.skein.verify_thread("a").unwrap().status, SealStatus::Valid, "undone");
}

fn set(conn: &Connection, column: &str, value: &str, seq: i64) {
    conn.execute(&format!("UPDATE message SET {column} = {value} WHERE seq = ?1"), [seq]).unwrap();
}

#[test]
fn one_bit_in_a_message() {
    each(&[MessageChanged], |scene, conn, chance| {
        let seq = scene.message(chance.below(MESSAGES));
        let text: String = conn.query_row("SELECT texts FROM message WHERE seq = ?1", [seq], |row| row.get(0)).unwrap();
        let mut bytes = text.into_bytes();
        let at = chance.below(bytes.len() as u64) as usize;
        bytes[at] ^= 1 << chance.below(8);
        conn.execute("UPDATE message SET texts = CAST(?1 AS TEXT) WHERE seq = ?2", (bytes, seq)).unwrap();
    });
}

#[test]
fn a_role_a_time_or_a_model() {
    each(&[MessageChanged], |scene, conn, chance| {
        let seq = scene.message(2 * chance.below(MESSAGES / 2) + 1);
        match chance.below(5) {
            0 => set(conn, "role", "'system'", seq),
            1 => set(conn, "created_at", &format!("created_at + {}", 1 + chance.below(1_000_000)), seq),
            2 => set(conn, "model", "'another'", seq),
            3 => set(conn, "status", "'cancelled'", seq),
            _ => {
                let response = "(SELECT response FROM message WHERE seq = ?1)";
                conn.execute(&format!("UPDATE response SET model = 'another' WHERE seq = {response}"), [seq]).unwrap();
            }
        }
    });
}

#[test]
fn a_message_dropped_from_the_middle_or_the_end() {
    each(&[MessageMissing], |scene, conn, chance| {
        let seq = scene.message(chance.below(MESSAGES - 1));
        conn.execute("DELETE FROM message WHERE seq = ?1", [seq]).unwrap();
    });
    each(&[MessageMissing], |_, conn, chance| {
        let keep = chance.below(MESSAGES - 1) + 1;
        conn.execute(
            "DELETE FROM message WHERE thread = 2 AND seq NOT IN
             (SELECT seq FROM message WHERE thread = 2 ORDER BY seq LIMIT ?1)",
            [keep.cast_signed()],
        )
        .unwrap();
    });
}

const COLUMNS: &str = "thread, parent, branch, depth, role, status, size, created_at, response, model, copied_from, hash, texts, reasoning";

#[test]
fn a_message_added_or_doubled() {
    each(&[MessageAdded], |scene, conn, chance| {
        let seq = scene.message(chance.below(MESSAGES));
        conn.execute(
            &format!("INSERT INTO message (id, {COLUMNS}) SELECT 'msg_new', {COLUMNS} FROM message WHERE seq = ?1"),
            [seq],
        )
        .unwrap_or_else(|_| {
            // One place on a branch holds one message; the intruder makes another.
            conn.execute_batch("DROP INDEX IF EXISTS message_place").unwrap();
            conn.execute(
                &format!("INSERT INTO message (id, {COLUMNS}) SELECT 'msg_new', {COLUMNS} FROM message WHERE seq = ?1"),
                [seq],
            )
            .unwrap()
        });
    });
}

#[test]
fn two_messages_swapped() {
    each(&[MessageMoved, MessageChanged], |scene, conn, chance| {
        let first = chance.below(MESSAGES - 1);
        let second = first + 1 + chance.below(MESSAGES - first - 1);
        let (first, second) = (scene.message(first), scene.message(second));
        conn.execute_batch("DROP INDEX IF EXISTS message_place").unwrap();
        for (from, to) in [(first, -1), (second, first), (-1, second)] {
            conn.execute("UPDATE message SET seq = ?2 WHERE seq = ?1", (from, to)).unwrap();
        }
    });
}

#[test]
fn the_title_the_metadata_or_the_state() {
    each(&[TitleChanged, MetadataChanged, ThreadChanged, HistoryChanged], |_, conn, chance| {
        let n = chance.below(1000);
        match n % 4 {
            0 => conn.execute("UPDATE thread SET title = title || ?1 WHERE seq = 2", [n.cast_signed()]),
            1 => conn.execute(
                "UPDATE metadata SET json = '{\"client\":\"' || ?1 || '\"}' WHERE thread = 2",
                [n.cast_signed()],
            ),
            2 => conn.execute(
                "UPDATE thread SET state = 'archived', created_at = created_at + ?1 WHERE seq = 2",
                [n.cast_signed()],
            ),
            _ => conn.execute("UPDATE thread SET state = 'open' WHERE seq = 2 AND ?1 > 0", [n.cast_signed()]),
        }
        .unwrap();
    });
}

#[test]
fn an_event_removed_or_changed() {
    each(&[HistoryChanged, SealMissing, SealReplaced], |_, conn, chance| {
        let entries: i64 = conn.query_row("SELECT count(*) FROM entry WHERE thread = 2", [], |row| row.get(0)).unwrap();
        let at = chance.below(entries as u64).cast_signed();
        let seq: i64 = conn
            .query_row("SELECT seq FROM entry WHERE thread = 2 ORDER BY seq LIMIT 1 OFFSET ?1", [at], |row| row.get(0))
            .unwrap();
        let change = match chance.below(5) {
            0 => "DELETE FROM entry WHERE seq = ?1",
            1 => "UPDATE entry SET at = at + 1 WHERE seq = ?1",
            2 => "UPDATE entry SET door = 'api' WHERE seq = ?1",
            3 => "UPDATE entry_detail SET json = '{\"title\":\"other\"}' WHERE entry = ?1",
            _ => "DELETE FROM entry_detail WHERE entry = ?1",
        };
        conn.execute(change, [seq]).unwrap();
    });
}

#[test]
fn a_seal_changed_one_of_another_thread_or_an_older_one() {
    each(&[SealChanged, SealReplaced, SealMissing], |_, conn, chance| {
        let last = "(SELECT max(seq) FROM seal WHERE thread = 2)";
        let n = chance.below(1000);
        match n % 5 {
            0 => conn.execute_batch(&format!("UPDATE seal SET json = replace(json, '0', '1') WHERE seq = {last}")),
            // The older one, as the last.
            1 => conn.execute_batch(&format!("DELETE FROM seal WHERE seq = {last}")),
            2 => conn.execute_batch(&format!(
                "CREATE TEMP TABLE old AS SELECT * FROM seal WHERE thread = 2 ORDER BY seq LIMIT 1;
                 DELETE FROM seal WHERE seq = (SELECT seq FROM old);
                 UPDATE seal SET (digest, header, json, count, marks, sealed_at)
                   = (SELECT digest, header, json, count, marks, sealed_at FROM old) WHERE seq = {last};
                 DROP TABLE old;"
            )),
            3 => conn.execute_batch("DELETE FROM seal WHERE thread = 2"),
            _ => conn.execute_batch(&format!(
                "CREATE TEMP TABLE other AS SELECT * FROM seal WHERE thread = 1;
                 DELETE FROM seal WHERE thread = 1;
                 UPDATE seal SET (digest, header, json, count, marks, sealed_at)
                   = (SELECT digest, header, json, count, marks, sealed_at FROM other) WHERE seq = {last};
                 DROP TABLE other;"
            )),
        }
        .unwrap();
    });
}

#[test]
fn an_earlier_seal_or_the_header_under_it() {
    each(&[SealChanged], |_, conn, chance| {
        let n = chance.below(1000);
        let change = match n % 4 {
            0 => "json = replace(json, '\"program\":\"', '\"program\":\"1')".to_owned(),
            1 => format!("json = json || substr('          ', 1, 1 + {n} % 9)"),
            2 => format!("header = replace(header, '\"title\":\"', '\"title\":\"{n} ')"),
            _ => format!("count = count + 1 + {n}"),
        };
        let first = "(SELECT min(seq) FROM seal WHERE thread = 2)";
        assert_eq!(conn.execute(&format!("UPDATE seal SET {change} WHERE seq = {first}"), []).unwrap(), 1);
    });
}

#[test]
fn one_bit_of_the_signature() {
    each(&[SignatureWrong], |_, conn, chance| {
        let (mut bytes, seq): (Vec<u8>, i64) = conn
            .query_row("SELECT signature, seq FROM signature ORDER BY seal DESC LIMIT 1", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        bytes[chance.below(64) as usize] ^= 1 << chance.below(8);
        conn.execute("UPDATE signature SET signature = ?1 WHERE seq = ?2", (bytes, seq)).unwrap();
    });
}

#[test]
fn a_signature_stripped_or_made_again_with_another_key() {
    let scene = Scene::new();
    let stripped = scene.after(|conn| {
        conn.execute("DELETE FROM signature", []).unwrap();
    });
    assert_eq!(stripped.status, SealStatus::Unsigned);
    let json = {
        let store = Store::open(scene.desk.dir.path()).unwrap();
        store.read(|conn| Ok::<_, StoreError>(seal::last(conn, 2)?.unwrap().json)).unwrap()
    };
    for seed in 0..PLACES as u8 {
        let key = SigningKey::from_seed(&[seed; 32]);
        let (public, signature) = (key.public().0, key.sign(json.as_bytes()));
        let found = scene.after(|conn| {
            conn.execute("DELETE FROM signature", []).unwrap();
            conn.execute("INSERT INTO signing_key (public, made_at) VALUES (?1, 1)", [public.as_slice()]).unwrap();
            conn.execute(
                "INSERT INTO signature (seal, public, signature, signed_at)
                 VALUES ((SELECT max(seq) FROM seal WHERE thread = 2), ?1, ?2, 1)",
                (public.as_slice(), signature.as_slice()),
            )
            .unwrap();
        });
        assert_eq!(found.status, SealStatus::UnknownKey, "listing a key in the store makes it no key of this machine");
    }
    let key = SigningKey::from_seed(&[1; 32]);
    let (public, signature) = (key.public().0, key.sign(json.as_bytes()));
    scene.intruder.execute("DELETE FROM signature", []).unwrap();
    scene.intruder.execute("INSERT INTO signing_key (public, made_at) VALUES (?1, 1)", [public.as_slice()]).unwrap();
    let sign = "INSERT INTO signature (seal, public, signature, signed_at) SELECT max(seq), ?1, ?2, 1 FROM seal";
    scene.intruder.execute(sign, (public.as_slice(), signature.as_slice())).unwrap();
    let found = open(scene.desk.dir.path(), &Keychain::memory()).verify_thread("a").unwrap();
    assert_eq!((found.status, found.keychain_unavailable), (SealStatus::UnknownKey, true), "nor without a keychain");
}

#[test]
fn a_locked_row_changed_with_the_sqlite3_program() {
    let scene = Scene::new();
    let db = scene.desk.dir.path().join("skein.db");
    let changed = Command::new("sqlite3")
        .arg(db)
        .arg(
            "DROP TRIGGER IF EXISTS message_never_changes; UPDATE message SET texts = '[\"42\"]' WHERE id = 'msg_a_3';",
        )
        .status()
        .unwrap();
    assert!(changed.success());
    let found = scene.desk.skein.verify_thread("a").unwrap();
    assert_eq!((found.status, found.findings[0].message), (SealStatus::Altered, Some(3)));
    assert_eq!(found.findings[0].message_id.as_deref(), Some("msg_a_3"));
    assert_eq!(scene.desk.skein.get_thread("a").unwrap().seal.unwrap().status, SealStatus::Altered, "lists say so too");
    let all = scene.desk.skein.verify_all(&mut |_| {}, &|| false).unwrap();
    assert_eq!((all.checked, all.troubles.len()), (2, 1));
}
