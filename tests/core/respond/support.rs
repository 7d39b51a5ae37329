//! A data folder with a scripted endpoint, and a sink that can be waited for.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use skein_core::endpoint::Timeouts;
use skein_core::keychain::Keychain;
use skein_core::response::{Happening, Sink, SinkEvent};
use skein_core::wire::{
    Door, Input, Message, NewEndpoint, Protocol, Response, ResponseRequest, Role, TextPart, ThreadChoice,
};
use skein_core::{Code, Error, MessageRange, OpenOptions, RespondOptions, Running, Skein};
use skein_support::model_server::ModelServer;
use tempfile::TempDir;
use tokio::sync::watch;

/// Nothing waits this long when all is well.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A handle as another process would open it. Its time limits are far off, unless a test sets them.
pub fn open(dir: &Path) -> Skein {
    open_with(dir, Timeouts { connect: DEADLINE, first: DEADLINE, idle: DEADLINE })
}

pub fn open_with(dir: &Path, timeouts: Timeouts) -> Skein {
    let options = OpenOptions { keychain: Keychain::memory(), timeouts, ..OpenOptions::new(dir, Door::Cli) };
    Skein::open(options).unwrap()
}

pub fn add_endpoint(skein: &Skein, base_url: &str, context_window: Option<u32>) {
    let new = NewEndpoint {
        name: "scripted".into(),
        protocol: Protocol::OpenaiChat,
        base_url: base_url.into(),
        model: Some("scripted".into()),
        context_window,
        allow_http: false,
        ..NewEndpoint::default()
    };
    let endpoint = skein.add_endpoint(new).unwrap();
    skein.set_default_endpoint(&endpoint.id).unwrap();
}

pub struct World {
    pub dir: TempDir,
    pub server: ModelServer,
    pub skein: Skein,
}

impl World {
    pub fn new() -> Self {
        Self::with_window(None)
    }

    pub fn with_window(context_window: Option<u32>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = ModelServer::start();
        let skein = open(dir.path());
        add_endpoint(&skein, &server.base_url(), context_window);
        Self { dir, server, skein }
    }

    /// The same folder with time limits of `limit` each.
    pub fn hurried(limit: Duration) -> Self {
        let world = Self::new();
        let skein = open_with(world.dir.path(), Timeouts { connect: limit, first: limit, idle: limit });
        Self { skein, ..world }
    }

    /// Sends and waits for the end.
    pub async fn send(&self, thread: &str, text: &str) -> Response {
        self.ask(request(thread, text)).await.unwrap().done().await
    }

    pub async fn ask(&self, request: ResponseRequest) -> Result<Running, Error> {
        self.skein.respond(request, RespondOptions::default(), Arc::new(())).await
    }

    /// Sends to a listener and returns once it is accepted.
    pub async fn start(&self, thread: &str, text: &str) -> (Running, Arc<Heard>) {
        let heard = Heard::new();
        let running = self.skein.respond(request(thread, text), RespondOptions::default(), heard.clone()).await;
        (running.unwrap(), heard)
    }

    /// The active path.
    pub fn path(&self, thread: &str) -> Vec<Message> {
        self.skein.list_messages(thread, &MessageRange { limit: 100, ..MessageRange::default() }).unwrap().data
    }

    /// The texts of the active path.
    pub fn texts(&self, thread: &str) -> Vec<String> {
        self.path(thread).iter().map(text_of).collect()
    }
}

pub fn text_of(message: &Message) -> String {
    message.texts.iter().map(|part| part.text.as_str()).collect()
}

pub fn input(role: Role, text: &str) -> Input {
    Input { role, texts: vec![TextPart { text: text.into() }], content: None }
}

pub fn request(thread: &str, text: &str) -> ResponseRequest {
    ResponseRequest {
        inputs: vec![input(Role::User, text)],
        thread: Some(ThreadChoice::Id(thread.into())),
        ..ResponseRequest::default()
    }
}

/// The code of a refusal.
pub fn refused<T>(result: Result<T, Error>) -> Code {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.code(),
    }
}

/// The code of a response's error.
pub fn code(response: &Response) -> &str {
    response.error.as_ref().map_or("none", |error| error.code.as_str())
}

/// A sink that remembers.
pub struct Heard {
    events: Mutex<Vec<SinkEvent>>,
    changed: watch::Sender<()>,
}

impl Sink for Heard {
    fn emit(&self, event: SinkEvent) {
        self.events.lock().unwrap().push(event);
        self.changed.send_replace(());
    }
}

impl Heard {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { events: Mutex::new(Vec::new()), changed: watch::Sender::new(()) })
    }

    pub fn all(&self) -> Vec<Happening> {
        self.events.lock().unwrap().iter().map(|event| event.what.clone()).collect()
    }

    pub fn text(&self) -> String {
        let all = self.all();
        all.iter()
            .filter_map(|what| if let Happening::Text(text) = what { Some(text.as_str()) } else { None })
            .collect()
    }

    pub async fn wait_for_text(&self, text: &str) {
        self.wait_until(text, |heard| heard.text() == text).await;
    }

    pub async fn wait_until(&self, what: &str, reached: impl Fn(&Self) -> bool) {
        let mut changes = self.changed.subscribe();
        let wait = async { while !reached(self) && changes.changed().await.is_ok() {} };
        let reached = tokio::time::timeout(DEADLINE, wait).await.is_ok();
        assert!(reached, "waited in vain for {what}: {:?}", self.all());
    }
}

/// Waits for something that only looking can tell.
pub async fn eventually(what: &str, reached: impl Fn() -> bool) {
    let wait = async {
        while !reached() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(DEADLINE, wait).await.is_ok(), "waited in vain for {what}");
}
