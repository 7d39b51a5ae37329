//! Sending and streaming: from the call to the last byte of the request, and 20,000 tokens to the store.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use rusqlite::Connection;
use skein_core::response::{Sink, SinkEvent};
use skein_core::wire::{Input, NewEndpoint, Protocol, ResponseRequest, ResponseStatus, Role, TextPart, ThreadChoice};
use skein_core::{RespondOptions, Skein};

use crate::fill::{Filled, handle, thread_of};
use crate::table::{Table, median, ms};

const TOKENS: usize = 20_000;
const SENDS: usize = 50;
/// Messages before the first send; each send adds two, and the long reply two more.
const LONG: u64 = 10_000 - 2 * (SENDS as u64 + 1);

struct Quiet;

impl Sink for Quiet {
    fn emit(&self, _: SinkEvent) {}
}

pub fn measure(table: &mut Table) {
    let filled = thread_of(LONG);
    let skein = handle(&filled);
    let (port, arrived) = serve();
    let base_url = format!("http://127.0.0.1:{port}/v1");
    let new = NewEndpoint {
        name: "bench".into(),
        protocol: Protocol::OpenaiChat,
        base_url: base_url.clone(),
        model: Some("bench".into()),
        context_window: Some(8_192),
        allow_http: false,
        ..NewEndpoint::default()
    };
    let endpoint = skein.add_endpoint(new).unwrap();
    skein.set_default_endpoint(&endpoint.id).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut sends = Vec::new();
        for _ in 0..SENDS {
            let start = Instant::now();
            ask(&skein, "short").await;
            sends.push(ms(arrived.recv().unwrap().duration_since(start)));
        }
        sends.sort_by(f64::total_cmp);
        table.ratio(
            "send to last byte of the request, thread of up to 10,000, window of 8k",
            sends[SENDS / 2],
            "ms",
            ("one bare commit", commit(&filled)),
            "10 ms + one commit",
        );

        let start = Instant::now();
        ask(&skein, "long").await;
        let saved = ms(start.elapsed());
        let start = Instant::now();
        let read = Command::new("curl")
            .args(["-sN", "-d", "{\"text\":\"long\"}", &format!("{base_url}/chat/completions")])
            .stdout(Stdio::null())
            .status();
        if read.is_ok_and(|status| status.success()) {
            table.ratio("20,000 tokens streamed and saved", saved, "ms", ("curl -N", ms(start.elapsed())), "3");
        } else {
            table.figure("20,000 tokens streamed and saved", saved, "ms", "3 times curl -N, which is not here");
        }
    });
}

/// Milliseconds of a commit of next to nothing, with the store's durability.
fn commit(filled: &Filled) -> f64 {
    let conn = Connection::open(filled.dir.path().join("skein.db")).unwrap();
    conn.execute_batch("PRAGMA synchronous = FULL; CREATE TABLE bare (n INTEGER)").unwrap();
    median(SENDS, || conn.execute_batch("BEGIN IMMEDIATE; INSERT INTO bare VALUES (1); COMMIT").unwrap())
}

async fn ask(skein: &Skein, text: &str) {
    let request = ResponseRequest {
        inputs: vec![Input { role: Role::User, texts: vec![TextPart { text: text.into() }], content: None }],
        thread: Some(ThreadChoice::Id("long".into())),
        ..ResponseRequest::default()
    };
    let done = skein.respond(request, RespondOptions::default(), Arc::new(Quiet)).await.unwrap().done().await;
    assert_eq!(done.status, ResponseStatus::Completed, "{:?}", done.error);
}

/// A server without delay; it tells when the last byte of each request was there.
fn serve() -> (u16, Receiver<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answer(stream, &sender);
        }
    });
    (port, receiver)
}

fn answer(mut stream: TcpStream, arrived: &Sender<Instant>) {
    let Some(body) = read_request(&mut stream) else { return };
    arrived.send(Instant::now()).ok();
    let tokens =
        if body.ends_with("long\"}]}") || body.contains("\"content\":\"long\"") || body.contains("\"text\":\"long\"") {
            TOKENS
        } else {
            5
        };
    let mut events = String::from("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n");
    for n in 0..tokens {
        let word = n % 10;
        write!(events, "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"word{word} \"}}}}]}}\n\n")
            .unwrap();
    }
    events.push_str("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    stream.write_all(events.as_bytes()).ok();
}

/// The body of a request, once all of it is there.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0_u8; 65_536]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(end) = text.find("\r\n\r\n") {
            let head = text[..end].to_ascii_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Some(text[end + 4..].to_owned());
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}
