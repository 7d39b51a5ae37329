//! A file that is whole or not there: it is written beside its place, and gets its name at the end. The data
//! folder lists the files on their way, so that what a killed process left is found and removed, wherever it lies.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::Skein;
use super::export::unwritten;
use crate::error::Result;
use crate::store::setting::hex;
use crate::store::{StoreError, make_private_dir, process_is_gone};

/// The folder of that list, in the data folder: a file for each file on its way, named after process and file.
const LIST: &str = "parts";

/// A file or folder on its way, beside what it becomes; gone if it does not.
pub(in crate::skein) struct Part {
    /// Where it is.
    pub path: PathBuf,
    listed: Option<PathBuf>,
    /// Whether it is for another process to take.
    left: bool,
}

impl Skein {
    /// A part beside `path`; it is not made yet.
    pub(in crate::skein) fn part_beside(&self, path: &Path) -> Result<Part> {
        let name = path.file_name().ok_or_else(|| unwritten(path, io::Error::from(io::ErrorKind::InvalidFilename)))?;
        let id = uuid::Uuid::now_v7().simple().to_string();
        let path = path.with_file_name(format!(".{}.{id}.part", name.to_string_lossy()));
        let whole = std::path::absolute(&path).map_err(|error| unwritten(&path, error))?;
        let Some(whole) = whole.to_str().filter(|_| !self.store().is_read_only()) else {
            return Ok(Part { path, listed: None, left: false });
        };
        let listed = self.store().dir().join(LIST);
        make_private_dir(&listed)?;
        let listed = listed.join(format!("{}.{id}", self.process()?.name()));
        fs::write(&listed, whole).map_err(StoreError::Io)?;
        Ok(Part { path, listed: Some(listed), left: false })
    }

    /// Removes what processes that were killed in mid-export have left.
    pub(crate) fn sweep(&self) {
        let dir = self.store().dir();
        let Ok(list) = fs::read_dir(dir.join(LIST)) else { return };
        for entry in list.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some((process, id)) = name.split_once('.') else { continue };
            if !process_is_gone(dir, process) {
                continue;
            }
            let path = PathBuf::from(fs::read_to_string(entry.path()).unwrap_or_default());
            let left = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&format!(".{id}.part")));
            if left && !remove(&path) {
                // Its disk may be back at the next start.
                continue;
            }
            drop(fs::remove_file(entry.path()));
        }
    }
}

impl Part {
    /// Leaves it where it is, for another process to take before it sweeps.
    pub fn leave(mut self) -> PathBuf {
        self.left = true;
        self.path.clone()
    }

    /// Its size and its SHA-256.
    pub fn measured(&self) -> io::Result<(u64, String)> {
        let mut hash = Sha256::new();
        let size = io::copy(&mut File::open(&self.path)?, &mut hash)?;
        Ok((size, hex(&hash.finalize())))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Once it has become the file it is not here any more.
        if !self.left
            && remove(&self.path)
            && let Some(listed) = &self.listed
        {
            drop(fs::remove_file(listed));
        }
    }
}

/// Whether there is nothing any more.
fn remove(path: &Path) -> bool {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}
