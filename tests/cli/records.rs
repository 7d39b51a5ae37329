//! Records from the command line: exported, checked, the key shown, exported and replaced.

use std::fs;

use skein_support::keyring::Keyring;
use skein_support::played::{HANGING, end, script, wait_for};

use crate::support::{Desk, Ran, SKEIN, wait};

#[test]
fn a_locked_thread_is_exported_and_checked_in_a_real_keychain_s_name() {
    let keyring = Keyring::unlocked();
    let home = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| -> Ran {
        keyring.command(SKEIN).env("SKEIN_DATA_DIR", home.path().join("data")).args(args).output().unwrap().into()
    };
    assert_eq!(run(&["send", "t", "Hello there"]).code, 0);
    assert_eq!(run(&["key", "show", "--json"]).json()["home"], "none");
    let locked = run(&["lock", "t", "--json"]).json();
    assert_eq!(locked["seal"]["status"], "valid");
    let key = run(&["key", "show", "--json"]).json();
    assert_eq!(key["home"], "keychain");
    let fingerprint = key["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(fingerprint.split(' ').count(), 16);
    assert!(run(&["key", "export"]).out.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    let file = home.path().join("t.zip");
    let file = file.to_str().unwrap();
    let exported = run(&["export", "t", "--out", file, "--json"]).json();
    assert_eq!((&exported["files"][0]["threadId"], &exported["files"][0]["status"]), (&"t".into(), &"valid".into()));
    for what in ["t", file] {
        let ran = run(&["verify", what]);
        assert!(ran.code == 0 && ran.out.contains("valid") && ran.out.contains(&fingerprint), "{ran:?}");
    }
    assert_eq!(run(&["verify", file, "--key", &fingerprint]).code, 0);
    assert_eq!(run(&["verify", file, "--key", "0000", "--json"]).json()["data"][0]["status"], "unknown_key");
    assert_eq!(run(&["key", "replace", "--json"]).error_code(), "confirmation_required");
    let new = run(&["key", "replace", "--confirm", "--json"]).json();
    assert_ne!(new["fingerprint"], key["fingerprint"]);
    assert_eq!(run(&["verify", "t", file]).code, 0, "old seals stay valid");
    assert_eq!(run(&["verify", "--all"]).code, 0);

    let unasked = |args: &[&str]| -> Ran {
        let mut command = keyring.command(SKEIN);
        command.env("SKEIN_DATA_DIR", home.path().join("data")).env("SKEIN_NO_KEYCHAIN", "1");
        command.args(args).output().unwrap().into()
    };
    for what in ["t", file] {
        let ran = unasked(&["verify", what]);
        assert!(ran.code == 1 && ran.out.contains("the keychain cannot be asked"), "{ran:?}");
    }
    assert_eq!(unasked(&["verify", file, "--key", &fingerprint]).code, 0);
}

#[test]
fn the_advice_for_a_lost_key_works() {
    let (before, after) = (Keyring::unlocked(), Keyring::unlocked());
    let home = tempfile::tempdir().unwrap();
    let run = |keyring: &Keyring, args: &[&str]| -> Ran {
        keyring.command(SKEIN).env("SKEIN_DATA_DIR", home.path().join("data")).args(args).output().unwrap().into()
    };
    assert_eq!(run(&before, &["send", "t", "Hello there"]).code, 0);
    assert_eq!(run(&before, &["lock", "t"]).code, 0);
    assert_eq!(run(&after, &["send", "u", "Hello there"]).code, 0);
    assert_eq!(run(&after, &["lock", "u", "--json"]).json()["seal"]["status"], "unsigned");
    let refused = run(&after, &["seal", "sign"]);
    let shown = run(&after, &["key", "show"]);
    assert_eq!((refused.code, shown.code), (6, 0), "{refused:?} {shown:?}");
    assert!(shown.out.contains("NOT in the keychain"), "{shown:?}");
    for said in [refused.err, shown.out] {
        let line = said.lines().find(|line| line.contains("skein key ")).unwrap_or_else(|| panic!("advice in {said}"));
        let advice: Vec<&str> = line.rsplit("skein ").next().unwrap().split_whitespace().collect();
        assert_eq!(run(&after, &advice).code, 0, "{advice:?}");
    }
    assert_eq!(run(&after, &["seal", "sign", "--json"]).json()["count"], 1);
}

#[test]
fn one_of_many_that_cannot_be_exported_is_told_and_the_others_go_on() {
    let desk = Desk::new();
    for thread in ["t", "u"] {
        assert_eq!(desk.run(&["send", thread, "Hello there"]).code, 0);
    }
    let folder = desk.home().join("out");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("skein-t.md"), "mine").unwrap();
    let args = ["export", "t", "nowhere", "u", "--format", "markdown", "--out", folder.to_str().unwrap()];
    let ran = desk.run(&args);
    assert_eq!(ran.code, 4, "as the first that failed: {ran:?}");
    assert!(ran.out.contains("skein-u.md") && !ran.out.contains("skein-t.md"), "{ran:?}");
    let told: Vec<&str> = ran.err.lines().collect();
    assert!(
        told.len() == 2 && told[0].contains("nowhere was not exported.") && told[1].contains("skein-t.md"),
        "{told:?}"
    );
    let exported = desk.json_of(4, &[&args[..], &["--replace"]].concat());
    assert_eq!(exported["files"].as_array().unwrap().len(), 2);
    assert_eq!(exported["failed"][0]["error"]["code"], "thread_not_found");
    assert_eq!(exported["failed"].as_array().unwrap().len(), 1);
}

#[test]
fn what_was_altered_is_said_and_fails() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "Hello there"]).code, 0);
    desk.json(&["lock", "t"]);
    let ran = desk.run(&["verify", "t"]);
    assert!(ran.code == 1 && ran.out.contains("unsigned"), "no keychain here: {ran:?}");
    let file = desk.home().join("t.zip");
    desk.json(&["export", "t", "--out", file.to_str().unwrap()]);
    let mut bytes = fs::read(&file).unwrap();
    // Among the lines of the record, which come first.
    let within = bytes.len() / 20;
    bytes[within] ^= 1;
    fs::write(&file, bytes).unwrap();
    let folder = desk.home().to_str().unwrap().to_owned();
    let page = desk.json_of(1, &["verify", &folder]);
    assert_eq!(page["data"][0]["status"], "altered");
    assert!(desk.run(&["verify", &folder]).out.contains("ALTERED"));
    assert_eq!(desk.run(&["verify", "no-such-thread"]).code, 4);
}

#[test]
fn nothing_is_overwritten_unasked() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "Hello there"]).code, 0);
    let file = desk.home().join("t.md");
    fs::write(&file, "mine").unwrap();
    let args = ["export", "t", "--format", "markdown", "--out", file.to_str().unwrap()];
    let refused = desk.run(&[&args[..], &["--json"]].concat());
    assert_eq!((refused.code, refused.error_code().as_str()), (2, "invalid_request"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    desk.json(&[&args[..], &["--replace"]].concat());
    assert!(fs::read_to_string(&file).unwrap().contains("> Hello there"));
    let free = desk.home().join("t.zip");
    let both = [0, 1].map(|_| desk.start(&["export", "t", "--out", free.to_str().unwrap()]));
    let mut codes = both.map(|export| wait(export).code);
    codes.sort_unstable();
    assert_eq!(codes, [0, 2], "of two at once one writes, and the other says that there is a file");
}

#[test]
fn what_a_kill_in_mid_export_leaves_is_gone_at_the_next_start() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "Hello there"]).code, 0);
    let (tools, out) = (desk.home().join("tools"), desk.home().join("out"));
    fs::create_dir(&tools).unwrap();
    fs::create_dir(&out).unwrap();
    let mine = out.join(".notes.part");
    fs::write(&mine, "mine").unwrap();
    let files = || fs::read_dir(&out).unwrap().count();
    for (format, left) in [("record", 2), ("pdf", 1)] {
        let program = script(&tools, HANGING);
        let (pid, to) = (tools.join("pid"), out.join("t"));
        let mut export = desk.command();
        export.env("SKEIN_PDF", program).args(["export", "t", "--format", format, "--out", to.to_str().unwrap()]);
        let mut export = export.spawn().unwrap();
        wait_for(&pid);
        export.kill().unwrap();
        export.wait().unwrap();
        assert_eq!(files(), 1 + left, "{format}: what was on its way lies there");
        end(&pid);
        fs::remove_file(&pid).unwrap();
        desk.json(&["list"]);
        assert_eq!((files(), mine.exists()), (1, true), "{format}: only what is not ours is left");
        assert_eq!(fs::read_dir(desk.data().join("parts")).unwrap().count(), 0);
    }
}

#[test]
fn a_pdf_is_made_by_the_program_that_lies_beside() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "Hello there"]).code, 0);
    let file = desk.home().join("t.pdf");
    let made = desk.json(&["export", "t", "--format", "pdf", "--out", file.to_str().unwrap()]);
    assert_eq!((&made["files"][0]["part"], &made["files"][0]["parts"]), (&1.into(), &1.into()));
    let words = std::process::Command::new("pdftotext").args([file.to_str().unwrap(), "-"]).output().unwrap();
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(words.contains("Hello there") && words.contains("draft, not sealed"), "{words}");
    let none = desk.command().env("SKEIN_PDF", "").args(["export", "t", "--format", "pdf", "--json"]).output().unwrap();
    assert_eq!(Ran::from(none).error_code(), "pdf_unavailable");
}
