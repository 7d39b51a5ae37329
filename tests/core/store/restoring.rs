//! Going back to a backup: the store from before is kept, and at every moment there is a whole one.

use std::fs;
use std::path::{Path, PathBuf};

use skein_core::store::Store;
use skein_core::store::backup::replace;
use skein_core::wire::Progress;
use skein_core::{Code, Error, Replace, Result, Skein, Target};

use crate::support::{Fixture, filled, open};

/// A store of 25 threads, a backup of it, and one thread more since then.
fn backed_up() -> (Fixture, Skein, PathBuf) {
    let (fixture, _) = filled();
    let skein = open(&fixture);
    let folder = fixture.dir.path().join("elsewhere");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("backup.db");
    let target = Target { path: file.clone(), replace: Replace::Nothing };
    skein.back_up(&target, &mut |_| {}, &|| false).unwrap();
    fixture.thread("since", "{}");
    (fixture, skein, file)
}

fn ready(skein: &Skein, file: &Path) -> Result<String> {
    Ok(skein.ready_backup(file, &mut |_| {}, &|| false)?.expect("nobody stopped it").leave())
}

fn has(dir: &Path, thread: &str) -> bool {
    let store = Store::open(dir).unwrap();
    store.read(|conn| skein_core::store::thread::find_by_id(conn, thread)).unwrap().is_some()
}

/// Names in the data folder that are not always there.
fn extra(dir: &Path) -> Vec<String> {
    let usual = ["skein.db", "skein.db-wal", "skein.db-shm", "store.lock", "processes", "parts", "elsewhere"];
    let names = fs::read_dir(dir).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !usual.contains(&name.as_str())).collect()
}

fn reason(error: &Error) -> String {
    error.detail().details["reason"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_backup_takes_the_place_of_the_store_which_is_kept() {
    let (Fixture { dir, store }, skein, file) = backed_up();
    let seen = skein.look_at_backup(&file, &|| false).unwrap().unwrap();
    assert_eq!((seen.threads, seen.made_at.clone()), (25, Some(skein.last_backup().unwrap().unwrap().made_at)));
    let name = ready(&skein, &file).unwrap();
    assert!(skein.get_thread("since").is_ok(), "the store is not touched by that");
    drop((store, skein));
    let kept = Skein::put_in_place(dir.path(), &name).unwrap().unwrap();
    assert!(!has(dir.path(), "since") && has(dir.path(), "t00"));
    assert_eq!(extra(dir.path()), [kept.file_name().unwrap().to_str().unwrap()]);

    let before = dir.path().join("elsewhere/before");
    fs::create_dir(&before).unwrap();
    fs::copy(&kept, before.join("skein.db")).unwrap();
    assert!(has(&before, "since"), "what was there is kept whole, its log too");

    let fixture = Fixture { store: Store::open(dir.path()).unwrap(), dir };
    let restored = open(&fixture);
    assert_eq!(restored.last_backup().unwrap().unwrap().path, file.to_str().unwrap());
    let again = restored.ready_backup(&kept, &mut |_| {}, &|| false).unwrap();
    assert!(again.is_some(), "and one can go back to it");
}

#[test]
fn a_backup_does_not_take_the_place_of_a_store_that_is_in_use() {
    let (fixture, skein, file) = backed_up();
    let dir = fixture.dir.path();
    let other = skein.hold_alone();
    assert_eq!(other.unwrap_err().code(), Code::StoreInUse, "the fixture has it open too");
    assert!(Store::open(dir).is_ok(), "others are let in as before");
    let name = ready(&skein, &file).unwrap();
    assert_eq!(Skein::put_in_place(dir, &name).unwrap_err().code(), Code::StoreInUse);
    assert!(has(dir, "since"));
    let Fixture { dir, store } = fixture;
    drop(store);
    skein.hold_alone().unwrap();
    assert_eq!(Store::open(dir.path()).unwrap_err().code(), Code::StoreInUse);
    skein.share().unwrap();
    assert!(Store::open(dir.path()).is_ok());
}

#[test]
fn a_backup_from_an_older_version_is_brought_up_to_date_before_it_takes_the_place() {
    let (fixture, skein, file) = backed_up();
    let old = fixture.dir.path().join("elsewhere/old.db");
    let first = include_str!("../../../src-tauri/core/src/store/migrations/001_start.sql");
    let conn = rusqlite::Connection::open(&old).unwrap();
    conn.execute_batch(first).unwrap();
    conn.execute_batch("PRAGMA application_id = 0x536b6569; PRAGMA user_version = 1").unwrap();
    conn.execute_batch("INSERT INTO setting (key, value) VALUES ('store.id', 'store_old'), ('store.salt', '00')")
        .unwrap();
    drop(conn);
    let before = fs::read(&old).unwrap();
    let seen = skein.look_at_backup(&old, &|| false).unwrap().unwrap();
    assert_eq!((seen.threads, seen.made_at), (0, None));
    let name = ready(&skein, &old).unwrap();
    assert_eq!(fs::read(&old).unwrap(), before, "the file itself is left as it was");
    let brought = rusqlite::Connection::open(fixture.dir.path().join(name).join("skein.db")).unwrap();
    let version = |conn: &rusqlite::Connection| -> i64 {
        conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    };
    assert_eq!(version(&brought), version(&rusqlite::Connection::open(&file).unwrap()));
}

#[test]
fn what_is_no_backup_is_refused_and_leaves_nothing_and_neither_does_one_that_is_stopped() {
    let (fixture, skein, file) = backed_up();
    let dir = fixture.dir.path();
    let letter = dir.join("elsewhere/letter.db");
    fs::write(&letter, "Dear Anna,").unwrap();
    assert_eq!(reason(&ready(&skein, &letter).unwrap_err()), "backup_foreign");
    assert_eq!(reason(&ready(&skein, &dir.join("elsewhere/nowhere.db")).unwrap_err()), "unreadable");
    assert_eq!(reason(&skein.look_at_backup(&dir.join("skein.db"), &|| false).unwrap_err()), "backup_open");
    let mut heard = Vec::new();
    let stopped = skein.ready_backup(&file, &mut |at: Progress| heard.push(at), &|| true).unwrap();
    assert!(stopped.is_none() && heard[0].total == fs::metadata(&file).unwrap().len());
    drop(skein.ready_backup(&file, &mut |_| {}, &|| false).unwrap());
    assert_eq!(extra(dir), Vec::<String>::new());
    // One that nobody came for is swept like what a killed process leaves.
    ready(&skein, &file).unwrap();
    drop(skein);
    open(&fixture);
    assert_eq!(extra(dir), Vec::<String>::new());
}

/// A store that cannot be opened has to be given up, but nothing of it is thrown away.
#[test]
fn a_damaged_store_is_kept_with_its_log_when_a_backup_takes_its_place() {
    let (Fixture { dir, store }, skein, file) = backed_up();
    let name = ready(&skein, &file).unwrap();
    drop((store, skein));
    fs::write(dir.path().join("skein.db"), "no store any more").unwrap();
    fs::write(dir.path().join("skein.db-wal"), "its log").unwrap();
    let kept = Skein::put_in_place(dir.path(), &name).unwrap().unwrap();
    assert_eq!(fs::read_to_string(&kept).unwrap(), "no store any more");
    assert_eq!(fs::read_to_string(format!("{}-wal", kept.display())).unwrap(), "its log");
    assert!(has(dir.path(), "t00"));
}

#[test]
fn without_the_new_store_the_old_one_stays() {
    let (Fixture { dir, store }, skein, _) = backed_up();
    drop((store, skein));
    assert!(replace(dir.path(), &dir.path().join("nothing.db"), "before").is_err());
    assert!(Skein::put_in_place(dir.path(), "../elsewhere").is_err());
    assert!(has(dir.path(), "since"));
    assert_eq!(extra(dir.path()), Vec::<String>::new());
}
