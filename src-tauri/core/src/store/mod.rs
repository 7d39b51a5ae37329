//! The store: one SQLite file, and everything that is said to it. All SQL stands in this room.
//!
//! [`Store`] opens the file, holds one writer and a few readers, and hands them out to closures,
//! so that no lock crosses an await. Each table has a file with its row type and its reads and
//! writes. Which write is allowed is decided in [`crate::thread`]; the triggers of the migrations
//! refuse the same things again.

pub mod backup;
mod connection;
pub mod correction;
pub mod draft;
pub mod endpoint;
pub mod entry;
mod error;
pub mod idempotency;
pub mod lines;
pub mod listing;
mod lock;
pub mod message;
pub mod metadata;
mod migrate;
pub mod path;
pub mod price;
pub mod prompt;
pub mod response;
pub mod retention;
pub mod seal;
pub mod search;
pub mod setting;
pub mod sidebar;
pub mod signing_key;
pub mod thread;
pub mod thread_option;
pub mod tombstone;
pub mod usage;
pub mod view;
mod word;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use error::StoreError;
pub use lock::{ProcessLock, make_private_dir, make_private_file, process_is_gone};
pub use word::Word;

/// Readers kept open between reads; more are opened when more are needed at once.
const READERS: usize = 4;
/// How long erasing waits for readers to let go of the log.
const SCRUB: Duration = Duration::from_secs(2);

/// The embedded database of one data folder.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    read_only: bool,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    watcher: Mutex<Connection>,
    // Held for the life of the store: whoever wants it alone finds it in use.
    lock: Mutex<Option<lock::StoreLock>>,
}

impl Store {
    /// Opens the store in `dir`, making or migrating it if need be.
    ///
    /// # Errors
    /// `store_in_use` if another process migrates or repairs it and does not finish soon, `store_newer` if a later
    /// version of the program wrote it, `storage_full`, `storage_error`.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        lock::make_private_dir(dir)?;
        lock::patiently(|| Self::open_now(dir))
    }

    fn open_now(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join("skein.db");
        let mut lock = lock::StoreLock::shared(dir)?;
        // Its log takes over who may read it.
        lock::make_private_file(&path);
        let mut writer = connection::open(&path)?;
        let read_only = connection::is_read_only(&writer)?;
        if migrate::pending(&writer)? {
            if read_only {
                return Err(StoreError::ReadOnly);
            }
            lock = lock.alone(dir, || migrate::run(&mut writer))?;
        }
        let watcher = connection::open_another(&path, read_only)?;
        Ok(Self {
            dir: dir.to_owned(),
            read_only,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            watcher: Mutex::new(watcher),
            lock: Mutex::new(Some(lock)),
        })
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether the file can only be read.
    pub const fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Runs `work` on one consistent state of the store.
    ///
    /// # Errors
    /// What `work` returns, and `storage_error`.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let idle = guard(&self.readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => connection::open_another(&self.dir.join("skein.db"), self.read_only)?,
        };
        let result = {
            let tx = reader.transaction().map_err(StoreError::from)?;
            let _within = Within::begin();
            work(&tx)
        };
        let mut readers = guard(&self.readers);
        if readers.len() < READERS {
            readers.push(reader);
        }
        result
    }

    /// Runs `work` in one transaction, alone among all writers of all processes, and commits if it succeeds.
    ///
    /// # Errors
    /// What `work` returns (nothing is written then), `store_read_only`, `storage_full`, `storage_error`.
    pub fn write<T, E: From<StoreError>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        if self.read_only {
            return Err(StoreError::ReadOnly.into());
        }
        let mut writer = guard(&self.writer);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let within = Within::begin();
        let value = work(&tx)?;
        drop(within);
        tx.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    /// Shuts every other process out, until [`Store::share`] or the end of this one.
    ///
    /// # Errors
    /// `store_in_use` if another one uses the store; it is shared then as before.
    pub fn hold_alone(&self) -> Result<(), StoreError> {
        let mut lock = guard(&self.lock);
        // Nobody can hold it alone who holds it already.
        *lock = None;
        let alone = lock::StoreLock::exclusive(&self.dir);
        let (held, done) = match alone {
            Ok(alone) => (alone, Ok(())),
            Err(error) => (lock::patiently(|| lock::StoreLock::shared(&self.dir))?, Err(error)),
        };
        *lock = Some(held);
        done
    }

    /// Lets others in again.
    ///
    /// # Errors
    /// `store_in_use`, `storage_error`.
    pub fn share(&self) -> Result<(), StoreError> {
        let mut lock = guard(&self.lock);
        *lock = None;
        *lock = Some(lock::patiently(|| lock::StoreLock::shared(&self.dir))?);
        Ok(())
    }

    /// A number that differs whenever anybody has written since it was last asked for.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        let watcher = guard(&self.watcher);
        Ok(watcher.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// Makes what erasing freed disappear from the file and its log. Stays due, for the next start,
    /// as long as a reader somewhere still needs the log.
    ///
    /// # Errors
    /// `storage_full`, `storage_error`; it stays due then, too.
    pub fn scrub(&self) -> Result<(), StoreError> {
        if self.read_only || !self.read(setting::scrub_is_due)? {
            return Ok(());
        }
        let kept = {
            let writer = guard(&self.writer);
            writer.execute_batch("INSERT INTO search (search) VALUES ('optimize')")?;
            writer.busy_timeout(SCRUB)?;
            let kept = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
            writer.busy_timeout(connection::BUSY)?;
            kept?
        };
        if kept { Ok(()) } else { self.write(setting::scrub_is_done) }
    }
}

/// Runs `work` as a part of a transaction that goes on without it if it fails: nothing of it is written then.
///
/// # Errors
/// What `work` returns, and `storage_error`.
pub fn attempt<T, E: From<StoreError>>(tx: &Transaction<'_>, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    tx.execute_batch("SAVEPOINT attempt").map_err(StoreError::from)?;
    let worked = work();
    let end = if worked.is_ok() { "RELEASE attempt" } else { "ROLLBACK TO attempt; RELEASE attempt" };
    match (worked, tx.execute_batch(end)) {
        (Ok(_), Err(error)) => Err(StoreError::from(error).into()),
        // The whole transaction may be gone with it, as when the disk is full.
        (worked, _) => worked,
    }
}

/// A poisoned lock still guards a sound connection: an unfinished transaction was rolled back.
fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    static TRANSACTIONS: Cell<u32> = const { Cell::new(0) };
}

/// Whether this thread is in a transaction, where nothing slow belongs.
pub fn in_transaction() -> bool {
    TRANSACTIONS.get() > 0
}

/// A transaction of this thread, for as long as it goes on.
struct Within;

impl Within {
    fn begin() -> Self {
        TRANSACTIONS.set(TRANSACTIONS.get() + 1);
        Self
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        TRANSACTIONS.set(TRANSACTIONS.get() - 1);
    }
}
