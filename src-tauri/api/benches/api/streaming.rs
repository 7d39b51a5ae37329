//! Streaming through the API: the first byte, and a reply while others read.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use skein_core::wire::{EndpointOptions, JsonObject, NewEndpoint, Protocol};
use tokio::runtime::Runtime;

use crate::client::Client;
use crate::fill::{handle, thread_of};
use crate::table::{Table, ms};

const TOKENS: usize = 20_000;
const ASKED: usize = 100;
const READS_A_SECOND: u32 = 500;

pub fn measure(table: &mut Table, runtime: &Runtime) {
    let filled = thread_of(1_000);
    let skein = handle(&filled);
    let (port, sent) = model();
    let new = NewEndpoint {
        name: "bench".into(),
        protocol: Protocol::OpenaiChat,
        base_url: format!("http://127.0.0.1:{port}/v1"),
        model: Some("bench".into()),
        context_window: Some(8_192),
        allow_http: false,
        options: EndpointOptions::default(),
        parameters: JsonObject::new(),
    };
    let endpoint = skein.add_endpoint(new).unwrap();
    skein.set_default_endpoint(&endpoint.id).unwrap();
    let server = crate::serve(runtime, &skein);
    let mut client = Client::connect(server.address());
    let mut firsts: Vec<f64> = (0..ASKED)
        .map(|n| {
            let (first, _) = ask(&mut client, &format!("short{n}"), "short");
            ms(first.duration_since(sent.recv().unwrap()))
        })
        .collect();
    firsts.sort_by(f64::total_cmp);
    table.figure("first streamed byte after the endpoint's, p99", firsts[ASKED * 99 / 100], "ms", "5 ms");

    let long = |client: &mut Client, n: usize| {
        let start = Instant::now();
        let (_, end) = ask(client, &format!("long{n}"), "long");
        ms(end.duration_since(start))
    };
    let alone = middle((0..5).map(|n| long(&mut client, n)));
    let stop = AtomicBool::new(false);
    let beside = thread::scope(|scope| {
        scope.spawn(|| {
            let mut reader = Client::connect(server.address());
            let (start, mut reads) = (Instant::now(), 0);
            while !stop.load(Ordering::SeqCst) {
                reader.get("/v1/threads/long/messages?limit=20");
                reads += 1;
                let due = start + Duration::from_secs(1) * reads / READS_A_SECOND;
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        });
        let beside = middle((5..10).map(|n| long(&mut client, n)));
        stop.store(true, Ordering::SeqCst);
        beside
    });
    table.ratio("20,000 tokens streamed beside 500 reads a second", beside, "ms", ("alone", alone), "1.1");
}

fn middle(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<_> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Asks for a streamed response; when its first text came, and when it was over.
fn ask(client: &mut Client, thread: &str, text: &str) -> (Instant, Instant) {
    let body = format!(
        "{{\"thread\": \"{thread}\", \"stream\": true, \"inputs\": [{{\"role\": \"user\", \"content\": \"{text}\"}}]}}"
    );
    client.start("POST", "/v1/model/response", &body);
    let mut first = None;
    loop {
        let line = client.line();
        if first.is_none() && line.starts_with("event: response.output_text.delta") {
            first = Some(Instant::now());
        }
        // The end of the stream, then of its chunks.
        if line.starts_with("data: [DONE]") {
            let end = Instant::now();
            while client.line() != "0\r\n" {}
            client.line();
            return (first.unwrap_or(end), end);
        }
    }
}

/// A model without delay; it tells when it sent the first byte of a short answer.
fn model() -> (u16, Receiver<Instant>) {
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

fn answer(mut stream: TcpStream, sent: &Sender<Instant>) {
    let (mut seen, mut buffer) = (Vec::new(), vec![0_u8; 65_536]);
    while !seen.ends_with(b"}") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => seen.extend_from_slice(&buffer[..read]),
        }
    }
    let long = String::from_utf8_lossy(&seen).contains("\"content\":\"long\"");
    let mut events = String::from("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n");
    for n in 0..if long { TOKENS } else { 5 } {
        write!(events, "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"word{} \"}}}}]}}\n\n", n % 10)
            .unwrap();
    }
    events.push_str("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    if !long {
        sent.send(Instant::now()).ok();
    }
    stream.write_all(events.as_bytes()).ok();
}
