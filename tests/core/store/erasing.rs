//! Erasing: nothing of what was said is left in any file of the folder, at a cost that follows what is erased.

use skein_core::Skein;
use skein_core::wire::{Draft, Role, State};

use crate::support::{Fixture, files_that_hold, open};

/// A word in every place a thread has: message, reasoning aside, title, metadata, draft and history.
const WORD: &str = "xylophonist";

fn filled() -> (Fixture, Skein) {
    let fixture = Fixture::new();
    let skein = open(&fixture);
    let kept = fixture.thread("kept", "{}");
    fixture.message(&kept, None, Role::User, "harpsichord");
    let thread = fixture.thread("gone", &format!("{{\"client\":\"{WORD}\"}}"));
    let mut last = None;
    for n in 0..20 {
        last = Some(fixture.message(&thread, last.as_ref(), Role::User, &format!("{WORD} {n}")));
    }
    skein.rename_thread("gone", WORD).unwrap();
    let draft = Draft { text: WORD.into(), system: Some(WORD.into()), model: Some(WORD.into()) };
    skein.save_draft(Some("gone"), &draft).unwrap();
    skein.set_state("gone", State::Archived).unwrap();
    (fixture, skein)
}

fn files_that_hold_the_word(fixture: &Fixture) -> Vec<String> {
    // The index holds words without what they share with the word before them.
    let files = [WORD, &WORD[1..]].map(|word| files_that_hold(fixture, word));
    files.concat()
}

#[test]
fn an_erased_thread_leaves_no_word_in_any_file() {
    let (fixture, skein) = filled();
    assert!(!files_that_hold_the_word(&fixture).is_empty(), "it was there");
    skein.delete_thread("gone", Some("gone")).unwrap();
    assert_eq!(files_that_hold_the_word(&fixture), [""; 0]);
    assert_eq!(skein.search("harpsichord", None, 10).unwrap().hits.len(), 1, "the others are still found");
}

#[test]
fn what_a_reader_kept_in_the_log_goes_at_the_next_start() {
    let (fixture, skein) = filled();
    let reader = fixture.foreign();
    reader.execute_batch("BEGIN; SELECT count(*) FROM thread;").unwrap();
    skein.delete_thread("gone", Some("gone")).unwrap();
    assert!(!files_that_hold_the_word(&fixture).is_empty(), "a reader still needs the log");
    reader.execute_batch("COMMIT").unwrap();
    let _next = open(&fixture);
    assert_eq!(files_that_hold_the_word(&fixture), [""; 0]);
}

/// Without one, every row that goes is looked for in all of another table.
#[test]
fn every_reference_is_found_through_an_index() {
    let fixture = Fixture::new();
    let conn = fixture.foreign();
    let column = |sql: &str, column: &str| -> Vec<String> {
        let mut read = conn.prepare(sql).unwrap();
        read.query_map([], |row| row.get(column)).unwrap().map(Result::unwrap).collect()
    };
    for table in column("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%REFERENCES%'", "name") {
        for from in column(&format!("PRAGMA foreign_key_list({table})"), "from") {
            let plan = column(&format!("EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {from} = 1"), "detail");
            assert!(plan.iter().all(|step| step.contains("SEARCH")), "{table}.{from}: {plan:?}");
        }
    }
}
