//! Real processes, killed at random moments: what was acknowledged is there, what had been saved
//! of a reply is there, and what runs in another process is left alone.
//!
//! The child is this same program, told by an environment variable to be one. `SKEIN_KILLS` says
//! how often to kill; 50 times without it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod child;

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use skein_core::wire::{Message, MessageStatus, ResponseStatus, Role};
use skein_core::{MessageRange, Skein};
use skein_support::model_server::{Gate, ModelServer, Reply};

/// Bytes of a reply that may be missing after a kill: one save on its way, one being gathered, and a word.
const BEHIND: usize = 2 * 4096 + 64;
const DEADLINE: Duration = Duration::from_mins(1);

/// A child process and the lines it has written.
struct Victim {
    child: Child,
    lines: Receiver<String>,
}

impl Victim {
    fn start(dir: &Path, role: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["child::plays_its_part", "--exact", "--nocapture"])
            .env(child::DIR, dir)
            .env(child::ROLE, role)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            // A line that the kill cut off was never acknowledged.
            while out.read_line(&mut line).is_ok_and(|read| read > 0) && line.ends_with('\n') {
                if sender.send(line.trim().to_owned()).is_err() {
                    break;
                }
                line.clear();
            }
        });
        Self { child, lines }
    }

    fn wait_for(&self, start: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(DEADLINE).expect("the child says something");
            if line.starts_with(start) {
                return line;
            }
        }
    }

    /// Kills it with a signal that cannot be handled, and returns everything it had said.
    fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.lines.iter().collect()
    }
}

/// What one life of the child promised.
#[derive(Default)]
struct Promises {
    inputs: Vec<String>,
    replies: Vec<String>,
    /// Bytes of the last reply that were shown, and the input it answers.
    shown: usize,
}

impl Promises {
    fn read(lines: &[String]) -> Self {
        let mut promises = Self::default();
        for line in lines {
            match line.split_once(' ') {
                Some(("accepted", text)) => {
                    promises.inputs.push(text.into());
                    promises.shown = 0;
                }
                Some(("shown", bytes)) => promises.shown = bytes.parse().unwrap(),
                Some(("completed", id)) => {
                    promises.replies.push(id.into());
                    promises.shown = 0;
                }
                _ => {}
            }
        }
        promises
    }
}

fn path(skein: &Skein, thread: &str) -> Vec<Message> {
    let mut messages = Vec::new();
    loop {
        let after = messages.last().map(|message: &Message| message.id.clone());
        let range = MessageRange { limit: 100, after, ..MessageRange::default() };
        let Ok(page) = skein.list_messages(thread, &range) else { return messages };
        messages.extend(page.data);
        if !page.has_more {
            return messages;
        }
    }
}

fn text_of(message: &Message) -> &str {
    &message.texts[0].text
}

/// Numbers that differ from run to run; which moments are hit does not matter, only that many are.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        Self(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64 | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Long enough to be killed in, and told apart wherever it is cut.
fn long_reply() -> String {
    (0..3000).fold(String::new(), |text, n| text + &format!("word{n} "))
}

struct Scene {
    dir: tempfile::TempDir,
    server: ModelServer,
    whole: String,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { dir: tempfile::tempdir().unwrap(), server: ModelServer::start(), whole: long_reply() };
        let skein = child::open(scene.dir.path());
        child::add_endpoint(&skein, &scene.server.base_url());
        let whole = scene.whole.clone();
        scene.server.answer_with(move |request| match request.messages().last() {
            Some((_, text)) if text.starts_with("short") => Reply::text("A short one."),
            _ => Reply::text(&whole),
        });
        scene
    }

    /// One life: the child asks and asks in its thread until it is killed. Says whether a reply was cut off.
    fn run(&self, thread: &str, pause: Duration) -> bool {
        let victim = Victim::start(self.dir.path(), &format!("asks {thread}"));
        victim.wait_for("ready");
        std::thread::sleep(pause);
        let promises = Promises::read(&victim.kill());
        self.check(thread, &promises)
    }

    fn check(&self, thread: &str, promises: &Promises) -> bool {
        let raw = Connection::open(self.dir.path().join("skein.db")).unwrap();
        let sound: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
        let of_thread = "SELECT count(*) FROM response_chunk c JOIN response r ON r.seq = c.response
            JOIN thread t ON t.seq = r.thread WHERE t.id = ?1";
        let left: u32 = raw.query_row(of_thread, [thread], |row| row.get(0)).unwrap();

        let skein = child::open(self.dir.path());
        let messages = path(&skein, thread);
        assert!(messages.iter().all(|message| message.status != MessageStatus::Altered));
        let inputs: HashSet<&str> = messages.iter().filter(|message| message.role == Role::User).map(text_of).collect();
        for input in &promises.inputs {
            assert!(inputs.contains(input.as_str()), "{thread}: {input} was acknowledged and is lost");
        }
        for id in &promises.replies {
            let response = skein.get_response(id).unwrap();
            assert_eq!(response.status, ResponseStatus::Completed, "{thread}: {id} was acknowledged and is lost");
        }
        let cut: Vec<&Message> =
            messages.iter().filter(|message| message.status == MessageStatus::Interrupted).collect();
        assert!(cut.len() <= 1, "{thread}: one reply at a time");
        assert_eq!(left > 0, !cut.is_empty(), "{thread}: what was saved of a reply became a message");
        let kept = cut.first().map_or(0, |message| text_of(message).len());
        if let Some(message) = cut.first() {
            assert!(self.whole.starts_with(text_of(message)), "{thread}: what is kept is what was sent");
        }
        let whole = |last: &Message| last.role == Role::Assistant && last.status == MessageStatus::Completed;
        let in_full = messages.last().is_some_and(whole);
        assert!(in_full || kept + BEHIND >= promises.shown, "{thread}: {} shown, {kept} kept", promises.shown);
        assert!(thread_is_free(&skein, thread), "{thread}: nothing is running any more");
        !cut.is_empty()
    }
}

fn thread_is_free(skein: &Skein, thread: &str) -> bool {
    skein.running(thread).map_or(true, |running| running.is_none())
}

#[test]
fn kills_lose_nothing_that_was_acknowledged() {
    let kills = std::env::var("SKEIN_KILLS").map_or(50, |kills| kills.parse().expect("SKEIN_KILLS is a number"));
    let scene = Scene::new();

    // All the while, another process has a reply running in a thread of its own.
    let gate = Gate::new();
    scene.server.queue(Reply::gated("one two three", &gate));
    gate.open(1);
    let bystander = Victim::start(scene.dir.path(), "waits elsewhere");
    bystander.wait_for("shown");

    let mut chance = Chance::new();
    let mut cut_off = 0;
    for life in 0..kills {
        let pause = Duration::from_micros(chance.below(150_000));
        cut_off += u32::from(scene.run(&format!("life-{life}"), pause));
    }
    assert!(cut_off > 0, "at least one of {kills} kills hit a reply in the middle");

    gate.open_for_good();
    let line = bystander.wait_for("ended");
    assert_eq!(line, "ended Completed", "a reply that runs elsewhere is never marked interrupted");
    let skein = child::open(scene.dir.path());
    assert_eq!(path(&skein, "elsewhere").last().map(text_of), Some("one two three"));
    bystander.kill();
}

#[test]
fn a_reply_cut_off_by_a_kill_can_be_continued() {
    let scene = Scene::new();
    let gate = Gate::new();
    scene.server.queue(Reply::gated("one two three", &gate));
    gate.open(2);
    let victim = Victim::start(scene.dir.path(), "waits t");
    let watcher = child::open(scene.dir.path());
    victim.wait_for("shown 8");
    let saved = || watcher.running("t").unwrap().unwrap().tail.contains("one two");
    let asked = SystemTime::now();
    while !saved() {
        assert!(asked.elapsed().unwrap() < DEADLINE, "the text is saved without being asked for");
        std::thread::sleep(Duration::from_millis(5));
    }
    victim.kill();

    let skein = child::open(scene.dir.path());
    let messages = path(&skein, "t");
    assert_eq!((text_of(&messages[1]), messages[1].status), ("one two ", MessageStatus::Interrupted));
    scene.server.queue(Reply::text("three"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let response = runtime.block_on(async {
        let running = skein.continue_reply("t", &messages[1].id, Arc::new(())).await;
        running.unwrap().done().await
    });
    assert_eq!(response.status, ResponseStatus::Completed);
    let texts: Vec<String> = path(&skein, "t").iter().map(|message| text_of(message).to_owned()).collect();
    assert_eq!(texts, ["question", "one two ", "three"]);
}
