//! Whether a zip says the same from its front as from its end. Programs read one or the other; a zip whose local
//! headers disagree with its central directory, or that hides something between its files, shows two contents
//! (APPNOTE.TXT, 4.3.7 to 4.3.12).

use std::io::{self, Read, Seek, SeekFrom};

use zip::{CompressionMethod, ZipArchive};

/// Bytes of a local header before the name.
const FIXED: usize = 30;
const SIGNATURE: [u8; 4] = *b"PK\x03\x04";
/// Sizes that stand in the extra field instead.
const LARGE: u32 = u32::MAX;
/// Lengths that a data descriptor can have: with or without a signature, with sizes of 4 or 8 bytes.
const DESCRIPTORS: [u64; 4] = [12, 16, 20, 24];

/// What the directory says of a file.
struct Entry {
    start: u64,
    name: Vec<u8>,
    method: CompressionMethod,
    crc: u32,
    packed: u64,
    size: u64,
}

/// Whether every local header is what the directory says, and the files follow one another without a gap.
///
/// # Errors
/// If it cannot be read.
pub fn agrees<R: Read + Seek, Z: Read + Seek>(file: &mut R, zip: &mut ZipArchive<Z>) -> io::Result<bool> {
    let mut entries = Vec::new();
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index)?;
        entries.push(Entry {
            start: entry.header_start(),
            name: entry.name_raw().to_vec(),
            method: entry.compression(),
            crc: entry.crc32(),
            packed: entry.compressed_size(),
            size: entry.size(),
        });
    }
    entries.sort_by_key(|entry| entry.start);
    let ends = entries.iter().skip(1).map(|entry| entry.start).chain([zip.central_directory_start()]);
    let mut at = 0;
    for (entry, end) in entries.iter().zip(ends) {
        if entry.start != at || !one(file, entry, end)? {
            return Ok(false);
        }
        at = end;
    }
    Ok(at == zip.central_directory_start())
}

/// Whether the file that begins with this local header ends at `end`.
fn one<R: Read + Seek>(file: &mut R, entry: &Entry, end: u64) -> io::Result<bool> {
    let mut header = [0; FIXED];
    file.seek(SeekFrom::Start(entry.start))?;
    file.read_exact(&mut header)?;
    let short = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let long = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let mut name = vec![0; short(26).into()];
    file.read_exact(&mut name)?;
    let method = match entry.method {
        CompressionMethod::Stored => 0,
        CompressionMethod::Deflated => 8,
        _ => return Ok(false),
    };
    let described = short(6) & 8 != 0;
    let size = |at: usize, size: u64| long(at) == LARGE || u64::from(long(at)) == size;
    let same = (long(14) == entry.crc && size(18, entry.packed) && size(22, entry.size))
        || (described && [long(14), long(18), long(22)] == [0; 3]);
    let behind = entry.start + (FIXED + name.len()) as u64 + u64::from(short(28)) + entry.packed;
    let ends = behind == end || (described && DESCRIPTORS.iter().any(|length| behind + length == end));
    Ok(header.starts_with(&SIGNATURE) && name == entry.name && short(8) == method && same && ends)
}
