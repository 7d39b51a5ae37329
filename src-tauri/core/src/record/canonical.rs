//! Canonical JSON (RFC 8785, JCS): one spelling for one value, so that its hash means something.
//! Our lines hold no numbers but small integers; whoever wants others puts them into a string.

use std::io;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::store::setting::hex;

/// A value in its one spelling.
///
/// # Errors
/// For what JSON cannot say, which no line of ours is.
pub fn line(value: &impl Serialize) -> io::Result<String> {
    Ok(serde_json_canonicalizer::to_string(value)?)
}

/// SHA-256 of a text.
pub fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// SHA-256 of a text, in lower-case hex.
pub fn hash_hex(text: &str) -> String {
    hex(&hash(text))
}

/// The bytes behind lower-case or upper-case hex.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
