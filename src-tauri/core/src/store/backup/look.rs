//! Looking at a file that is said to be a store: without a trace on it, and without trust in it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::super::{StoreError, connection, migrate, setting};
use super::{BackupError, Counts, MADE};
use crate::clock::Millis;
use crate::error::Error;
use crate::record::RecordError;

/// How every SQLite file begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Time between two looks at whether to go on.
const PACE: Duration = Duration::from_millis(50);

/// What a store in a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// How much.
    pub counts: Counts,
    /// When it was made, if it is a backup and no store that was copied by hand.
    pub made_at: Option<Millis>,
    /// When anything was written in it last.
    pub active_at: Option<Millis>,
}

/// Reads all of a store in a file, and finds it whole; nothing if `cancel` was. A person knows it as `shown`.
///
/// # Errors
/// `invalid_request` for a file that cannot be read, is no store or none of this program's, is damaged, or is in use.
pub fn look(file: &Path, shown: &Path, cancel: &dyn Fn() -> bool) -> Result<Option<Found>, Error> {
    let name = || shown.display().to_string();
    let mut start = [0; 16];
    let begins = File::open(file).and_then(|mut opened| opened.read_exact(&mut start));
    match begins {
        Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            return Err(RecordError::Read { path: name(), error }.into());
        }
        Ok(()) if start == *MAGIC => {}
        _ => return Err(BackupError::Foreign(name()).into()),
    }
    if ["-wal", "-journal"].iter().any(|ending| beside(file, ending).exists()) {
        return Err(BackupError::Open(name()).into());
    }
    let unreadable = |error: StoreError| {
        tracing::warn!(%error, "a file that was to be a backup cannot be read");
        Error::from(BackupError::Damaged(name()))
    };
    let conn = connection::open_unchanged(file).map_err(unreadable)?;
    match migrate::pending(&conn) {
        Err(StoreError::Newer { found, known }) => {
            return Err(BackupError::Newer { path: name(), found, known }.into());
        }
        Err(StoreError::Damaged(_)) => return Err(BackupError::Foreign(name()).into()),
        pending => pending.map_err(unreadable)?,
    };
    if migrate::version(&conn).map_err(unreadable)? == 0 {
        return Err(BackupError::Foreign(name()).into());
    }
    match read(conn, cancel) {
        Err(error) if is_stop(&error) => Ok(None),
        Ok(None) => Err(BackupError::Damaged(name()).into()),
        found => found.map_err(unreadable),
    }
}

/// The file of that name with an ending.
pub(in crate::store) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn is_stop(error: &StoreError) -> bool {
    let StoreError::Sqlite(error) = error else { return false };
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

/// Reads everything on a thread of its own, which can be stopped; nothing if it is not whole.
fn read(conn: Connection, cancel: &dyn Fn() -> bool) -> Result<Option<Found>, StoreError> {
    let stop = conn.get_interrupt_handle();
    std::thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        scope.spawn(move || tell.send(read_all(&conn)));
        loop {
            match told.recv_timeout(PACE) {
                Ok(found) => return found,
                Err(RecvTimeoutError::Timeout) if cancel() => stop.interrupt(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    })
}

fn read_all(conn: &Connection) -> Result<Option<Found>, StoreError> {
    let trouble: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if trouble != "ok" {
        tracing::warn!(%trouble, "SQLite finds a copy of the store damaged");
        return Ok(None);
    }
    // What no store is without.
    setting::store_id(conn)?;
    let active_at = conn.query_row("SELECT max(last_activity_at) FROM thread", [], |row| row.get(0))?;
    let made_at = setting::find(conn, MADE)?.and_then(|at| at.parse().ok());
    Ok(Some(Found { counts: Counts::of(conn)?, made_at, active_at }))
}
