//! The conversation in the terminal, in a real one, and without any.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use skein_support::model_server::{ModelServer, Reply};

use crate::support::{Desk, SKEIN};

/// How long a text may take to appear. Nothing waits this long when all is well.
const DEADLINE: Duration = Duration::from_secs(20);

/// A chat in a terminal of its own, which `script` makes.
struct Terminal {
    child: Child,
    seen: Arc<Mutex<String>>,
}

impl Terminal {
    fn chat(desk: &Desk, args: &str) -> Self {
        let chat = desk.command();
        let mut command = Command::new("script");
        command.env_clear().envs(chat.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.args([
            "--quiet",
            "--return",
            "--flush",
            "--command",
            &format!("exec '{SKEIN}' chat {args}"),
            "/dev/null",
        ]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script runs");
        let seen = Arc::new(Mutex::new(String::new()));
        let (mut out, into) = (child.stdout.take().unwrap(), seen.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = out.read(&mut bytes) {
                into.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
        });
        Self { child, seen }
    }

    /// Waits for a text behind what was waited for before.
    fn wait_for(&self, text: &str) {
        let start = Instant::now();
        loop {
            let mut seen = self.seen.lock().unwrap();
            if let Some(at) = seen.find(text) {
                seen.drain(..at + text.len());
                return;
            }
            assert!(start.elapsed() < DEADLINE, "waited in vain for {text:?} in {seen:?}");
            drop(seen);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn type_in(&mut self, text: &str) {
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn end(mut self) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(start.elapsed() < DEADLINE, "the chat ends: {:?}", self.seen.lock().unwrap());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn without_a_terminal_there_is_one_exchange_and_what_to_do_next() {
    let desk = Desk::new();
    let ran = desk.run(&["chat"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("You have sent 1 message"), "{ran:?}");
    assert!(ran.out.contains(&format!("{SKEIN} send thread_")), "as it was started: {ran:?}");
    assert!(ran.out.contains(&format!("{SKEIN} endpoint add")), "{ran:?}");
    let response = desk.json(&["chat"]);
    assert_eq!((response["status"].as_str(), response["endpoint"].as_str()), (Some("completed"), Some("practice")));
    let with_thread = desk.run(&["chat", "t"]);
    assert_eq!(with_thread.code, 2);
    assert!(with_thread.err.contains("skein send t"), "{with_thread:?}");
}

#[test]
fn a_conversation_in_the_terminal_goes_on_and_is_kept() {
    let server = ModelServer::start();
    let desk = Desk::new();
    desk.add_endpoint("local", &server.base_url());
    let mut chat = Terminal::chat(&desk, "t");
    chat.wait_for("local, scripted");
    chat.wait_for("> ");
    server.queue(Reply::text("First reply."));
    chat.type_in("Hello\n");
    chat.wait_for("First reply.");
    server.queue(Reply::text("Second reply."));
    chat.type_in("Two\\\nlines\n");
    chat.wait_for("Second reply.");
    server.queue(Reply::text("Third reply."));
    chat.type_in("/etc/hosts\n");
    chat.wait_for("Third reply.");
    chat.type_in("/help\n");
    chat.wait_for("/unlock");
    chat.type_in("/lcok\n");
    chat.wait_for("There is no such command");
    chat.type_in("/lock\n");
    chat.wait_for("Locked");
    chat.type_in("More\n");
    chat.wait_for("This thread is locked");
    chat.type_in("/unlock\n");
    chat.wait_for("Open again");
    chat.type_in("/quit\n");
    chat.wait_for("skein chat t");
    assert_eq!(chat.end(), 0);
    let messages = desk.json(&["show", "t"])["messages"].clone();
    let texts: Vec<&str> =
        messages.as_array().unwrap().iter().map(|m| m["texts"][0]["text"].as_str().unwrap()).collect();
    let said = ["Hello", "First reply.", "Two\nlines", "Second reply.", "/etc/hosts", "Third reply."];
    assert_eq!(texts, said, "a path is a message, a mistyped command is none");
    assert_eq!(server.last_request().messages().len(), 5, "the model saw the conversation");
}

#[test]
fn ctrl_c_stops_the_reply_and_then_leaves() {
    let server = ModelServer::start();
    server.queue(Reply::silent_after("So far"));
    let desk = Desk::new();
    desk.add_endpoint("local", &server.base_url());
    let mut chat = Terminal::chat(&desk, "t");
    chat.wait_for("> ");
    chat.type_in("Hello\n");
    chat.wait_for("So far");
    chat.type_in("\u{3}");
    chat.wait_for("Stopped");
    chat.wait_for("> ");
    chat.type_in("\u{3}");
    chat.wait_for("skein chat t");
    assert_eq!(chat.end(), 0);
    assert_eq!(desk.json(&["show", "t"])["messages"][1]["status"], "cancelled");
}

#[test]
fn a_thread_that_is_gone_on_with_shows_its_end() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", "t", "An earlier question"]).code, 0);
    let mut chat = Terminal::chat(&desk, "t");
    chat.wait_for("An earlier question");
    chat.wait_for("> ");
    chat.type_in("\u{4}");
    assert_eq!(chat.end(), 0);
}
