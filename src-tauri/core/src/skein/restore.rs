//! Going back to a backup: it is looked at, copied beside the store and opened there once, and then takes the store's
//! place at the next start, before anybody has the store open. The store from before is kept.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::Skein;
use super::records::part::Part;
use crate::clock::{Clock, rfc3339};
use crate::error::Result;
use crate::record::RecordError;
use crate::store::backup::{self, BackupError, Found};
use crate::store::{Store, StoreError, make_private_file};
use crate::wire::{Backup, BackupFile, Progress};

/// Bytes copied between two looks at whether to go on.
const STEP: usize = 1 << 20;

/// A backup that lies ready beside the store; it goes away unless it is left for the next start.
pub struct Ready(Part);

impl Ready {
    /// Leaves it for [`Skein::put_in_place`]: by this name.
    pub fn leave(self) -> String {
        self.0.leave().file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Skein {
    /// Looks at a file that is said to be a backup, all of it; nothing if `cancel` was.
    ///
    /// # Errors
    /// `invalid_request` for one that cannot be read, is no backup, is damaged, newer than this program, or in use.
    pub fn look_at_backup(&self, file: &Path, cancel: &dyn Fn() -> bool) -> Result<Option<BackupFile>> {
        let Some(found) = backup::look(file, file, cancel)? else { return Ok(None) };
        let size = fs::metadata(file).map_err(|error| unread(file, error))?.len();
        Ok(Some(BackupFile {
            path: file.display().to_string(),
            size,
            threads: found.counts.threads,
            messages: found.counts.messages,
            made_at: found.made_at.map(rfc3339),
            active_at: found.active_at.map(rfc3339),
        }))
    }

    /// Copies a backup beside the store, and opens it there as the next start will, bringing it up to date if an older
    /// version wrote it. Nothing if `cancel` was. The store itself is not touched.
    ///
    /// # Errors
    /// What [`Skein::look_at_backup`] gives, `storage_full`, `storage_error`, `store_read_only`.
    pub fn ready_backup(
        &self,
        file: &Path,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<Option<Ready>> {
        if self.store().is_read_only() {
            return Err(StoreError::ReadOnly.into());
        }
        let store = self.store().dir().join("skein.db");
        let part = self.part_beside(&store)?;
        let copy = part.path.join("skein.db");
        fs::create_dir(&part.path).map_err(StoreError::Io)?;
        if !copy_file(file, &copy, progress, cancel)? || cancel() {
            return Ok(None);
        }
        let Some(found) = backup::look(&copy, file, cancel)? else { return Ok(None) };
        match open_once(&part.path, file, &found) {
            Err(error @ (StoreError::Full | StoreError::Io(_))) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "a backup that was found whole does not open as a store");
                return Err(BackupError::Damaged(file.display().to_string()).into());
            }
            Ok(()) => {}
        }
        Ok(Some(Ready(part)))
    }

    /// Shuts every other process out of the store until the end of this one, or until `share`.
    ///
    /// # Errors
    /// `store_in_use` if another process uses it.
    pub fn hold_alone(&self) -> Result<()> {
        Ok(self.store().hold_alone()?)
    }

    /// Lets others in again.
    ///
    /// # Errors
    /// `store_in_use`, `storage_error`.
    pub fn share(&self) -> Result<()> {
        Ok(self.store().share()?)
    }

    /// Puts a backup that was left ready under `name` in the place of the store in `dir`, before anybody opens that.
    /// Answers where the store from before is kept.
    ///
    /// # Errors
    /// `store_in_use`, `storage_full`, `storage_error`. The store is the one from before then.
    pub fn put_in_place(dir: &Path, name: &str) -> Result<Option<PathBuf>> {
        let folder = dir.join(Path::new(name).file_name().unwrap_or_default());
        let kept = super::backup::named("skein-before", Clock::System.now());
        let kept = backup::replace(dir, &folder.join("skein.db"), &kept)?;
        // What is left in it is of no use; it is swept with the list it stands on if this fails.
        drop(fs::remove_dir_all(folder));
        Ok(kept)
    }
}

/// Opens the copy as a store, notes where it is from, and closes it again.
fn open_once(folder: &Path, origin: &Path, found: &Found) -> Result<(), StoreError> {
    let store = Store::open(folder)?;
    let origin = found.made_at.map(|made_at| Backup {
        path: origin.display().to_string(),
        size: fs::metadata(origin).map_or(0, |file| file.len()),
        threads: found.counts.threads,
        messages: found.counts.messages,
        made_at: rfc3339(made_at),
    });
    store.write(|tx| backup::note_origin(tx, origin.as_ref()))
}

/// Copies a file into a private one; whether it came to its end.
fn copy_file(from: &Path, to: &Path, progress: &mut dyn FnMut(Progress), cancel: &dyn Fn() -> bool) -> Result<bool> {
    let mut source = File::open(from).map_err(|error| unread(from, error))?;
    let total = source.metadata().map_err(|error| unread(from, error))?.len();
    make_private_file(to);
    let mut target = File::options().write(true).open(to).map_err(StoreError::Io)?;
    let (mut piece, mut done) = (vec![0; STEP], 0);
    loop {
        progress(Progress { done, total: total.max(done) });
        if cancel() {
            return Ok(false);
        }
        let read = source.read(&mut piece).map_err(|error| unread(from, error))?;
        if read == 0 {
            target.sync_all().map_err(StoreError::Io)?;
            return Ok(true);
        }
        target.write_all(&piece[..read]).map_err(full)?;
        done += read as u64;
    }
}

fn full(error: io::Error) -> StoreError {
    if error.kind() == io::ErrorKind::StorageFull { StoreError::Full } else { StoreError::Io(error) }
}

fn unread(path: &Path, error: io::Error) -> RecordError {
    RecordError::Read { path: path.display().to_string(), error }
}
