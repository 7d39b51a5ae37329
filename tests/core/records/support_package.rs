//! A package taken apart, changed and put together again, as somebody with a zip program would.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use skein_core::record::canonical::hash_hex;
use skein_core::record::key::SigningKey;
use skein_core::store::setting::hex;
use skein_core::wire::{ExportFormat, State, Verification};
use skein_core::{Replace, Selection, Skein, Target};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::Desk;

/// The files of a package, by their names in the bag.
#[derive(Clone)]
pub struct Package {
    pub folder: String,
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Exports a thread's record and answers where it is.
pub fn export(skein: &Skein, thread: &str, to: &Path) -> PathBuf {
    let target = Target { path: to.to_owned(), replace: Replace::Named };
    let exported = skein
        .export(&Selection::Threads(vec![thread.into()]), ExportFormat::Record, &target, &mut |_| {}, &|| false)
        .unwrap();
    assert_eq!(exported.files.len(), 1, "{exported:?}");
    exported.files[0].path.clone().into()
}

/// A locked thread's record.
pub fn sealed(desk: &Desk, messages: u32) -> Package {
    desk.thread("a", messages);
    desk.skein.set_state("a", State::Locked).unwrap();
    Package::read(&export(&desk.skein, "a", &desk.dir.path().join("a.zip")))
}

impl Package {
    pub fn read(path: &Path) -> Self {
        let mut zip = ZipArchive::new(File::open(path).unwrap()).unwrap();
        let mut package = Self { folder: String::new(), files: BTreeMap::new() };
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            let name = String::from_utf8_lossy(file.name_raw()).into_owned();
            let (folder, name) = name.split_once('/').unwrap();
            folder.clone_into(&mut package.folder);
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            package.files.insert(name.into(), bytes);
        }
        package
    }

    pub fn write_zip(&self, path: &Path) {
        let mut zip = ZipWriter::new(File::create(path).unwrap());
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, bytes) in &self.files {
            zip.start_file(format!("{}/{name}", self.folder), options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
    }

    /// Unpacks it, and answers its folder.
    pub fn unpack(&self, into: &Path) -> PathBuf {
        let root = into.join(&self.folder);
        for (name, bytes) in &self.files {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        root
    }

    pub fn verify(&self, skein: &Skein) -> Verification {
        let file = tempfile::NamedTempFile::new().unwrap();
        self.write_zip(file.path());
        skein.verify_record(file.path(), None).unwrap()
    }

    /// What its own `verify.py` says, or ours if it has none: exit code and words.
    pub fn verify_py(&self, arguments: &[&str]) -> (i32, String) {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("trusted.py");
        std::fs::write(&script, skein_core::record::package::VERIFY_PY).unwrap();
        let root = self.unpack(dir.path());
        let output = Command::new("python3").arg("-B").arg(script).arg(root).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), said.into_owned())
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.files[name].clone()).unwrap()
    }

    /// The lines of `record.jsonl`.
    pub fn lines(&self) -> Vec<Vec<u8>> {
        let bytes = &self.files["data/record.jsonl"];
        bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
    }

    pub fn set_lines(&mut self, lines: &[Vec<u8>]) {
        let mut bytes = Vec::new();
        for line in lines {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        self.files.insert("data/record.jsonl".into(), bytes);
    }

    /// The places of the message lines.
    pub fn messages(&self) -> std::ops::Range<usize> {
        let is_message = |line: &&Vec<u8>| line.windows(16).any(|part| part == b"\"kind\":\"message\"");
        1..1 + self.lines().iter().filter(is_message).count()
    }

    /// Binds every message to the one before it again, and the seal to what there is now.
    pub fn bind_again(&mut self) {
        let mut lines = self.lines();
        let mut head = hash_hex(&String::from_utf8_lossy(&lines[0]));
        let header = head.clone();
        let mut count = 0;
        for at in self.messages() {
            let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(&lines[at]) else { return };
            count += 1;
            value["prev"] = head.clone().into();
            value["seq"] = count.into();
            let line = skein_core::record::canonical::line(&value).unwrap();
            head = hash_hex(&line);
            lines[at] = line.into_bytes();
        }
        self.set_lines(&lines);
        let mut seal: serde_json::Value = serde_json::from_slice(&self.files["seal.json"]).unwrap();
        (seal["header"], seal["head"], seal["count"]) = (header.into(), head.into(), count.into());
        let seal = skein_core::record::canonical::line(&seal).unwrap();
        self.files.insert("seal.json".into(), seal.into_bytes());
    }

    /// Makes both manifests again, so that they match.
    pub fn list_again(&mut self) {
        let unlisted = ["tagmanifest-sha256.txt", "signatures/tag.sig"];
        for (manifest, payload) in [("manifest-sha256.txt", true), ("tagmanifest-sha256.txt", false)] {
            let listed = |name: &str| name.starts_with("data/") == payload && !unlisted.contains(&name);
            let mut lines = Vec::new();
            for (name, bytes) in self.files.iter().filter(|(name, _)| listed(name)) {
                writeln!(lines, "{}  {name}", hex(&Sha256::digest(bytes))).unwrap();
            }
            self.files.insert(manifest.into(), lines);
        }
    }

    /// Signs everything with another key.
    pub fn sign_again(&mut self, key: &SigningKey) {
        self.files.insert("signer.pub.pem".into(), key.public().pem().into_bytes());
        self.files.insert("signatures/seal.sig".into(), key.sign(&self.files["seal.json"]).to_vec());
        self.list_again();
        self.files.insert("signatures/tag.sig".into(), key.sign(&self.files["tagmanifest-sha256.txt"]).to_vec());
    }
}
