//! A file that is whole or not there: it is written beside its place, and gets its name at the end.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::export::unwritten;
use crate::error::Result;
use crate::store::setting::hex;

/// A file on its way, beside the one it becomes; gone if it does not.
pub(super) struct Part(pub PathBuf);

impl Part {
    /// The one beside `path`; it is not made yet.
    pub fn beside(path: &Path) -> Result<Self> {
        let name = path.file_name().ok_or_else(|| unwritten(path, io::Error::from(io::ErrorKind::InvalidFilename)))?;
        let own = format!(".{}.{}.part", name.to_string_lossy(), uuid::Uuid::now_v7().simple());
        Ok(Self(path.with_file_name(own)))
    }

    /// Its size and its SHA-256.
    pub fn measured(&self) -> io::Result<(u64, String)> {
        let mut hash = Sha256::new();
        let size = io::copy(&mut File::open(&self.0)?, &mut hash)?;
        Ok((size, hex(&hash.finalize())))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Once it has become the file it is not here any more.
        let _ = fs::remove_file(&self.0);
    }
}
