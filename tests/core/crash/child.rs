//! What the child processes do. They say on standard output what they were promised, a line each,
//! and only once it was promised.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use skein_core::endpoint::Timeouts;
use skein_core::keychain::Keychain;
use skein_core::response::{Happening, Sink, SinkEvent};
use skein_core::wire::{Door, Input, NewEndpoint, Protocol, ResponseRequest, Role, TextPart, ThreadChoice};
use skein_core::{OpenOptions, RespondOptions, Running, Skein};

/// The data folder; a child is one that has this.
pub const DIR: &str = "SKEIN_CRASH_DIR";
/// What it does: `asks` or `waits`, and the thread.
pub const ROLE: &str = "SKEIN_CRASH_ROLE";

pub fn open(dir: &Path) -> Skein {
    // One reply waits for as long as the others are being killed.
    let patient = Duration::from_hours(10);
    let timeouts = Timeouts { connect: patient, first: patient, idle: patient };
    let options = OpenOptions { keychain: Keychain::memory(), timeouts, ..OpenOptions::new(dir, Door::Cli) };
    Skein::open(options).unwrap()
}

pub fn add_endpoint(skein: &Skein, base_url: &str) {
    let new = NewEndpoint {
        name: "scripted".into(),
        protocol: Protocol::OpenaiChat,
        base_url: base_url.into(),
        model: Some("scripted".into()),
        context_window: Some(1_000_000),
        allow_http: false,
        ..NewEndpoint::default()
    };
    let endpoint = skein.add_endpoint(new).unwrap();
    skein.set_default_endpoint(&endpoint.id).unwrap();
}

/// Says a line. The harness may have left one open.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A parent that is gone does not listen; the kill is on its way.
    let _ = out.write_all(format!("\n{line}\n").as_bytes()).and_then(|()| out.flush());
}

#[derive(Default)]
struct Aloud(AtomicUsize);

impl Sink for Aloud {
    fn emit(&self, event: SinkEvent) {
        if let Happening::Text(text) = event.what {
            say(&format!("shown {}", self.0.fetch_add(text.len(), Ordering::SeqCst) + text.len()));
        }
    }
}

async fn ask(skein: &Skein, thread: &str, text: &str) -> Running {
    let request = ResponseRequest {
        inputs: vec![Input { role: Role::User, texts: vec![TextPart { text: text.into() }], content: None }],
        thread: Some(ThreadChoice::Id(thread.into())),
        ..ResponseRequest::default()
    };
    let running = skein.respond(request, RespondOptions::default(), Arc::new(Aloud::default())).await.unwrap();
    say(&format!("accepted {text}"));
    running
}

/// Not a test of its own: without the variable there is nothing to do.
#[test]
fn plays_its_part() {
    let (Some(dir), Ok(role)) = (std::env::var_os(DIR), std::env::var(ROLE)) else { return };
    let (role, thread) = role.split_once(' ').unwrap();
    let skein = open(Path::new(&dir));
    say("ready");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        if role == "waits" {
            let response = ask(&skein, thread, "question").await.done().await;
            say(&format!("ended {:?}", response.status));
        }
        // Asks until it is killed: short replies to hit the ends, long ones to hit the middles.
        for n in (0..10_000).take_while(|_| role == "asks") {
            let kind = if n % 3 == 0 { "short" } else { "long" };
            let response = ask(&skein, thread, &format!("{kind} {n}")).await.done().await;
            say(&format!("completed {}", response.id));
        }
    });
}
