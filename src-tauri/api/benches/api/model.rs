//! The far side: a model server on loopback, whose replies are short, without end for a moment, or as fast as models speak.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use skein_core::Skein;
use skein_core::wire::{EndpointOptions, JsonObject, NewEndpoint, Protocol};

/// Tokens of the reply to "flat out": all at once.
pub const FLAT_OUT: u32 = 200_000;
/// Tokens of the reply to "paced": one each millisecond.
pub const PACED: u32 = 2_000;
const SHORT: u32 = 5;

/// Adds a model, which becomes the default; hears when it sent the first byte of a short answer, and when it sent
/// each token of a paced one.
pub fn add_model(skein: &Skein) -> Receiver<Instant> {
    let (port, sent) = listen();
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

fn listen() -> (u16, Receiver<Instant>) {
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
    let Some(asked) = request(&mut stream) else { return };
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let is = |text: &str| asked.contains(&format!("\"content\":\"{text}\""));
    if is("paced") {
        stream.set_nodelay(true).unwrap();
        stream.write_all(head.as_bytes()).ok();
        let start = Instant::now();
        for n in 0..PACED {
            thread::sleep((start + Duration::from_millis(1) * n).saturating_duration_since(Instant::now()));
            sent.send(Instant::now()).ok();
            stream.write_all(tokens(n..n + 1).as_bytes()).ok();
        }
        stream.write_all(end.as_bytes()).ok();
        return;
    }
    let flat_out = is("flat out");
    let reply = format!("{head}{}{end}", tokens(0..if flat_out { FLAT_OUT } else { SHORT }));
    if !flat_out {
        sent.send(Instant::now()).ok();
    }
    stream.write_all(reply.as_bytes()).ok();
}

/// The request that came, once its body is whole.
fn request(stream: &mut TcpStream) -> Option<String> {
    let (mut seen, mut buffer) = (Vec::new(), vec![0_u8; 65_536]);
    while !seen.ends_with(b"}") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(read) => seen.extend_from_slice(&buffer[..read]),
        }
    }
    Some(String::from_utf8_lossy(&seen).into_owned())
}

fn tokens(numbers: std::ops::Range<u32>) -> String {
    let mut events = String::new();
    for n in numbers {
        write!(events, "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"word{} \"}}}}]}}\n\n", n % 10)
            .unwrap();
    }
    events
}
