//! What each protocol sends.

use serde_json::json;
use skein_core::endpoint::Call;
use skein_core::wire::AuthHeader;
use skein_core::wire::Protocol::{AnthropicMessages, Freddy, OpenaiChat, OpenaiResponses};
use skein_core::wire::Role::{Assistant, System, User};

use super::super::message;
use super::{parameters, sent};

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
