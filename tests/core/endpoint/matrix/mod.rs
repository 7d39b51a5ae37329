//! Each protocol times each fault, the bytes of streams split at random: no call hangs, no text
//! that had arrived is lost, and none ends as if the reply were whole. Faults of the reply stand in
//! `streams.rs`, those on the way to it in `answers.rs`; the same cut after every byte and for real
//! servers in `recordings.rs`.

mod answers;
mod streams;

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use skein_core::endpoint::Timeouts;
use skein_core::wire::Protocol;
use skein_support::model_server::{ModelServer, Reply};
use tokio::runtime::Runtime;

use super::{PATIENT, Told, call_for, tell};

const PROTOCOLS: [Protocol; 4] =
    [Protocol::OpenaiChat, Protocol::OpenaiResponses, Protocol::AnthropicMessages, Protocol::Freddy];
const SPLITS: u32 = 20;
const SOON: Duration = Duration::from_millis(200);
/// What every reply says before its fault.
const SAID: &str = "Zażółć 你好 🦀 gęślą";

/// What a server sends in a protocol.
struct Dialect {
    start: String,
    word: fn(&str) -> String,
    end: String,
    /// The end of a reply that met a limit of length, with which nothing is over yet.
    full: String,
    error: String,
    /// 31 tokens of input, told before the text, and at the end; empty where there is no such thing. Where those
    /// before the text are not all, they count only with those at the end.
    usage: [String; 2],
}

fn event(name: &str, data: &serde_json::Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

fn data(data: &serde_json::Value) -> String {
    format!("data: {data}\n\n")
}

fn dialect(protocol: Protocol) -> Dialect {
    match protocol {
        Protocol::OpenaiResponses => responses(),
        Protocol::AnthropicMessages => anthropic(),
        Protocol::Freddy => freddy(),
        _ => chat(),
    }
}

fn responses() -> Dialect {
    let end = |usage: serde_json::Value| {
        let response = json!({"status": "completed", "output": [], "usage": usage});
        event("x", &json!({"type": "response.completed", "response": response}))
    };
    let why = json!({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}});
    Dialect {
        start: event("response.created", &json!({"type": "response.created", "response": {"model": "scripted"}})),
        word: |word| event("x", &json!({"type": "response.output_text.delta", "delta": word})),
        end: end(json!(null)),
        full: event("x", &json!({"type": "response.incomplete", "response": why})),
        error: event("error", &json!({"type": "error", "code": "server_error", "message": "on fire"})),
        usage: [String::new(), end(json!({"input_tokens": 31, "output_tokens": 4}))],
    }
}

fn anthropic() -> Dialect {
    let end = |reason: &str, usage: serde_json::Value| {
        event("x", &json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}))
    };
    let stop = event("message_stop", &json!({"type": "message_stop"}));
    let usage = json!({"input_tokens": 31, "output_tokens": 1});
    Dialect {
        start: event("message_start", &json!({"type": "message_start", "message": {"model": "scripted"}})),
        word: |word| {
            let delta = json!({"type": "text_delta", "text": word});
            event("content_block_delta", &json!({"type": "content_block_delta", "index": 0, "delta": delta}))
        },
        end: end("end_turn", json!(null)) + &stop,
        full: end("max_tokens", json!(null)),
        error: event("error", &json!({"type": "error", "error": {"type": "api_error", "message": "on fire"}})),
        usage: [
            event("message_start", &json!({"type": "message_start", "message": {"usage": usage}})),
            end("end_turn", usage) + &stop,
        ],
    }
}

fn freddy() -> Dialect {
    let end = |usage: serde_json::Value| {
        let end = json!({"event": "response.completed", "status": "completed", "usage": usage});
        data(&end) + "data: [DONE]\n\n"
    };
    let why = json!({"event": "response.incomplete", "incomplete_details": {"reason": "max_output_tokens"}});
    Dialect {
        start: data(&json!({"event": "response.created", "status": "in_progress"})),
        word: |word| data(&json!({"event": "response.content_delta", "delta": word})),
        end: end(json!(null)),
        full: data(&why),
        error: data(&json!({"event": "response.error", "error": {"message": "on fire"}})),
        usage: [String::new(), end(json!({"input_tokens": 31, "output_tokens": 4}))],
    }
}

fn chat() -> Dialect {
    let end = |reason: &str| data(&json!({"choices": [{"delta": {}, "finish_reason": reason}]}));
    let usage = data(&json!({"choices": [], "usage": {"prompt_tokens": 31, "completion_tokens": 4}}));
    Dialect {
        start: data(&json!({"choices": [{"delta": {"role": "assistant", "content": null}}]})),
        word: |word| data(&json!({"choices": [{"delta": {"content": word}}]})),
        end: end("stop") + "data: [DONE]\n\n",
        full: end("length"),
        error: data(&json!({"error": {"message": "on fire", "code": 500}})),
        usage: [usage.clone(), end("stop") + &usage + "data: [DONE]\n\n"],
    }
}

impl Dialect {
    fn said(&self) -> String {
        SAID.split_inclusive(' ').fold(self.start.clone(), |mut said, word| {
            said += &(self.word)(word);
            said
        })
    }
}

/// A body after the head of an event stream, cut into pieces of random lengths.
fn pieces(body: &str, cuts: &[usize]) -> Reply {
    let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n".to_vec();
    bytes.extend(body.as_bytes());
    let at: Vec<usize> = cuts.iter().map(|cut| cut % bytes.len()).collect();
    Reply::recording(bytes).split_at_each(&at)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Calls a server that answers with `body`, split in twenty ways.
fn in_every_way(protocol: Protocol, body: &str, silent: bool, check: impl Fn(&Told)) {
    let runtime = runtime();
    let mut runner = TestRunner::new(Config { cases: SPLITS, failure_persistence: None, ..Config::default() });
    let cuts = proptest::collection::vec(any::<usize>(), 0..6);
    runner
        .run(&cuts, |cuts| {
            let server = ModelServer::start();
            let reply = pieces(body, &cuts);
            server.queue(if silent { reply.then_silence() } else { reply });
            let mut call = call_for(&server);
            call.protocol = protocol;
            if silent {
                call.timeouts = Timeouts { idle: SOON, ..PATIENT };
            }
            let told = runtime.block_on(async { tokio::time::timeout(PATIENT.idle, tell(&call)).await });
            check(&told.expect("the call came to its end"));
            Ok(())
        })
        .unwrap();
}

/// The text is kept, and nothing says that the reply was whole.
fn broken(protocol: Protocol, fault: &str, told: &Told, kinds: &[&str]) {
    let at = format!("{protocol:?}, {fault}");
    assert_eq!(told.text, SAID, "{at}");
    assert!(kinds.contains(&told.kind()), "{at}: {:?}", told.error);
    assert_eq!(told.finish, [], "{at}");
    if let Some(error) = &told.error {
        assert!(error.to_string().contains("kept"), "{at}: {error}");
    }
}
