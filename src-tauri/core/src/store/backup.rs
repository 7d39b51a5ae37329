//! Backups: the whole store as one file, copied while others write to it, and looked at before it is relied on.
//! Where the file goes and when it gets its name is decided in `skein/backup.rs`.

mod error;
mod look;
mod replace;

use std::io;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use error::BackupError;
pub use look::{Found, look};
pub use replace::{replace, sync_folder};

use super::{Store, StoreError, connection, lock, setting};
use crate::clock::Millis;
use crate::wire::Progress;

/// Pages copied between two looks at whether to go on.
const STEP: i32 = 256;

/// Key of the last backup of this store.
const LAST: &str = "backup.last";
/// Key, in a backup alone, of when it was made.
const MADE: &str = "backup.made";

/// What a store holds, the bin too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Threads.
    pub threads: u64,
    /// Messages, every version.
    pub messages: u64,
}

impl Counts {
    fn of(conn: &Connection) -> Result<Self, StoreError> {
        let count = |sql| conn.query_row(sql, [], |row| row.get::<_, i64>(0));
        let threads = count("SELECT count(*) FROM thread")?.unsigned_abs();
        let messages = count("SELECT count(*) FROM message")?.unsigned_abs();
        Ok(Self { threads, messages })
    }
}

impl Store {
    /// Copies the store, as it stands now, into a new file that its owner alone can read. Whoever writes meanwhile is
    /// not held up, and what they write is not in it. `progress` counts bytes; the answer is nothing if `cancel` was.
    ///
    /// # Errors
    /// `storage_full`, `storage_error`.
    pub fn copy_to(
        &self,
        file: &Path,
        made_at: Millis,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<Option<Counts>, StoreError> {
        let mut source = connection::open_another(&self.dir.join("skein.db"), self.read_only)?;
        // One moment for all of it: without that, each write of another process would begin the copy anew.
        let moment = source.transaction()?;
        let counts = Counts::of(&moment)?;
        lock::make_private_file(file);
        if !copy(&moment, file, progress, cancel).map_err(unwritten)? {
            return Ok(None);
        }
        drop(moment);
        finish(file, made_at).map_err(unwritten)?;
        Ok(Some(counts))
    }
}

/// Whether it was copied to the end.
fn copy(
    source: &Connection,
    file: &Path,
    progress: &mut dyn FnMut(Progress),
    cancel: &dyn Fn() -> bool,
) -> Result<bool, StoreError> {
    let page: i64 = source.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let mut target = Connection::open(file)?;
    // A copy that does not come to its end is thrown away; a whole one is brought to the disk before it gets its name.
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
    let copying = Backup::new(source, &mut target)?;
    loop {
        let step = copying.step(STEP)?;
        let pages = copying.progress();
        let bytes = |pages: i32| i64::from(pages).unsigned_abs() * page.unsigned_abs();
        progress(Progress { done: bytes(pages.pagecount - pages.remaining), total: bytes(pages.pagecount) });
        match step {
            StepResult::Done => return Ok(true),
            _ if cancel() => return Ok(false),
            StepResult::More => {}
            // Nobody else has either file in hand: the source is read in a moment of its own, the target is new.
            _ => return Err(StoreError::InUse),
        }
    }
}

/// Makes one plain file of it, without a log beside it, that says when it was made.
fn finish(file: &Path, made_at: Millis) -> Result<(), StoreError> {
    let mut copy = Connection::open(file)?;
    copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    let tx = copy.transaction_with_behavior(TransactionBehavior::Immediate)?;
    setting::set(&tx, MADE, &made_at.to_string())?;
    Ok(tx.commit()?)
}

/// A disk that takes no more of the copy is trouble with the file, not with the store.
fn unwritten(error: StoreError) -> StoreError {
    use rusqlite::ffi::{SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
    match &error {
        StoreError::Full => io::Error::from(io::ErrorKind::StorageFull).into(),
        StoreError::Sqlite(why) => match why.sqlite_error().map(|failure| failure.extended_code) {
            Some(SQLITE_IOERR_WRITE | SQLITE_IOERR_FSYNC | SQLITE_IOERR_TRUNCATE) => {
                io::Error::other("the disk does not take all of it").into()
            }
            _ => error,
        },
        _ => error,
    }
}

/// The last backup that was made of this store, as it was noted.
///
/// # Errors
/// `storage_error`.
pub fn last(conn: &Connection) -> Result<Option<crate::wire::Backup>, StoreError> {
    Ok(setting::find(conn, LAST)?.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Notes, in a store that was a backup, that it is one no more, and that it is its last backup.
///
/// # Errors
/// `storage_error`.
pub fn note_origin(tx: &Transaction<'_>, origin: Option<&crate::wire::Backup>) -> Result<(), StoreError> {
    setting::remove(tx, MADE)?;
    origin.map_or(Ok(()), |origin| note(tx, origin))
}

/// Notes a backup as the last one.
///
/// # Errors
/// `storage_error`.
pub fn note(tx: &Transaction<'_>, made: &crate::wire::Backup) -> Result<(), StoreError> {
    setting::set(tx, LAST, &serde_json::json!(made).to_string())
}
