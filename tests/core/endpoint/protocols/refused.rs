//! What a refusal means in each protocol, and what is tried again in other words.

use serde_json::{Value, json};
use skein_core::wire::Protocol::{AnthropicMessages, Freddy, OpenaiChat, OpenaiResponses};
use skein_support::model_server::{ModelServer, Reply};

use super::super::{call_for, tell};
use super::{answer, events, parameters};

#[tokio::test]
async fn a_limit_that_a_model_wants_otherwise_is_said_otherwise() {
    let server = ModelServer::start();
    server.answer_with(|request| match request.json().get("max_tokens") {
        Some(_) => Reply::json(
            400,
            &json!({"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "param": "max_tokens", "code": "unsupported_parameter"}}),
        ),
        None => Reply::text("Fine."),
    });
    let mut call = call_for(&server);
    call.parameters.insert("max_tokens".into(), json!(50));
    let told = tell(&call).await;
    assert_eq!((told.text.as_str(), told.error, told.sent.len()), ("Fine.", None, 2));
    assert_eq!(server.last_request().json()["max_completion_tokens"], json!(50));
    assert_eq!(
        skein_core::endpoint::bodies(&call, None).iter().filter(|body| **body == server.last_request().body).count(),
        1
    );
}

#[tokio::test]
async fn a_claude_that_can_say_less_is_asked_for_less_unless_the_person_asked() {
    let server = ModelServer::start();
    server.answer_with(|request| match request.json()["max_tokens"].as_u64() {
        Some(2048) => Reply::json(200, &json!({"type": "message", "content": [{"type": "text", "text": "Fine."}], "stop_reason": "end_turn"})),
        _ => Reply::json(
            400,
            &json!({"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens: 4096 > 2048, which is the maximum allowed number of output tokens for tiny"}}),
        ),
    });
    let mut call = call_for(&server);
    call.protocol = AnthropicMessages;
    assert_eq!(tell(&call).await.text, "Fine.");
    call.parameters.insert("max_tokens".into(), json!(3000));
    let told = tell(&call).await;
    assert_eq!((told.kind(), told.sent.len()), ("field_refused", 1));
}

#[tokio::test]
async fn a_parameter_that_is_not_taken_is_named() {
    let bodies = [
        json!({"error": {"message": "Unsupported value", "param": "temperature", "code": "unsupported_value"}}),
        json!({"detail": [{"loc": ["body", "temperature"], "msg": "Input should be less than 2"}]}),
        json!({"type": "error", "error": {"type": "invalid_request_error", "message": "temperature: range: 0..1"}}),
        json!({"error": "`temperature` must be between 0 and 1"}),
        json!({"message": "temperature is not allowed"}),
    ];
    for protocol in [OpenaiChat, OpenaiResponses, AnthropicMessages, Freddy] {
        for (body, status) in bodies.iter().flat_map(|body| [(body, 400), (body, 422)]) {
            let server = ModelServer::start();
            server.queue(Reply::json(status, body));
            let mut call = call_for(&server);
            call.protocol = protocol;
            parameters(&mut call);
            let told = tell(&call).await;
            assert_eq!((told.code(), told.kind()), ("endpoint_rejected", "field_refused"), "{protocol:?} {body}");
            assert_eq!(told.error.as_ref().unwrap().details()["field"], json!("temperature"));
            assert!(told.words().contains("temperature") && told.words().contains("parameters"), "{}", told.words());
        }
    }
}

#[tokio::test]
async fn errors_in_mid_stream_mean_what_their_names_say() {
    let overloaded = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    let told = events(AnthropicMessages, &[overloaded]).await;
    assert_eq!(told.error.as_ref().unwrap().details()["status"], json!(529));
    let failed = json!({"type": "response.failed", "response": {"status": "failed", "error": {"code": "context_length_exceeded", "message": "Your input exceeds the context window of this model."}}});
    assert_eq!(events(OpenaiResponses, &[failed]).await.code(), "context_too_long");
    let limited = json!({"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down"}});
    assert_eq!(events(AnthropicMessages, &[limited]).await.code(), "endpoint_rate_limited");
}

#[tokio::test]
async fn every_server_says_in_its_own_words_that_it_is_too_much() {
    for (message, tokens, limit) in [
        (
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
            Some(9001),
            Some(8192),
        ),
        ("prompt is too long: 208310 tokens > 200000 maximum", Some(208_310), Some(200_000)),
        (
            "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length or `max_tokens` and try again",
            Some(242_959),
            Some(200_000),
        ),
        (
            "This model's maximum context length is 2048 tokens. However, your request has 8 input tokens plus 2045 'max_tokens'. Please reduce one or the other.",
            Some(2053),
            Some(2048),
        ),
        (
            "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens (112946 in the messages, 10000 in the completion).",
            Some(122_946),
            Some(16_384),
        ),
        (
            "This endpoint's maximum context length is 32768 tokens. However, you requested about 42832 tokens (42832 of text input).",
            Some(42_832),
            Some(32_768),
        ),
        (
            "request (1407 tokens) exceeds the available context size (256 tokens), try increasing it",
            Some(1407),
            Some(256),
        ),
        (
            "Trying to keep the first 111490 tokens when context the overflows. However, the model is loaded with context length of only 32768 tokens, which is not enough.",
            Some(111_490),
            Some(32_768),
        ),
        ("the input length exceeds the context length", None, None),
        (
            "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
            Some(537_812),
            Some(131_072),
        ),
        ("litellm.ContextWindowExceededError: AnthropicException", None, None),
        (
            "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
            Some(40_000),
            Some(32_768),
        ),
    ] {
        for protocol in [OpenaiChat, OpenaiResponses, AnthropicMessages, Freddy] {
            let told =
                answer(protocol, Reply::json(400, &json!({"error": {"message": message, "param": "messages"}}))).await;
            assert_eq!(told.code(), "context_too_long", "{message}");
            let details = told.error.as_ref().unwrap().details();
            let number = |name: &str| details.get(name).and_then(Value::as_u64);
            assert_eq!((number("size"), number("limit")), (tokens, limit), "{message}");
        }
    }
    let fields = json!({"error": {"code": 400, "message": "the request exceeds the available context size", "type": "exceed_context_size_error", "n_prompt_tokens": 14429, "n_ctx": 8192}});
    let told = answer(OpenaiChat, Reply::json(400, &fields)).await;
    assert_eq!(told.error.as_ref().unwrap().details()["size"], json!(14429));
}
