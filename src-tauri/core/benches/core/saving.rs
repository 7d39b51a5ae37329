//! Saving a message at any length of its thread, and the bytes a turn writes.

use std::fs;

use rusqlite::{Connection, params};
use skein_core::store::{StoreError, thread};

use crate::fill::{Filled, NOW, append, text, thread_of};
use crate::table::{Table, median};

const RUNS: usize = 400;
/// Turns whose bytes are counted; with the runs they fill the longest thread up to 10,000 messages.
const TURNS: u64 = 100;
const LONG: u64 = 10_000 - RUNS as u64 - 2 * TURNS;

pub fn measure(table: &mut Table) {
    let (mut times, mut bytes) = (Vec::new(), Vec::new());
    for length in [10, 1_000, LONG] {
        let mut filled = thread_of(length);
        times.push(save(&mut filled));
        bytes.push(bytes_a_turn(&mut filled));
    }
    let (bare, bare_bytes) = bare();
    table.ratio("save a message, thread of 10", times[0], "ms", ("bare insert", bare), "1.3");
    table.ratio("save a message, thread of 1,000", times[1], "ms", ("thread of 10", times[0]), "1.2");
    table.ratio("save a message, thread of up to 10,000", times[2], "ms", ("thread of 10", times[0]), "1.2");
    table.ratio("written a turn, thread of 10", bytes[0], "KiB", ("bare inserts", bare_bytes), "192 KiB");
    table.ratio(
        "written a turn, thread of up to 10,000",
        bytes[2],
        "KiB",
        ("thread of 10", bytes[0]),
        "192 KiB and 1.2",
    );
}

fn save(filled: &mut Filled) -> f64 {
    let mut n = 1_000_000;
    median(RUNS, || {
        n += 1;
        let text = text(n);
        let tip = filled
            .store
            .write(|tx| {
                let tip = append(tx, &filled.thread, filled.tip.as_ref(), &text)?;
                thread::set_tip(tx, &tip, NOW)?;
                Ok::<_, StoreError>(tip)
            })
            .unwrap();
        filled.tip = Some(tip);
    })
}

/// The same rows into the same tables and the same index with the same durability, without rules: milliseconds a
/// message, and KiB a turn.
fn bare() -> (f64, f64) {
    let filled = thread_of(10);
    let conn = Connection::open(filled.dir.path().join("skein.db")).unwrap();
    conn.execute_batch(
        "PRAGMA synchronous = FULL; DROP TRIGGER message_added_open; DROP TRIGGER message_counted;
         DROP TRIGGER thread_identity; DROP TRIGGER thread_state_by_entry; DROP TRIGGER thread_bin_by_entry;
         DROP TRIGGER thread_read_only; DROP TRIGGER thread_in_bin_rests;",
    )
    .unwrap();
    let mut n = 1_000_000;
    let mut insert = || {
        n += 1;
        let text = text(n as u64);
        conn.prepare_cached(
            "INSERT INTO message (seq, thread, id, branch, depth, role, status, size, created_at, hash, texts)
             VALUES (?1, 1, ?2, 1, ?1, 'user', 'completed', 500, 1, zeroblob(32), ?3)",
        )
        .unwrap()
        .execute(params![n, format!("msg_{n}"), text])
        .unwrap();
        conn.prepare_cached("INSERT INTO search (rowid, text) VALUES (?1, ?2)")
            .unwrap()
            .execute(params![n, text])
            .unwrap();
        conn.prepare_cached("UPDATE thread SET message_count = message_count + 1, tip = ?1 WHERE seq = 1")
            .unwrap()
            .execute([n])
            .unwrap();
    };
    let mut commit = |messages: u64| {
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..messages {
            insert();
        }
        conn.execute_batch("COMMIT").unwrap();
    };
    let took = median(RUNS, || commit(1));
    let before = written();
    for _ in 0..TURNS {
        commit(2);
    }
    (took, a_turn(before))
}

/// KiB handed to the system for a turn of two messages of 500 bytes, checkpoints included.
fn bytes_a_turn(filled: &mut Filled) -> f64 {
    let before = written();
    for n in 0..TURNS {
        let tip = filled
            .store
            .write(|tx| {
                let mut tip = filled.tip.clone();
                for part in 0..2 {
                    tip = Some(append(tx, &filled.thread, tip.as_ref(), &text(2_000_000 + 2 * n + part))?);
                }
                thread::set_tip(tx, tip.as_ref().unwrap(), NOW)?;
                Ok::<_, StoreError>(tip)
            })
            .unwrap();
        filled.tip = tip;
    }
    a_turn(before)
}

/// KiB a turn since so much was written.
fn a_turn(before: u64) -> f64 {
    (written() - before) as f64 / TURNS as f64 / 1024.0
}

fn written() -> u64 {
    let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|bytes| bytes.parse().ok()).unwrap_or(0)
}
