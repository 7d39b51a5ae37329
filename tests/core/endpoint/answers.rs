//! Replies as different servers send them, and what is made of them.

use serde_json::{Value, json};
use skein_core::wire::{FinishReason, Usage};
use skein_support::model_server::{Gate, ModelServer, Reply, chat_chunk};

use super::{call_for, tell, tell_of, tell_of_events};

fn content(text: &str) -> String {
    chat_chunk(&json!({"content": text}), None)
}

fn finish(reason: &str) -> String {
    chat_chunk(&json!({}), Some(reason))
}

fn usage(input: u64, output: u64) -> String {
    json!({"choices": [], "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output}})
        .to_string()
}

const fn tokens(input: u64, output: u64) -> Usage {
    Usage { input_tokens: input, output_tokens: output, total_tokens: input + output }
}

/// A chunk with this, as JSON source, for a content.
fn raw_content(content: &str) -> String {
    format!(r#"{{"choices":[{{"index":0,"delta":{{"content":{content}}}}}]}}"#)
}

#[tokio::test]
async fn a_plain_stream_is_told_from_acceptance_to_usage() {
    let told = tell_of(Reply::text("Hello from here.").header("X-Request-Id", "req-7")).await;
    assert_eq!(told.error, None);
    assert_eq!(told.accepted, [Some("req-7".into())]);
    assert_eq!(told.text, "Hello from here.");
    assert_eq!(told.models, ["scripted"]);
    assert_eq!(told.usage, Some(tokens(10, 3)));
    assert_eq!(told.finish, [FinishReason::Stop]);
}

#[tokio::test]
async fn text_arrives_while_the_model_still_writes() {
    let (server, gate) = (ModelServer::start(), Gate::new());
    server.queue(Reply::gated("one two", &gate));
    let call = call_for(&server);
    let (out, mut events) = tokio::sync::mpsc::channel(8);
    let running = tokio::spawn(async move { skein_core::endpoint::call(&call, out).await });
    for word in ["one ", "two"] {
        gate.open(1);
        let said = loop {
            if let skein_core::endpoint::CallEvent::Text(text) = events.recv().await.expect("the call goes on") {
                break text;
            }
        };
        assert_eq!(said, word);
    }
    gate.open_for_good();
    while events.recv().await.is_some() {}
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test]
async fn a_stream_without_done_ends_with_its_finish_reason() {
    let told = tell_of_events(&[&content("whole"), &finish("stop")]).await;
    assert_eq!((told.text.as_str(), told.error), ("whole", None));
}

#[tokio::test]
async fn a_stream_with_done_needs_no_finish_reason() {
    let told = tell_of_events(&[&content("whole"), "[DONE]"]).await;
    assert_eq!((told.text.as_str(), told.finish.len(), told.error), ("whole", 0, None));
}

#[tokio::test]
async fn what_breaks_after_the_reply_is_whole_breaks_nothing() {
    let mut body = format!("data: {}\n\ndata: {}\n\n", content("whole"), finish("stop"));
    body += "data: {\"choi";
    let told = tell_of(Reply::body(body)).await;
    assert_eq!((told.text.as_str(), told.error), ("whole", None));
}

#[tokio::test]
async fn finish_reasons_go_by_many_names() {
    use FinishReason::{ContentFilter, Length, Stop};
    for (said, meant) in [
        ("stop", Stop),
        ("eos", Stop),
        ("end_turn", Stop),
        ("length", Length),
        ("max_tokens", Length),
        ("model_length", Length),
        ("content_filter", ContentFilter),
    ] {
        let told = tell_of_events(&[&content("text"), &finish(said), "[DONE]"]).await;
        assert_eq!((told.finish, told.error), (vec![meant], None), "{said}");
    }
}

#[tokio::test]
async fn the_first_of_two_finish_reasons_counts() {
    let told = tell_of_events(&[&content("a"), &finish("length"), &content("b"), &finish("stop"), "[DONE]"]).await;
    assert_eq!((told.text.as_str(), told.finish, told.error), ("ab", vec![FinishReason::Length], None));
}

#[tokio::test]
async fn an_empty_finish_reason_is_none() {
    let told = tell_of_events(&[&chat_chunk(&json!({"content": "a"}), Some("")), &finish("stop"), "[DONE]"]).await;
    assert_eq!((told.finish, told.error), (vec![FinishReason::Stop], None));
}

#[tokio::test]
async fn usage_may_stand_before_after_inside_or_nowhere() {
    let (text, end) = (content("text"), finish("stop"));
    let before = tell_of_events(&[&usage(4, 2), &text, &end, "[DONE]"]).await;
    let after = tell_of_events(&[&text, &end, &usage(4, 2), "[DONE]"]).await;
    let twice = tell_of_events(&[&usage(4, 0), &text, &end, &usage(4, 2), "[DONE]"]).await;
    let inside = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":4,"completion_tokens":2}}]}"#;
    let inside = tell_of_events(&[&text, inside, "[DONE]"]).await;
    for told in [before, after, twice, inside] {
        assert_eq!((told.usage, told.error), (Some(tokens(4, 2)), None));
    }
    let half = r#"{"choices":[],"usage":{"prompt_tokens":4}}"#;
    let half = tell_of_events(&[&text, &end, half, "[DONE]"]).await;
    assert_eq!((half.usage, half.error), (None, None), "what came out was not counted, which is not 0");
    let never = tell_of_events(&[&text, r#"{"choices":[],"usage":null}"#, &end, "[DONE]"]).await;
    assert_eq!((never.usage, never.error), (None, None));
}

#[tokio::test]
async fn a_surrogate_pair_split_over_two_strings_is_one_character() {
    let told =
        tell_of_events(&[&raw_content(r#""a \ud83d""#), &raw_content(r#""\ude00 b""#), &finish("stop"), "[DONE]"])
            .await;
    assert_eq!(told.text, "a \u{1f600} b");
}

#[tokio::test]
async fn half_a_surrogate_pair_becomes_a_replacement_character() {
    for (pieces, text) in [
        (vec![r#""a\ud83d""#, r#""b""#], "a\u{fffd}b"),
        (vec![r#""a\ude00b""#], "a\u{fffd}b"),
        (vec![r#""\ud83d\ud83d\ude00""#], "\u{fffd}\u{1f600}"),
        (vec![r#""\ud83d\n""#], "\u{fffd}\n"),
        (vec![r#""end\ud83d""#], "end\u{fffd}"),
    ] {
        let mut events: Vec<String> = pieces.into_iter().map(raw_content).collect();
        events.push(finish("stop"));
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        let told = tell_of_events(&events).await;
        assert_eq!((told.text.as_str(), told.error), (text, None));
    }
}

#[tokio::test]
async fn every_escape_and_every_separator_is_read() {
    let source = r#""q\" s\\ \/ \b\f\n\r\t \u00e9 ""#;
    let told = tell_of_events(&[&raw_content(source), &content("l\u{2028}p\u{2029}n\u{85}e"), &finish("stop")]).await;
    assert_eq!(told.text, "q\" s\\ / \u{8}\u{c}\n\r\t \u{e9} l\u{2028}p\u{2029}n\u{85}e");
}

#[tokio::test]
async fn reasoning_is_kept_apart_and_told_once() {
    let told = tell_of_events(&[
        &chat_chunk(&json!({"reasoning_content": "I think. "}), None),
        &chat_chunk(&json!({"reasoning": "Therefore"}), None),
        &chat_chunk(&json!({"reasoning": " I am.", "reasoning_content": " I am."}), None),
        &content("Yes."),
        &finish("stop"),
    ])
    .await;
    assert_eq!((told.reasoning.as_str(), told.text.as_str()), ("I think. Therefore I am.", "Yes."));
}

#[tokio::test]
async fn content_may_be_null_or_a_list_of_parts() {
    let parts = json!([
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "Part one, "},
        {"type": "text", "text": "part two."},
        {"type": "image_url", "image_url": {"url": "https://example.invalid/x.png"}},
    ]);
    let told = tell_of_events(&[
        &chat_chunk(&json!({"role": "assistant", "content": null}), None),
        &chat_chunk(&json!({"content": parts}), None),
        &finish("stop"),
    ])
    .await;
    assert_eq!((told.reasoning.as_str(), told.text.as_str()), ("Hm.", "Part one, part two."));
}

#[tokio::test]
async fn other_choices_are_left_aside() {
    let second = r#"{"choices":[{"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"content":"yes"}}]}"#;
    assert_eq!(tell_of_events(&[second, &finish("stop")]).await.text, "yes");
}

#[tokio::test]
async fn unknown_events_comments_and_fields_change_nothing() {
    let body = format!(
        "\u{feff}: hello\nid: 1\nevent: ping\n\nevent: weather\ndata: {{\"sunny\": true}}\n\ndata: {}\r\n\r\ndata:{}\r\rdata: [DONE]",
        content("text"),
        finish("stop"),
    );
    let told = tell_of(Reply::body(body)).await;
    assert_eq!((told.text.as_str(), told.error), ("text", None));
}

fn whole_answer() -> Value {
    json!({
        "model": "plain",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "All at once."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 4, "completion_tokens": 3, "total_tokens": 7},
    })
}

#[tokio::test]
async fn an_endpoint_that_does_not_stream_works_too() {
    // Whatever content type it gives, and with white space first.
    let json = whole_answer().to_string();
    for content_type in ["application/json", "text/event-stream", "text/plain"] {
        let told = tell_of(Reply::status(200, content_type, format!("\n\n  {json}\n"))).await;
        assert_eq!((told.text.as_str(), told.error.clone()), ("All at once.", None), "{content_type}");
        assert_eq!(
            (told.usage, told.models, told.finish),
            (Some(tokens(4, 3)), vec!["plain".into()], vec![FinishReason::Stop])
        );
    }
}

#[tokio::test]
async fn a_whole_answer_may_come_one_byte_at_a_time() {
    let told = tell_of(Reply::json(200, &whole_answer()).dripped()).await;
    assert_eq!((told.text.as_str(), told.error), ("All at once.", None));
}

#[tokio::test]
async fn one_connection_serves_the_next_call() {
    let server = ModelServer::start();
    assert_eq!(tell(&call_for(&server)).await.error, None);
    assert_eq!(tell(&call_for(&server)).await.error, None);
    assert_eq!((server.seen().requests, server.seen().connections), (2, 1));
}
