//! One window for a store. The first holds `window.lock`; a later one leaves `window.raise` for
//! the first to find, with what it was asked for, and ends. Both are files in the data folder, so
//! each store has its own, and several stores can be open at once.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How long a start waits for the window before it to end, and how long between two looks.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);

/// What a start asks of the window.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// The thread to open.
    pub thread: Option<String>,
}

/// What asking for the store's window gave.
pub enum Claim {
    /// This process has it, for as long as the file is held.
    First(File),
    /// Another process has it and was asked to come forward.
    Another,
    /// Nobody can: there is a store, and nothing can be written beside it.
    Unwritable,
}

/// Claims the window of the store in `dir`, or asks the one that has it to come forward.
///
/// # Errors
/// When the folder cannot be made or written to.
pub fn claim(dir: &Path, wish: &Wish) -> io::Result<Claim> {
    private_folder(dir)?;
    let lock = dir.join("window.lock");
    let file = match OpenOptions::new().read(true).write(true).create(true).truncate(false).open(lock) {
        Err(error) if refused(&error) && dir.join("skein.db").is_file() => return Ok(Claim::Unwritable),
        opened => opened?,
    };
    match file.try_lock() {
        Ok(()) => {
            raise_wanted(dir);
            Ok(Claim::First(file))
        }
        Err(TryLockError::WouldBlock) => {
            ask(dir, wish)?;
            Ok(Claim::Another)
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Claims the window of the store in `dir` as soon as the process that has it, and has started this one, has ended.
///
/// # Errors
/// When the folder cannot be written to, or that process does not end.
pub fn claim_after(dir: &Path) -> io::Result<Claim> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(dir.join("window.lock"))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Claim::First(file)),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::TimedOut.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Whether writing was refused, rather than impossible.
fn refused(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Leaves a wish where the first window looks, whole or not at all.
fn ask(dir: &Path, wish: &Wish) -> io::Result<()> {
    let draft = dir.join(format!("window.raise.{}", std::process::id()));
    fs::write(&draft, serde_json::to_vec(wish)?)?;
    fs::rename(draft, raise_file(dir))
}

/// What another start asked for since the last look.
pub fn raise_wanted(dir: &Path) -> Option<Wish> {
    let asked = fs::read(raise_file(dir)).ok()?;
    fs::remove_file(raise_file(dir)).ok()?;
    // Whatever stands there, the window is wanted.
    Some(serde_json::from_slice(&asked).unwrap_or_default())
}

fn raise_file(dir: &Path) -> PathBuf {
    dir.join("window.raise")
}

/// Makes the folder, for its owner alone.
fn private_folder(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_second_claim_asks_the_first_to_come_forward_once() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("store");
        let plain = Wish::default();
        let first = claim(&dir, &plain).unwrap();
        assert!(matches!(first, Claim::First(_)));
        assert_eq!(raise_wanted(&dir), None);
        assert!(matches!(claim(&dir, &plain).unwrap(), Claim::Another));
        assert_eq!(raise_wanted(&dir), Some(plain.clone()));
        assert_eq!(raise_wanted(&dir), None);
        let memo = Wish { thread: Some("memo".into()) };
        assert!(matches!(claim(&dir, &memo).unwrap(), Claim::Another));
        assert_eq!(raise_wanted(&dir), Some(memo));
        drop(first);
        assert!(matches!(claim(&dir, &plain).unwrap(), Claim::First(_)));
    }

    #[test]
    fn a_request_left_over_from_a_crash_is_not_answered() {
        let folder = tempfile::tempdir().unwrap();
        File::create(raise_file(folder.path())).unwrap();
        let _first = claim(folder.path(), &Wish::default()).unwrap();
        assert_eq!(raise_wanted(folder.path()), None);
    }
}
