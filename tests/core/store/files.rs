//! Files: first use, a newer store, another program's file, a store that can only be read.

use std::fs;

use skein_core::Code;
use skein_core::store::{ProcessLock, Store, StoreError, process_is_gone, setting};

use crate::support::Fixture;

#[test]
fn a_folder_becomes_a_store_on_first_use_and_keeps_its_identity() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("deep/folder");
    let id = |store: &Store| store.read(setting::store_id).unwrap();
    let first = id(&Store::open(&folder).unwrap());
    assert!(first.starts_with("store_"));
    assert_eq!(id(&Store::open(&folder).unwrap()), first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others can look into the data folder");
    }
}

/// As a person makes a folder by hand: others can look into it, but not into the store.
#[cfg(unix)]
#[test]
fn only_its_owner_can_read_a_store_wherever_it_lies() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(dir.path()).unwrap();
    store.write(|tx| setting::set(tx, "key", "value")).unwrap();
    for name in ["skein.db", "skein.db-wal", "skein.db-shm"] {
        let mode = fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[test]
fn a_store_from_a_newer_version_is_refused_and_left_alone() {
    let fixture = Fixture::new();
    let path = fixture.dir.path().join("skein.db");
    fixture.foreign().pragma_update(None, "user_version", 99).unwrap();
    let Fixture { dir, store } = fixture;
    drop(store);
    let before = fs::read(&path).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert_eq!(error.code(), Code::StoreNewer);
    assert_eq!(error.details()["found"], 99);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn another_programs_database_and_a_file_that_is_none_are_refused_and_left_alone() {
    for content in [None, Some("this is no database, but long enough to be looked at as one".repeat(100))] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("skein.db");
        match &content {
            Some(text) => fs::write(&path, text).unwrap(),
            None => rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap(),
        }
        let error = Store::open(dir.path()).unwrap_err();
        assert_eq!(error.code(), Code::StorageError);
        if let Some(text) = content {
            assert_eq!(fs::read(&path).unwrap(), text.as_bytes());
        }
    }
}

#[test]
fn a_store_that_is_being_migrated_is_in_use_for_everyone_else() {
    let fixture = Fixture::new();
    assert!(Store::open(fixture.dir.path()).is_ok(), "several may share it");
    let Fixture { dir, store } = fixture;
    drop(store);
    let lock = fs::File::options().write(true).open(dir.path().join("store.lock")).unwrap();
    lock.try_lock().unwrap();
    assert_eq!(Store::open(dir.path()).unwrap_err().code(), Code::StoreInUse);
    drop(lock);
    assert!(Store::open(dir.path()).is_ok());
}

#[test]
fn a_write_that_fails_leaves_nothing() {
    let fixture = Fixture::new();
    let failed: Result<(), StoreError> = fixture.store.write(|tx| {
        setting::set(tx, "key", "value")?;
        Err(StoreError::InUse)
    });
    assert!(failed.is_err());
    assert_eq!(fixture.store.read(|conn| setting::find(conn, "key")).unwrap(), None);
}

#[test]
fn every_write_is_noticed_whoever_writes() {
    let fixture = Fixture::new();
    let start = fixture.store.data_version().unwrap();
    assert_eq!(fixture.store.data_version().unwrap(), start);
    fixture.store.write(|tx| setting::set(tx, "a", "1")).unwrap();
    let ours = fixture.store.data_version().unwrap();
    assert_ne!(ours, start);
    Store::open(fixture.dir.path()).unwrap().write(|tx| setting::set(tx, "a", "2")).unwrap();
    assert_ne!(fixture.store.data_version().unwrap(), ours);
}

#[test]
fn a_process_is_gone_once_its_lock_can_be_had() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    let alive = ProcessLock::create(dir).unwrap();
    assert!(!process_is_gone(dir, alive.name()));
    let name = alive.name().to_owned();
    drop(alive);
    assert!(process_is_gone(dir, &name));
    // As a killed process leaves it: the file, without the lock.
    fs::write(dir.join("processes/left.lock"), "").unwrap();
    assert!(process_is_gone(dir, "left"));
}

#[test]
fn a_full_disk_keeps_what_was_stored_and_says_so() {
    let fixture = Fixture::new();
    fixture.store.write(|tx| setting::set(tx, "kept", "yes")).unwrap();
    let allow = |pages: i64| {
        let set = |tx: &rusqlite::Transaction<'_>| {
            tx.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).map_err(StoreError::from)
        };
        fixture.store.write(set).unwrap();
    };
    allow(1);
    let full = fixture.store.write(|tx| setting::set(tx, "large", &"x".repeat(1_000_000)));
    assert_eq!(full.unwrap_err().code(), Code::StorageFull);
    let read = |key| fixture.store.read(|conn| setting::find(conn, key)).unwrap();
    assert_eq!((read("kept").as_deref(), read("large")), (Some("yes"), None));
    allow(1_000_000);
    fixture.store.write(|tx| setting::set(tx, "large", "x")).unwrap();
}

/// The schema, statement by statement, as a released program would find it.
#[test]
fn the_schema_is_the_one_that_was_agreed() {
    let fixture = Fixture::new();
    let conn = fixture.foreign();
    let mut read = conn
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'search_%' ORDER BY type, name")
        .unwrap();
    let statements: Vec<String> = read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let schema = statements.join(";\n\n") + ";\n";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/schema.sql");
    if std::env::var_os("SKEIN_WRITE").is_some() {
        fs::write(&path, &schema).unwrap();
    }
    assert_eq!(schema, fs::read_to_string(&path).unwrap(), "a changed schema needs a migration of its own");
}
