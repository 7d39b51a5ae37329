//! The record package, version 1: a zip that is a `BagIt` bag, the same bytes for the same seal, key and
//! version of the program. `docs/records.md` says what is in it; golden files hold it.

mod bag;
mod lines;
mod local;
mod verify;
mod zip;

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::PathBuf;

pub use verify::verify;

use super::canonical;
use super::key::{PublicKey, SigningKey};
use super::line::{Chain, Event, Header, Message};
use super::transcript::{Facts, Outline, html, markdown, text};
use crate::store::StoreError;
use crate::wire::Time;
use zip::Zip;

/// Says how to check a package, in every package.
pub const VERIFY_TXT: &str = include_str!("VERIFY.txt");
/// Checks a package with Python alone; the same bytes in every package of a format version.
pub const VERIFY_PY: &str = include_str!("verify.py");

/// Goes through the messages of a record, in order.
pub type Visit<'a> = dyn FnMut(Message) -> Result<(), StoreError> + 'a;

/// Where the messages come from; asked once for each file that tells them.
pub trait Messages {
    /// Goes through all of them. `seq` and `prev` need not be filled in.
    ///
    /// # Errors
    /// What `visit` returns, and `storage_error`.
    fn visit(&self, visit: &mut Visit<'_>) -> Result<(), StoreError>;
}

/// A seal as it was made, and signed if it was.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Its line.
    pub json: String,
    /// When.
    pub at: Time,
    /// Who signed it.
    pub signed: Option<Signed>,
}

/// A signature over a seal.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Over the seal's line.
    pub signature: Vec<u8>,
    /// When it was made.
    pub at: Time,
    /// The key it was made with.
    pub public: PublicKey,
}

/// Everything a package is made of.
pub struct Contents<'a> {
    /// Id of the store.
    pub store: &'a str,
    /// The header line as it was sealed, or would be.
    pub header: &'a str,
    /// The messages under the seal.
    pub messages: &'a dyn Messages,
    /// The thread's entries up to the seal.
    pub events: &'a [Event],
    /// The seal; a draft has none.
    pub sealed: Option<&'a Sealed>,
    /// The key that signed the seal and signs the package too; without it, nothing of either is in the package.
    pub key: Option<&'a SigningKey>,
    /// When the package is made, for a draft.
    pub at: Time,
    /// Version of the program.
    pub program: &'a str,
    /// The parts of the transcript in PDF, where the program that makes them is installed: named as in the format.
    pub pdf: &'a [(String, PathBuf)],
}

/// Name of the folder in the package, and of its file without `.zip`.
pub fn name(thread: &str, sealed: Option<&Sealed>) -> String {
    let plain: String =
        thread.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).take(60).collect();
    let plain = plain.trim_start_matches('.');
    match sealed {
        Some(sealed) => format!("skein-{plain}-{}", &canonical::hash_hex(&sealed.json)[..8]),
        None => format!("skein-{plain}-draft"),
    }
}

/// Writes a package.
///
/// # Errors
/// What reading the messages returns, and what writing says.
pub fn write<W: Write + Seek>(out: W, contents: &Contents<'_>) -> Result<W, StoreError> {
    let header: Header = serde_json::from_str(contents.header).map_err(io::Error::from)?;
    let at = contents.sealed.map_or(&contents.at, |sealed| &sealed.at);
    let mut zip = Zip::new(out, &name(&header.thread, contents.sealed), at);
    let mut bag = bag::Bag::default();
    bag.tag(zip.whole("bagit.txt", bag::BAGIT.as_bytes())?);
    write_payload(&mut zip, &mut bag, contents, &header)?;
    bag.tag(zip.whole("bag-info.txt", bag::info(contents, &header, at, bag.oxum()).as_bytes())?);
    if let Some(sealed) = contents.sealed {
        bag.tag(zip.whole("seal.json", sealed.json.as_bytes())?);
    }
    let signed = contents.sealed.and_then(|sealed| sealed.signed.as_ref()).zip(contents.key);
    if let Some((_, key)) = signed {
        bag.tag(zip.whole("signer.pub.pem", key.public().pem().as_bytes())?);
    }
    bag.tag(zip.whole("VERIFY.txt", VERIFY_TXT.as_bytes())?);
    bag.tag(zip.whole("verify.py", VERIFY_PY.as_bytes())?);
    bag.tag(zip.whole("manifest-sha256.txt", bag.manifest().as_bytes())?);
    if let Some((signed, _)) = signed {
        bag.tag(zip.whole("signatures/seal.sig", &signed.signature)?);
    }
    let tags = bag.tag_manifest();
    zip.whole("tagmanifest-sha256.txt", tags.as_bytes())?;
    if let Some((_, key)) = signed {
        zip.whole("signatures/tag.sig", &key.sign(tags.as_bytes()))?;
    }
    Ok(zip.finish()?)
}

fn write_payload<W: Write + Seek>(
    zip: &mut Zip<W>,
    bag: &mut bag::Bag,
    contents: &Contents<'_>,
    header: &Header,
) -> Result<(), StoreError> {
    let mut chain = Chain::behind(contents.header);
    let mut outline = Outline::default();
    zip.start("data/record.jsonl")?;
    writeln!(zip, "{}", contents.header)?;
    contents.messages.visit(&mut |mut message| {
        writeln!(zip, "{}", chain.add(&mut message)?)?;
        outline.add(&message);
        Ok(())
    })?;
    for event in contents.events {
        writeln!(zip, "{}", canonical::line(event)?)?;
    }
    bag.payload(zip.end());
    outline.finish(header.active_tip.as_deref());
    let facts = Facts { header, sealed: contents.sealed, events: contents.events, outline: &outline };
    zip.start("data/transcript.html")?;
    html::write(zip, &facts, contents.messages)?;
    bag.payload(zip.end());
    zip.start("data/transcript.md")?;
    markdown::write(zip, &facts, contents.messages)?;
    bag.payload(zip.end());
    zip.start("data/transcript.txt")?;
    text::write(zip, &facts, contents.messages)?;
    bag.payload(zip.end());
    for (name, path) in contents.pdf {
        zip.start(&format!("data/{name}"))?;
        io::copy(&mut File::open(path)?, zip)?;
        bag.payload(zip.end());
    }
    Ok(())
}
