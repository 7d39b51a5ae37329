//! Which code may stand where.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// Every line of code (comments left out) under `dir`, with where it stands relative to it.
fn lines(dir: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in sources(dir) {
        let place = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
        for line in fs::read_to_string(&path).unwrap().lines() {
            if !line.trim_start().starts_with("//") {
                all.push((place.clone(), line.to_owned()));
            }
        }
    }
    all
}

/// Asserts that none of `words` stands in code under `dir` outside `rooms`.
fn only_in(dir: &str, words: &[&str], rooms: &[&str]) {
    for (place, line) in lines(&super::root().join(dir)) {
        if rooms.iter().any(|room| place.starts_with(room)) {
            continue;
        }
        for word in words {
            assert!(!line.contains(word), "{dir}/{place} holds {word:?}, which belongs into {rooms:?}: {line}");
        }
    }
}

#[test]
fn sql_stands_only_in_the_store() {
    let words = ["SELECT ", "INSERT ", "UPDATE ", "DELETE FROM", "PRAGMA ", ".prepare(", "prepare_cached("];
    only_in("src-tauri/core/src", &words, &["store/"]);
    only_in("src-tauri/api/src", &words, &[]);
    only_in("src-tauri/cli/src", &words, &[]);
    only_in("src-tauri/src", &words, &[]);
}

#[test]
fn the_network_is_reached_only_from_the_endpoint_layer() {
    let words = ["reqwest", "TcpStream", "TcpListener", "hyper::"];
    only_in("src-tauri/core/src", &words, &["endpoint/"]);
    only_in("src-tauri/cli/src", &words, &[]);
    only_in("src-tauri/src", &words, &[]);
}

#[test]
fn only_the_shell_knows_tauri() {
    only_in("src-tauri/core/src", &["tauri"], &[]);
    only_in("src-tauri/api/src", &["tauri"], &[]);
    only_in("src-tauri/cli/src", &["tauri::", "wry", "webkit"], &[]);
}

#[test]
fn the_rules_do_no_io_and_read_no_clock() {
    let words = [
        "std::fs",
        "std::net",
        "std::env",
        "tokio",
        "rusqlite",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Clock",
    ];
    for room in ["thread", "response", "wire"] {
        only_in(&format!("src-tauri/core/src/{room}"), &words, &[]);
    }
}

#[test]
fn every_file_says_what_it_owns() {
    for room in ["src-tauri/core/src", "src-tauri/api/src", "src-tauri/cli/src", "src-tauri/src", "tests"] {
        for path in sources(&super::root().join(room)) {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//!"), "{} does not begin with what it owns", path.display());
        }
    }
}

#[test]
fn nothing_replaces_rows_behind_the_triggers() {
    for (place, line) in lines(&super::root().join("src-tauri/core/src/store")) {
        assert!(!line.contains("OR REPLACE") && !line.contains("REPLACE INTO"), "{place}: {line}");
    }
}
