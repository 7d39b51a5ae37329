//! What makes the folder a bag (`BagIt` 1.0, RFC 8493): its declaration, its manifests, what it says of itself.

use std::fmt::Write as _;

use serde_json::Value;

use super::Contents;
use super::zip::Written;
use crate::record::canonical;
use crate::record::line::Header;

/// `bagit.txt` (RFC 8493, section 2.1.1).
pub const BAGIT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// What a draft says where a sealed record says its state.
pub const DRAFT: &str = "draft, not sealed";

/// The files of a bag, as they are written.
#[derive(Debug, Default)]
pub struct Bag {
    payload: Vec<Written>,
    tags: Vec<Written>,
}

impl Bag {
    /// Adds a file under `data/`.
    pub fn payload(&mut self, file: Written) {
        self.payload.push(file);
    }

    /// Adds any other file.
    pub fn tag(&mut self, file: Written) {
        self.tags.push(file);
    }

    /// Bytes and files of the payload (RFC 8493, section 2.2.2).
    pub fn oxum(&self) -> String {
        format!("{}.{}", self.payload.iter().map(|file| file.size).sum::<u64>(), self.payload.len())
    }

    /// `manifest-sha256.txt`.
    pub fn manifest(&self) -> String {
        lines(&self.payload)
    }

    /// `tagmanifest-sha256.txt`.
    pub fn tag_manifest(&self) -> String {
        lines(&self.tags)
    }
}

fn lines(files: &[Written]) -> String {
    files.iter().fold(String::new(), |mut out, file| {
        let _ = writeln!(out, "{}  {}", file.hash, file.name);
        out
    })
}

/// `bag-info.txt`.
pub fn info(contents: &Contents<'_>, header: &Header, at: &str, oxum: String) -> String {
    let metadata: Value = serde_json::from_str(&header.metadata).unwrap_or_default();
    let client = metadata.get("client").and_then(Value::as_str).map(str::to_owned);
    let sealed = contents.sealed;
    let state = if sealed.is_some() { header.state.clone() } else { DRAFT.into() };
    let fields = [
        ("Source-Organization", Some(format!("Skein, {}", contents.store))),
        ("External-Identifier", Some(header.thread.clone())),
        ("External-Description", header.title.clone()),
        ("Client", client),
        ("Bagging-Date", at.get(..10).map(str::to_owned)),
        ("Payload-Oxum", Some(oxum)),
        ("Bag-Software-Agent", Some(format!("Skein {}", contents.program))),
        ("Skein-Record-Format", Some("1".into())),
        ("Skein-State", Some(state)),
        ("Skein-Sealed-At", sealed.map(|sealed| sealed.at.clone())),
        ("Skein-Transcript-PDF", contents.pdf.is_empty().then(|| "none: no program made one".into())),
        ("Skein-Seal", sealed.map(|sealed| canonical::hash_hex(&sealed.json))),
        ("Skein-Signed-At", sealed.and_then(|sealed| sealed.signed.as_ref()).map(|signed| signed.at.clone())),
    ];
    let mut out = String::new();
    for (name, value) in fields {
        let value: Option<String> =
            value.map(|value| value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect());
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            let _ = writeln!(out, "{name}: {}", value.trim());
        }
    }
    out
}
