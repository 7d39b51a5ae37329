//! Backups: whole whoever writes meanwhile, checked, and nothing left of one that came to nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rusqlite::Connection;
use skein_core::store::backup::{self, BackupError};
use skein_core::store::{Store, StoreError, setting};
use skein_core::wire::{BackedUp, Backup, Progress, Role};
use skein_core::{Code, Error, Replace, Result, Skein, Target};

use crate::support::{Fixture, filled, open};

fn back_up(skein: &Skein, path: &Path) -> Result<BackedUp> {
    skein.back_up(&Target { path: path.into(), replace: Replace::Nothing }, &mut |_| {}, &|| false)
}

fn made(skein: &Skein, path: &Path) -> Backup {
    back_up(skein, path).unwrap().backup.unwrap()
}

/// A folder to save into, and what lies in it.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.db");
    (folder, file)
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

fn reason(error: &Error) -> String {
    error.detail().details["reason"].as_str().unwrap_or_default().to_owned()
}

/// A thread that makes the store larger than one step of copying.
fn fill(fixture: &Fixture) {
    let thread = fixture.thread("large", "{}");
    fixture.message(&thread, None, Role::User, &"word ".repeat(400_000));
}

#[test]
fn a_backup_is_one_private_file_that_opens_as_a_store_and_says_what_is_in_it() {
    let (fixture, threads) = filled();
    fixture.message(&threads[0], None, Role::User, "Hello");
    let skein = open(&fixture);
    assert_eq!(skein.last_backup().unwrap(), None);
    let (folder, file) = folder();
    let made = made(&skein, &file);
    assert_eq!((made.threads, made.messages, made.path.as_str()), (25, 1, file.to_str().unwrap()));
    assert_eq!(made.size, fs::metadata(&file).unwrap().len());
    assert_eq!(skein.last_backup().unwrap(), Some(made.clone()));
    assert_eq!(names(folder.path()), ["backup.db"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let found = backup::look(&file, &file, &|| false).unwrap().unwrap();
    assert_eq!((found.counts.threads, found.counts.messages), (25, 1));
    assert_eq!(skein_core::clock::rfc3339(found.made_at.unwrap()), made.made_at);
    assert_eq!(names(folder.path()), ["backup.db"], "looking at it leaves nothing beside it");

    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(&file, elsewhere.path().join("skein.db")).unwrap();
    let copy = Store::open(elsewhere.path()).unwrap();
    let id = |store: &Store| store.read(setting::store_id).unwrap();
    assert_eq!(id(&copy), id(&fixture.store), "so that its keys are found in the keychain");
}

#[test]
fn a_backup_made_while_others_write_holds_one_moment_and_holds_nobody_up() {
    let fixture = Fixture::new();
    fill(&fixture);
    let (over, written) = (AtomicBool::new(false), AtomicU32::new(0));
    let skein = open(&fixture);
    let (_folder, file) = folder();
    let mut steps = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let other = Store::open(fixture.dir.path()).unwrap();
            for n in 1.. {
                let both = |tx: &rusqlite::Transaction<'_>| {
                    setting::set(tx, "left", &n.to_string())?;
                    setting::set(tx, "right", &n.to_string())
                };
                other.write::<_, StoreError>(both).unwrap();
                written.store(n, Ordering::Relaxed);
                if over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let mut written_by_now = written.load(Ordering::Relaxed);
        let target = Target { path: file.clone(), replace: Replace::Nothing };
        // Each step of copying waits until the writer has written more.
        let mut wait = |at: Progress| {
            steps += u32::from(at.done < at.total);
            while written.load(Ordering::Relaxed) == written_by_now {
                std::thread::yield_now();
            }
            written_by_now = written.load(Ordering::Relaxed);
        };
        let made = skein.back_up(&target, &mut wait, &|| false);
        over.store(true, Ordering::Relaxed);
        assert!(made.unwrap().backup.is_some());
    });
    assert!(steps > 1, "it is copied in steps: {steps}");
    let copied = Connection::open(&file).unwrap();
    let pair: Vec<String> = ["left", "right"]
        .map(|key| {
            let value = "SELECT coalesce((SELECT value FROM setting WHERE key = ?1), '0')";
            copied.query_row(value, [key], |row| row.get(0)).unwrap()
        })
        .into();
    assert_eq!(pair[0], pair[1], "half of a transaction is in it");
    let now = fixture.store.read(|conn| setting::find(conn, "left")).unwrap();
    assert_ne!(Some(&pair[0]), now.as_ref(), "what came later is not");
}

#[test]
fn a_backup_that_is_stopped_or_cannot_be_written_leaves_nothing_and_is_not_the_last_one() {
    let fixture = Fixture::new();
    fill(&fixture);
    let skein = open(&fixture);
    let (folder, file) = folder();
    for stop_when in [|at: Progress| at.done < at.total, |at: Progress| at.done == at.total] {
        let at = std::cell::Cell::new(Progress::default());
        let target = Target { path: file.clone(), replace: Replace::Named };
        let done = skein.back_up(&target, &mut |now| at.set(now), &|| stop_when(at.get())).unwrap();
        assert_eq!((done.cancelled, done.backup), (true, None));
        assert_eq!(names(folder.path()), Vec::<String>::new());
        assert_eq!(skein.last_backup().unwrap(), None);
    }
    fs::write(&file, "mine").unwrap();
    let refused = back_up(&skein, &file).unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidRequest, "exists"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    let nowhere = back_up(&skein, &folder.path().join("no/such/folder/backup.db")).unwrap_err();
    assert_eq!((nowhere.code(), reason(&nowhere).as_str()), (Code::StorageError, "unwritable"));
    assert_eq!((names(folder.path()), skein.last_backup().unwrap()), (vec!["backup.db".to_owned()], None));
}

#[test]
fn the_stores_own_folder_is_no_place_for_a_backup() {
    let fixture = Fixture::new();
    let skein = open(&fixture);
    for name in ["skein.db", "backup.db", "skein.db-wal"] {
        let target = Target { path: fixture.dir.path().join(name), replace: Replace::Named };
        let refused = skein.back_up(&target, &mut |_| {}, &|| false).unwrap_err();
        assert_eq!(reason(&refused), "backup_beside_the_store", "{name}");
    }
    assert!(Store::open(fixture.dir.path()).is_ok());
}

#[test]
fn a_damaged_store_makes_no_backup_that_would_be_relied_on() {
    let fixture = Fixture::new();
    fill(&fixture);
    fixture.foreign().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let skein = open(&fixture);
    let path = fixture.dir.path().join("skein.db");
    let mut bytes = fs::read(&path).unwrap();
    // Among the pages of the long message.
    let within = bytes.len() / 2 / 4096 * 4096;
    bytes[within..within + 4096].fill(0xAA);
    fs::write(&path, bytes).unwrap();
    let (folder, file) = folder();
    let refused = back_up(&skein, &file).unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::StorageError, "backup_not_whole"));
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn a_file_that_is_no_backup_is_told_from_one_that_is_damaged_newer_or_in_use() {
    let (fixture, _) = filled();
    let skein = open(&fixture);
    let (folder, file) = folder();
    made(&skein, &file);
    let whole = fs::read(&file).unwrap();
    let told = |path: &Path| match backup::look(path, path, &|| false).unwrap_err() {
        Error::Backup(error) => error,
        error => panic!("{error:?}"),
    };
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    for (name, bytes) in [("empty", &b""[..]), ("letter", b"Dear Anna,"), ("long", &[b'x'; 5000])] {
        assert!(matches!(told(&put(name, bytes)), BackupError::Foreign(_)), "{name}");
    }
    let theirs = folder.path().join("theirs.db");
    Connection::open(&theirs).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
    assert!(matches!(told(&theirs), BackupError::Foreign(_)));
    for end in [whole.len() / 2, whole.len() - 4096, 100] {
        assert!(matches!(told(&put("cut.db", &whole[..end])), BackupError::Damaged(_)), "{end}");
    }
    let mut blotted = whole.clone();
    blotted[4096 * 3..4096 * 6].fill(0x55);
    assert!(matches!(told(&put("blotted.db", &blotted)), BackupError::Damaged(_)));
    let newer = put("newer.db", &whole);
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(told(&newer), BackupError::Newer { found: 99, .. }));
    assert!(matches!(told(&fixture.dir.path().join("skein.db")), BackupError::Open(_)));
    let nowhere = folder.path().join("nowhere.db");
    let unread = backup::look(&nowhere, &nowhere, &|| false).unwrap_err();
    assert_eq!(reason(&unread), "unreadable");
}
