//! A server on a store of its own, and a client that says exactly what a test wants to say: plain
//! bytes over a socket, answers taken apart by hand.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use serde_json::Value;
use skein_api::{ServeOptions, Server};
use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::response::Sink;
use skein_core::wire::{Door, NewEndpoint, Protocol};
use skein_core::{OpenOptions, Skein};
use skein_support::model_server::ModelServer;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub const TOKEN: &str = "skein_token_of_the_tests";
/// The clock of a [`Desk`] that stands.
pub const NOW: i64 = 1_795_000_000_000;
/// How long anything may take. Nothing waits this long when all is well.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// A store with a server on it.
pub struct Desk {
    pub skein: Skein,
    pub address: SocketAddr,
    pub runtime: Runtime,
    server: Option<Server>,
    pub dir: TempDir,
}

/// What a request was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("JSON, not {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The code of the error; empty if it is none.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// The events of a stream: name and data.
    pub fn events(&self) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        for block in self.body.split("\n\n").filter(|block| !block.is_empty()) {
            let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            let data = line("data: ");
            let value = if data == "[DONE]" { Value::from(data) } else { serde_json::from_str(data).unwrap() };
            events.push((line("event: ").to_owned(), value));
        }
        events
    }
}

impl Desk {
    pub fn new() -> Self {
        Self::open(Clock::System, None)
    }

    pub fn open(clock: Clock, watch: Option<Arc<dyn Sink>>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut options = OpenOptions::new(dir.path(), Door::Window);
        options.keychain = Keychain::own();
        options.clock = clock;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let skein = Skein::open(options).unwrap();
        let serve = ServeOptions { port: 0, token: SecretString::from(TOKEN), watch };
        let server = runtime.block_on(skein_api::start(skein.clone(), serve)).unwrap();
        Self { skein, address: server.address(), runtime, server: Some(server), dir }
    }

    /// Adds a scripted model, which becomes the default.
    pub fn add_model(&self, name: &str, server: &ModelServer) {
        let new = NewEndpoint {
            name: name.into(),
            protocol: Protocol::OpenaiChat,
            base_url: server.base_url(),
            model: Some("scripted".into()),
            context_window: None,
            allow_http: false,
            ..NewEndpoint::default()
        };
        let endpoint = self.skein.add_endpoint(new).unwrap();
        self.skein.set_default_endpoint(&endpoint.id).unwrap();
    }

    /// Stops the server as the program does when it ends.
    pub fn stop(&mut self) {
        let server = self.server.take().unwrap();
        let skein = self.skein.clone();
        self.runtime.block_on(async { tokio::join!(server.stop(), skein.shutdown()) });
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    /// A call as a well-behaved program makes it.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.call_with(method, path, &[], body)
    }

    /// The same with more headers.
    pub fn call_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let text = body.map(Value::to_string).unwrap_or_default();
        self.say(&self.request(method, path, headers, &text))
    }

    pub fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, None);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.call("POST", path, Some(body));
        assert!(answer.status < 300, "{answer:?}");
        answer.json()
    }

    /// Asks for a response in a thread.
    pub fn ask(&self, thread: &str, text: &str) -> Value {
        self.post("/v1/model/response", &ask(thread, text))
    }

    /// Every call that the server describes: method, and path with `t` for each id in it.
    pub fn every_call(&self) -> Vec<(String, String)> {
        let description = self.get("/v1/openapi.json");
        let paths = description["paths"].as_object().unwrap();
        let calls = paths.iter().flat_map(|(path, calls)| {
            let path = path.replace("{id}", "t");
            assert!(!path.contains('{'), "{path}");
            calls.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        });
        calls.collect()
    }

    /// The bytes of a request with the token and the right host.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut lines = vec![
            format!("{method} {path} HTTP/1.1"),
            format!("Host: {}", self.address),
            "Connection: close".into(),
            format!("Authorization: Bearer {TOKEN}"),
        ];
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if !body.is_empty() {
            lines.push(format!("Content-Length: {}", body.len()));
        }
        lines.join("\r\n") + "\r\n\r\n" + body
    }

    /// Sends bytes, and takes the answer apart.
    pub fn say(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        read(&bytes)
    }
}

/// A request for a response in a thread.
pub fn ask(thread: &str, text: &str) -> Value {
    serde_json::json!({"thread": thread, "inputs": [{"role": "user", "texts": [{"text": text}]}]})
}

/// Takes one answer apart, whose connection was closed behind it.
pub fn read(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("an answer, not {text:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned())).collect();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunk(body.as_bytes()) } else { body.to_owned() };
    Answer { status, headers, body }
}

fn unchunk(mut rest: &[u8]) -> String {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
        if size == 0 {
            break;
        }
    }
    String::from_utf8(body).unwrap()
}

/// Waits until something holds.
pub fn wait_until(what: &str, reached: impl Fn() -> bool) {
    let start = Instant::now();
    while !reached() {
        assert!(start.elapsed() < DEADLINE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
