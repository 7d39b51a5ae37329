//! A record, checked with the programs that an auditor has: Python, sha256sum, OpenSSL, bagit.py.

use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};
use skein_core::keychain::Keychain;
use skein_core::store::setting::hex;
use skein_core::wire::{SealStatus, State};

use crate::support::{Desk, open};
use crate::support_package::{Package, export, sealed};

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a program in a folder, which must succeed, and answers what it said.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    said.into_owned()
}

#[test]
fn every_program_that_an_auditor_has_finds_it_valid() {
    let desk = Desk::new();
    let package = sealed(&desk, 12);
    let dir = tempfile::tempdir().unwrap();
    let folder = package.unpack(dir.path());
    run(&folder, "sha256sum", &["--strict", "-c", "manifest-sha256.txt"]);
    run(&folder, "sha256sum", &["--strict", "-c", "tagmanifest-sha256.txt"]);
    for (over, signature) in [("tagmanifest-sha256.txt", "signatures/tag.sig"), ("seal.json", "signatures/seal.sig")] {
        let arguments =
            ["pkeyutl", "-verify", "-pubin", "-inkey", "signer.pub.pem", "-rawin", "-in", over, "-sigfile", signature];
        assert!(run(&folder, "openssl", &arguments).contains("Verified Successfully"));
    }
    let bagit = root().join("target/bagit/bin/python3");
    assert!(bagit.exists(), "bagit.py is missing: run .ci/setup test");
    let said = run(&folder, bagit.to_str().unwrap(), &["-m", "bagit", "--validate", "."]);
    assert!(said.contains("is valid"), "{said}");
    let fingerprint = desk.skein.signing_key().unwrap().fingerprint.unwrap();
    let said = run(&folder, "python3", &["-B", "verify.py"]);
    assert!(said.contains("\nvalid") && said.contains(&fingerprint), "{said}");
    let said = run(&folder, "python3", &["-B", "verify.py", "--key", &fingerprint]);
    assert!(said.contains("valid, under the key you named"), "{said}");
    let der = run(&folder, "sh", &["-c", "openssl pkey -pubin -in signer.pub.pem -outform DER | sha256sum"]);
    assert_eq!(der.split_whitespace().next().unwrap(), fingerprint.replace(' ', ""));
    for path in [&folder, &desk.dir.path().join("a.zip")] {
        let found = desk.skein.verify_record(path, None).unwrap();
        assert_eq!((found.status, found.messages, found.thread_id.as_deref()), (SealStatus::Valid, 12, Some("a")));
        assert_eq!(found.digest, desk.skein.seal("a").unwrap().map(|seal| seal.digest));
    }
}

#[test]
fn another_machine_does_not_know_the_key_until_it_is_told_the_fingerprint() {
    let desk = Desk::new();
    let package = sealed(&desk, 3);
    let (other, zip) = (Desk::new(), desk.dir.path().join("a.zip"));
    assert_eq!(package.verify(&other.skein).status, SealStatus::UnknownKey);
    let fingerprint = desk.skein.signing_key().unwrap().fingerprint.unwrap();
    assert_eq!(other.skein.verify_record(&zip, Some(&fingerprint)).unwrap().status, SealStatus::Valid);
    let first = if fingerprint.starts_with('0') { "1" } else { "0" };
    let wrong = format!("{first}{}", &fingerprint[1..]);
    assert_eq!(other.skein.verify_record(&zip, Some(&wrong)).unwrap().status, SealStatus::UnknownKey);
    assert_eq!(package.verify_py(&["--key", &wrong]).0, 1);
}

#[test]
fn the_same_seal_gives_the_same_bytes_at_any_time() {
    let desk = Desk::new();
    sealed(&desk, 6);
    let first = std::fs::read(desk.dir.path().join("a.zip")).unwrap();
    let again = export(&desk.skein, "a", &desk.dir.path().join("again.zip"));
    assert!(std::fs::read(again).unwrap() == first, "though the first export stands in the history");
}

#[test]
fn what_nobody_could_sign_makes_an_unsigned_record() {
    let desk = Desk::with(Keychain::memory());
    let package = sealed(&desk, 4);
    assert!(!package.files.keys().any(|name| name.starts_with("signatures/") || name.contains("signer")));
    assert_eq!(package.verify(&desk.skein).status, SealStatus::Unsigned);
    let (code, said) = package.verify_py(&[]);
    assert!(code == 0 && said.contains("unsigned: everything agrees"), "{said}");
    // As soon as there is a key, the export signs: the seal was checked first.
    let skein = open(desk.dir.path(), &Keychain::own());
    let signed = Package::read(&export(&skein, "a", &desk.dir.path().join("signed.zip")));
    assert_eq!(signed.verify(&skein).status, SealStatus::Valid);
    assert!(signed.text("bag-info.txt").contains("Skein-Signed-At: "));
}

#[test]
fn a_record_that_was_signed_is_never_exported_as_if_it_were_not() {
    let desk = Desk::new();
    desk.thread("a", 2);
    desk.skein.set_state("a", State::Locked).unwrap();
    let skein = open(desk.dir.path(), &Keychain::memory());
    let to = skein_core::Target { path: desk.dir.path().join("a.zip"), replace: skein_core::Replace::Nothing };
    let which = skein_core::Selection::Threads(vec!["a".into()]);
    let error = skein.export(&which, skein_core::wire::ExportFormat::Record, &to, &mut |_| {}, &|| false).unwrap_err();
    assert_eq!(error.code(), skein_core::Code::KeychainUnavailable);
    assert!(!to.path.exists());
}

#[test]
fn an_open_thread_makes_a_draft_that_says_so_everywhere() {
    let desk = Desk::new();
    desk.thread("a", 4);
    let package = Package::read(&export(&desk.skein, "a", &desk.dir.path().join("a.zip")));
    assert!(!package.files.contains_key("seal.json"));
    assert!(package.text("bag-info.txt").contains("Skein-State: draft, not sealed"));
    for name in ["data/transcript.html", "data/transcript.md", "data/transcript.txt"] {
        assert!(package.text(name).contains("Draft, not sealed"), "{name}");
    }
    assert_eq!(package.verify(&desk.skein).status, SealStatus::Unsigned);
    let (code, said) = package.verify_py(&[]);
    assert!(code == 0 && said.contains("this is a draft, and not sealed"), "{said}");
}

#[test]
fn after_the_key_is_replaced_an_old_seal_goes_under_its_own_key() {
    let desk = Desk::new();
    desk.thread("a", 2);
    desk.skein.set_state("a", State::Locked).unwrap();
    let old = desk.skein.signing_key().unwrap().fingerprint;
    desk.skein.replace_signing_key().unwrap();
    let package = Package::read(&export(&desk.skein, "a", &desk.dir.path().join("a.zip")));
    let found = package.verify(&desk.skein);
    assert_eq!((found.status, found.fingerprint), (SealStatus::Valid, old));
}

#[test]
fn what_the_practice_model_wrote_is_marked_in_every_line_and_on_every_page() {
    let desk = Desk::new();
    let package = sealed(&desk, 8);
    let marked = package.text("data/record.jsonl").matches("\"practice\":true").count();
    assert_eq!(marked, 2);
    for name in ["data/transcript.html", "data/transcript.md", "data/transcript.txt"] {
        assert_eq!(package.text(name).matches("Written by the practice model").count(), 2, "{name}");
        assert!(package.text(name).contains("holds text by the practice model"), "{name}");
    }
}

#[test]
fn verify_py_is_the_one_whose_hash_is_published() {
    let hash = hex(&Sha256::digest(skein_core::record::package::VERIFY_PY));
    let docs = std::fs::read_to_string(root().join("docs/records.md")).unwrap();
    assert!(docs.contains(&format!("{hash}  verify.py")), "docs/records.md should publish {hash}");
}
