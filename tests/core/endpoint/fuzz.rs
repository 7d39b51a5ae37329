//! Any bytes at all: the event-stream parser, the readers of every protocol and the reader of
//! errors take them without a panic, within their bounds. `SKEIN_FUZZ` says how many inputs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use skein_core::endpoint::sse::{EVENT_BYTES, Item, Parser};
use skein_core::endpoint::{Call, CallEvent, ReplyReader, read_refusal};
use skein_core::wire::Protocol;

use super::call_to;

/// Inputs of a run that nobody asked to be longer.
const INPUTS: u32 = 3_000;

fn runner() -> TestRunner {
    let cases = std::env::var("SKEIN_FUZZ").ok().and_then(|cases| cases.parse().ok()).unwrap_or(INPUTS);
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

/// Pieces of what servers send, whole and broken, among any bytes.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    const KNOWN: [&str; 34] = [
        "data:",
        "data: ",
        "event: ",
        "error: ",
        ": ",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\u{feff}",
        "[DONE]",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "null",
        "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\u00",
        "\u{2028}",
        "{\"type\":\"response.output_text.delta\",\"delta\":\"a\"}",
        "{\"type\":\"response.completed\",\"response\":",
        "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"a\"}}",
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}",
        "{\"error\":{\"message\":\"prompt is too long: 9 + 99999999999999999999 > 7\",\"code\":",
        "{\"detail\":[{\"loc\":[\"body\",\"",
        "<html><title>",
        "</title>",
        "message_start",
        "1e999",
        "18446744073709551615 + 18446744073709551615 > 1",
        "temperature",
    ];
    prop_oneof![
        3 => proptest::sample::select(&KNOWN[..]).prop_map(|known| known.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..12),
    ]
}

fn input() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(piece(), 0..24)
}

fn call() -> Call {
    let mut call = call_to("http://127.0.0.1:9/v1");
    call.parameters.insert("temperature".into(), 1.into());
    call.key = Some("sk-canary-key".into());
    call
}

#[test]
fn the_event_stream_parser_takes_anything_and_splits_change_nothing() {
    runner()
        .run(&input(), |pieces| {
            let (mut parser, mut items) = (Parser::default(), Vec::new());
            for piece in &pieces {
                prop_assert!(parser.push(piece, &mut items).is_ok());
            }
            prop_assert!(parser.finish(&mut items).is_ok());
            let (mut whole, mut at_once) = (Parser::default(), Vec::new());
            prop_assert!(whole.push(&pieces.concat(), &mut at_once).is_ok() && whole.finish(&mut at_once).is_ok());
            prop_assert_eq!(&items, &at_once);
            let fits = |item: &Item| {
                matches!(item, Item::Comment) || matches!(item, Item::Event { data, .. } if data.len() <= EVENT_BYTES)
            };
            prop_assert!(items.iter().all(fits));
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_protocol_reads_anything() {
    let mut call = call();
    for protocol in [Protocol::OpenaiChat, Protocol::OpenaiResponses, Protocol::AnthropicMessages, Protocol::Freddy] {
        call.protocol = protocol;
        let call = &call;
        runner()
            .run(&(input(), any::<bool>()), |(pieces, closed)| {
                let mut reader = ReplyReader::new(call).unwrap();
                let mut told = Vec::new();
                let mut taken = Ok(());
                for piece in &pieces {
                    taken = taken.and_then(|()| reader.push(piece, &mut told));
                }
                let ended = reader.end(closed, &mut told);
                let finishes = told.iter().filter(|event| matches!(event, CallEvent::Finish(_))).count();
                prop_assert!(finishes <= 1);
                if let (Err(error), _) | (_, Err(error)) = (taken, ended) {
                    prop_assert!(!error.to_string().contains("sk-canary-key"));
                }
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn the_reader_of_errors_takes_anything_and_tells_no_key() {
    let call = call();
    runner()
        .run(&(input(), 400_u16..600), |(mut pieces, status)| {
            pieces.push(b" sk-canary-key".to_vec());
            let error = read_refusal(status, &pieces.concat(), &call);
            let words = format!("{error} {} {error:?}", error.details());
            prop_assert!(!words.contains("sk-canary-key"), "{}", words);
            prop_assert!(words.len() < 4_000);
            Ok(())
        })
        .unwrap();
}
