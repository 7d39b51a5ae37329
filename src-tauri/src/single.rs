//! One window for a store. The first holds `window.lock`; a later one leaves `window.raise` for
//! the first to find, and ends. Both are files in the data folder, so each store has its own.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What asking for the store's window gave.
pub enum Claim {
    /// This process has it, for as long as the file is held.
    First(File),
    /// Another process has it and was asked to come forward.
    Another,
}

/// Claims the window of the store in `dir`, or asks the one that has it to come forward.
///
/// # Errors
/// When the folder cannot be made or written to.
pub fn claim(dir: &Path) -> io::Result<Claim> {
    private_folder(dir)?;
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(dir.join("window.lock"))?;
    match file.try_lock() {
        Ok(()) => {
            raise_wanted(dir);
            Ok(Claim::First(file))
        }
        Err(TryLockError::WouldBlock) => {
            File::create(raise_file(dir))?;
            Ok(Claim::Another)
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether another start asked for the window since the last look.
pub fn raise_wanted(dir: &Path) -> bool {
    fs::remove_file(raise_file(dir)).is_ok()
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
        let first = claim(&dir).unwrap();
        assert!(matches!(first, Claim::First(_)));
        assert!(!raise_wanted(&dir));
        assert!(matches!(claim(&dir).unwrap(), Claim::Another));
        assert!(raise_wanted(&dir));
        assert!(!raise_wanted(&dir));
        drop(first);
        assert!(matches!(claim(&dir).unwrap(), Claim::First(_)));
    }

    #[test]
    fn a_request_left_over_from_a_crash_is_not_answered() {
        let folder = tempfile::tempdir().unwrap();
        File::create(raise_file(folder.path())).unwrap();
        let _first = claim(folder.path()).unwrap();
        assert!(!raise_wanted(folder.path()));
    }
}
