//! Many threads changed at once: each as a whole or not at all, told of, and undone.

use serde_json::json;
use skein_core::keychain::Keychain;
use skein_core::store::view;
use skein_core::wire::{BulkChange, BulkReport, Chosen, Door, EntryKind, JsonObject, SidebarListing, State};
use skein_core::{OpenOptions, Skein};

use crate::support::Fixture;

struct Desk {
    fixture: Fixture,
    skein: Skein,
}

impl Desk {
    /// Threads `t0` to `t5`: `t1` locked, `t2` archived, all but `t5` of a client.
    fn new() -> Self {
        let fixture = Fixture::new();
        for n in 0..6 {
            let json = if n == 5 { "{}".into() } else { format!("{{\"client\":\"Client {n}\"}}") };
            let thread = fixture.thread(&format!("t{n}"), &json);
            match n {
                1 => fixture.bring(&thread, State::Locked),
                2 => fixture.bring(&thread, State::Archived),
                _ => {}
            }
        }
        let options =
            OpenOptions { keychain: Keychain::memory(), ..OpenOptions::new(fixture.dir.path(), Door::Window) };
        Self { skein: Skein::open(options).unwrap(), fixture }
    }

    fn change(&self, chosen: &Chosen, change: &BulkChange) -> BulkReport {
        self.skein.change_threads(chosen, change, &mut |_| (), &|| false).unwrap()
    }

    fn undo(&self, report: &BulkReport) -> BulkReport {
        self.skein.undo_change(report.undo.expect("it can be undone"), &mut |_| (), &|| false).unwrap()
    }

    fn states(&self) -> Vec<State> {
        (0..6).map(|n| self.skein.get_thread(&format!("t{n}")).unwrap().state).collect()
    }

    fn clients(&self) -> Vec<Option<String>> {
        let client = |n| self.skein.get_thread(&format!("t{n}")).unwrap().metadata.get("client").cloned();
        (0..6).map(|n| client(n).and_then(|value| value.as_str().map(Into::into))).collect()
    }
}

fn these(ids: &[&str]) -> Chosen {
    Chosen::These { ids: ids.iter().map(|id| (*id).into()).collect() }
}

fn all_but(ids: &[&str]) -> Chosen {
    let except = ids.iter().map(|id| (*id).into()).collect();
    Chosen::Listed { listing: SidebarListing::default(), except }
}

fn client(value: &str) -> BulkChange {
    BulkChange::Metadata { patch: JsonObject::from_iter([("client".into(), json!(value))]) }
}

fn counts(report: &BulkReport) -> (u32, u32, u32) {
    (report.changed, report.unchanged, report.refused)
}

fn why(report: &BulkReport) -> Vec<(&str, &str)> {
    report.why.iter().map(|refused| (refused.id.as_str(), refused.error.code.as_str())).collect()
}

#[test]
fn all_that_is_listed_but_one_is_locked_sealed_and_unlocked_again() {
    use State::{Archived, Locked, Open};
    let desk = Desk::new();
    let locked = desk.change(&all_but(&["t0"]), &BulkChange::State { state: Locked });
    assert_eq!((counts(&locked), why(&locked)), ((3, 1, 1), vec![("t2", "invalid_transition")]));
    assert_eq!(locked.why[0].title.as_deref(), Some("t2"));
    assert_eq!(desk.states(), [Open, Locked, Archived, Locked, Locked, Locked]);
    assert!(desk.skein.seal("t3").unwrap().is_some(), "whatever is locked is sealed");
    let undone = desk.undo(&locked);
    assert_eq!(counts(&undone), (3, 0, 0));
    assert_eq!(desk.states(), [Open, Locked, Archived, Open, Open, Open], "what was locked before stays so");
    let kinds: Vec<EntryKind> = desk.skein.list_history("t3").unwrap().into_iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Created, EntryKind::Locked, EntryKind::Unlocked]);
    let again = desk.skein.undo_change(locked.undo.unwrap(), &mut |_| (), &|| false).unwrap_err();
    assert_eq!(again.code().as_str(), "invalid_request", "once is enough");
}

#[test]
fn a_client_is_set_where_that_may_be_and_each_gets_back_its_own() {
    let desk = Desk::new();
    let before = desk.clients();
    let set = desk.change(&these(&["t0", "t1", "t2", "t4", "t5", "none"]), &client("Client 4"));
    assert_eq!(counts(&set), (2, 1, 3));
    assert_eq!(why(&set), [("t1", "thread_locked"), ("t2", "thread_archived"), ("none", "thread_not_found")]);
    let four = Some("Client 4".to_owned());
    assert_eq!(desk.clients()[..], [&four, &before[1], &before[2], &before[3], &four, &four].map(Clone::clone));
    assert_eq!(counts(&desk.undo(&set)), (2, 0, 0));
    assert_eq!(desk.clients(), before);
}

#[test]
fn what_is_deleted_comes_back_and_what_is_put_back_goes_again() {
    let desk = Desk::new();
    let deleted = desk.change(&all_but(&[]), &BulkChange::Delete);
    assert_eq!(counts(&deleted), (4, 0, 2));
    assert_eq!(why(&deleted), [("t2", "confirmation_required"), ("t1", "thread_locked")]);
    let bin = SidebarListing { deleted: true, ..SidebarListing::default() };
    assert_eq!(desk.skein.sidebar(&bin, 0, 10).unwrap().total, 4);
    let all = Chosen::Listed { listing: bin.clone(), except: vec!["t0".into()] };
    let back = desk.change(&all, &BulkChange::Undelete);
    assert_eq!(counts(&back), (3, 0, 0));
    assert_eq!(counts(&desk.undo(&back)), (3, 0, 0));
    assert_eq!(desk.skein.sidebar(&bin, 0, 10).unwrap().total, 4);
    assert_eq!(counts(&desk.undo(&deleted)), (4, 0, 0));
    assert_eq!(desk.skein.sidebar(&bin, 0, 10).unwrap().total, 0);
}

#[test]
fn pins_are_undone_where_there_was_none_before() {
    let desk = Desk::new();
    let first = desk.skein.get_thread("t0").unwrap();
    assert!(!first.pinned);
    desk.skein.pin_thread("t0", true).unwrap();
    let pinned = desk.change(&these(&["t0", "t1", "t2"]), &BulkChange::Pin { pinned: true });
    assert_eq!(counts(&pinned), (2, 1, 0), "in any state");
    assert_eq!(counts(&desk.undo(&pinned)), (2, 0, 0));
    let row = desk.fixture.store.read(|conn| skein_core::store::thread::find_by_id(conn, "t0")).unwrap().unwrap();
    assert!(desk.fixture.store.read(|conn| view::get(conn, row.seq)).unwrap().pinned);
}

/// What is archived stays so; it is not offered to be undone.
#[test]
fn archiving_many_cannot_be_undone() {
    let desk = Desk::new();
    let archived = desk.change(&these(&["t0", "t1", "t2"]), &BulkChange::State { state: State::Archived });
    assert_eq!((counts(&archived), archived.undo), ((2, 1, 0), None));
}

/// Nothing of a change that is refused is kept, though others in the same transaction are.
#[test]
fn one_that_is_refused_is_left_as_it_was() {
    let desk = Desk::new();
    let full = JsonObject::from_iter([("notes".into(), json!("x".repeat(16_300)))]);
    desk.skein.create_thread(Some("full"), None, Some(full)).unwrap();
    let before = desk.skein.get_thread("full").unwrap();
    let patch = JsonObject::from_iter([("more".into(), json!("y".repeat(200)))]);
    let report = desk.change(&these(&["t0", "full", "t3"]), &BulkChange::Metadata { patch });
    assert_eq!((counts(&report), why(&report)), ((2, 0, 1), vec![("full", "metadata_too_large")]));
    assert_eq!(desk.skein.get_thread("full").unwrap(), before);
    assert_eq!(desk.skein.list_history("full").unwrap().len(), 1);
}

#[test]
fn a_long_change_says_how_far_it_is_and_stops_when_it_is_told_to() {
    let desk = Desk::new();
    let mut told = Vec::new();
    let all = all_but(&[]);
    let pin = BulkChange::Pin { pinned: true };
    desk.skein.change_threads(&all, &pin, &mut |at| told.push((at.done, at.total)), &|| false).unwrap();
    assert_eq!((told.first(), told.last()), (Some(&(0, 6)), Some(&(6, 6))));
    let stopped = desk.skein.change_threads(&all, &BulkChange::Delete, &mut |_| (), &|| true).unwrap();
    assert!(stopped.cancelled && stopped.changed == 0 && stopped.undo.is_none());
}
