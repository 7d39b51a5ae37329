//! What comes out of `skein-pdf`: read back with the tools a receiver has (`qpdf`, `pdfinfo`, `pdftotext`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::format_collect, clippy::needless_pass_by_value)]

mod bounds;
mod form;
mod glyphs;
mod hostile;
mod text;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

/// A transcript that was printed.
struct Printed {
    bytes: Vec<u8>,
    path: PathBuf,
}

impl Drop for Printed {
    fn drop(&mut self) {
        std::fs::remove_file(&self.path).unwrap();
    }
}

impl Printed {
    fn path(&self) -> &Path {
        &self.path
    }

    /// What a program says about it; it must be content.
    fn told(&self, program: &str, before: &[&str], after: &[&str]) -> String {
        let output = Command::new(program).args(before).arg(self.path()).args(after).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{program}: {said}");
        said
    }

    /// Its words, as a reader copies them.
    fn words(&self) -> String {
        self.told("pdftotext", &["-enc", "UTF-8"], &["-"])
    }

    /// The words of one page.
    fn page(&self, number: usize) -> String {
        let number = number.to_string();
        self.told("pdftotext", &["-f", &number, "-l", &number], &["-"])
    }

    fn pages(&self) -> usize {
        let info = self.told("pdfinfo", &[], &[]);
        let line = info.lines().find(|line| line.starts_with("Pages:")).unwrap();
        line.split_whitespace().last().unwrap().parse().unwrap()
    }
}

/// A part with these messages, sealed.
fn part(messages: Vec<Value>) -> Value {
    json!({
        "version": 1,
        "title": "Lease review for Hollis & Marsh",
        "facts": [["Thread", "thrd_0123456789"], ["Created", "2026-11-20T09:00:00Z"], ["Messages", messages.len().to_string()]],
        "state": "locked",
        "seal": {
            "digest": "3f9a21bcd04477e1aa10b2c3d4e5f60718293a4b5c6d7e8f9001122334455667",
            "time": "2026-11-22T14:02:11Z",
            "signer": "0123 4567 89ab cdef",
        },
        "practice": false,
        "part": 1,
        "parts": 1,
        "made": "2026-11-22T14:02:11Z",
        "messages": messages,
    })
}

/// A message of the person with these blocks.
fn message(number: u64, body: Value) -> Value {
    json!({
        "number": number,
        "role": if number % 2 == 1 { "user" } else { "assistant" },
        "name": if number % 2 == 1 { "User" } else { "Model gpt-4.1" },
        "time": "2026-11-22T14:02:11.123Z",
        "words": "First words",
        "body": body,
    })
}

/// A paragraph of plain words.
fn paragraph(words: &str) -> Value {
    json!({ "k": "p", "c": [words] })
}

/// Runs the program as it is run: without any environment.
fn run(part: &Value) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_skein-pdf"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(part.to_string().as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

static PRINTED: AtomicU32 = AtomicU32::new(0);

/// Prints, and has the result checked.
fn print(part: &Value) -> Printed {
    let output = run(part);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let number = PRINTED.fetch_add(1, Ordering::Relaxed);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}.pdf", std::process::id()));
    std::fs::write(&path, &output.stdout).unwrap();
    let printed = Printed { bytes: output.stdout, path };
    let said = printed.told("qpdf", &["--check"], &[]);
    assert!(said.contains("No syntax or stream encoding errors"), "{said}");
    printed
}
