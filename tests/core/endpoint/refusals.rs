//! What a status and its body mean, in any shape a server gives them.

use std::time::Duration;

use serde_json::{Value, json};
use skein_core::endpoint::Retry;
use skein_support::model_server::{ModelServer, Reply};

use super::{Told, call_for, tell, tell_of};

fn retry(told: &Told) -> Retry {
    told.error.as_ref().expect("an error").retry()
}

fn details(told: &Told) -> Value {
    told.error.as_ref().expect("an error").details()
}

#[tokio::test]
async fn every_status_has_its_code_and_only_four_are_tried_again() {
    let again = Retry::After(None);
    for (status, code, kind, expected) in [
        (400, "endpoint_rejected", "status", Retry::No),
        (401, "endpoint_missing_key", "missing_key", Retry::No),
        (402, "endpoint_rate_limited", "quota_spent", Retry::No),
        (403, "endpoint_rejected", "status", Retry::No),
        (404, "endpoint_rejected", "status", Retry::No),
        (408, "endpoint_timeout", "status", Retry::No),
        (413, "endpoint_rejected", "status", Retry::No),
        (422, "endpoint_rejected", "status", Retry::No),
        (429, "endpoint_rate_limited", "rate_limited", again),
        (500, "endpoint_rejected", "status", Retry::No),
        (502, "endpoint_rejected", "status", again),
        (503, "endpoint_rejected", "status", again),
        (504, "endpoint_timeout", "status", again),
        (529, "endpoint_rejected", "status", Retry::No),
    ] {
        for body in ["", "upstream sighs", r#"{"error":{"message":"upstream sighs"}}"#] {
            let told = tell_of(Reply::status(status, "application/json", body)).await;
            assert_eq!((told.code(), told.kind(), retry(&told)), (code, kind, expected), "{status} {body}");
            assert_eq!(details(&told)["status"], json!(status));
            assert_eq!(told.words().contains("upstream sighs"), !body.is_empty(), "{}", told.words());
            let said = if body.is_empty() { Value::Null } else { json!("upstream sighs") };
            assert_eq!(details(&told)["said"], said, "its own words, for whoever shows them in another language");
            assert!(told.accepted.is_empty());
        }
    }
}

#[tokio::test]
async fn a_key_that_is_wrong_is_told_from_one_that_is_missing() {
    let server = ModelServer::start();
    server.always(Reply::error(401, "invalid_api_key", "Incorrect API key provided: sk-wrong-key."));
    let mut call = call_for(&server);
    let told = tell(&call).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_missing_key", "missing_key"));
    call.key = Some("sk-wrong-key".into());
    let told = tell(&call).await;
    assert_eq!(
        (told.code(), told.kind(), &details(&told)["status"]),
        ("endpoint_rejected", "key_refused", &json!(401))
    );
    assert!(told.words().contains("refused the key"), "{}", told.words());
}

#[tokio::test]
async fn the_servers_words_are_found_in_any_shape() {
    for body in [
        json!({"error": {"message": "it rained"}}),
        json!({"error": "it rained"}),
        json!({"error": {"error": {"message": "it rained"}}}),
        json!({"message": "it rained", "code": 7}),
        json!({"detail": "it rained"}),
        json!({"detail": [{"loc": ["body", "messages"], "msg": "it rained", "input": "SECRET PROMPT"}]}),
        json!({"detail": {"error": {"message": "it rained"}}}),
        json!({"errors": ["it rained"]}),
        json!([{"error": {"message": "it rained"}}]),
        json!("it rained"),
    ] {
        let words = tell_of(Reply::json(400, &body)).await.words();
        assert!(words.contains("It says: \u{201c}it rained\u{201d}."), "{body}: {words}");
        assert!(!words.contains("SECRET"), "{words}");
    }
    let page = "<html><head><title>502 Bad\nGateway</title></head><body><h1>SECRET</h1></body></html>";
    let words = tell_of(Reply::status(502, "text/html", page)).await.words();
    assert!(words.contains("\u{201c}502 Bad Gateway\u{201d}") && !words.contains("SECRET"), "{words}");
    for nothing in ["", "<p>SECRET", "{\"error\": {\"mess", "{}", "null", "\u{0}\u{1}"] {
        let words = tell_of(Reply::status(500, "text/plain", nothing)).await.words();
        assert!(!words.contains("It says") && !words.contains("SECRET"), "{nothing}: {words}");
    }
}

#[tokio::test]
async fn the_servers_words_are_one_short_clean_line() {
    let body = format!("first\r\n\tsecond\u{1b}[31m \u{202e}third {}", "long ".repeat(1000));
    let words = tell_of(Reply::json(500, &json!({"error": body}))).await.words();
    assert!(words.contains("first second [31m third long"), "{words}");
    assert!(words.chars().count() < 400 && !words.contains(char::is_control) && !words.contains('\u{202e}'), "{words}");
}

#[tokio::test]
async fn an_error_body_without_end_is_cut() {
    let server = ModelServer::start();
    server.queue(Reply::endless().with_status(500));
    let told = tell(&call_for(&server)).await;
    assert_eq!(told.kind(), "status");
    server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
}

#[tokio::test]
async fn retry_after_is_read_in_seconds_or_as_a_date_and_capped() {
    let date = "Sun, 22 Nov 2026 13:46:28 GMT";
    for (after, expected) in [
        ("7", Some(7)),
        ("0", Some(0)),
        ("1000000000", Some(60)),
        ("99999999999999999999999999", Some(60)),
        ("Sun, 22 Nov 2026 13:46:40 GMT", Some(12)),
        ("Sun, 22 Nov 2026 13:40:00 GMT", Some(0)),
        ("Mon, 23 Nov 2026 13:46:28 GMT", Some(60)),
        ("soon", None),
        ("-5", None),
        ("", None),
    ] {
        for status in [429, 503] {
            let reply = Reply::error(status, "busy", "busy").header("Date", date).header("Retry-After", after);
            let told = tell_of(reply).await;
            assert_eq!(retry(&told), Retry::After(expected.map(Duration::from_secs)), "{after}");
            let shown = details(&told).get("retryAfter").cloned();
            assert_eq!(shown, expected.map(|seconds| json!(seconds)), "{after}");
        }
    }
}

#[tokio::test]
async fn an_account_that_is_used_up_is_not_tried_again() {
    let told = tell_of(Reply::error(429, "insufficient_quota", "You exceeded your current quota")).await;
    assert_eq!((told.code(), told.kind(), retry(&told)), ("endpoint_rate_limited", "quota_spent", Retry::No));
}

#[tokio::test]
async fn a_model_that_is_not_there() {
    for reply in [
        Reply::error(404, "model_not_found", "The model `scripted` does not exist or you do not have access to it."),
        Reply::error(400, "model_not_found", "no"),
        Reply::json(404, &json!({"error": {"message": "model \"scripted\" not found, try pulling it first"}})),
        Reply::json(400, &json!({"error": {"message": "Invalid model name passed in model=scripted"}})),
    ] {
        let told = tell_of(reply).await;
        assert_eq!((told.code(), &details(&told)["model"]), ("model_not_found", &json!("scripted")));
    }
    let told = tell_of(Reply::status(404, "text/plain", "404 page not found")).await;
    assert_eq!(told.code(), "endpoint_rejected");
    assert!(told.words().contains("base URL"), "{}", told.words());
}

#[tokio::test]
async fn a_context_that_is_too_long_gives_its_numbers() {
    for (status, body, tokens, limit) in [
        (
            400,
            json!({"error": {"code": "context_length_exceeded", "message": "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens."}}),
            Some(9001),
            Some(8192),
        ),
        (
            400,
            json!({"object": "error", "message": "This model's maximum context length is 8,192 tokens. However, you requested 10,000 tokens (9000 in the messages, 1000 in the completion)."}),
            Some(10_000),
            Some(8192),
        ),
        (
            400,
            json!({"error": {"type": "exceed_context_size_error", "message": "the request exceeds the available context size", "n_prompt_tokens": 300, "n_ctx": 256}}),
            Some(300),
            Some(256),
        ),
        (
            400,
            json!({"error": {"message": "prompt is too long: 213000 tokens > 200000 maximum"}}),
            Some(213_000),
            Some(200_000),
        ),
        (
            400,
            json!({"error": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."}),
            Some(1_200_000),
            Some(1_048_576),
        ),
        (
            413,
            json!({"error": {"code": "context_length_exceeded", "message": "gpt-4-32k: at most 32768 tokens"}}),
            None,
            Some(32_768),
        ),
        (400, json!({"error": {"code": "context_length_exceeded"}}), None, None),
    ] {
        let told = tell_of(Reply::json(status, &body)).await;
        assert_eq!(told.code(), "context_too_long", "{body}");
        let details = details(&told);
        let number = |name: &str| details.get(name).and_then(Value::as_u64);
        assert_eq!((number("size"), number("limit")), (tokens, limit), "{body}");
        assert_eq!(retry(&told), Retry::No);
    }
}

#[tokio::test]
async fn the_request_id_stands_in_the_details() {
    for name in ["x-request-id", "request-id", "x-litellm-call-id"] {
        let told = tell_of(Reply::error(500, "oops", "oops").header(name, "req-7")).await;
        assert_eq!(details(&told)["requestId"], json!("req-7"), "{name}");
    }
}
