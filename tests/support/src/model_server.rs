//! A scripted model server over real sockets, so that tests see what a person's network does.
//! It speaks HTTP/1.1 by hand, because it must be able to misbehave.
//!
//! It runs on a thread of its own: a test may be synchronous or asynchronous, and a test that
//! blocks does not stop it. What it answers is a queue of [`Reply`]s; what it saw can be read at
//! any time, and waited for without sleeping.
//!
//! ```text
//! let server = ModelServer::start();
//! server.queue(Reply::status(503, "text/plain", "busy"));  // first request
//! server.queue(Reply::text("Hello there."));               // second; then the default again
//! let gate = Gate::new();
//! server.queue(Reply::gated("one two three", &gate));      // a word for each gate.open(1)
//! // ... point the program at server.base_url() ...
//! server.wait_until("two requests", |seen| seen.requests == 2).await;
//! assert_eq!(server.requests()[0].json()["model"], "scripted");
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod chunks;
mod connection;
mod reply;

use std::collections::{HashMap, VecDeque};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::watch;

pub use chunks::chat_chunk;
pub use reply::{Gate, Reply};

/// How long a wait goes on before the test fails. Nothing waits this long when all is well.
const DEADLINE: Duration = Duration::from_secs(20);

/// One request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Request {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is not.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the request's body is JSON")
    }

    /// Role and text of each message that was sent.
    pub fn messages(&self) -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let json = self.json();
        let messages = json["messages"].as_array().cloned().unwrap_or_default();
        messages.iter().map(|m| (text(&m["role"]), text(&m["content"]))).collect()
    }
}

/// What the server has seen so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Connections accepted.
    pub connections: usize,
    /// Bytes received, headers included.
    pub bytes: usize,
    /// Requests for a reply (`POST`); requests for the models are not counted.
    pub requests: usize,
    /// Replies sent to their last byte.
    pub finished: usize,
    /// Replies that were still going on when the client closed the connection.
    pub hung_up: usize,
}

type Answer = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

struct State {
    seen: Seen,
    requests: Vec<Request>,
    queue: VecDeque<Reply>,
    otherwise: Answer,
    models: Reply,
    pages: HashMap<String, Reply>,
    gets: Vec<String>,
}

struct Shared {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn note(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.state().seen);
        self.changed.send_replace(());
    }

    fn answer(&self, request: &Request) -> Reply {
        let reply = {
            let mut state = self.state();
            if request.method == "GET" {
                state.gets.push(request.path.clone());
                state.pages.get(&request.path).unwrap_or(&state.models).clone()
            } else {
                let queued = state.queue.pop_front();
                let otherwise = state.otherwise.clone();
                state.seen.requests += 1;
                state.requests.push(request.clone());
                drop(state);
                queued.unwrap_or_else(|| otherwise(request))
            }
        };
        self.changed.send_replace(());
        reply
    }
}

/// The server. It stops when it is dropped.
pub struct ModelServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl ModelServer {
    /// Starts one on a free port of 127.0.0.1. Until told otherwise, it replies
    /// `Hello from the scripted model.` and offers one model, `scripted`, of 8192 tokens.
    ///
    /// # Panics
    /// If there is no port to listen on.
    pub fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Starts one at an address that was free a moment ago, such as that of [`closed_port`].
    ///
    /// # Panics
    /// If the address is taken.
    pub fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                seen: Seen::default(),
                requests: Vec::new(),
                queue: VecDeque::new(),
                otherwise: Arc::new(|_| Reply::text("Hello from the scripted model.")),
                models: Reply::models(&[("scripted", Some(8192))]),
                pages: HashMap::new(),
                gets: Vec::new(),
            }),
            changed: watch::Sender::new(()),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(connection::accept(listener, shared.clone()));
        Self { shared, address, runtime: Some(runtime) }
    }

    /// Its address, such as `127.0.0.1:41234`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL to give an endpoint, such as `http://127.0.0.1:41234/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Answers one request with `reply`, after those queued before.
    pub fn queue(&self, reply: Reply) {
        self.shared.state().queue.push_back(reply);
    }

    /// Answers every request that finds the queue empty with `reply`.
    pub fn always(&self, reply: Reply) {
        self.answer_with(move |_| reply.clone());
    }

    /// Answers every request that finds the queue empty with what `answer` makes of it.
    pub fn answer_with(&self, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) {
        self.shared.state().otherwise = Arc::new(answer);
    }

    /// Answers `GET` requests for one path, its query included, with `reply`.
    pub fn set_page(&self, path: &str, reply: Reply) {
        self.shared.state().pages.insert(path.into(), reply);
    }

    /// The paths of all `GET` requests, in order.
    pub fn gets(&self) -> Vec<String> {
        self.shared.state().gets.clone()
    }

    /// Answers requests for the list of models, every other `GET`, with `reply`.
    pub fn set_models(&self, reply: Reply) {
        self.shared.state().models = reply;
    }

    /// What it has seen so far.
    pub fn seen(&self) -> Seen {
        self.shared.state().seen
    }

    /// The requests for a reply, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }

    /// The newest request for a reply.
    ///
    /// # Panics
    /// If there was none.
    pub fn last_request(&self) -> Request {
        self.shared.state().requests.last().cloned().expect("a request")
    }

    /// Waits until `reached` holds for what it has seen.
    ///
    /// # Panics
    /// With `what` and what it has seen, after 20 seconds.
    pub async fn wait_until(&self, what: &str, reached: impl Fn(Seen) -> bool) {
        let mut changes = self.shared.changed.subscribe();
        let wait = async { while !reached(self.seen()) && changes.changed().await.is_ok() {} };
        let reached = tokio::time::timeout(DEADLINE, wait).await.is_ok();
        assert!(reached, "waited in vain for {what}: {:?}", self.seen());
    }

    /// The same for a test that is not asynchronous.
    ///
    /// # Panics
    /// With `what` and what it has seen, after 20 seconds; inside an asynchronous test.
    pub fn wait_until_blocking(&self, what: &str, reached: impl Fn(Seen) -> bool) {
        self.runtime.as_ref().unwrap().block_on(self.wait_until(what, reached));
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An address of this machine where nobody listens.
///
/// # Panics
/// If there is no free port.
pub fn closed_port() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).expect("a free port")
}
