//! Locking, checking and exporting a thread of 10,000 messages, hashing beside `sha256sum`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use skein_core::keychain::Keychain;
use skein_core::record::package::VERIFY_PY;
use skein_core::record::pdf::Program;
use skein_core::wire::{Door, ExportFormat, Progress, SealStatus, State};
use skein_core::{OpenOptions, Replace, Selection, Skein, Target};

use crate::fill::{Filled, thread_of};
use crate::table::{Table, median, ms};

const MESSAGES: u64 = 10_000;
const RUNS: usize = 5;

pub fn measure(table: &mut Table) {
    let filled = thread_of(MESSAGES);
    let keychain = Keychain::own();
    let skein = handle(&filled, &keychain, None);
    skein.rename_thread("long", "Long").unwrap();
    // The key is made once; that is no part of locking.
    skein.replace_signing_key().unwrap();
    let lock = lock(&skein);
    let verify = median(RUNS, || {
        assert_eq!(skein.verify_thread("long").unwrap().status, SealStatus::Valid);
    });
    let package = filled.dir.path().join("long.zip");
    let before = memory();
    let export = median(RUNS, || export(&skein, &package, &mut |_| {}));
    let grown = memory().saturating_sub(before) as f64 / 1024.0;
    let check = median(RUNS, || {
        assert_eq!(skein.verify_record(&package, None).unwrap().status, SealStatus::Valid);
    });
    let record = unpacked(&package, filled.dir.path());
    let sums = median(RUNS, || assert!(quiet("sha256sum", &[&record])));
    let script = filled.dir.path().join("verify.py");
    fs::write(&script, VERIFY_PY).unwrap();
    let python = median(RUNS, || assert!(quiet("python3", &[&script, &package])));
    table.figure("lock, seal and sign 10,000 messages", lock, "ms", "500 ms");
    table.ratio("check a thread of 10,000 messages", verify, "ms", ("sha256sum of its lines", sums), "300 ms");
    table.figure("record package of 10,000 messages, no PDF", export, "ms", "2,000 ms");
    table.figure("memory that four passes over it needed", grown, "MiB", "300 MiB");
    table.ratio("check its package", check, "ms", ("sha256sum of its lines", sums), "-");
    table.figure("check its package with verify.py", python, "ms", "2,000 ms");
    printing(&filled, &keychain, table);
}

/// The same with the PDF in it, by the program that `skein-pdf` is.
fn printing(filled: &Filled, keychain: &Keychain, table: &mut Table) {
    let program = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("skein-pdf");
    assert!(program.exists(), "build skein-pdf first: cargo build --release in src-tauri/pdf");
    let skein = handle(filled, keychain, Some(Program::at(program)));
    let package = filled.dir.path().join("printed.zip");
    let before = resident();
    let done = AtomicBool::new(false);
    let (mut time, mut gap) = (0.0, 0.0_f64);
    let most = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(resident());
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        let start = Instant::now();
        let mut told = start;
        export(&skein, &package, &mut |_| {
            gap = gap.max(ms(told.elapsed()));
            told = Instant::now();
        });
        time = ms(start.elapsed());
        done.store(true, Ordering::Relaxed);
        watch.join().unwrap()
    });
    assert_eq!(skein.verify_record(&package, None).unwrap().status, SealStatus::Valid);
    table.figure("record package of 10,000 messages with its PDF", time, "ms", "25,000 ms");
    table.figure("memory it needed more, both programs", most.saturating_sub(before) as f64 / 1024.0, "MiB", "300 MiB");
    table.figure("longest wait between two reports of progress", gap, "ms", "500 ms");
}

fn handle(filled: &Filled, keychain: &Keychain, pdf: Option<Program>) -> Skein {
    let options = OpenOptions::new(filled.dir.path(), Door::Cli);
    Skein::open(OpenOptions { keychain: keychain.clone(), pdf, ..options }).unwrap()
}

/// The median of some locks; unlocking is not counted. It stays locked.
fn lock(skein: &Skein) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            skein.set_state("long", State::Open).unwrap();
            let start = Instant::now();
            skein.set_state("long", State::Locked).unwrap();
            ms(start.elapsed())
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn export(skein: &Skein, path: &Path, progress: &mut dyn FnMut(Progress)) {
    let target = Target { path: path.to_owned(), replace: Replace::Everything };
    let which = Selection::Threads(vec!["long".into()]);
    skein.export(&which, ExportFormat::Record, &target, progress, &|| false).unwrap();
}

/// The lines of a record, in a file of their own.
fn unpacked(package: &Path, into: &Path) -> std::path::PathBuf {
    let script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); \
        open(sys.argv[2], 'wb').write(z.read(next(n for n in z.namelist() if n.endswith('record.jsonl'))))";
    let lines = into.join("record.jsonl");
    assert!(Command::new("python3").args(["-c", script]).args([package, &lines]).status().unwrap().success());
    lines
}

fn quiet(program: &str, arguments: &[&Path]) -> bool {
    Command::new(program).args(arguments).stdout(Stdio::null()).status().unwrap().success()
}

/// The most memory this process has had resident so far, in KiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// What this process and its children have resident now, in KiB.
fn resident() -> u64 {
    let of = |process: &str| {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
    };
    let mut all = of("self");
    for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        all += children.split_whitespace().map(of).sum::<u64>();
    }
    all
}
