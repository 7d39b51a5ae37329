//! Locking, checking and exporting a thread of 10,000 messages, each check beside `sha256sum` over the same bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use skein_core::keychain::Keychain;
use skein_core::record::package::VERIFY_PY;
use skein_core::record::pdf::Program;
use skein_core::response::{Asked, Chunk, ChunkKind, End};
use skein_core::store::entry::{self, NewEntry};
use skein_core::store::message::{self, NewInsert};
use skein_core::store::response::{self, NewResponse};
use skein_core::store::{Store, StoreError, thread as threads};
use skein_core::thread::{NewMessage, ThreadId};
use skein_core::wire::{
    ContextSummary, Door, EntryKind, ExportFormat, FinishReason, Progress, ResponseStatus, Role, SealStatus, State,
    Usage,
};
use skein_core::{OpenOptions, Replace, Selection, Skein, Target};

use crate::fill::{Filled, NOW, text};
use crate::table::{Table, median, ms};

const MESSAGES: u64 = 10_000;
const RUNS: usize = 5;
const MIB: f64 = 1024.0 * 1024.0;

pub fn measure(table: &mut Table) {
    let filled = conversation(MESSAGES);
    let keychain = Keychain::own();
    let skein = handle(&filled, &keychain, None);
    // The key is made once; that is no part of locking.
    skein.replace_signing_key().unwrap();
    table.figure("lock, seal and sign 10,000 messages", lock(&skein), "ms", "500 ms");
    let package = filled.dir.path().join("long.zip");
    // Before anything else has been exported, so that no memory lies about that it could use again.
    let first = watched(&skein, &package);
    let export = median(RUNS, || export(&skein, &package, &mut |_| {}));
    let verify = median(RUNS, || {
        assert_eq!(skein.verify_thread("long").unwrap().status, SealStatus::Valid);
    });
    let check = median(RUNS, || {
        assert_eq!(skein.verify_record(&package, None).unwrap().status, SealStatus::Valid);
    });
    let bag = unpacked(&package, &filled.dir.path().join("unpacked"));
    let lines = bag.join("data/record.jsonl");
    let (files, size) = files_of(&bag);
    let sum = |files: &[PathBuf]| median(RUNS, || assert!(quiet("sha256sum", files)));
    let (sum_of_lines, sum_of_files) = (sum(std::slice::from_ref(&lines)), sum(&files));
    let script = filled.dir.path().join("verify.py");
    fs::write(&script, VERIFY_PY).unwrap();
    let python = median(RUNS, || assert!(quiet("python3", &[&script, &package])));
    let beside_lines = format!("sha256sum of its lines, {:.1} MiB", size_of(&lines) / MIB);
    let beside_files = format!("sha256sum of its files, {:.1} MiB", size / MIB);
    table.ratio("check a thread of 10,000 messages", verify, "ms", (&beside_lines, sum_of_lines), "300 ms");
    table.figure("record package of 10,000 messages, no PDF", export, "ms", "2,000 ms");
    first.tell(table, "no PDF", "this program");
    table.ratio("check its package", check, "ms", (&beside_files, sum_of_files), "-");
    table.ratio("check its package with verify.py", python, "ms", (&beside_files, sum_of_files), "2,000 ms");
    printing(&filled, &keychain, table);
}

/// The same with the PDF in it, by the program that `skein-pdf` is.
fn printing(filled: &Filled, keychain: &Keychain, table: &mut Table) {
    let program = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("skein-pdf");
    assert!(program.exists(), "build skein-pdf first: cargo build --release in src-tauri/pdf");
    let skein = handle(filled, keychain, Some(Program::at(program)));
    let package = filled.dir.path().join("printed.zip");
    let run = watched(&skein, &package);
    assert_eq!(skein.verify_record(&package, None).unwrap().status, SealStatus::Valid);
    let (_, size) = files_of(&unpacked(&package, &filled.dir.path().join("unpacked-printed")));
    let work = format!("record package of 10,000 messages with its PDF, {:.1} MiB unpacked", size / MIB);
    table.figure(&work, run.took, "ms", "25,000 ms");
    run.tell(table, "with PDF", "both programs");
}

/// One export, watched.
struct Run {
    took: f64,
    /// Resident before, and the most while it ran, in KiB.
    memory: (u64, u64),
    /// The longest time without a report of progress, its beginning and end included.
    gap: f64,
}

impl Run {
    fn tell(&self, table: &mut Table, which: &str, whose: &str) {
        let (before, most) = (self.memory.0 as f64 / 1024.0, self.memory.1 as f64 / 1024.0);
        let work = format!("most memory meanwhile, {which}, all of {whose} ({before:.0} MiB before)");
        table.figure(&work, most, "MiB", "300 MiB");
        table.figure(&format!("longest wait for a report of progress, {which}"), self.gap, "ms", "500 ms");
    }
}

fn watched(skein: &Skein, package: &Path) -> Run {
    let before = resident();
    let done = AtomicBool::new(false);
    let mut gap = 0.0_f64;
    let (took, most) = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = before;
            while !done.load(Ordering::Relaxed) {
                most = most.max(resident());
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        let start = Instant::now();
        let mut told = start;
        export(skein, package, &mut |_| {
            gap = gap.max(ms(told.elapsed()));
            told = Instant::now();
        });
        gap = gap.max(ms(told.elapsed()));
        let took = ms(start.elapsed());
        done.store(true, Ordering::Relaxed);
        (took, watch.join().unwrap())
    });
    Run { took, memory: (before, most), gap }
}

/// A thread of questions and replies: of a reply more than its text is sealed.
fn conversation(messages: u64) -> Filled {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let thread = store
        .write(|tx| {
            let row = threads::insert(tx, &ThreadId::parse("long").unwrap(), Some("Long"), None, NOW)?;
            entry::append(tx, &NewEntry::new(row.seq, EntryKind::Created, Door::Cli, NOW))?;
            let mut parent = None;
            for n in (0..messages).step_by(2) {
                let question = NewMessage::new(Role::User, text(n));
                let new = NewInsert { thread: row.seq, parent, message: &question, created_at: NOW, response: None };
                let question = message::insert(tx, &new)?;
                let asked = asked(n);
                let begun = response::begin(
                    tx,
                    &NewResponse {
                        asked: &asked,
                        thread: row.seq,
                        parent: Some(question.seq),
                        thread_state: None,
                        process: "gone",
                        created_at: NOW,
                    },
                )?;
                response::finish(tx, begun.seq, &reply(n + 1), Door::Cli, NOW, None)?;
                parent = threads::get(tx, row.seq)?.tip;
            }
            Ok::<_, StoreError>(row)
        })
        .unwrap();
    Filled { dir, store, thread, tip: None }
}

fn asked(n: u64) -> Asked {
    Asked {
        id: format!("resp_{n:032x}"),
        message_id: format!("msg_{n:032x}"),
        endpoint: "local".into(),
        endpoint_id: "ep_local".into(),
        origin: "https://api.example.com".into(),
        model: "scripted".into(),
        parameters: "{\"temperature\":0.70}".into(),
        own_parameters: "{}".into(),
        receipt: "{\"sent\":12}".into(),
        context: ContextSummary { sent: 12, left_out: 0 },
    }
}

fn reply(n: u64) -> End {
    End {
        status: ResponseStatus::Completed,
        finish_reason: Some(FinishReason::Stop),
        error: None,
        usage: Some(Usage { input_tokens: 1_200, output_tokens: 120, total_tokens: 1_320 }),
        model: Some("scripted-2".into()),
        trace: Box::default(),
        rest: vec![Chunk { kind: ChunkKind::Text, text: text(n) }],
    }
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

/// A package's folder, out of its zip.
fn unpacked(package: &Path, into: &Path) -> PathBuf {
    fs::create_dir(into).unwrap();
    let unzip = Command::new("python3").args(["-m", "zipfile", "-e"]).args([package, into]).status().unwrap();
    assert!(unzip.success());
    fs::read_dir(into).unwrap().next().unwrap().unwrap().path()
}

/// The files in a folder and below, and their bytes.
fn files_of(folder: &Path) -> (Vec<PathBuf>, f64) {
    let (mut files, mut folders, mut size) = (Vec::new(), vec![folder.to_owned()], 0.0);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                size += size_of(&path);
                files.push(path);
            }
        }
    }
    (files, size)
}

fn size_of(path: &Path) -> f64 {
    fs::metadata(path).unwrap().len() as f64
}

fn quiet(program: &str, arguments: &[impl AsRef<std::ffi::OsStr>]) -> bool {
    Command::new(program).args(arguments).stdout(Stdio::null()).status().unwrap().success()
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
