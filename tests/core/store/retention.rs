//! Retention: what is due and why, what a run does about it, and that nothing goes unannounced or unwritten.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::store::entry::{self, NewEntry};
use skein_core::store::listing::ThreadFilter;
use skein_core::thread::retention::DAY;
use skein_core::wire::{CleanedThread, Door, DueReason, EntryKind, Retention, RetentionMode, Role, Settings, State};
use skein_core::{Code, Error, OpenOptions, Skein};

use crate::support::{Fixture, NOW, files_that_hold};

/// A store, and a clock that every handle onto it follows. A new handle is a new process: it has not run while the
/// clock went on.
struct Desk {
    fixture: Fixture,
    now: Arc<AtomicI64>,
    skein: Skein,
}

impl Desk {
    fn new() -> Self {
        let fixture = Fixture::new();
        let now = Arc::new(AtomicI64::new(NOW));
        let skein = open(&fixture, &now);
        Self { fixture, now, skein }
    }

    /// The program runs on for that long.
    fn runs(&self, days: i64) {
        self.now.fetch_add(days * DAY, Ordering::SeqCst);
    }

    /// The program is away for that long.
    fn is_away(&mut self, days: i64) {
        self.now.fetch_add(days * DAY, Ordering::SeqCst);
        self.skein = open(&self.fixture, &self.now);
    }

    fn set(&self, mode: RetentionMode) {
        self.patch(&json!({"mode": mode})).unwrap();
    }

    fn patch(&self, retention: &Value) -> Result<Settings, Error> {
        let patch = json!({"retention": retention});
        self.skein.patch_settings(patch.as_object().unwrap().clone())
    }

    /// A thread with a message.
    fn thread(&self, id: &str) {
        self.skein.create_thread(Some(id), Some(id), None).unwrap();
        let row = self.fixture.store.read(|conn| skein_core::store::thread::find_by_id(conn, id)).unwrap().unwrap();
        self.fixture.message(&row, None, Role::User, &format!("xylophonist {id}"));
    }

    fn due(&self) -> Vec<(String, Vec<DueReason>)> {
        let page = self.skein.due_threads(None, 100).unwrap();
        page.data.into_iter().map(|due| (due.thread.id, due.reasons)).collect()
    }

    fn kinds(&self, id: &str) -> Vec<(EntryKind, Door)> {
        self.skein.list_history(id).unwrap().into_iter().map(|entry| (entry.kind, entry.door)).collect()
    }
}

fn open(fixture: &Fixture, now: &Arc<AtomicI64>) -> Skein {
    let options = OpenOptions::new(fixture.dir.path(), Door::Cli);
    Skein::open(OpenOptions { clock: Clock::Set(now.clone()), keychain: Keychain::memory(), ..options }).unwrap()
}

fn ids(cleaned: &[CleanedThread]) -> Vec<&str> {
    cleaned.iter().map(|cleaned| cleaned.id.as_str()).collect()
}

#[test]
fn in_review_mode_threads_are_shown_as_due_and_left_alone() {
    let desk = Desk::new();
    for id in ["open", "locked", "archived", "pinned", "deleted"] {
        desk.thread(id);
    }
    desk.skein.set_state("locked", State::Locked).unwrap();
    desk.skein.set_state("archived", State::Archived).unwrap();
    desk.skein.pin_thread("pinned", true).unwrap();
    desk.skein.delete_thread("deleted", None).unwrap();
    desk.runs(89);
    assert!(desk.due().is_empty());
    desk.runs(1);
    desk.thread("young");
    assert_eq!(desk.due(), [("open".to_owned(), vec![DueReason::Inactivity])]);
    desk.runs(275);
    assert_eq!(desk.due()[0].1, [DueReason::Inactivity, DueReason::Age]);
    let report = desk.skein.run_retention().unwrap();
    assert!(report.binned.is_empty());
    assert_eq!(desk.due().len(), 2);
    desk.skein.pin_thread("open", true).unwrap();
    assert_eq!(desk.due(), [("young".to_owned(), vec![DueReason::Inactivity])]);
}

#[test]
fn in_automatic_mode_only_the_forgotten_go_to_the_bin_and_are_named() {
    let desk = Desk::new();
    for id in ["open", "locked", "archived", "pinned", "busy", "old"] {
        desk.thread(id);
    }
    desk.set(RetentionMode::Automatic);
    desk.skein.set_state("locked", State::Locked).unwrap();
    desk.skein.set_state("archived", State::Archived).unwrap();
    desk.skein.pin_thread("pinned", true).unwrap();
    desk.fixture
        .foreign()
        .execute_batch(
            "INSERT INTO response (id, thread, message_id, status, endpoint, origin, model_asked, parameters, receipt,
                 sent, left_out, process, created_at)
             SELECT 'resp_x', seq, 'msg_x', 'pending', '', '', '', '{}', '{}', 0, 0, 'x', 0 FROM thread WHERE id = 'busy'",
        )
        .unwrap();
    desk.runs(366);
    // Used a year after it was made: its age alone proposes it, and no more.
    desk.fixture
        .store
        .write(|tx| {
            let row = skein_core::store::thread::find_by_id(tx, "old")?.unwrap();
            tx.execute("UPDATE thread SET last_activity_at = ?2 WHERE seq = ?1", [row.seq, NOW + 366 * DAY])?;
            Ok::<_, skein_core::store::StoreError>(())
        })
        .unwrap();
    let report = desk.skein.run_retention().unwrap();
    assert_eq!(ids(&report.binned), ["open"]);
    assert_eq!(report.binned[0].title.as_deref(), Some("open"));
    assert!(desk.due().contains(&("old".into(), vec![DueReason::Age])));
    assert_eq!(desk.kinds("open").last(), Some(&(EntryKind::Deleted, Door::Skein)));
    let entry = desk.skein.list_history("open").unwrap().pop().unwrap();
    assert_eq!(entry.detail.unwrap()["reason"], "inactivity");
    assert!(desk.skein.run_retention().unwrap().binned.is_empty(), "once is enough");
}

#[test]
fn what_came_back_from_the_bin_is_not_forgotten_at_once() {
    let desk = Desk::new();
    desk.thread("t");
    desk.set(RetentionMode::Automatic);
    desk.runs(90);
    assert_eq!(ids(&desk.skein.run_retention().unwrap().binned), ["t"]);
    desk.skein.undelete_thread("t").unwrap();
    desk.runs(89);
    assert!(desk.due().is_empty());
    assert!(desk.skein.run_retention().unwrap().binned.is_empty());
    desk.runs(1);
    assert_eq!(ids(&desk.skein.run_retention().unwrap().binned), ["t"]);
}

#[test]
fn the_bin_erases_what_an_earlier_run_gave_notice_of_and_leaves_no_word_of_it() {
    let desk = Desk::new();
    desk.thread("gone");
    desk.thread("kept");
    desk.skein.run_retention().unwrap();
    desk.skein.delete_thread("gone", None).unwrap();
    desk.runs(22);
    assert!(desk.skein.run_retention().unwrap().noticed.is_empty());
    desk.runs(1);
    let report = desk.skein.run_retention().unwrap();
    assert_eq!((ids(&report.noticed), ids(&report.erased)), (vec!["gone"], vec![]));
    assert_eq!(report.noticed[0].erases_at, Some(skein_core::clock::rfc3339(NOW + 30 * DAY)));
    assert_eq!(desk.kinds("gone").last(), Some(&(EntryKind::ErasingAnnounced, Door::Skein)));
    desk.runs(6);
    assert!(desk.skein.run_retention().unwrap().noticed.is_empty(), "once is enough");
    assert!(!files_that_hold(&desk.fixture, "xylophonist gone").is_empty());
    desk.runs(1);
    let report = desk.skein.run_retention().unwrap();
    assert_eq!((ids(&report.erased), report.held_until), (vec!["gone"], None));
    assert_eq!(files_that_hold(&desk.fixture, "xylophonist gone"), [""; 0]);
    assert_eq!(desk.skein.get_thread("gone").unwrap_err().code(), Code::ThreadDeleted);
    assert_eq!(desk.skein.undelete_thread("gone").unwrap_err().code(), Code::ThreadDeleted);
    let doors: String = desk
        .fixture
        .foreign()
        .query_row("SELECT group_concat(door) FROM entry WHERE kind = 'erased'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(doors, "skein", "nothing goes without an entry");
    assert_eq!(desk.skein.search("xylophonist", None, 10).unwrap().hits.len(), 1);
}

#[test]
fn after_a_long_absence_erasing_waits_for_a_day_of_running_time() {
    let mut desk = Desk::new();
    desk.thread("t");
    desk.skein.delete_thread("t", None).unwrap();
    desk.skein.run_retention().unwrap();
    desk.is_away(400);
    let report = desk.skein.run_retention().unwrap();
    assert_eq!(ids(&report.noticed), ["t"]);
    assert_eq!(report.held_until, Some(skein_core::clock::rfc3339(NOW + 401 * DAY)));
    for _ in 0..3 {
        // Away again, but not for long: the day is counted in running time.
        desk.is_away(2);
        let report = desk.skein.run_retention().unwrap();
        assert!(report.erased.is_empty() && report.held_until.is_some(), "{report:?}");
    }
    desk.runs(1);
    assert_eq!(ids(&desk.skein.run_retention().unwrap().erased), ["t"]);
}

#[test]
fn a_pinned_thread_stays_even_in_the_bin() {
    let desk = Desk::new();
    desk.thread("t");
    desk.skein.pin_thread("t", true).unwrap();
    desk.skein.delete_thread("t", None).unwrap();
    for _ in 0..3 {
        desk.runs(40);
        let report = desk.skein.run_retention().unwrap();
        assert!(report.noticed.is_empty() && report.erased.is_empty(), "{report:?}");
    }
    assert_eq!(desk.skein.undelete_thread("t").unwrap().id, "t");
}

#[test]
fn the_store_itself_refuses_to_clean_up_what_the_rules_spare() {
    let desk = Desk::new();
    for id in ["locked", "pinned", "unannounced"] {
        desk.thread(id);
    }
    desk.skein.set_state("locked", State::Locked).unwrap();
    desk.skein.pin_thread("pinned", true).unwrap();
    desk.skein.delete_thread("unannounced", None).unwrap();
    for (id, kind) in [
        ("locked", EntryKind::Deleted),
        ("pinned", EntryKind::Deleted),
        ("pinned", EntryKind::ErasingAnnounced),
        ("unannounced", EntryKind::Erased),
    ] {
        let refused = desk.fixture.store.write(|tx| {
            let row = skein_core::store::thread::find_by_id(tx, id)?.unwrap();
            entry::append(tx, &NewEntry::new(row.seq, kind, Door::Skein, NOW))
        });
        assert!(refused.is_err(), "{id} {kind:?}");
    }
}

#[test]
fn a_person_erases_from_the_bin_by_naming_what() {
    let desk = Desk::new();
    for id in ["one", "two", "three", "open"] {
        desk.thread(id);
    }
    for id in ["one", "two", "three"] {
        desk.skein.delete_thread(id, None).unwrap();
    }
    let code = |id, confirm| desk.skein.erase_thread(id, confirm).unwrap_err().code();
    assert_eq!(code("one", None), Code::ConfirmationRequired);
    assert_eq!(code("one", Some("two")), Code::ConfirmationRequired);
    assert_eq!(code("open", Some("open")), Code::InvalidRequest);
    assert_eq!(code("none", Some("none")), Code::ThreadNotFound);
    assert!(desk.skein.erase_thread("one", Some("one")).unwrap().deleted);
    assert_eq!(code("one", Some("one")), Code::ThreadDeleted);
    assert_eq!(desk.skein.empty_bin(false).unwrap_err().code(), Code::ConfirmationRequired);
    let erased: Vec<String> = desk.skein.empty_bin(true).unwrap().data.into_iter().map(|gone| gone.id).collect();
    assert_eq!(erased, ["two", "three"]);
    for word in ["xylophonist one", "xylophonist two", "xylophonist three"] {
        assert_eq!(files_that_hold(&desk.fixture, word), [""; 0], "{word}");
    }
    assert!(
        desk.skein.list_threads(&ThreadFilter { deleted: true, ..ThreadFilter::default() }).unwrap().data.is_empty()
    );
    assert_eq!(desk.skein.get_thread("open").unwrap().message_count, 1);
}

#[test]
fn what_is_due_comes_in_pages_the_longest_at_rest_first() {
    let desk = Desk::new();
    for n in 0..7 {
        desk.thread(&format!("t{n}"));
    }
    desk.runs(100);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = desk.skein.due_threads(after.as_deref(), 3).unwrap();
        seen.extend(page.data.into_iter().map(|due| due.thread.id));
        after = page.last_id;
        if !page.has_more {
            break;
        }
    }
    assert_eq!(seen, ["t0", "t1", "t2", "t3", "t4", "t5", "t6"]);
    assert_eq!(desk.skein.due_threads(Some("nothing"), 3).unwrap_err().code(), Code::InvalidRequest);
}

#[test]
fn a_policy_is_kept_and_a_senseless_one_refused() {
    let desk = Desk::new();
    let usual = Retention { mode: RetentionMode::Review, inactivity_days: 90, age_days: 365 };
    assert_eq!(desk.skein.settings().unwrap().retention, usual);
    assert_eq!(desk.patch(&json!({"inactivityDays": 0})).unwrap_err().code(), Code::InvalidRequest);
    assert_eq!(desk.skein.settings().unwrap().retention, usual);
    desk.patch(&json!({"inactivityDays": 5})).unwrap();
    desk.thread("t");
    desk.runs(5);
    assert_eq!(desk.due().len(), 1);
}
