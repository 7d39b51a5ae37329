//! When the store, the display or the reader of the output is not as it should be.

use std::fs;
use std::process::Stdio;

use crate::support::{Desk, Ran, put_program};

/// Where SQLite keeps the number of the store's format: a big-endian 32-bit integer.
const USER_VERSION: usize = 60;
/// How a start ends where there is no display to open the window on.
const NO_DISPLAY: i32 = 69;

#[test]
fn a_store_of_a_later_version_is_left_alone() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "Hello"]).code, 0);
    let file = desk.data().join("skein.db");
    let mut bytes = fs::read(&file).unwrap();
    bytes[USER_VERSION..USER_VERSION + 4].copy_from_slice(&9999_u32.to_be_bytes());
    fs::write(&file, &bytes).unwrap();
    for log in ["skein.db-wal", "skein.db-shm"] {
        let _ = fs::remove_file(desk.data().join(log));
    }
    for args in [&["list"][..], &["send", "t", "More"], &["endpoint", "list"]] {
        let ran = desk.run(&[args, &["--json"]].concat());
        assert_eq!((ran.code, ran.error_code().as_str()), (6, "store_newer"), "{args:?}");
    }
    let doctor = desk.run(&["doctor", "--json"]);
    assert_eq!((doctor.code, doctor.json()["store"]["error"]["code"].as_str()), (6, Some("store_newer")));
    assert_eq!(fs::read(&file).unwrap(), bytes);
}

#[test]
fn what_is_no_store_is_left_alone() {
    let desk = Desk::new();
    fs::create_dir(desk.data()).unwrap();
    fs::write(desk.data().join("skein.db"), "Dear diary, this is no database at all. ".repeat(100)).unwrap();
    let ran = desk.run(&["list", "--json"]);
    assert_eq!((ran.code, ran.error_code().as_str()), (6, "storage_error"));
    assert!(ran.out.contains("left as it is") || ran.out.contains("left as it was"), "{ran:?}");
    assert!(!ran.out.contains("not a database"), "SQLite's words are for the log: {ran:?}");
    assert!(fs::read_to_string(desk.data().join("skein.db")).unwrap().starts_with("Dear diary"));
}

#[test]
fn a_data_folder_that_cannot_be_made_is_an_error_in_words() {
    let desk = Desk::new();
    fs::write(desk.home().join("file"), "").unwrap();
    let ran = desk.run(&["list", "--data-dir", desk.home().join("file/data").to_str().unwrap()]);
    assert_eq!((ran.code, ran.err.lines().count()), (6, 1), "{ran:?}");
    assert!(ran.err.contains("is a file") && !ran.err.contains("os error"), "{ran:?}");
}

#[test]
fn what_the_system_says_stands_in_the_log_and_not_in_the_answer() {
    let desk = Desk::new();
    fs::create_dir_all(desk.data().join("skein.db")).unwrap();
    let quiet = desk.run(&["list"]);
    assert_eq!((quiet.code, quiet.err.lines().count()), (6, 1), "{quiet:?}");
    assert!(quiet.err.contains("what was stored is kept") && quiet.err.contains("Try again"), "{quiet:?}");
    let told = desk.command().env("SKEIN_LOG", "skein_core=warn").arg("list").output().unwrap();
    let told = Ran::from(told);
    for words in ["unable to open", "os error", "SQLite", "code 14"] {
        assert!(!quiet.err.contains(words), "{words}: {quiet:?}");
    }
    assert!(told.err.contains("unable to open database file"), "{told:?}");

    assert_eq!(desk.run(&["send", "t", "Hello", "--data-dir", desk.home().join("d").to_str().unwrap()]).code, 0);
    let nowhere = desk.home().join("no/where.zip");
    let export = ["--data-dir", desk.home().join("d").to_str().unwrap(), "export", "t", "--out"].map(str::to_owned);
    let ran = desk.run(&[&export[..], &[nowhere.to_str().unwrap().to_owned()]].concat());
    assert!(ran.code != 0 && ran.err.contains("no such file or folder"), "{ran:?}");
    assert!(!ran.err.contains("os error"), "{ran:?}");
}

#[test]
fn the_folder_can_be_named_on_the_command_line() {
    let desk = Desk::new();
    let other = desk.home().join("other");
    let other = other.to_str().unwrap();
    assert_eq!(desk.run(&["--data-dir", other, "send", "there", "Hello"]).code, 0);
    assert_eq!(desk.json(&["list"])["data"], serde_json::json!([]));
    assert_eq!(desk.json(&["list", "--data-dir", other])["data"][0]["id"], "there");
}

#[test]
fn alone_without_a_display_it_says_so_and_what_else_there_is() {
    let desk = Desk::new();
    let ran = desk.command().output().unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(NO_DISPLAY));
    assert!(err.contains("no display") && err.contains("skein chat"), "{err}");
}

#[test]
fn alone_without_the_window_beside_it_it_says_so() {
    let desk = Desk::beside_the_program();
    let alone = desk.home().join("skein");
    fs::hard_link(crate::support::SKEIN, &alone).unwrap();
    let ran = skein_support::keyring::isolated(&alone, desk.home()).env("DISPLAY", ":0").output().unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert!(err.contains("skein-window") && err.contains("skein chat"), "{err}");
}

// Programs that are there already play the window: one that was just written may still be held
// open for writing by a process that another test starts at that moment.
#[cfg(unix)]
#[test]
fn alone_it_starts_the_window_beside_it_names_the_store_and_ends_as_it_does() {
    for (window, code) in [("/usr/bin/env", 0), ("/bin/false", 1)] {
        let desk = Desk::beside_the_program();
        let alone = desk.home().join("skein");
        fs::hard_link(crate::support::SKEIN, &alone).unwrap();
        std::os::unix::fs::symlink(window, desk.home().join("skein-window")).unwrap();
        let mut command = skein_support::keyring::isolated(&alone, desk.home());
        let ran = command.env("DISPLAY", ":0").args(["--data-dir", "/some/where"]).output().unwrap();
        assert_eq!(ran.status.code(), Some(code), "{window}");
        let told = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(told.lines().any(|line| line == "SKEIN_DATA_DIR=/some/where"), code == 0, "{told}");
    }
}

/// What the window itself does on such a display is tested with the window.
#[cfg(unix)]
#[test]
fn a_display_that_does_not_answer_is_told_to_scripts_too() {
    let desk = Desk::beside_the_program();
    let alone = desk.home().join("skein");
    fs::hard_link(crate::support::SKEIN, &alone).unwrap();
    put_program(&desk.home().join("skein-window"), &format!("exit {NO_DISPLAY}"));
    let run = |args: &[&str]| -> Ran {
        let mut command = skein_support::keyring::isolated(&alone, desk.home());
        command.env("DISPLAY", ":77").args(args).output().unwrap().into()
    };
    assert_eq!(run(&[]).code, NO_DISPLAY);
    let told = run(&["--json"]);
    assert_eq!((told.code, told.error_code().as_str()), (NO_DISPLAY, "no_display"), "{told:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "write 20000 words"]).code, 0);
    let mut child = desk.command().args(["show", "t"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ran = child.wait_with_output().unwrap();
    assert_eq!((ran.status.code(), String::from_utf8(ran.stderr).unwrap().as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn a_store_that_can_only_be_read_is_read_and_refuses_the_rest() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "Hello"]).code, 0);
    let program = desk.home().join("skein");
    fs::copy(crate::support::SKEIN, &program).unwrap();
    let mode = |path: &std::path::Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for entry in fs::read_dir(desk.data()).unwrap() {
        let path = entry.unwrap().path();
        mode(&path, if path.is_dir() { 0o555 } else { 0o444 });
    }
    mode(&desk.data(), 0o555);
    mode(desk.home(), 0o555);
    let run = |args: &[&str]| -> Ran {
        let mut command = as_somebody(&program, desk.home());
        command.env("SKEIN_NO_KEYCHAIN", "1").env("SKEIN_DATA_DIR", desk.data()).args(args).arg("--json");
        command.output().unwrap().into()
    };
    let listed = run(&["list"]);
    assert_eq!((listed.code, listed.json()["data"][0]["id"].as_str()), (0, Some("t")), "{listed:?}");
    assert_eq!(run(&["show", "t"]).json()["messages"][0]["texts"][0]["text"], "Hello");
    for args in [&["send", "t", "More"][..], &["lock", "t"], &["endpoint", "default", "practice"]] {
        let refused = run(args);
        assert_eq!((refused.code, refused.error_code().as_str()), (6, "store_read_only"), "{args:?}: {refused:?}");
    }
    let doctor = run(&["doctor"]);
    assert_eq!((doctor.code, doctor.json()["store"]["readOnly"].as_bool()), (6, Some(true)), "{doctor:?}");
    mode(desk.home(), 0o755);
    mode(&desk.data(), 0o755);
}

/// A program that is not run by root, who may write everything.
#[cfg(unix)]
fn as_somebody(program: &std::path::Path, home: &std::path::Path) -> std::process::Command {
    let user = std::process::Command::new("id").arg("-u").output().unwrap();
    if String::from_utf8_lossy(&user.stdout).trim() != "0" {
        return skein_support::keyring::isolated(program, home);
    }
    let mut command = skein_support::keyring::isolated("setpriv", home);
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
    command
}

/// A crash would write the memory to the disk, and with it what is kept nowhere else.
#[cfg(target_os = "linux")]
#[test]
fn a_crash_writes_no_core_dump() {
    let desk = Desk::new();
    let mut asking =
        desk.command().args(["send", "t", "-"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let limits = format!("/proc/{}/limits", asking.id());
    let none = || {
        let limits = fs::read_to_string(&limits).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        core.split_whitespace().filter(|word| *word == "0").count() == 2
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while !none() {
        assert!(std::time::Instant::now() < deadline, "{}", fs::read_to_string(&limits).unwrap());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    drop(asking.stdin.take());
    asking.wait().unwrap();
}
