//! A chain leaves no trace: not in the store, not in its log, not in what the program tells of itself at
//! any level, not in what a crash leaves. What is looked at is a process of its own: this test, run again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use skein_core::wire::{ResponseRequest, Role, ThreadOptions};
use skein_core::{Once, RespondOptions, Skein};
use skein_support::model_server::{ModelServer, Reply, chat_chunk};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::chains::chained;
use crate::support::{add_endpoint, input, open, request};

const DIR: &str = "SKEIN_TEST_TRACES";
/// Stands in everything that a chain says.
const CANARY: &str = "quetzalcoatlus";
/// Said in a thread, and logged: what finds this finds the other.
const KEPT: &str = "archaeopteryx";

/// Tells everything, at every level.
struct Everything;

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        eprintln!("{span:?}");
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        eprintln!("{values:?}");
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        eprintln!("{event:?}");
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Asks under a key of its own.
async fn ask(skein: &Skein, request: ResponseRequest, key: usize) -> String {
    let once = Some(Once::new(&format!("{CANARY} {key}"), [1; 32]));
    let options = RespondOptions { once, ..RespondOptions::default() };
    skein.respond(request, options, Arc::new(())).await.unwrap().done().await.id
}

/// Everything a chain can say, with models that answer and models that fail.
async fn say_it_all(dir: &Path) {
    let (server, skein) = (ModelServer::start(), open(dir));
    add_endpoint(&skein, &server.base_url(), None);
    server.queue(Reply::text(KEPT));
    skein.respond(request("t", KEPT), RespondOptions::default(), Arc::new(())).await.unwrap().done().await;

    let thought = chat_chunk(&serde_json::json!({"reasoning_content": CANARY}), None);
    let said = chat_chunk(&serde_json::json!({"content": format!("{CANARY} {}", "word ".repeat(5_000))}), Some("stop"));
    server.queue(Reply::events(&[&thought, &said, "[DONE]"]));
    server.queue(Reply::error(400, CANARY, CANARY));
    server.queue(Reply::status(500, "text/plain", CANARY));
    server.queue(Reply::body(format!("data: {CANARY}\n\n")));
    server.queue(Reply::cut_after(CANARY));
    server.queue(Reply::reset_after(CANARY));
    server.queue(Reply::redirect(307, &format!("http://127.0.0.1:9/{CANARY}")));
    let mut begin = chained(None, CANARY);
    begin.inputs.insert(0, input(Role::System, CANARY));
    begin.parameters.insert("user".into(), CANARY.into());
    let first = ask(&skein, begin, 0).await;
    for key in 1..7 {
        ask(&skein, chained(Some(&first), CANARY), key).await;
    }
    assert!(server.seen().requests >= 8);
    let aside = skein.list_messages("t", &skein_core::MessageRange::default()).unwrap().data[1].response_id.clone();
    ask(&skein, chained(aside.as_deref(), CANARY), 7).await;
    skein.chain(&first).unwrap();
    skein.preview_chain(Some(&first), &ThreadOptions::default(), None, CANARY).unwrap();
    assert!(skein.chain(CANARY).is_err());
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    // The index holds words without what they share with the word before them.
    [word, &word[1..]].iter().any(|word| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
}

#[test]
fn a_chain_leaves_no_trace_even_when_the_program_crashes() {
    if let Some(dir) = std::env::var_os(DIR) {
        skein_core::no_core_dumps();
        tracing::subscriber::set_global_default(Everything).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(say_it_all(Path::new(&dir)));
        tracing::trace!(word = KEPT, "that much is heard");
        std::process::abort();
    }
    let (data, around) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "traces::a_chain_leaves_no_trace_even_when_the_program_crashes", "--nocapture"])
        .env(DIR, data.path())
        .env("TMPDIR", around.path())
        .current_dir(around.path())
        .output()
        .unwrap();
    let told = [ended.stdout, ended.stderr].concat();
    let shown = String::from_utf8_lossy(&told);
    assert_eq!(ended.status.code(), None, "it did not come to its crash: {shown}");
    assert!(holds(&told, KEPT), "the log is heard, and it came to its end: {shown}");
    assert!(!holds(&told, CANARY), "{shown}");

    let all: Vec<PathBuf> = [data.path(), around.path()].into_iter().flat_map(files).collect();
    let with =
        |word: &str| -> Vec<&PathBuf> { all.iter().filter(|path| holds(&fs::read(path).unwrap(), word)).collect() };
    assert!(!with(KEPT).is_empty(), "a thread is found in {all:?}");
    assert!(with(CANARY).is_empty(), "{:?}", with(CANARY));
    assert!(files(around.path()).is_empty(), "the crash left a file: {all:?}");
}
