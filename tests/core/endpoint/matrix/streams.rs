//! What goes wrong in the middle of a reply, or at its end.

use std::collections::BTreeSet;
use std::fmt::Write;

use skein_core::endpoint::Timeouts;
use skein_core::thread::limits;
use skein_core::wire::FinishReason;
use skein_support::model_server::{ModelServer, Reply};

use super::super::{PATIENT, call_for, tell};
use super::{PROTOCOLS, Protocol, SAID, SOON, broken, dialect, in_every_way, runtime};

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
fn a_cut_after_every_byte() {
    let runtime = runtime();
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        let (words, whole) = (dialect.said(), dialect.said() + &dialect.end);
        let server = ModelServer::start();
        let mut call = call_for(&server);
        call.protocol = protocol;
        let mut texts = BTreeSet::new();
        for at in 0..whole.len() {
            server.queue(Reply::body(&whole.as_bytes()[..at]));
            let told = runtime.block_on(tell(&call));
            assert!(SAID.starts_with(&told.text), "{protocol:?} cut at {at}: {:?}", told.text);
            if at < words.len() {
                assert!(["cut_off", "empty"].contains(&told.kind()), "{protocol:?} cut at {at}: {:?}", told.error);
                assert_eq!(told.finish, [], "{protocol:?} cut at {at}");
            } else {
                assert_eq!(told.text, SAID, "{protocol:?} cut at {at}");
                assert_eq!(told.kind() == "none", told.finish == [FinishReason::Stop], "{protocol:?} cut at {at}");
            }
            texts.insert(told.text);
        }
        assert_eq!(
            texts.len(),
            SAID.split(' ').count() + 1,
            "{protocol:?}: each word was kept as soon as it was whole"
        );
    }
}

#[test]
fn one_byte_at_a_time() {
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        let server = ModelServer::start();
        server.queue(Reply::body(dialect.said() + &dialect.end).dripped());
        let mut call = call_for(&server);
        call.protocol = protocol;
        let told = runtime().block_on(tell(&call));
        assert_eq!((told.text.as_str(), told.finish.len(), &told.error), (SAID, 1, &None), "{protocol:?}");
    }
}

/// What comes after the text, again and again: the call ends, and the connection with it.
fn on_and_on(protocol: Protocol, piece: &str, kind: &str, text: impl Fn(&str) -> bool) {
    let server = ModelServer::start();
    server.queue(Reply::body(dialect(protocol).said()).then_for_ever(piece));
    let mut call = call_for(&server);
    call.protocol = protocol;
    let told = runtime().block_on(tell(&call));
    assert_eq!((told.kind(), told.finish.len()), (kind, 0), "{protocol:?}: {:?}", told.error);
    assert!(text(&told.text), "{protocol:?}: {} bytes of text", told.text.len());
    server.wait_until_blocking("the connection is closed", |seen| seen.hung_up == 1);
}

#[test]
fn a_stream_without_end() {
    for protocol in PROTOCOLS {
        let words = (dialect(protocol).word)(&"again and again ".repeat(256));
        on_and_on(protocol, &words, "reply_too_long", |text| {
            text.starts_with(SAID) && text.len() == limits::MESSAGE_BYTES
        });
    }
}

#[test]
fn a_stream_that_says_nothing_without_end() {
    for protocol in PROTOCOLS {
        let comment = format!(": {}\n\n", "still waiting ".repeat(4_096));
        on_and_on(protocol, &comment, "not_understood", |text| text == SAID);
    }
}

#[test]
fn a_line_without_end() {
    for protocol in PROTOCOLS {
        let body = dialect(protocol).said() + "data: \"" + &"a".repeat(1_100_000);
        // Where a line can hold a whole reply, this one is only cut.
        let holds_a_reply = matches!(protocol, Protocol::OpenaiResponses | Protocol::Freddy);
        let kind = if holds_a_reply { "cut_off" } else { "not_understood" };
        in_every_way(protocol, &body, false, |told| broken(protocol, "long line", told, &[kind]));
        on_and_on(protocol, &"a".repeat(65_536), "not_understood", |text| text == SAID);
    }
}

#[test]
fn an_end_without_done() {
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        let body = dialect.said() + &dialect.end.replace("data: [DONE]\n\n", "");
        in_every_way(protocol, &body, false, |told| {
            assert_eq!((told.text.as_str(), told.finish.len(), &told.error), (SAID, 1, &None), "{protocol:?}");
        });
    }
}

/// The reply is whole, and its end does not come: comments keep the connection from being silent.
#[test]
fn signs_of_life_after_the_reply_do_not_keep_it_from_ending() {
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        let server = ModelServer::start();
        server.queue(Reply::body(dialect.said() + &dialect.full).then_every(SOON / 8, ": still here\n\n"));
        let mut call = call_for(&server);
        call.protocol = protocol;
        call.timeouts = Timeouts { idle: SOON, ..PATIENT };
        let told = runtime().block_on(async { tokio::time::timeout(PATIENT.idle, tell(&call)).await });
        let told = told.expect("the call came to its end");
        assert_eq!((told.text.as_str(), told.finish.as_slice()), (SAID, &[FinishReason::Length][..]), "{protocol:?}");
        assert_eq!(told.error, None, "{protocol:?}");
    }
}

#[test]
fn two_reasons_to_end() {
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        let body = dialect.said() + &dialect.full + &dialect.end;
        in_every_way(protocol, &body, false, |told| {
            assert_eq!(
                (told.text.as_str(), told.finish.as_slice()),
                (SAID, &[FinishReason::Length][..]),
                "{protocol:?}"
            );
            assert_eq!(told.error, None, "{protocol:?}");
        });
    }
}

#[test]
fn usage_before_after_or_never() {
    for protocol in PROTOCOLS {
        let dialect = dialect(protocol);
        let [before, after] = &dialect.usage;
        for (body, tokens) in [
            (before.clone() + &dialect.said() + &dialect.end, protocol == Protocol::OpenaiChat),
            (dialect.said() + after, true),
            (dialect.said() + &dialect.end, false),
        ] {
            in_every_way(protocol, &body, false, |told| {
                assert_eq!((told.text.as_str(), told.finish.len(), &told.error), (SAID, 1, &None), "{protocol:?}");
                let input = told.usage.map(|usage| usage.input_tokens);
                assert_eq!(input, tokens.then_some(31), "{protocol:?}: {body}");
            });
        }
    }
}
