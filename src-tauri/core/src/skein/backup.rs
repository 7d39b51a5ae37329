//! Backing up: the whole store into one file that is checked before it gets its name, or no file.

use std::fs::{self, File};
use std::path::Path;

use super::Skein;
use super::records::Target;
use super::records::export::{told_of, unwritten};
use super::records::names::nothing_in_the_way;
use super::records::placing::place;
use crate::clock::{Millis, rfc3339};
use crate::error::{Error, Result};
use crate::store::backup::{self, BackupError, sync_folder};
use crate::wire::{BackedUp, Backup, Progress};

impl Skein {
    /// What a backup of this moment would be called.
    pub fn backup_name(&self) -> String {
        format!("{}.db", named("skein-backup", self.now()))
    }

    /// The last backup that was made of this store.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn last_backup(&self) -> Result<Option<Backup>> {
        Ok(self.store().read(backup::last)?)
    }

    /// Writes the whole store, as it stands now, into one file, or into one of its own name in a folder that is there.
    /// Others go on writing meanwhile. Progress counts bytes; once all are copied, the copy is read and checked.
    ///
    /// # Errors
    /// `invalid_request` if a file is there that may not be replaced, or for the store's own folder; `storage_full`,
    /// `storage_error`. Nothing is left then.
    pub fn back_up(
        &self,
        target: &Target,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<BackedUp> {
        self.sweep();
        let path = if target.path.is_dir() { target.path.join(self.backup_name()) } else { target.path.clone() };
        self.not_beside_the_store(&path)?;
        nothing_in_the_way(target, &path)?;
        let made = self.make_backup(&path, target, progress, cancel).map_err(|error| told_of(&path, error))?;
        // What was erased meanwhile could not leave the log.
        self.scrub();
        let Some(made) = made else {
            return Ok(BackedUp { object: "backed_up".into(), backup: None, cancelled: true });
        };
        if !self.store().is_read_only()
            && let Err(error) = self.store().write(|tx| backup::note(tx, &made))
        {
            tracing::warn!(code = error.code().as_str(), "a backup was made, and could not be noted as the last one");
        }
        Ok(BackedUp { object: "backed_up".into(), backup: Some(made), cancelled: false })
    }

    fn make_backup(
        &self,
        path: &Path,
        target: &Target,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<Option<Backup>> {
        let now = self.now();
        let folder = self.part_beside(path)?;
        fs::create_dir(&folder.path).map_err(|error| unwritten(path, error))?;
        let copy = folder.path.join("skein.db");
        let Some(counts) = self.store().copy_to(&copy, now, progress, cancel)? else { return Ok(None) };
        if cancel() {
            return Ok(None);
        }
        match backup::look(&copy, path, cancel) {
            Ok(None) => return Ok(None),
            Ok(Some(found)) if found.counts == counts && found.made_at == Some(now) => {}
            Ok(Some(_)) | Err(Error::Backup(_)) => return Err(BackupError::NotWhole.into()),
            Err(error) => return Err(error),
        }
        let size = sync(&copy).map_err(|error| unwritten(path, error))?;
        place(&[(&copy, path.to_owned())], |path| target.may_replace(path))?;
        path.parent().map(sync_folder);
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Ok(Some(Backup {
            path: path.display().to_string(),
            size,
            threads: counts.threads,
            messages: counts.messages,
            made_at: rfc3339(now),
        }))
    }

    /// A backup beside the store would be lost with it, and one over the store would be the loss.
    fn not_beside_the_store(&self, path: &Path) -> Result<()> {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = whole.parent().and_then(|folder| fs::canonicalize(folder).ok());
        let own = fs::canonicalize(self.store().dir()).ok();
        if folder.is_some() && folder == own { Err(BackupError::BesideTheStore.into()) } else { Ok(()) }
    }
}

/// A name with a moment in it, as the clock on the wall shows it.
pub(super) fn named(what: &str, at: Millis) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(Skein::zone());
    format!("{what}-{}", at.strftime("%Y-%m-%d-%H%M"))
}

/// Brings a file to the disk; its size.
fn sync(file: &Path) -> std::io::Result<u64> {
    let file = File::options().write(true).open(file)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}
