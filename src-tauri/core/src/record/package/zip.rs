//! A zip whose bytes follow from its contents alone, and the hash of every file in it.

use std::io::{self, Seek, Write};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::store::setting::hex;

/// A file that was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its name in the bag.
    pub name: String,
    /// SHA-256, lower-case hex.
    pub hash: String,
    /// Bytes.
    pub size: u64,
}

/// A zip on its way, with everything in one folder.
pub struct Zip<W: Write + Seek> {
    inner: ZipWriter<W>,
    folder: String,
    options: SimpleFileOptions,
    name: String,
    hash: Sha256,
    size: u64,
}

impl<W: Write + Seek> Zip<W> {
    /// Begins; `at` is the date of every file.
    pub fn new(out: W, folder: &str, at: &str) -> Self {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(date(at))
            .system(zip::System::Unix)
            .unix_permissions(0o644);
        let (name, hash) = (String::new(), Sha256::new());
        Self { inner: ZipWriter::new(out).set_auto_large_file(), folder: folder.into(), options, name, hash, size: 0 }
    }

    /// Begins a file; what is written next is in it.
    pub fn start(&mut self, name: &str) -> io::Result<()> {
        self.inner.start_file(format!("{}/{name}", self.folder), self.options)?;
        (self.name, self.size) = (name.into(), 0);
        self.hash = Sha256::new();
        Ok(())
    }

    /// Ends the file.
    pub fn end(&mut self) -> Written {
        let hash = std::mem::take(&mut self.hash).finalize();
        Written { name: std::mem::take(&mut self.name), hash: hex(&hash), size: self.size }
    }

    /// Writes a whole file.
    pub fn whole(&mut self, name: &str, bytes: &[u8]) -> io::Result<Written> {
        self.start(name)?;
        self.write_all(bytes)?;
        Ok(self.end())
    }

    /// Ends the zip.
    pub fn finish(self) -> io::Result<W> {
        Ok(self.inner.finish()?)
    }
}

impl<W: Write + Seek> Write for Zip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A moment as a zip can say it: to two seconds, from 1980 on.
fn date(at: &str) -> DateTime {
    let number = |from: usize, to: usize| at.get(from..to).and_then(|digits| digits.parse::<u16>().ok());
    let date = || {
        let [year, month, day, hour, minute, second] =
            [number(0, 4)?, number(5, 7)?, number(8, 10)?, number(11, 13)?, number(14, 16)?, number(17, 19)?];
        DateTime::from_date_and_time(year, month as u8, day as u8, hour as u8, minute as u8, second as u8).ok()
    };
    date().unwrap_or_default()
}
