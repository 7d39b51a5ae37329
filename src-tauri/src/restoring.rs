//! Starting again with a backup in the store's place: this program ends, and the one that it starts puts the backup
//! there before it opens the store. What came of it is held until the page asks.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use skein_core::Skein;
use skein_core::wire::Restored;

/// The backup that the person chose, which the page can take and cannot name.
#[derive(Default)]
pub struct Chosen(Mutex<Option<PathBuf>>);

impl Chosen {
    /// Remembers it in place of the one before.
    pub fn put(&self, path: Option<PathBuf>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = path;
    }

    /// The one that was chosen last.
    pub fn get(&self) -> Option<PathBuf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What came of it at this start, told once.
#[derive(Default)]
pub struct Outcome(Mutex<Option<Restored>>);

impl Outcome {
    /// Puts the backup that was left under `name` in the store's place, if one was.
    pub fn of(dir: &Path, name: Option<&str>) -> Self {
        let restored = name.map(|name| match Skein::put_in_place(dir, name) {
            Ok(kept) => Restored { kept: kept.map(|path| path.display().to_string()), error: None },
            Err(error) => Restored { kept: None, error: Some(error.detail()) },
        });
        Self(Mutex::new(restored))
    }

    /// What it is.
    pub fn take(&self) -> Option<Restored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Starts this program once more, to go on with the backup that was left under `name` as soon as this one has ended.
///
/// # Errors
/// When it cannot be started.
pub fn start_again(dir: &Path, name: &str) -> std::io::Result<()> {
    let program = std::env::current_exe()?;
    Command::new(program).arg("--data-dir").arg(dir).arg("--restore").arg(name).spawn().map(drop)
}
