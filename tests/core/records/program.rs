//! One run of the PDF program, played by scripts that do what a program should not.
#![cfg(unix)]

use std::cell::Cell;
use std::fs;
use std::time::{Duration, Instant};

use skein_core::record::pdf::{PdfError, Program};
use skein_support::played::{HANGING, PDF, runs, script};

fn print(lines: &str, part: &[u8], patience: Duration) -> (Result<(), PdfError>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::at(script(folder.path(), lines)).within(patience);
    let printed = program.print(part, &folder.path().join("out.pdf"), &|| false);
    (printed, folder)
}

const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn what_it_is_given_arrives_and_what_it_writes_is_kept() {
    let part = "word ".repeat(100_000);
    let (printed, folder) = print(&format!("cat > in; env > env; printf '{PDF}'"), part.as_bytes(), MINUTE);
    printed.unwrap();
    assert!(fs::read_to_string(folder.path().join("in")).unwrap() == part);
    assert!(fs::read_to_string(folder.path().join("out.pdf")).unwrap().starts_with("%PDF-1.7"));
    let env = fs::read_to_string(folder.path().join("env")).unwrap();
    let own = ["PATH", "PWD", "OLDPWD", "SHLVL", "_"];
    assert!(env.lines().all(|line| own.contains(&line.split('=').next().unwrap())), "{env}");
}

#[test]
fn one_that_dies_refuses_or_writes_rubbish_is_told_apart() {
    let refused = |lines: &str| match print(lines, b"{}", MINUTE).0 {
        Err(PdfError::Refused(word)) => word,
        other => panic!("{lines}: {other:?}"),
    };
    assert_eq!(refused("kill -9 $$"), "it ended without a word");
    assert_eq!(refused("cat >/dev/null; echo '{\"error\": \"typesetting\"}' >&2; exit 1"), "typesetting");
    assert_eq!(
        refused("echo '{\"error\": \"Dear Mr Smith\"}' >&2; exit 1"),
        "it ended without a word",
        "no text leaks"
    );
    assert_eq!(refused(&format!("printf '{PDF}'; exit 3")), "it ended without a word", "though it wrote one");
    for rubbish in ["", "echo rubbish", "printf '%%PDF-1.7'; head -c 4096 /dev/zero", "head -c 100000 /dev/zero"] {
        let (printed, _folder) = print(rubbish, b"{}", MINUTE);
        assert!(matches!(printed, Err(PdfError::Rubbish)), "{rubbish}: {printed:?}");
    }
    let nowhere = Program::at("/no/such/program").print(b"{}", &std::env::temp_dir().join("never.pdf"), &|| false);
    assert!(matches!(nowhere, Err(PdfError::Io(_))), "{nowhere:?}");
}

#[test]
fn one_that_does_not_end_is_ended() {
    let (printed, folder) = print(HANGING, &vec![b' '; 1_000_000], Duration::from_millis(500));
    assert!(matches!(printed, Err(PdfError::Slow)), "{printed:?}");
    assert!(!runs(&folder.path().join("pid")));
}

#[test]
fn one_that_is_stopped_is_ended_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::at(script(folder.path(), HANGING));
    let (pid, asked) = (folder.path().join("pid"), Cell::new(0));
    let started = Instant::now();
    let stop = || {
        asked.set(asked.get() + 1);
        pid.exists()
    };
    let printed = program.print(b"{}", &folder.path().join("out.pdf"), &stop);
    assert!(matches!(printed, Err(PdfError::Stopped)), "{printed:?}");
    assert!(asked.get() > 0 && started.elapsed() < MINUTE);
    assert!(!runs(&pid));
}
