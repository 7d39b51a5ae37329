//! Exports for people: whole or not at all, never over something else, each one in the history.

use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use skein_core::record::canonical;
use skein_core::wire::{EntryKind, ExportFormat, Exported, JsonObject, SealStatus, State};
use skein_core::{Code, Replace, Result, Selection, Target};

use crate::support::Desk;

/// All but PDF, which a program of its own makes: `printing.rs`.
const ALL: [ExportFormat; 6] = [
    ExportFormat::Record,
    ExportFormat::Markdown,
    ExportFormat::Text,
    ExportFormat::Html,
    ExportFormat::Json,
    ExportFormat::Csv,
];

fn export(desk: &Desk, selection: &Selection, format: ExportFormat, path: &Path) -> Result<Exported> {
    let target = Target { path: path.into(), replace: Replace::Nothing };
    desk.skein.export(selection, format, &target, &mut |_| {}, &|| false)
}

fn one(id: &str) -> Selection {
    Selection::Threads(vec![id.into()])
}

#[test]
fn every_format_says_what_was_said_and_stands_in_the_history() {
    let desk = Desk::new();
    desk.thread("a", 5);
    for format in ALL {
        let path = desk.dir.path().join("out").with_extension(format!("{format:?}"));
        let exported = export(&desk, &one("a"), format, &path).unwrap();
        assert_eq!((exported.files.len(), exported.files[0].status), (1, None), "a draft");
        let bytes = fs::read(&path).unwrap();
        assert_eq!(exported.files[0].size, bytes.len() as u64);
        if format != ExportFormat::Record {
            let text = String::from_utf8(bytes).unwrap();
            for said in ["Question 5", "Answer 4", "\u{1f600}"] {
                assert!(text.contains(said), "{format:?}: {said}");
            }
        }
        let history = desk.skein.list_history("a").unwrap();
        let entry = history.last().unwrap();
        assert_eq!(entry.kind, EntryKind::Exported);
        assert_eq!(entry.detail.as_ref().unwrap()["sha256"], exported.files[0].sha256.as_str());
    }
    desk.skein.set_state("a", State::Locked).unwrap();
    let exported = export(&desk, &one("a"), ExportFormat::Html, &desk.dir.path().join("locked.html")).unwrap();
    assert_eq!(exported.files[0].status, Some(SealStatus::Valid));
    assert_eq!(desk.skein.verify_thread("a").unwrap().status, SealStatus::Valid, "an export changes no seal");
    let left: Vec<_> = fs::read_dir(desk.dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".part")), "{left:?}");
}

#[test]
fn json_holds_the_shapes_of_the_wire() {
    let desk = Desk::new();
    desk.thread("a", 3);
    let path = desk.dir.path().join("a.json");
    export(&desk, &one("a"), ExportFormat::Json, &path).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(value["thread"]["id"], "a");
    assert_eq!(value["messages"].as_array().unwrap().len(), 3);
    assert_eq!(value["messages"][1]["texts"][0]["text"], "Answer 2 with `code` and **weight**.");
    assert_eq!(value["history"][0]["kind"], "created");
}

#[test]
fn no_cell_is_a_formula() {
    let desk = Desk::new();
    desk.skein.create_thread(Some("=1+1"), None, None).unwrap();
    let path = desk.dir.path().join("a.csv");
    desk.thread("a", 1);
    export(&desk, &one("a"), ExportFormat::Csv, &path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("\"thread\",\"number\",") && text.contains("\u{201c}margins\u{201d}"), "{text}");
    let conn = desk.intruder();
    for start in ["=", "+", "-", "@"] {
        conn.execute("UPDATE message SET texts = ?1", [format!("[\"{start}1+cmd|' /C calc'!A0\"]")]).unwrap();
        fs::remove_file(&path).unwrap();
        export(&desk, &one("a"), ExportFormat::Csv, &path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("\"'{start}1+cmd")), "{text}");
    }
}

#[test]
fn a_client_a_selection_or_everything_goes_into_a_folder() {
    let desk = Desk::new();
    for id in ["a", "b", "x:y", "x-y"] {
        desk.thread(id, 1);
    }
    let other = JsonObject::from_iter([("client".into(), "Borg".into())]);
    desk.skein.create_thread(Some("c"), None, Some(other)).unwrap();
    let count = |selection: Selection, folder: &str| {
        let folder = desk.dir.path().join(folder);
        let exported = export(&desk, &selection, ExportFormat::Text, &folder).unwrap();
        assert_eq!(fs::read_dir(folder).unwrap().count(), exported.files.len(), "no two in one file");
        exported.files.len()
    };
    assert_eq!(count(Selection::Client("Acme".into()), "acme"), 4);
    assert_eq!(count(Selection::Client("Borg".into()), "borg"), 1);
    assert_eq!(count(Selection::Threads(vec!["a".into(), "c".into()]), "some"), 2);
    assert_eq!(count(Selection::All, "all"), 5);
    assert_eq!(count(Selection::Client("Nobody".into()), "none"), 0);
}

#[test]
fn one_of_many_that_cannot_be_exported_does_not_hold_up_the_others() {
    let desk = Desk::new();
    for id in ["a", "b", "c"] {
        desk.thread(id, 1);
    }
    let folder = desk.dir.path().join("texts");
    fs::create_dir(&folder).unwrap();
    let mine = folder.join("skein-b.txt");
    fs::write(&mine, "mine").unwrap();
    let told = |exported: &Exported| -> (Vec<String>, Vec<(String, String)>) {
        let mut files: Vec<_> = exported.files.iter().map(|file| file.thread_id.clone()).collect();
        files.sort();
        (files, exported.failed.iter().map(|each| (each.id.clone(), each.error.code.clone())).collect())
    };
    let four = Selection::Threads(["a", "b", "nowhere", "c"].map(Into::into).into());
    let exported = export(&desk, &four, ExportFormat::Text, &folder).unwrap();
    let failed = [("nowhere".into(), "thread_not_found".into()), ("b".into(), "invalid_request".into())];
    assert_eq!(told(&exported), (vec!["a".into(), "c".into()], failed.into()));
    assert_eq!(exported.failed[1].error.details["file"], mine.to_str().unwrap());
    assert!(exported.failed[1].title.as_ref().unwrap().starts_with("Transfer pricing"));
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");

    let intruder = desk.intruder();
    intruder.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
    intruder.execute("UPDATE message SET role = 'nobody' WHERE id = 'msg_b_1'", []).unwrap();
    let folder = desk.dir.path().join("all");
    let exported = export(&desk, &Selection::All, ExportFormat::Json, &folder).unwrap();
    let failed = [("b".into(), "storage_error".into())];
    assert_eq!(told(&exported), (vec!["a".into(), "c".into()], failed.into()));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 2, "nothing is left of the one that failed");
}

#[test]
fn a_file_that_is_there_stays_unless_it_may_go() {
    let desk = Desk::new();
    desk.thread("a", 1);
    let path = desk.dir.path().join("mine.txt");
    fs::write(&path, "mine").unwrap();
    let entries = desk.skein.list_history("a").unwrap().len();
    assert_eq!(export(&desk, &one("a"), ExportFormat::Text, &path).unwrap_err().code(), Code::InvalidRequest);
    assert_eq!(
        (fs::read_to_string(&path).unwrap().as_str(), desk.skein.list_history("a").unwrap().len()),
        ("mine", entries)
    );
    let target = Target { path: path.clone(), replace: Replace::Named };
    desk.skein.export(&one("a"), ExportFormat::Text, &target, &mut |_| {}, &|| false).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("Question 1"));
    let folder = desk.dir.path().join("folder");
    export(&desk, &Selection::All, ExportFormat::Text, &folder).unwrap();
    fs::write(folder.join("skein-a.txt"), "mine").unwrap();
    let target = Target { path: folder.clone(), replace: Replace::Named };
    let about_the_folder = desk.skein.export(&one("a"), ExportFormat::Text, &target, &mut |_| {}, &|| false);
    assert_eq!(about_the_folder.unwrap_err().code(), Code::InvalidRequest, "nobody was asked about what is in it");
    assert_eq!(fs::read_to_string(folder.join("skein-a.txt")).unwrap(), "mine");
    let nowhere = desk.dir.path().join("no/such/folder/a.txt");
    assert_eq!(export(&desk, &one("a"), ExportFormat::Text, &nowhere).unwrap_err().code(), Code::StorageError);
}

#[test]
fn of_two_exports_into_one_file_one_succeeds() {
    let desk = Desk::new();
    let ids = ["a", "b"];
    for id in ids {
        desk.thread(id, 1);
    }
    for n in 0..10 {
        let path = desk.dir.path().join(format!("{n}.txt"));
        let both_look = Barrier::new(2);
        let run = |id: &str| {
            let mut first = true;
            // By now it has looked, and found nothing in its way.
            let mut tell = |_| {
                if std::mem::take(&mut first) {
                    both_look.wait();
                }
            };
            let target = Target { path: path.clone(), replace: Replace::Nothing };
            desk.skein.export(&one(id), ExportFormat::Text, &target, &mut tell, &|| false)
        };
        let [a, b] = thread::scope(|scope| ids.map(|id| scope.spawn(move || run(id))).map(|ran| ran.join().unwrap()));
        let (made, refused) = if a.is_ok() { (a, b) } else { (b, a) };
        assert_eq!(refused.unwrap_err().code(), Code::InvalidRequest);
        let (text, file) = (fs::read_to_string(&path).unwrap(), &made.unwrap().files[0]);
        assert_eq!(canonical::hash_hex(&text), file.sha256, "it is the file of the one that succeeded");
    }
    let files = fs::read_dir(desk.dir.path()).unwrap().map(|file| file.unwrap().path());
    assert_eq!(files.filter(|path| path.extension().is_some_and(|ending| ending == "part")).count(), 0);
}

#[test]
fn a_text_is_saved_whole_and_over_nothing_that_may_not_go() {
    let desk = Desk::new();
    let path = desk.dir.path().join("key.pem");
    let save = |replace, text: &str| desk.skein.save(&Target { path: path.clone(), replace }, text);
    save(Replace::Nothing, "first").unwrap();
    assert_eq!(save(Replace::Nothing, "second").unwrap_err().code(), Code::InvalidRequest);
    assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    save(Replace::Named, "third").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "third");
    let nowhere = Target { path: desk.dir.path().join("no/such/key.pem"), replace: Replace::Named };
    assert_eq!(desk.skein.save(&nowhere, "x").unwrap_err().code(), Code::StorageError);
    assert_eq!(fs::read_dir(desk.dir.path().join("parts")).unwrap().count(), 0, "nothing is on its way any more");
}

#[cfg(unix)]
#[test]
fn a_record_on_its_way_can_be_read_by_its_owner_only() {
    use std::cell::Cell;
    use std::os::unix::fs::PermissionsExt;

    let desk = Desk::new();
    desk.thread("a", 1);
    let mode = Cell::new(None);
    let look = || {
        let lists = fs::read_dir(desk.dir.path().join("parts")).unwrap();
        let mut on_their_way = lists.map(|list| fs::read_to_string(list.unwrap().path()).unwrap());
        let folder = on_their_way.find(|path| !path.contains(".zip.")).unwrap();
        mode.set(Some(fs::metadata(folder).unwrap().permissions().mode() & 0o777));
        false
    };
    desk.skein.record("a", &look).unwrap();
    assert_eq!(mode.get(), Some(0o700));
}

#[test]
fn an_export_tells_how_far_it_is_and_leaves_nothing_when_it_is_stopped() {
    let desk = Desk::new();
    desk.thread("a", 40);
    desk.skein.set_state("a", State::Locked).unwrap();
    let target = Target { path: desk.dir.path().join("a.zip"), replace: Replace::Nothing };
    let mut steps = Vec::new();
    let mut tell = |step: skein_core::wire::Progress| steps.push((step.done, step.total));
    desk.skein.export(&one("a"), ExportFormat::Record, &target, &mut tell, &|| false).unwrap();
    assert_eq!(steps.last(), Some(&(160, 160)));
    fs::remove_file(&target.path).unwrap();
    let stopped = desk.skein.export(&one("a"), ExportFormat::Record, &target, &mut |_| {}, &|| true).unwrap();
    assert!(stopped.cancelled && stopped.files.is_empty() && !target.path.exists());
    let files: Vec<_> = fs::read_dir(desk.dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!files.iter().any(|name| name.to_string_lossy().ends_with(".part")), "{files:?}");
}

#[test]
fn no_record_is_made_of_what_was_altered_but_it_can_be_read() {
    let desk = Desk::new();
    desk.thread("a", 3);
    desk.thread("b", 3);
    for id in ["a", "b"] {
        desk.skein.set_state(id, State::Locked).unwrap();
    }
    desk.intruder().execute("UPDATE message SET texts = '[\"other\"]' WHERE id = 'msg_a_1'", []).unwrap();
    let all = Selection::Threads(vec!["a".into(), "b".into()]);
    let exported = export(&desk, &all, ExportFormat::Record, &desk.dir.path().join("all")).unwrap();
    assert_eq!((exported.files.len(), exported.refused.len()), (1, 1));
    assert_eq!(exported.refused[0].findings[0].message, Some(1));
    let text = export(&desk, &one("a"), ExportFormat::Text, &desk.dir.path().join("a.txt")).unwrap();
    assert_eq!(text.files[0].status, Some(SealStatus::Altered));
}
