//! Locks between processes: `store.lock`, shared by all who use the store and held alone to
//! migrate it, and one lock file for each process that runs responses.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::StoreError;

/// How long a start waits for another process that makes or migrates the store, and how long between two looks.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(3), Duration::from_millis(20));

/// Starts again for a while if the store is in use: of several first starts one makes the store,
/// and the others only have to let it finish. Nothing is held between two tries.
pub fn patiently<T>(start: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let (longest, pause) = PATIENCE;
    let deadline = Instant::now() + longest;
    loop {
        match start() {
            Err(StoreError::InUse) if Instant::now() < deadline => std::thread::sleep(pause),
            done => return done,
        }
    }
}

/// A hold on `store.lock`, shared with others or not.
#[derive(Debug)]
pub struct StoreLock {
    _file: File,
}

impl StoreLock {
    /// Joins the processes that use the store.
    ///
    /// # Errors
    /// `store_in_use` while one holds it alone.
    pub fn shared(dir: &Path) -> Result<Self, StoreError> {
        let file = open_lock(&dir.join("store.lock"))?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Does `work` while no other process uses the store, then joins the others again.
    ///
    /// # Errors
    /// `store_in_use` if another process uses it, and what `work` returns.
    pub fn alone(self, dir: &Path, work: impl FnOnce() -> Result<(), StoreError>) -> Result<Self, StoreError> {
        drop(self);
        let alone = Self::exclusive(dir)?;
        work()?;
        drop(alone);
        Self::shared(dir)
    }

    /// Holds the store alone.
    ///
    /// # Errors
    /// `store_in_use` if another process uses it.
    pub fn exclusive(dir: &Path) -> Result<Self, StoreError> {
        let file = open_lock(&dir.join("store.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// A lock file that this process holds for its life, so that others can tell whether it is there.
#[derive(Debug)]
pub struct ProcessLock {
    name: String,
    path: PathBuf,
    _file: File,
}

impl ProcessLock {
    /// Makes the lock file of this process.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn create(dir: &Path) -> Result<Self, StoreError> {
        let folder = dir.join("processes");
        make_private_dir(&folder)?;
        let name = uuid::Uuid::now_v7().simple().to_string();
        let path = folder.join(format!("{name}.lock"));
        let file = open_lock(&path)?;
        file.try_lock().map_err(std::io::Error::from)?;
        Ok(Self { name, path, _file: file })
    }

    /// What response rows call this process.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for ProcessLock {
    fn drop(&mut self) {
        // A leftover file is harmless: it can be locked, so its process is known to be gone.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the process with that name has ended, however it ended.
pub fn process_is_gone(dir: &Path, name: &str) -> bool {
    let path = dir.join("processes").join(format!("{name}.lock"));
    let Ok(file) = OpenOptions::new().read(true).write(true).open(&path) else {
        return matches!(path.try_exists(), Ok(false));
    };
    let gone = file.try_lock().is_ok();
    if gone {
        let _ = fs::remove_file(&path);
    }
    gone
}

/// Makes a folder that only its owner can read.
///
/// # Errors
/// `storage_full`, `storage_error`.
pub fn make_private_dir(dir: &Path) -> Result<(), StoreError> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Makes a file that only its owner can read, unless there is one. Where it cannot be made, whoever opens it says so.
pub fn make_private_file(path: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    drop(options.open(path));
}

/// Opens a lock file, for reading only where it cannot be written.
fn open_lock(path: &Path) -> Result<File, StoreError> {
    let made = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    match made {
        Ok(file) => Ok(file),
        Err(error) => File::open(path).map_err(|_| error.into()),
    }
}
