//! Exports for people: whole or not at all, never over something else, each one in the history.

use std::fs;
use std::path::Path;

use skein_core::wire::{EntryKind, ExportFormat, Exported, JsonObject, SealStatus, State};
use skein_core::{Code, Result, Selection, Target};

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
    let target = Target { path: path.into(), replace: false };
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
    let target = Target { path: path.clone(), replace: true };
    desk.skein.export(&one("a"), ExportFormat::Text, &target, &mut |_| {}, &|| false).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("Question 1"));
    let nowhere = desk.dir.path().join("no/such/folder/a.txt");
    assert_eq!(export(&desk, &one("a"), ExportFormat::Text, &nowhere).unwrap_err().code(), Code::StorageError);
}

#[test]
fn an_export_tells_how_far_it_is_and_leaves_nothing_when_it_is_stopped() {
    let desk = Desk::new();
    desk.thread("a", 40);
    desk.skein.set_state("a", State::Locked).unwrap();
    let target = Target { path: desk.dir.path().join("a.zip"), replace: false };
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
