//! Replies that real servers gave, replayed from a socket: at every split of their bytes, one
//! byte at a time, and cut after every byte.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use skein_core::endpoint::list_models;
use skein_core::wire::{EndpointOptions, FinishReason, Protocol};
use skein_support::model_server::{ModelServer, Reply};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::Url;

use super::{PATIENT, Told, call_for, tell};

/// Connections at a time.
const AT_ONCE: usize = 64;

/// What a recording says: its text, how it ended, tokens in and out, or the kind of its error.
struct Expected {
    name: &'static str,
    text: &'static str,
    finish: Option<FinishReason>,
    tokens: Option<(u64, u64)>,
    kind: &'static str,
}

impl Expected {
    /// The protocol stands in the recording's name.
    fn protocol(&self) -> Protocol {
        match self.name.split_once('/').and_then(|(_, name)| name.split('_').next()) {
            Some("messages") => Protocol::AnthropicMessages,
            Some("responses") => Protocol::OpenaiResponses,
            _ => Protocol::OpenaiChat,
        }
    }
}

const fn reply(name: &'static str, text: &'static str, finish: FinishReason, tokens: Option<(u64, u64)>) -> Expected {
    Expected { name, text, finish: Some(finish), tokens, kind: "none" }
}

const fn refusal(name: &'static str, kind: &'static str) -> Expected {
    Expected { name, text: "", finish: None, tokens: None, kind }
}

const EXPECTED: &[Expected] = &[
    reply("aimock/chat_content_filter.http", "I", FinishReason::ContentFilter, Some((2, 1))),
    refusal("aimock/chat_e401.http", "missing_key"),
    refusal("aimock/chat_e404.http", "model_not_found"),
    refusal("aimock/chat_e429.http", "rate_limited"),
    refusal("aimock/chat_e500.http", "status"),
    refusal("aimock/chat_econtext.http", "context_too_long"),
    reply("aimock/chat_length.http", "Stopped by the token li", FinishReason::Length, Some((2, 6))),
    reply("aimock/chat_ok.http", "Hello from aimock.", FinishReason::Stop, Some((1, 5))),
    reply("aimock/chat_reasoning.http", "The answer is 42.", FinishReason::Stop, Some((2, 5))),
    reply("aimock/chat_stream.http", "Hello from aimock.", FinishReason::Stop, Some((1, 5))),
    reply("aimock/chat_usage.http", "Counted.", FinishReason::Stop, Some((12, 3))),
    refusal("litellm/chat_e429.http", "rate_limited"),
    refusal("litellm/chat_nokey.http", "missing_key"),
    reply(
        "litellm/chat_stream.http",
        "Hello from litellm. Za\u{017c}\u{00f3}\u{0142}\u{0107} g\u{0119}\u{015b}l\u{0105} ja\u{017a}\u{0144} \u{2014} \u{4f60}\u{597d} \u{1f980} done.",
        FinishReason::Stop,
        None,
    ),
    refusal("litellm/chat_timeout.http", "status"),
    reply(
        "litellm/chat_usage.http",
        "Hello from litellm. Za\u{017c}\u{00f3}\u{0142}\u{0107} g\u{0119}\u{015b}l\u{0105} ja\u{017a}\u{0144} \u{2014} \u{4f60}\u{597d} \u{1f980} done.",
        FinishReason::Stop,
        Some((8, 25)),
    ),
    refusal("llama-server/chat_nokey.http", "missing_key"),
    reply("llama-server/chat_stop_string.http", "Yi%% r", FinishReason::Stop, None),
    reply("llama-server/chat_stream.http", "Yi%% rea quicaH whR read, bT hell", FinishReason::Length, None),
    reply(
        "llama-server/chat_stream_usage.http",
        "Yi%% rea quicaH whR read, bT hell",
        FinishReason::Length,
        Some((26, 16)),
    ),
    refusal("aimock/messages_e401.http", "missing_key"),
    refusal("aimock/messages_e429.http", "rate_limited"),
    refusal("aimock/messages_e529.http", "status"),
    refusal("aimock/messages_econtext.http", "context_too_long"),
    reply("aimock/messages_length.http", "Stopped by the token li", FinishReason::Length, Some((0, 0))),
    reply("aimock/messages_reasoning.http", "The answer is 42.", FinishReason::Stop, Some((0, 0))),
    reply("aimock/messages_stream.http", "Hello from aimock.", FinishReason::Stop, Some((0, 0))),
    reply(
        "litellm/messages_claude_stream.http",
        "Hello from a mocked Anthropic model.",
        FinishReason::Stop,
        Some((2095, 503)),
    ),
    reply("llama-server/messages_stream.http", "Yi%% rea quicaH", FinishReason::Length, Some((26, 8))),
    refusal("aimock/responses_e429.http", "rate_limited"),
    reply("aimock/responses_length.http", "Stopped by the token li", FinishReason::Length, Some((0, 0))),
    reply("aimock/responses_reasoning.http", "The answer is 42.", FinishReason::Stop, Some((0, 0))),
    reply("aimock/responses_stream.http", "Hello from aimock.", FinishReason::Stop, Some((0, 0))),
    refusal("litellm/responses_stream.http", "status"),
    reply("llama-server/responses_stream.http", "Yi%% rea quicaH", FinishReason::Stop, Some((26, 8))),
];

fn read(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/recordings").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn check(told: &Told, expected: &Expected, how: &str) {
    let name = expected.name;
    assert_eq!(told.kind(), expected.kind, "{name} {how}: {:?}", told.error);
    assert_eq!(told.text, expected.text, "{name} {how}");
    assert_eq!(told.finish.first().copied(), expected.finish, "{name} {how}");
    assert_eq!(told.usage.map(|u| (u.input_tokens, u.output_tokens)), expected.tokens, "{name} {how}");
}

/// Calls a server that plays a recording as `play` says once for each number, many at a time.
async fn replay(
    expected: &'static Expected,
    numbers: std::ops::Range<usize>,
    play: fn(Reply, usize) -> Reply,
    check: fn(&Told, &Expected, usize),
) {
    let server = Arc::new(ModelServer::start());
    let recording = read(expected.name);
    server.answer_with(move |request| {
        let number = request.json()["number"].as_u64().expect("a number");
        play(Reply::recording(recording.clone()), number as usize)
    });
    let (slots, mut calls) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for number in numbers {
        let slot = slots.clone().acquire_owned().await.unwrap();
        let server = server.clone();
        calls.spawn(async move {
            let mut call = call_for(&server);
            call.protocol = expected.protocol();
            call.parameters.insert("number".into(), json!(number));
            check(&tell(&call).await, expected, number);
            drop(slot);
        });
        while let Some(ended) = calls.try_join_next() {
            ended.unwrap();
        }
    }
    while let Some(ended) = calls.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn every_recording_is_here_and_read_as_it_was_meant() {
    for expected in EXPECTED {
        replay(expected, 0..1, |reply, _| reply, |told, expected, _| check(told, expected, "whole")).await;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/recordings");
    let servers = std::fs::read_dir(root).unwrap().filter_map(Result::ok).filter(|entry| entry.path().is_dir());
    let count = servers.flat_map(|server| std::fs::read_dir(server.path()).unwrap()).count();
    assert_eq!(count, EXPECTED.len() + 3, "each recording of a reply is listed above, and three lists of models below");
}

#[tokio::test]
async fn one_byte_at_a_time() {
    for expected in EXPECTED {
        replay(expected, 0..1, |reply, _| reply.dripped(), |told, expected, _| check(told, expected, "dripped")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn split_after_every_byte() {
    for expected in EXPECTED {
        let split = |told: &Told, expected: &Expected, at| check(told, expected, &format!("split at {at}"));
        replay(expected, 1..read(expected.name).len(), Reply::split_at, split).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_after_every_byte() {
    for expected in EXPECTED {
        replay(expected, 0..read(expected.name).len(), Reply::cut_at, check_cut).await;
    }
}

/// A reply that is cut keeps what had come; it is whole only if the model had said so.
fn check_cut(told: &Told, expected: &Expected, at: usize) {
    let name = expected.name;
    assert!(expected.text.starts_with(&told.text), "{name} cut at {at}: {:?}", told.text);
    match told.kind() {
        "none" => {
            assert_eq!(expected.kind, "none", "{name} cut at {at}");
            assert_eq!(
                (told.text.as_str(), told.finish.first().copied()),
                (expected.text, expected.finish),
                "{name} cut at {at}"
            );
        }
        "reset" => assert!(told.accepted.is_empty(), "{name} cut at {at}"),
        "cut_off" | "empty" => assert_eq!((told.accepted.len(), expected.kind), (1, "none"), "{name} cut at {at}"),
        // Half the body of an error: its status still says what it is.
        "status" | "rate_limited" | "missing_key" => assert_ne!(expected.kind, "none", "{name} cut at {at}"),
        kind => assert_eq!(kind, expected.kind, "{name} cut at {at}"),
    }
}

#[tokio::test]
async fn lists_of_models_are_read() {
    for (name, first, window, count) in [
        ("aimock/models.http", "gpt-4", None, 5),
        ("litellm/models.http", "ok", Some(128_000), 10),
        ("llama-server/models.http", "tiny", Some(256), 1),
    ] {
        let server = ModelServer::start();
        let recording = read(name);
        for at in 1..recording.len() {
            server.set_models(Reply::recording(recording.clone()).split_at(at));
            let base_url = Url::parse(&server.base_url()).unwrap();
            let models =
                list_models(Protocol::OpenaiChat, Some(&base_url), None, false, &EndpointOptions::default(), PATIENT)
                    .await
                    .unwrap();
            assert_eq!((models.len(), &models[0]), (count, &(first.to_owned(), window)), "{name} split at {at}");
        }
    }
}
