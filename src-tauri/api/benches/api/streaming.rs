//! Streaming through the API: the first byte, and a reply while others read.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use skein_core::Skein;
use skein_core::wire::{EndpointOptions, JsonObject, NewEndpoint, Protocol};
use tokio::runtime::Runtime;

use crate::client::Client;
use crate::fill::{handle, thread_of};
use crate::table::{Table, ms};

const TOKENS: usize = 20_000;
const ASKED: usize = 100;
const READERS: u32 = 4;
const READS_A_SECOND: u32 = 500;
/// What is read while a reply is streamed, of a thread as long as threads get.
const READ: [&str; 2] = ["/v1/threads/long/messages?limit=100", "/v1/threads/long"];

pub fn measure(table: &mut Table, runtime: &Runtime) {
    let filled = thread_of(10_000);
    let skein = handle(&filled);
    let sent = add_model(&skein);
    let server = crate::serve(runtime, &skein);
    let mut client = Client::connect(server.address());
    let mut firsts: Vec<f64> = (0..ASKED)
        .map(|n| {
            let (first, _) = ask(&mut client, &streamed(&format!("short{n}"), "short"));
            ms(first.duration_since(sent.recv().unwrap()))
        })
        .collect();
    firsts.sort_by(f64::total_cmp);
    table.figure("first streamed byte after the endpoint's, p99", firsts[ASKED * 99 / 100], "ms", "5 ms");

    let long = |client: &mut Client, n: usize| {
        let start = Instant::now();
        let (_, end) = ask(client, &streamed(&format!("reply{n}"), "long"));
        ms(end.duration_since(start))
    };
    let alone = middle((0..5).map(|n| long(&mut client, n)));
    let stop = AtomicBool::new(false);
    let (beside, mut reads, rate) = thread::scope(|scope| {
        let start = Instant::now();
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(|| keep_reading(server.address(), &stop))).collect();
        let beside = middle((5..10).map(|n| long(&mut client, n)));
        stop.store(true, Ordering::SeqCst);
        let reads: Vec<f64> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
        let rate = reads.len() as f64 / start.elapsed().as_secs_f64();
        (beside, reads, rate)
    });
    reads.sort_by(f64::total_cmp);
    table.ratio("20,000 tokens streamed beside 500 reads a second", beside, "ms", ("alone", alone), "1.1");
    table.figure("reads by 4 readers meanwhile, of a thread of 10,000 messages", rate, "a second", "500");
    table.figure("those reads (it, or 100 of its messages), p99", reads[reads.len() * 99 / 100], "ms", "");
}

/// Reads at this reader's part of the rate until it is time to stop; how long each read took, in milliseconds.
fn keep_reading(address: SocketAddr, stop: &AtomicBool) -> Vec<f64> {
    let mut reader = Client::connect(address);
    let (start, mut took) = (Instant::now(), Vec::new());
    while !stop.load(Ordering::SeqCst) {
        let asked = Instant::now();
        reader.get(READ[took.len() % READ.len()]);
        took.push(ms(asked.elapsed()));
        let due = start + Duration::from_secs(1) * took.len() as u32 / (READS_A_SECOND / READERS);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    took
}

/// Adds a model without delay, which becomes the default; hears when it sent the first byte of a short answer.
pub fn add_model(skein: &Skein) -> Receiver<Instant> {
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
    sent
}

/// A request for a streamed response in a thread.
pub fn streamed(thread: &str, text: &str) -> String {
    format!(
        "{{\"thread\": \"{thread}\", \"stream\": true, \"inputs\": [{{\"role\": \"user\", \"content\": \"{text}\"}}]}}"
    )
}

fn middle(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<_> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Asks for a streamed response; when its first text came, and when it was over.
pub fn ask(client: &mut Client, body: &str) -> (Instant, Instant) {
    client.start("POST", "/v1/model/response", body);
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
