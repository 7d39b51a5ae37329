//! Each protocol times each fault of mid-stream, the bytes split at random: no call hangs, no text
//! that had arrived is lost, and none ends as if the reply were whole.

use std::fmt::Write;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use skein_core::endpoint::Timeouts;
use skein_core::wire::Protocol;
use skein_support::model_server::{ModelServer, Reply};

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
    error: String,
}

fn event(name: &str, data: &serde_json::Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

fn dialect(protocol: Protocol) -> Dialect {
    match protocol {
        Protocol::OpenaiResponses => Dialect {
            start: event("response.created", &json!({"type": "response.created", "response": {"model": "scripted"}})),
            word: |word| event("x", &json!({"type": "response.output_text.delta", "delta": word})),
            end: event("x", &json!({"type": "response.completed", "response": {"status": "completed", "output": []}})),
            error: event("error", &json!({"type": "error", "code": "server_error", "message": "on fire"})),
        },
        Protocol::AnthropicMessages => Dialect {
            start: event("message_start", &json!({"type": "message_start", "message": {"model": "scripted"}})),
            word: |word| {
                let delta = json!({"type": "text_delta", "text": word});
                event("content_block_delta", &json!({"type": "content_block_delta", "index": 0, "delta": delta}))
            },
            end: event("message_delta", &json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}))
                + &event("message_stop", &json!({"type": "message_stop"})),
            error: event("error", &json!({"type": "error", "error": {"type": "api_error", "message": "on fire"}})),
        },
        Protocol::Freddy => Dialect {
            start: format!("data: {}\n\n", json!({"event": "response.created", "status": "in_progress"})),
            word: |word| format!("data: {}\n\n", json!({"event": "response.content_delta", "delta": word})),
            end: format!("data: {}\n\ndata: [DONE]\n\n", json!({"event": "response.completed", "status": "completed"})),
            error: format!("data: {}\n\n", json!({"event": "response.error", "error": {"message": "on fire"}})),
        },
        _ => Dialect {
            start: format!("data: {}\n\n", json!({"choices": [{"delta": {"role": "assistant", "content": null}}]})),
            word: |word| format!("data: {}\n\n", json!({"choices": [{"delta": {"content": word}}]})),
            end: format!("data: {}\n\ndata: [DONE]\n\n", json!({"choices": [{"delta": {}, "finish_reason": "stop"}]})),
            error: format!("data: {}\n\n", json!({"error": {"message": "on fire", "code": 500}})),
        },
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

/// Calls a server that answers with `body`, split in twenty ways.
fn in_every_way(protocol: Protocol, body: &str, silent: bool, check: impl Fn(&Told)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
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

#[test]
fn a_whole_reply_is_whole() {
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        in_every_way(protocol, &(dialect.said() + &dialect.end), false, |told| {
            assert_eq!((told.text.as_str(), told.finish.len(), &told.error), (SAID, 1, &None), "{protocol:?}");
        });
    }
}

#[test]
fn a_cut() {
    for protocol in PROTOCOLS {
        let mut body = dialect(protocol).said();
        in_every_way(protocol, &body, false, |told| broken(protocol, "cut", told, &["cut_off"]));
        body += "data: {\"ty";
        in_every_way(protocol, &body, false, |told| broken(protocol, "cut in an event", told, &["cut_off"]));
    }
}

#[test]
fn an_end_without_a_reason() {
    for protocol in PROTOCOLS {
        let body = dialect(protocol).said() + "data: [DONE]\n\n";
        in_every_way(protocol, &body, false, |told| broken(protocol, "no reason", told, &["none"]));
    }
}

#[test]
fn silence() {
    for protocol in PROTOCOLS {
        let body = dialect(protocol).said();
        in_every_way(protocol, &body, true, |told| broken(protocol, "silence", told, &["idle_timeout"]));
    }
}

#[test]
fn an_error() {
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        let named = "event: error\ndata: {\"message\": \"on fire\"}\n\n";
        for error in [dialect.error.as_str(), named] {
            let body = dialect.said() + error + &dialect.end;
            in_every_way(protocol, &body, false, |told| {
                broken(protocol, "error", told, &["status"]);
                assert!(told.words().contains("on fire"), "{protocol:?}: {}", told.words());
            });
        }
    }
}

#[test]
fn an_event_that_is_none() {
    for protocol in PROTOCOLS {
        for odd in ["{\"type\": ", "no JSON", "7", "\u{0}"] {
            let body = dialect(protocol).said() + &format!("data: {odd}\n\n") + &dialect(protocol).end;
            in_every_way(protocol, &body, false, |told| broken(protocol, odd, told, &["not_understood"]));
        }
    }
}

#[test]
fn a_line_without_end() {
    for protocol in PROTOCOLS {
        // Where a line can hold a whole reply, it can be longer.
        let holds_a_reply = matches!(protocol, Protocol::OpenaiResponses | Protocol::Freddy);
        let body =
            dialect(protocol).said() + "data: \"" + &"a".repeat(if holds_a_reply { 17 << 20 } else { 1_100_000 });
        in_every_way(protocol, &body, false, |told| broken(protocol, "long line", told, &["not_understood"]));
    }
}

#[test]
fn frames_that_come_twice_or_say_nothing() {
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        let mut body = String::from(": waiting\n\n:\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n");
        write!(body, "{}{}{}{}", dialect.start, dialect.said(), dialect.end, dialect.end).unwrap();
        in_every_way(protocol, &body, false, |told| {
            assert_eq!((told.text.as_str(), told.finish.len(), &told.error), (SAID, 1, &None), "{protocol:?}");
        });
    }
}

#[test]
fn nothing_at_all() {
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        for (body, kinds) in [
            (String::new(), ["empty"]),
            (dialect.start.clone() + &dialect.end, ["empty"]),
            ("data: [DONE]\n\n".into(), ["empty"]),
            (dialect.start.clone(), ["cut_off"]),
        ] {
            in_every_way(protocol, &body, false, |told| {
                assert_eq!(told.text, "", "{protocol:?}");
                assert!(kinds.contains(&told.kind()), "{protocol:?} {body:?}: {:?}", told.error);
            });
        }
    }
}

#[test]
fn every_status_and_body_of_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for protocol in PROTOCOLS {
        for status in [400_u16, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 529] {
            for body in [
                "",
                "upstream sighs",
                "<html><title>upstream sighs</title></html>",
                r#"{"error":{"message":"upstream sighs","code":null}}"#,
                r#"{"error":"upstream sighs","code":7}"#,
                r#"{"detail":[{"msg":"upstream sighs","loc":["body"]}]}"#,
                r#"{"type":"error","error":{"type":"api_error","message":"upstream sighs"}}"#,
                "event: error\ndata: {\"error\": {\"message\": \"upstream sighs\"}}\n\ndata: [DONE]\n\n",
                "{\"error\": {\"mess",
            ] {
                let server = ModelServer::start();
                server.queue(Reply::status(status, "text/html", body));
                let mut call = call_for(&server);
                call.protocol = protocol;
                let told = runtime.block_on(tell(&call));
                let at = format!("{protocol:?} {status} {body}");
                assert!(told.text.is_empty() && told.accepted.is_empty() && told.finish.is_empty(), "{at}");
                assert_eq!(told.error.as_ref().expect(&at).details()["status"], json!(status), "{at}");
                let is_told = told.words().contains("upstream sighs");
                assert_eq!(is_told, body.contains("sighs"), "{at}: {}", told.words());
                assert!(told.words().contains("Nothing is lost."), "{at}: {}", told.words());
            }
        }
    }
}
