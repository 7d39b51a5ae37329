//! A program played by a few lines of shell, for what the real one does not do.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What passes for a PDF, as `printf` takes it.
pub const PDF: &str = "%%PDF-1.7\\n%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%\\n%%%%EOF\\n";
/// Lines of a program that says in the file `pid` that it runs, and does not end by itself.
pub const HANGING: &str = "echo $$ > begun; mv begun pid; exec sleep 600";

/// A program that runs these lines of shell in that folder, whatever its environment.
///
/// # Panics
/// If it cannot be written.
pub fn script(folder: &Path, lines: &str) -> PathBuf {
    let path = folder.join("played");
    let text = format!("#!/bin/sh\nPATH=/usr/bin:/bin\ncd '{}' || exit 9\n{lines}\n", folder.display());
    // Written by another process: a child that some other test begins now would inherit what this one has open
    // for a moment, and no file that is open for writing can be run.
    let mut writer = Command::new("sh");
    writer.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(&path).stdin(Stdio::piped());
    let mut writer = writer.spawn().unwrap();
    writer.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(writer.wait().unwrap().success());
    path
}

/// Whether the process with the id in that file is there, and no mere rest of one.
///
/// # Panics
/// If there is no such file.
pub fn runs(file: &Path) -> bool {
    let pid = fs::read_to_string(file).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    status.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

/// Ends the process with the id in that file.
///
/// # Panics
/// If there is no such file.
pub fn end(file: &Path) {
    let pid = fs::read_to_string(file).unwrap();
    // It may have ended by itself.
    drop(Command::new("kill").arg(pid.trim()).status());
}

/// Waits until a file is there.
///
/// # Panics
/// After a minute.
pub fn wait_for(file: &Path) {
    let start = Instant::now();
    while !file.exists() {
        assert!(start.elapsed() < Duration::from_mins(1), "waited in vain for {}", file.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}
