//! A connection to the file, and what every connection is told first.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::StoreError;

/// How long a writer waits for another one.
pub const BUSY: Duration = Duration::from_secs(10);

/// Opens the file for reading and writing, or for reading where it cannot be written.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    match open_alive(path) {
        Err(error) if cannot_be_written(&error) && path.exists() => prepare(open_as_it_lies(path).map_err(|_| error)?),
        opened => opened,
    }
}

/// Opens one more connection to a file that is open already, in the same way.
pub fn open_another(path: &Path, read_only: bool) -> Result<Connection, StoreError> {
    if read_only { open(path) } else { open_alive(path) }
}

fn open_alive(path: &Path) -> Result<Connection, StoreError> {
    let writable = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    prepare(Connection::open_with_flags(path, writable)?)
}

/// Whether it is for want of rights, and not because somebody else is writing.
const fn cannot_be_written(error: &StoreError) -> bool {
    match error {
        StoreError::ReadOnly => true,
        StoreError::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => {
            matches!(failure.code, ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure)
        }
        _ => false,
    }
}

/// Whether nothing can be written through `conn`.
pub fn is_read_only(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.is_readonly("main")?)
}

/// Opens a file that nobody else uses, to look at it: nothing is made beside it.
pub fn open_unchanged(path: &Path) -> Result<Connection, StoreError> {
    prepare(open_as_it_lies(path)?)
}

/// For a file in a folder where not even the shared-memory file of the log can be made: nobody
/// else can write it either, so it is read as it lies.
fn open_as_it_lies(path: &Path) -> Result<Connection, StoreError> {
    let uri = url::Url::from_file_path(path).map_err(|()| StoreError::Damaged("its path cannot be named".into()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(format!("{uri}?immutable=1"), flags)?)
}

fn prepare(conn: Connection) -> Result<Connection, StoreError> {
    conn.busy_timeout(BUSY)?;
    if !conn.is_readonly("main")? {
        conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    }
    conn.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA recursive_triggers = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cell_size_check = ON;",
    )?;
    super::search::add_functions(&conn)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Reads the schema, so that a file that is no store is found here and not later.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}
