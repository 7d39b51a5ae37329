//! A thousand streamed replies leave nothing behind: no task, no socket, no file, no memory. A
//! program of its own, so that what is counted belongs to nobody else.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]
#![cfg(target_os = "linux")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use skein_core::keychain::Keychain;
use skein_core::response::{Happening, Sink, SinkEvent};
use skein_core::wire::{
    Door, Input, NewEndpoint, Protocol, ResponseRequest, ResponseStatus, Role, TextPart, ThreadChoice,
};
use skein_core::{OpenOptions, RespondOptions, Skein};
use skein_support::model_server::{ModelServer, Reply};
use tokio::runtime::RuntimeMetrics;
use tokio::sync::watch;

const REPLIES: usize = 1_000;
/// Replies before anything is counted, so that what is made once is there.
const FIRST: usize = 100;
/// Words of a reply, of a hundred letters: were each one kept, a thousand replies would be thirty megabytes.
const WORDS: usize = 400;
/// Kilobytes that allocator and page cache may keep for themselves.
const SLACK: u64 = 20 * 1024;
/// What is kept for the next turn of a conversation, and not one a reply: connections to the
/// endpoint, readers of the store. How many there are depends on how much happened at once.
const KEPT: usize = 16;
const DEADLINE: Duration = Duration::from_mins(2);

/// What this process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    tasks: usize,
    sockets: usize,
    files: usize,
    memory: u64,
}

impl Held {
    fn now(runtime: &RuntimeMetrics) -> Self {
        let open: Vec<PathBuf> =
            fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| fs::read_link(entry.ok()?.path()).ok()).collect();
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Self {
            tasks: runtime.num_alive_tasks(),
            sockets: open.iter().filter(|to| to.to_string_lossy().starts_with("socket:")).count(),
            files: open.len(),
            memory: memory.trim().trim_end_matches(" kB").parse().unwrap(),
        }
    }

    fn is_no_more_than(self, before: Self) -> bool {
        self.tasks <= before.tasks + KEPT
            && self.sockets <= before.sockets + KEPT
            && self.files <= before.files + KEPT
            && self.memory <= before.memory + SLACK
    }
}

/// Says when text has come.
struct Words(watch::Sender<bool>);

impl Sink for Words {
    fn emit(&self, event: SinkEvent) {
        if matches!(event.what, Happening::Text(_)) {
            self.0.send_replace(true);
        }
    }
}

fn request(number: usize) -> ResponseRequest {
    ResponseRequest {
        inputs: vec![Input { role: Role::User, texts: vec![TextPart { text: "Go on.".into() }], content: None }],
        // Each in a thread of its own: the server keeps every request, which must not hold the replies before.
        thread: Some(ThreadChoice::Id(format!("t{number}"))),
        ..ResponseRequest::default()
    }
}

/// Asks once, for a reply that ends well, is cut, is refused, or is stopped.
async fn ask(skein: &Skein, server: &ModelServer, number: usize) {
    let text = format!("{} ", "w".repeat(99)).repeat(WORDS);
    let (reply, status) = match number % 4 {
        0 => (Reply::text(&text), ResponseStatus::Completed),
        1 => (Reply::cut_after(&text), ResponseStatus::Failed),
        2 => (Reply::error(400, "oops", "oops"), ResponseStatus::Failed),
        _ => (Reply::silent_after(&text), ResponseStatus::Cancelled),
    };
    server.queue(reply);
    let (words, mut came) = watch::channel(false);
    let sink = Arc::new(Words(words));
    let running = skein.respond(request(number), RespondOptions::default(), sink).await.unwrap();
    if status == ResponseStatus::Cancelled {
        came.wait_for(|came| *came).await.unwrap();
        skein.cancel(&running.response.id).unwrap();
    }
    assert_eq!(running.done().await.status, status);
}

#[test]
fn a_thousand_streamed_replies_leave_no_task_socket_file_or_memory_behind() {
    let (dir, server) = (tempfile::tempdir().unwrap(), ModelServer::start());
    let options = OpenOptions { keychain: Keychain::memory(), ..OpenOptions::new(dir.path(), Door::Cli) };
    let skein = Skein::open(options).unwrap();
    let endpoint = NewEndpoint {
        name: "scripted".into(),
        protocol: Protocol::OpenaiChat,
        base_url: server.base_url(),
        model: Some("scripted".into()),
        ..NewEndpoint::default()
    };
    let endpoint = skein.add_endpoint(endpoint).unwrap();
    skein.set_default_endpoint(&endpoint.id).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let metrics = runtime.metrics();
    runtime.block_on(async {
        for number in 0..FIRST {
            ask(&skein, &server, number).await;
        }
        let before = Held::now(&metrics);
        for number in FIRST..FIRST + REPLIES {
            ask(&skein, &server, number).await;
        }
        let over = async {
            while !Held::now(&metrics).is_no_more_than(before) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let is_over = tokio::time::timeout(DEADLINE, over).await.is_ok();
        let after = Held::now(&metrics);
        println!("before {before:?}\nafter {after:?}");
        assert!(is_over, "before: {before:?}; after a thousand replies: {after:?}");
    });
    assert_eq!(server.seen().requests, FIRST + REPLIES);
}
