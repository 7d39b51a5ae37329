//! What each protocol sends and what it reads, beside Chat Completions.

use serde_json::{Value, json};
use skein_core::endpoint::Call;
use skein_core::wire::Role::{Assistant, System, User};
use skein_core::wire::{AuthHeader, FinishReason, Protocol, Usage};
use skein_support::model_server::{ModelServer, Reply, Request};

use super::{Told, call_for, message, tell};

use Protocol::{AnthropicMessages, Freddy, OpenaiChat, OpenaiResponses};

async fn sent(protocol: Protocol, change: impl FnOnce(&mut Call)) -> Request {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    call.protocol = protocol;
    change(&mut call);
    tell(&call).await;
    server.last_request()
}

async fn answer(protocol: Protocol, reply: Reply) -> Told {
    let server = ModelServer::start();
    server.queue(reply);
    let mut call = call_for(&server);
    call.protocol = protocol;
    tell(&call).await
}

async fn events(protocol: Protocol, events: &[Value]) -> Told {
    let events: Vec<String> = events.iter().map(Value::to_string).collect();
    answer(protocol, Reply::events(&events.iter().map(String::as_str).collect::<Vec<_>>())).await
}

fn conversation(call: &mut Call) {
    call.messages = vec![
        message(System, "Be brief."),
        message(User, "One."),
        message(System, "Be kind."),
        message(User, "Two."),
        message(Assistant, "Three."),
        message(User, "Four."),
    ];
}

fn parameters(call: &mut Call) {
    let parameters = json!({
        "temperature": 0.5, "top_p": 0.9, "max_tokens": 77, "stop": "END", "seed": 7, "reasoning_effort": "low",
        "metadata": {"a": 1}, "reasoning": {"summary": "auto"}, "model": "x", "stream": false,
    });
    call.parameters.clone_from(parameters.as_object().unwrap());
}

#[tokio::test]
async fn anthropic_has_the_system_text_apart_and_strict_turns() {
    let request = sent(AnthropicMessages, |call| {
        conversation(call);
        call.key = Some("sk-ant".into());
    })
    .await;
    assert_eq!(request.path, "/v1/messages");
    assert_eq!((request.header("x-api-key"), request.header("authorization")), (Some("sk-ant"), None));
    assert_eq!(request.header("anthropic-version"), Some("2023-06-01"));
    let body = request.json();
    assert_eq!(body["system"], json!("Be brief.\n\nBe kind."));
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": "One.\n\nTwo."},
            {"role": "assistant", "content": "Three."},
            {"role": "user", "content": "Four."},
        ])
    );
    assert_eq!((&body["max_tokens"], &body["stream"]), (&json!(4096), &json!(true)));
    let known = sent(AnthropicMessages, |call| call.model = "claude-opus-4-1".into()).await;
    assert_eq!((&known.json()["max_tokens"], known.json().get("system")), (&json!(32_000), None));
}

#[tokio::test]
async fn anthropic_conversations_begin_with_the_person() {
    let request = sent(AnthropicMessages, |call| call.messages.insert(0, message(Assistant, "First."))).await;
    let roles: Vec<_> = request.messages().into_iter().map(|(role, _)| role).collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
}

#[tokio::test]
async fn responses_sends_everything_and_has_nothing_kept() {
    let request = sent(OpenaiResponses, conversation).await;
    assert_eq!(request.path, "/v1/responses");
    let body = request.json();
    assert_eq!((&body["store"], &body["stream"]), (&json!(false), &json!(true)));
    assert_eq!(body["input"].as_array().unwrap().len(), 6);
    assert_eq!(body["input"][0], json!({"role": "system", "content": "Be brief."}));
}

#[tokio::test]
async fn freddy_sends_texts_the_organization_and_the_key_in_either_header() {
    for (auth_header, header, value) in [
        (None, "authorization", "Bearer key-1"),
        (Some(AuthHeader::Bearer), "authorization", "Bearer key-1"),
        (Some(AuthHeader::XApiKey), "x-api-key", "key-1"),
    ] {
        let request = sent(Freddy, |call| {
            call.key = Some("key-1".into());
            call.options.auth_header = auth_header;
            call.options.organization_id = Some("org_7".into());
        })
        .await;
        assert_eq!(request.path, "/v1/model/response");
        assert_eq!(request.header(header), Some(value));
        let body = request.json();
        assert_eq!(body["inputs"], json!([{"role": "user", "texts": [{"text": "Hello, are you there?"}]}]));
        assert_eq!((&body["organization_id"], &body["stream"]), (&json!("org_7"), &json!(true)));
    }
}

#[tokio::test]
async fn parameters_have_the_names_that_each_protocol_gives_them() {
    for (protocol, expected) in [
        (OpenaiChat, json!({"max_tokens": 77, "stop": "END", "seed": 7, "reasoning_effort": "low"})),
        (OpenaiResponses, json!({"max_output_tokens": 77, "reasoning": {"effort": "low", "summary": "auto"}})),
        (
            AnthropicMessages,
            json!({"max_tokens": 77, "stop_sequences": ["END"], "output_config": {"effort": "low"}, "seed": 7}),
        ),
        (Freddy, json!({"max_output_synapses": 77, "reasoning": {"effort": "low", "summary": "auto"}})),
    ] {
        let body = sent(protocol, parameters).await.json();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&body[name], value, "{protocol:?} {name}");
        }
        assert_eq!((&body["temperature"], &body["top_p"]), (&json!(0.5), &json!(0.9)), "{protocol:?}");
        assert_eq!((&body["model"], &body["stream"]), (&json!("scripted"), &json!(true)), "{protocol:?}");
        assert_eq!(body["metadata"], json!({"a": 1}), "{protocol:?}: what has no name here goes along");
    }
}

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
        skein_core::endpoint::bodies(&call).iter().filter(|body| **body == server.last_request().body).count(),
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
async fn reasoning_is_kept_apart() {
    let responses = events(
        OpenaiResponses,
        &[
            json!({"type": "response.reasoning_summary_part.added"}),
            json!({"type": "response.reasoning_summary_text.delta", "delta": "First."}),
            json!({"type": "response.reasoning_summary_part.added"}),
            json!({"type": "response.reasoning_summary_text.delta", "delta": "Then."}),
            json!({"type": "response.output_text.delta", "delta": "42"}),
            json!({"type": "response.completed", "response": {"usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}}}),
        ],
    )
    .await;
    assert_eq!((responses.reasoning.as_str(), responses.text.as_str()), ("First.\n\nThen.", "42"));
    assert_eq!(responses.usage, Some(Usage { input_tokens: 3, output_tokens: 4, total_tokens: 7 }));
    let anthropic = events(
        AnthropicMessages,
        &[
            json!({"type": "message_start", "message": {"model": "claude", "usage": {"input_tokens": 5, "cache_read_input_tokens": 10}}}),
            json!({"type": "content_block_start", "content_block": {"type": "redacted_thinking", "data": "x"}}),
            json!({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "First."}}),
            json!({"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "x"}}),
            json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "42"}}),
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}),
            json!({"type": "message_stop"}),
        ],
    )
    .await;
    assert_eq!((anthropic.reasoning.as_str(), anthropic.text.as_str()), ("First.", "42"));
    assert_eq!(anthropic.usage, Some(Usage { input_tokens: 15, output_tokens: 9, total_tokens: 24 }));
    let freddy = events(
        Freddy,
        &[
            json!({"event": "response.reasoning_delta", "delta": "First."}),
            json!({"event": "response.content_delta", "delta": "42"}),
            json!({"event": "response.completed"}),
        ],
    )
    .await;
    assert_eq!((freddy.reasoning.as_str(), freddy.text.as_str()), ("First.", "42"));
}

#[tokio::test]
async fn a_refusal_is_shown_as_one() {
    let said = "I cannot help with that.";
    for told in [
        events(OpenaiChat, &[json!({"choices": [{"delta": {"refusal": said}, "finish_reason": "stop"}]})]).await,
        events(
            OpenaiResponses,
            &[
                json!({"type": "response.refusal.delta", "delta": said}),
                json!({"type": "response.refusal.done", "refusal": said}),
                json!({"type": "response.completed", "response": {"status": "completed"}}),
            ],
        )
        .await,
        answer(
            OpenaiResponses,
            Reply::json(200, &json!({"status": "completed", "output": [{"type": "message", "content": [{"type": "refusal", "refusal": said}]}]})),
        )
        .await,
        events(
            AnthropicMessages,
            &[
                json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": said}}),
                json!({"type": "message_delta", "delta": {"stop_reason": "refusal"}}),
                json!({"type": "message_stop"}),
            ],
        )
        .await,
    ] {
        assert_eq!((told.text.as_str(), told.finish.as_slice(), &told.error), (said, &[FinishReason::Refusal][..], &None));
    }
}

#[tokio::test]
async fn a_reply_that_met_a_limit_or_a_filter_says_so() {
    let text = json!({"type": "response.output_text.delta", "delta": "so far"});
    for (reason, finish) in
        [("max_output_tokens", FinishReason::Length), ("content_filter", FinishReason::ContentFilter)]
    {
        let end = json!({"type": "response.incomplete", "response": {"status": "incomplete", "incomplete_details": {"reason": reason}}});
        let told = events(OpenaiResponses, &[text.clone(), end]).await;
        assert_eq!((told.text.as_str(), told.finish.as_slice(), &told.error), ("so far", &[finish][..], &None));
    }
    for (reason, finish) in
        [("max_tokens", FinishReason::Length), ("model_context_window_exceeded", FinishReason::Length)]
    {
        let body = json!({"type": "message", "content": [{"type": "text", "text": "so far"}], "stop_reason": reason});
        let told = answer(AnthropicMessages, Reply::json(200, &body)).await;
        assert_eq!((told.text.as_str(), told.finish.as_slice()), ("so far", &[finish][..]));
    }
    let paused =
        json!({"type": "message", "content": [{"type": "text", "text": "so far"}], "stop_reason": "pause_turn"});
    let told = answer(AnthropicMessages, Reply::json(200, &paused)).await;
    assert_eq!((told.text.as_str(), told.finish.len(), told.error), ("so far", 0, None), "paused is not whole");
}

#[tokio::test]
async fn a_wish_for_a_tool_ends_in_a_note() {
    for told in [
        events(
            OpenaiChat,
            &[json!({"choices": [{"delta": {"tool_calls": [{"function": {"name": "f"}}]}, "finish_reason": "stop"}]})],
        )
        .await,
        events(
            OpenaiResponses,
            &[
                json!({"type": "response.output_item.added", "item": {"type": "function_call", "name": "f"}}),
                json!({"type": "response.function_call_arguments.delta", "delta": "{}"}),
                json!({"type": "response.completed", "response": {"status": "completed"}}),
            ],
        )
        .await,
        answer(
            OpenaiResponses,
            Reply::json(200, &json!({"status": "completed", "output": [{"type": "function_call", "name": "f"}]})),
        )
        .await,
        events(
            AnthropicMessages,
            &[
                json!({"type": "content_block_start", "content_block": {"type": "tool_use", "name": "f", "input": {}}}),
                json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}),
                json!({"type": "message_stop"}),
            ],
        )
        .await,
    ] {
        assert_eq!((told.code(), told.kind(), told.finish.len()), ("endpoint_rejected", "wants_tool", 0), "{told:?}");
        assert!(told.words().contains("tool"), "{}", told.words());
    }
}

#[tokio::test]
async fn texts_that_come_whole_behind_their_pieces_are_nothing_new() {
    let told = events(
        OpenaiResponses,
        &[
            json!({"type": "response.content_part.added"}),
            json!({"type": "response.output_text.delta", "delta": "ha", "sequence_number": 3}),
            json!({"type": "response.output_text.delta", "delta": "ha", "sequence_number": 3}),
            json!({"type": "response.output_text.delta", "delta": "ha", "sequence_number": 4}),
            json!({"type": "response.output_text.done", "text": "haha"}),
            json!({"type": "response.completed", "response": {"output": [{"type": "message", "content": [{"type": "output_text", "text": "haha"}]}]}}),
        ],
    )
    .await;
    assert_eq!((told.text.as_str(), told.error), ("haha", None));
    let whole = [
        json!({"type": "response.output_text.done", "text": "all at once"}),
        json!({"type": "response.completed", "response": {}}),
    ];
    assert_eq!(events(OpenaiResponses, &whole).await.text, "all at once");
    let last = [
        json!({"type": "response.completed", "response": {"output": [{"type": "message", "content": [{"type": "output_text", "text": "all at once"}]}]}}),
    ];
    assert_eq!(events(OpenaiResponses, &last).await.text, "all at once");
}

#[tokio::test]
async fn both_spellings_of_freddy_and_its_plain_answers_are_read() {
    let named = "event: response.created\ndata: {\"id\": \"r\"}\n\nevent: response.output_text.delta\ndata: {\"index\":0,\"delta\":\"Hello\"}\n\n\
                 event: response.output_text.done\ndata: {\"text\": \"Hello\"}\n\nevent: response.completed\ndata: {\"status\":\"completed\"}\n\ndata: [DONE]\n\n";
    let told = answer(Freddy, Reply::body(named)).await;
    assert_eq!((told.text.as_str(), told.finish.len(), told.error), ("Hello", 1, None));
    let failed = "event: response.output_text.delta\ndata: {\"delta\":\"Hel\"}\n\nevent: response.failed\ndata: {\"status\":\"failed\",\"error\":{\"message\":\"Rate limit exceeded\",\"code\":\"rate_limit\"}}\n\n";
    let told = answer(Freddy, Reply::body(failed)).await;
    assert_eq!((told.text.as_str(), told.code()), ("Hel", "endpoint_rejected"));
    assert!(told.words().contains("Rate limit exceeded"), "{}", told.words());
    let usage = json!({"input_tokens": 12, "output_tokens": 45, "total_tokens": 57});
    for body in [
        json!({"model": "m", "output": [{"role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}], "usage": usage}),
        json!({"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finishReason": "stop"}], "usage": usage}),
        json!({"response": {"output": [{"content": "Hello"}], "usage": usage}}),
    ] {
        let told = answer(Freddy, Reply::json(200, &body)).await;
        assert_eq!((told.text.as_str(), told.error, told.finish.len()), ("Hello", None, 1), "{body}");
        assert_eq!(told.usage.map(|usage| usage.total_tokens), Some(57), "{body}");
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
