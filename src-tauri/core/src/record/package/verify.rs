//! Checking a package, in a zip or unpacked: the list in `docs/records.md`, in its order. What lies
//! there may be hostile, so nothing is unpacked, and sizes are bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::super::key::{PublicKey, groups};
use super::super::seal::Seal;
use super::lines::Lines;
use super::local;
use crate::record::canonical;
use crate::record::verify::Findings;
use crate::store::setting::hex;
use crate::wire::FindingKind::{FileAdded, FileChanged, FileMissing, SealChanged, SignatureWrong, Unreadable};
use crate::wire::{SealStatus, Time, Verification};

/// Files that a package may have, far more than it has.
const FILES: usize = 1_000;
/// Bytes of a file that is not payload.
const SMALL: u64 = 4 << 20;
/// Bytes of a line of `record.jsonl`: a message and its reasoning, every character escaped.
pub(super) const LINE: u64 = 64 << 20;
/// Bytes that may come out of a zip, whatever went in; beyond that, this many times what went in.
const ROOM: (u64, u64) = (1 << 30, 200);
const RECORD: &str = "data/record.jsonl";
const MANIFESTS: [&str; 2] = ["manifest-sha256.txt", "tagmanifest-sha256.txt"];
const TAG_SIGNATURE: &str = "signatures/tag.sig";

/// Checks a package against the keys that are known here. A package that cannot be read at all is
/// altered; only a path at which nothing can be opened is an error.
///
/// # Errors
/// If there is nothing to be read at `path`.
pub fn verify(path: &Path, known: &dyn Fn(PublicKey) -> bool, now: Time) -> io::Result<Verification> {
    let mut check = Check::default();
    let mut source = if path.is_dir() { Source::folder(path, &mut check)? } else { Source::zip(path, &mut check)? };
    let status = if check.findings.0.is_empty() { check.all(&mut source, known) } else { SealStatus::Altered };
    let seal = check.seal;
    Ok(Verification {
        object: "verification".into(),
        thread_id: check.lines.thread,
        path: Some(path.display().to_string()),
        status: check.findings.answer(status),
        keychain_unavailable: false,
        findings: check.findings.0,
        digest: seal.as_ref().map(|(digest, _)| digest.clone()),
        sealed_at: seal.as_ref().map(|(_, seal)| seal.sealed_at.clone()),
        messages: check.lines.messages,
        fingerprint: check.key.map(|key| groups(&key.fingerprint())),
        checked_at: now,
    })
}

/// What is known so far.
#[derive(Default)]
struct Check {
    findings: Findings,
    seal: Option<(String, Seal)>,
    key: Option<PublicKey>,
    /// Files that a manifest names, and the two that none does.
    named: BTreeSet<String>,
    lines: Lines,
}

impl Check {
    fn all(&mut self, source: &mut Source, known: &dyn Fn(PublicKey) -> bool) -> SealStatus {
        self.named.extend([MANIFESTS[1].to_owned(), TAG_SIGNATURE.to_owned()]);
        for (manifest, payload) in [(MANIFESTS[0], true), (MANIFESTS[1], false)] {
            let Some(text) = self.small(source, manifest) else { continue };
            let text = String::from_utf8_lossy(&text).into_owned();
            for line in text.lines() {
                self.manifest_line(source, line, manifest, payload);
            }
        }
        for name in source.names() {
            if !self.named.contains(&name) {
                self.findings.add_file(FileAdded, &name, format!("{name} was added: no manifest names it."));
            }
        }
        for name in [RECORD, MANIFESTS[0], "bagit.txt"] {
            if !self.named.contains(name) {
                self.findings.add_file(FileMissing, name, format!("No manifest names {name}."));
            }
        }
        let seal = source.has("seal.json").then(|| self.small(source, "seal.json")).flatten();
        let status = self.signatures(source, seal.as_deref(), known);
        if let Some(seal) = &seal {
            self.read_seal(seal);
        }
        self.lines.finish(self.seal.as_ref().map(|(_, seal)| seal), &mut self.findings);
        status
    }

    /// One line of a manifest: the file it names is there, and is what it says.
    fn manifest_line(&mut self, source: &mut Source, line: &str, manifest: &str, payload: bool) {
        let Some((hash, name)) = line.split_once("  ").filter(|(_, name)| name.starts_with("data/") == payload) else {
            self.findings.add_file(FileChanged, manifest, format!("{manifest} has a line that makes no sense."));
            return;
        };
        if !self.named.insert(name.to_owned()) {
            self.findings.add_file(FileAdded, name, format!("{name} is named twice."));
            return;
        }
        if !source.has(name) {
            self.findings.add_file(FileMissing, name, format!("{name} is missing."));
            return;
        }
        let lines = &mut self.lines;
        let read = source.read(name, |reader| if name == RECORD { lines.read(reader) } else { digest(reader) });
        match read {
            Ok(found) if found == hash => {}
            Ok(_) => self.findings.add_file(FileChanged, name, format!("{name} is not what its manifest says.")),
            Err(error) => self.findings.add_file(FileChanged, name, format!("{name} cannot be read: {error}.")),
        }
    }

    fn small(&mut self, source: &mut Source, name: &str) -> Option<Vec<u8>> {
        if !source.has(name) {
            self.findings.add_file(FileMissing, name, format!("{name} is missing."));
            return None;
        }
        let read = source.read(name, |reader| {
            let mut bytes = Vec::new();
            reader.take(SMALL).read_to_end(&mut bytes)?;
            Ok(bytes)
        });
        read.map_err(|error| {
            self.findings.add_file(FileChanged, name, format!("{name} cannot be read: {error}."));
        })
        .ok()
    }

    /// Both signatures, under one key; neither is fine, one without the other is not.
    fn signatures(
        &mut self,
        source: &mut Source,
        seal: Option<&[u8]>,
        known: &dyn Fn(PublicKey) -> bool,
    ) -> SealStatus {
        let signed = ["signatures/seal.sig", TAG_SIGNATURE, "signer.pub.pem"].map(|name| source.has(name));
        if signed == [false; 3] {
            return SealStatus::Unsigned;
        }
        let pem = self.small(source, "signer.pub.pem").unwrap_or_default();
        let key = std::str::from_utf8(&pem).ok().and_then(PublicKey::from_pem);
        if key.is_none() {
            self.findings.add_file(SignatureWrong, "signer.pub.pem", "signer.pub.pem holds no Ed25519 key.");
        }
        self.key = key;
        let tags = self.small(source, MANIFESTS[1]).unwrap_or_default();
        for (name, over, bytes) in
            [("signatures/seal.sig", "seal.json", seal.unwrap_or_default()), (TAG_SIGNATURE, MANIFESTS[1], &tags[..])]
        {
            let signature = self.small(source, name).unwrap_or_default();
            if key.is_some_and(|key| !key.verifies(bytes, &signature)) {
                let words = format!("{name} is no signature over {over} by the key in signer.pub.pem.");
                self.findings.add_file(SignatureWrong, name, words);
            }
        }
        if key.is_some_and(known) { SealStatus::Valid } else { SealStatus::UnknownKey }
    }

    fn read_seal(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        match serde_json::from_str::<Seal>(text) {
            Ok(seal) => self.seal = Some((canonical::hash_hex(text), seal)),
            Err(_) => self.findings.add_file(SealChanged, "seal.json", "seal.json is no seal of this format."),
        }
    }
}

fn digest(reader: &mut dyn Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(reader, &mut hash)?;
    Ok(hex(&hash.finalize()))
}

/// Where the files are.
enum Source {
    Folder(BTreeMap<String, PathBuf>),
    Zip(Box<ZipArchive<BufReader<File>>>, BTreeMap<String, usize>),
}

impl Source {
    fn names(&self) -> Vec<String> {
        match self {
            Self::Folder(files) => files.keys().cloned().collect(),
            Self::Zip(_, files) => files.keys().cloned().collect(),
        }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::Folder(files) => files.contains_key(name),
            Self::Zip(_, files) => files.contains_key(name),
        }
    }

    fn read<T>(&mut self, name: &str, take: impl FnOnce(&mut dyn BufRead) -> io::Result<T>) -> io::Result<T> {
        match self {
            Self::Folder(files) => take(&mut BufReader::new(File::open(&files[name])?)),
            Self::Zip(zip, files) => take(&mut BufReader::new(zip.by_index(files[name])?)),
        }
    }

    fn folder(root: &Path, check: &mut Check) -> io::Result<Self> {
        let (mut files, mut left) = (BTreeMap::new(), vec![root.to_owned()]);
        while let Some(folder) = left.pop() {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                let path = entry.path();
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                let kind = entry.file_type()?;
                if kind.is_dir() && files.len() < FILES {
                    left.push(path);
                } else if kind.is_file() && files.len() < FILES {
                    files.insert(name, path);
                } else {
                    check.findings.add_file(FileAdded, &name, format!("{name} is no file of a record."));
                    return Ok(Self::Folder(files));
                }
            }
        }
        Ok(Self::Folder(files))
    }

    fn zip(path: &Path, check: &mut Check) -> io::Result<Self> {
        let file = File::open(path)?;
        let packed = file.metadata()?.len();
        let nothing = Self::Folder(BTreeMap::new());
        let mut zip = match ZipArchive::new(BufReader::new(file)) {
            Ok(zip) => zip,
            Err(error) => {
                check.findings.add(Unreadable, format!("This is no record: {error}."));
                return Ok(nothing);
            }
        };
        if zip.has_duplicate_names() || zip.len() > FILES {
            check.findings.add(FileAdded, "The zip holds a name twice, or far too many.");
            return Ok(nothing);
        }
        if zip.decompressed_size().is_none_or(|size| size > u128::from(ROOM.0.max(packed.saturating_mul(ROOM.1)))) {
            check.findings.add(Unreadable, "The zip would unpack to far more than a record holds.");
            return Ok(nothing);
        }
        if !local::agrees(&mut File::open(path)?, &mut zip).unwrap_or(false) {
            check.findings.add(FileChanged, "The zip says one thing at its front and another at its end.");
            return Ok(nothing);
        }
        let mut files = BTreeMap::new();
        let mut folder: Option<String> = None;
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index)?;
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            let (first, rest) = name.split_once('/').unwrap_or(("", &name));
            let plain = !first.is_empty()
                && folder.as_deref().is_none_or(|folder| folder == first)
                && rest.split('/').all(|part| !part.is_empty() && part != ".." && part != ".")
                && !name.contains(['\\', ':', '\0'])
                && entry.is_file();
            if !plain {
                check.findings.add_file(FileAdded, &name, format!("{name} is no file of a record."));
                return Ok(nothing);
            }
            folder.get_or_insert_with(|| first.to_owned());
            files.insert(rest.to_owned(), index);
        }
        Ok(Self::Zip(Box::new(zip), files))
    }
}
