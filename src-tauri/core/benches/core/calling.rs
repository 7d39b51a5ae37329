//! Calling models: how fast streams are read, that time follows the length of a line, and how soon
//! a stopped call's connection is closed.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use skein_core::endpoint::sse::Parser;
use skein_core::endpoint::{self, Call, CallEvent, CallMessage, ReplyReader, Timeouts};
use skein_core::wire::{EndpointOptions, JsonObject, Protocol, Role};
use tokio::sync::mpsc;

use crate::table::{Table, median, ms};

/// Bytes that come from the network in one piece.
const PIECE: usize = 16 * 1024;
/// Events of a stream; their words stay within the 4 MiB of a message.
const EVENTS: usize = 100_000;
const STOPS: usize = 20;

const PROTOCOLS: [(Protocol, &str, &str); 4] = [
    (
        Protocol::OpenaiChat,
        "openai-chat",
        r#"{"id":"chatcmpl-1234567890","object":"chat.completion.chunk","created":1795355180,"model":"gpt-4.1","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}"#,
    ),
    (
        Protocol::OpenaiResponses,
        "openai-responses",
        r#"{"type":"response.output_text.delta","item_id":"msg_1234567890","output_index":0,"content_index":0,"delta":" word"}"#,
    ),
    (
        Protocol::AnthropicMessages,
        "anthropic-messages",
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" word"}}"#,
    ),
    (
        Protocol::Freddy,
        "freddy",
        r#"{"event":"response.content_delta","thread_id":"thread_1234567890","delta":" word"}"#,
    ),
];

pub fn measure(table: &mut Table) {
    let stream = format!("data: {}\n\n", PROTOCOLS[0].2).repeat(EVENTS);
    let took = median(5, || parse(stream.as_bytes()));
    table.figure("event stream parsed", rate(stream.len(), took), "MB/s", "300 MB/s");
    for (protocol, name, event) in PROTOCOLS {
        let stream = format!("data: {event}\n\n").repeat(EVENTS);
        let call = call(protocol, 1);
        let took = median(5, || read(&call, stream.as_bytes()));
        table.figure(&format!("stream read to words, {name}"), rate(stream.len(), took), "MB/s", "-");
    }
    for megabytes in [1, 2, 4, 8] {
        // Spaces do not count as text, so that only the length of the line does.
        let answer = format!("{{\"choices\":[{{\"message\":{{\"content\":\"a\"{}}}}}]}}", " ".repeat(megabytes << 20));
        let call = call(Protocol::OpenaiChat, 1);
        let took = median(5, || read(&call, answer.as_bytes()));
        table.figure(&format!("answer in one line of {megabytes} MB"), took, "ms", "linear");
    }
    for megabytes in [1, 2, 4, 8] {
        // The last event of this protocol repeats the whole reply in one line.
        let event = format!("data: {{\"type\":\"response.completed\"{}}}\n\n", " ".repeat(megabytes << 20));
        let call = call(Protocol::OpenaiResponses, 1);
        let took = median(5, || read(&call, event.as_bytes()));
        table.figure(&format!("event in one line of {megabytes} MB"), took, "ms", "linear");
    }
    table.figure("stop to closed connection", stop(), "ms", "100 ms");
}

fn rate(bytes: usize, took: f64) -> f64 {
    bytes as f64 / 1000.0 / took
}

fn parse(stream: &[u8]) {
    let (mut parser, mut count) = (Parser::default(), 0);
    for piece in stream.chunks(PIECE) {
        let mut items = Vec::new();
        parser.push(piece, &mut items).unwrap();
        count += items.len();
    }
    assert_eq!(count, EVENTS);
}

fn read(call: &Call, body: &[u8]) {
    let mut reader = ReplyReader::new(call).unwrap();
    for piece in body.chunks(PIECE) {
        let mut told = Vec::new();
        reader.push(piece, &mut told).unwrap();
    }
    // It ends without a reason, which is as good here.
    let _ = reader.end(true, &mut Vec::new());
}

fn call(protocol: Protocol, port: u16) -> Call {
    Call {
        protocol,
        base_url: format!("http://127.0.0.1:{port}/v1").parse().ok(),
        allow_http: false,
        key: None,
        model: "bench".into(),
        messages: vec![CallMessage { role: Role::User, text: "Go on.".into() }],
        parameters: JsonObject::new(),
        options: EndpointOptions::default(),
        timeouts: Timeouts::default(),
    }
}

/// The longest of some stops, from dropping the call in mid-stream to the end of its connection.
fn stop() -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (closed, heard) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut buffer = [0; 4096];
            let first = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
            let event = format!("{first}data: {}\n\n", PROTOCOLS[0].2);
            if stream.read(&mut buffer).is_ok() && stream.write_all(event.as_bytes()).is_ok() {
                while stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
                closed.send(Instant::now()).ok();
            }
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let stops = (0..STOPS).map(|_| {
        runtime.block_on(async {
            let (out, mut events) = mpsc::channel(8);
            let running = tokio::spawn(async move { endpoint::call(&call(Protocol::OpenaiChat, port), out).await });
            while events.recv().await.is_some_and(|event| !matches!(event, CallEvent::Text(_))) {}
            let stopped = Instant::now();
            running.abort();
            let closed = heard.recv_timeout(Duration::from_mins(1)).unwrap();
            ms(closed.duration_since(stopped))
        })
    });
    stops.fold(0.0, f64::max)
}
