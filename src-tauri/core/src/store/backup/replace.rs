//! Putting a checked store in the place of the one in use: while nobody has it open, with the one from before kept
//! aside. At every moment there is a store by the usual name: the old one whole, or the new one whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::super::{StoreError, connection, lock};
use super::look::beside;

/// Puts the store in the file `new`, which is on the same disk, in the place of the one in `dir`, which is kept by the
/// name `kept`, or one like it that is free. Answers where it is kept, if there was one.
///
/// # Errors
/// `store_in_use` while any process has it open, `storage_full`, `storage_error`. The store is the old one then.
pub fn replace(dir: &Path, new: &Path, kept: &str) -> Result<Option<PathBuf>, StoreError> {
    lock::patiently(|| {
        let _alone = lock::StoreLock::exclusive(dir)?;
        replace_alone(dir, new, kept)
    })
}

fn replace_alone(dir: &Path, new: &Path, kept: &str) -> Result<Option<PathBuf>, StoreError> {
    let store = dir.join("skein.db");
    // What is not there is not to be taken for the new one.
    File::open(new)?.sync_all()?;
    let kept = if store.try_exists()? { Some(keep(dir, &store, kept)?) } else { None };
    fs::rename(new, &store)?;
    sync_folder(dir);
    Ok(kept)
}

/// Gives the store a second name, with its log written into it. Of one that is damaged, the log is kept beside it.
fn keep(dir: &Path, store: &Path, name: &str) -> Result<PathBuf, StoreError> {
    let names = std::iter::once(format!("{name}.db")).chain((2..).map(|n| format!("{name}-{n}.db")));
    let kept = names.map(|name| dir.join(name)).find(|path| !path.exists()).unwrap_or_else(|| dir.join(name));
    let (log, kept_log) = (beside(store, "-wal"), beside(&kept, "-wal"));
    // Closing a store that is damaged can throw its log away.
    let logged = log.try_exists()? && second_name(&log, &kept_log).map(|()| true)?;
    match close(store) {
        Ok(()) if logged => fs::remove_file(&kept_log)?,
        Ok(()) => {}
        Err(error) => tracing::warn!(%error, "the log of a store that is replaced is kept beside it, as it is"),
    }
    second_name(store, &kept)?;
    // The new store must not find what belonged to the old one.
    for ending in ["-wal", "-shm"] {
        match fs::remove_file(beside(store, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    sync_folder(dir);
    Ok(kept)
}

/// Writes the log into the file; the last to close it removes the log.
fn close(store: &Path) -> Result<(), StoreError> {
    let conn = connection::open(store)?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(conn.close().map_err(|(_, error)| error)?)
}

/// Gives a file a second name; where the disk knows no links, a copy by that name.
fn second_name(from: &Path, to: &Path) -> io::Result<()> {
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    lock::make_private_file(to);
    fs::copy(from, to)?;
    File::open(to)?.sync_all()
}

/// Brings new names to the disk, where a folder can be asked to.
pub fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
}
