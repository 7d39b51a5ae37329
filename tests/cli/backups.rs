//! Backups from the command line: made, checked by opening one, refused, and nothing left of one that failed.

use std::fs;

use crate::support::{Desk, Ran};

#[test]
fn a_backup_opens_as_a_store_of_its_own_with_what_was_said() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "Hello there"]).code, 0);
    let file = desk.home().join("copy.db");
    let said = desk.run(&["backup", file.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    for words in [file.to_str().unwrap(), "1 thread and 2 messages", "Keys are not in it"] {
        assert!(said.out.contains(words), "{words}: {said:?}");
    }
    let other = desk.home().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(&file, other.join("skein.db")).unwrap();
    let shown = desk.json(&["show", "t", "--data-dir", other.to_str().unwrap()]);
    assert_eq!(shown["messages"][0]["texts"][0]["text"], "Hello there", "{shown}");
}

#[test]
fn a_folder_takes_a_backup_by_its_own_name_and_no_file_goes_unasked() {
    let desk = Desk::new();
    let folder = desk.home().join("backups");
    fs::create_dir(&folder).unwrap();
    let made = desk.json(&["backup", folder.to_str().unwrap()]);
    let path = made["backup"]["path"].as_str().unwrap().to_owned();
    assert!(path.contains("/skein-backup-2") && fs::metadata(&path).is_ok(), "{path}");
    fs::write(&path, "mine").unwrap();
    let refused = desk.json_of(2, &["backup", &path]);
    assert_eq!(refused["error"]["details"]["reason"], "exists");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(desk.json(&["backup", &path, "--replace"])["backup"]["path"], path.as_str());
    let beside = desk.data().join("copy.db");
    let refused = desk.json_of(2, &["backup", beside.to_str().unwrap()]);
    assert_eq!(refused["error"]["details"]["reason"], "backup_beside_the_store");
    assert!(!beside.exists());
}

/// As on a disk that takes a part of it and no more.
#[cfg(unix)]
#[test]
fn a_disk_that_does_not_take_all_of_it_is_told_and_keeps_nothing() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "Hello there"]).code, 0);
    let folder = desk.home().join("backups");
    fs::create_dir(&folder).unwrap();
    let limited = "trap '' XFSZ; ulimit -f 100; exec \"$0\" backup \"$1\" --json";
    let mut shell = desk.command_of("sh");
    let ran: Ran = shell.args(["-c", limited, crate::support::SKEIN]).arg(&folder).output().unwrap().into();
    assert_eq!((ran.code, ran.json()["error"]["details"]["reason"].as_str()), (6, Some("unwritable")), "{ran:?}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    assert_eq!(desk.json(&["backup", folder.to_str().unwrap()])["backup"]["messages"], 2);
}
