//! Parameters of endpoint, thread and request, laid over each other; what happens when not all
//! fits; and learning from what the endpoint counts.

use std::sync::Arc;

use serde_json::{Value, json};
use skein_core::context::receipt::Stored;
use skein_core::context::{Correction, estimate, learned};
use skein_core::wire::{ContextPolicy, EndpointPatch, JsonObject, ResponseStatus, State, ThreadOptions, Usage};
use skein_core::{Beginning, Code, RespondOptions};
use skein_support::model_server::Reply;

use crate::chains::{chained, chat};
use crate::support::{World, refused, request};

fn object(value: &Value) -> JsonObject {
    value.as_object().unwrap().clone()
}

#[tokio::test]
async fn the_request_goes_over_the_thread_and_the_thread_over_the_endpoint() {
    let world = World::new();
    let endpoint = world.skein.list_endpoints().unwrap()[1].id.clone();
    let parameters = object(&json!({"temperature": 0.1, "top_p": 0.1, "seed": 1, "stop": ["x"]}));
    let patch = EndpointPatch { parameters: Some(parameters), ..EndpointPatch::default() };
    world.skein.change_endpoint(&endpoint, patch).unwrap();
    world.send("t", "one").await;
    let parameters = object(&json!({"temperature": 0.2, "top_p": 0.2, "stop": null, "x_raw": {"a": 1}}));
    let options = ThreadOptions { parameters, policy: ContextPolicy::Newest };
    world.skein.set_thread_options("t", options.clone()).unwrap();
    assert_eq!(world.skein.thread_options("t").unwrap(), options);

    let mut asked = request("t", "two");
    asked.parameters = object(&json!({"temperature": 0.3}));
    let response = world.ask(asked).await.unwrap().done().await;
    let body = world.server.last_request().json();
    assert_eq!((&body["temperature"], &body["top_p"], &body["seed"]), (&json!(0.3), &json!(0.2), &json!(1)));
    assert_eq!((body.get("stop"), &body["x_raw"]), (None, &json!({"a": 1})));

    // A retry keeps what the request said, and takes what the thread says now.
    let options = ThreadOptions { parameters: object(&json!({"top_p": 0.9})), ..options };
    world.skein.set_thread_options("t", options).unwrap();
    let reply = &response.output[0].id;
    world.skein.retry("t", reply, None, std::sync::Arc::new(())).await.unwrap().done().await;
    let body = world.server.last_request().json();
    assert_eq!((&body["temperature"], &body["top_p"]), (&json!(0.3), &json!(0.9)));
    assert_eq!(body.get("x_raw"), None);

    world.send("other", "one").await;
    assert_eq!(world.server.last_request().json()["top_p"], json!(0.1), "other threads have the endpoint's");
}

#[tokio::test]
async fn a_fork_asks_as_its_thread_does() {
    let world = World::new();
    world.send("t", "one").await;
    let plain = world.skein.fork_thread("t", None).unwrap().id;
    assert_eq!(world.skein.thread_options(&plain).unwrap(), ThreadOptions::default());
    let options = ThreadOptions { parameters: object(&json!({"temperature": 0.2})), policy: ContextPolicy::Refuse };
    world.skein.set_thread_options("t", options.clone()).unwrap();
    let fork = world.skein.fork_thread("t", None).unwrap().id;
    assert_eq!(world.skein.thread_options(&fork).unwrap(), options);
    world.skein.set_thread_options("t", ThreadOptions::default()).unwrap();
    world.send(&fork, "two").await;
    assert_eq!(world.server.last_request().json()["temperature"], json!(0.2), "it outlives its origin");
}

#[tokio::test]
async fn a_new_thread_can_be_told_how_to_ask_with_its_first_message() {
    let world = World::new();
    let options = ThreadOptions { parameters: object(&json!({"max_tokens": 300})), policy: ContextPolicy::Refuse };
    let usual = world.skein.preview_context(None, None, "hello").unwrap().budget;
    let room = |options: &ThreadOptions| world.skein.preview_beginning(options, None, "hello").unwrap().budget;
    assert_eq!(room(&ThreadOptions::default()), usual);
    assert_ne!(room(&options), usual, "room is kept for the reply that was asked for");
    let tell = |options: ThreadOptions| {
        let beginning = Beginning { options: Some(options), ..Beginning::default() };
        RespondOptions { beginning, ..RespondOptions::default() }
    };
    let ask = |options: ThreadOptions| world.skein.respond(request("t", "hello"), tell(options), Arc::new(()));
    let long = ThreadOptions { parameters: object(&json!({"x": "x".repeat(16_384)})), ..options.clone() };
    assert_eq!(refused(ask(long).await), Code::InvalidRequest);
    assert_eq!(refused(world.skein.get_thread("t")), Code::ThreadNotFound, "nothing was made");
    ask(options.clone()).await.unwrap().done().await;
    assert_eq!(world.skein.thread_options("t").unwrap(), options);
    let body = world.server.last_request().json();
    assert!(body.to_string().contains(":300"), "{body}");
    ask(ThreadOptions::default()).await.unwrap().done().await;
    assert_eq!(world.skein.thread_options("t").unwrap(), options, "only a beginning is told");
}

#[tokio::test]
async fn a_response_in_a_chain_is_asked_for_as_it_is_told() {
    let world = World::new();
    let options = ThreadOptions { parameters: object(&json!({"temperature": 0.7})), policy: ContextPolicy::Refuse };
    let tell = |options: ThreadOptions| {
        let beginning = Beginning { options: Some(options), ..Beginning::default() };
        RespondOptions { beginning, ..RespondOptions::default() }
    };
    let ask = |options: ThreadOptions| world.skein.respond(chained(None, "hello"), tell(options), Arc::new(()));
    let long = ThreadOptions { parameters: object(&json!({"x": "x".repeat(16_384)})), ..options.clone() };
    assert_eq!(refused(ask(long).await), Code::InvalidRequest);
    let response = ask(options).await.unwrap().done().await;
    assert_eq!(world.server.last_request().json()["temperature"], json!(0.7));
    let receipt = world.skein.receipt(&response.id).unwrap();
    assert_eq!((&receipt.parameters["temperature"], receipt.messages.policy), (&json!(0.7), ContextPolicy::Refuse));
    chat(&world, Some(&response.id), "and now").await;
    assert_eq!(world.server.last_request().json().get("temperature"), None, "each is told anew");
}

#[tokio::test]
async fn what_an_endpoint_does_not_take_is_named() {
    let world = World::new();
    let refusal = json!({"error": {"message": "Unsupported parameter: 'seed' is not supported with this model.",
        "type": "invalid_request_error", "param": "seed", "code": "unsupported_parameter"}});
    world.server.always(Reply::json(400, &refusal));
    let mut asked = request("t", "hello");
    asked.parameters = object(&json!({"seed": 1}));
    let response = world.ask(asked).await.unwrap().done().await;
    let error = response.error.unwrap();
    assert_eq!((response.status, error.code.as_str()), (ResponseStatus::Failed, "endpoint_rejected"));
    assert!(error.message.contains("seed"), "{}", error.message);
}

#[tokio::test]
async fn options_are_an_open_threads_only_and_bounded() {
    let world = World::new();
    world.send("t", "one").await;
    let long = object(&json!({"x": "y".repeat(20_000)}));
    let options = ThreadOptions { parameters: long, ..ThreadOptions::default() };
    assert_eq!(refused(world.skein.set_thread_options("t", options)), Code::InvalidRequest);
    world.skein.set_state("t", State::Locked).unwrap();
    assert_eq!(refused(world.skein.set_thread_options("t", ThreadOptions::default())), Code::ThreadLocked);
    assert_eq!(world.skein.thread_options("t").unwrap(), ThreadOptions::default(), "reading is free");
    assert_eq!(refused(world.skein.thread_options("none")), Code::ThreadNotFound);
}

#[tokio::test]
async fn a_thread_that_refuses_sends_all_or_nothing() {
    let world = World::with_window(Some(2_000));
    world.send("t", &"word ".repeat(500)).await;
    let options = ThreadOptions { policy: ContextPolicy::Refuse, ..ThreadOptions::default() };
    world.skein.set_thread_options("t", options).unwrap();
    world.send("t", "short").await;
    let before = world.server.seen().requests;
    let error = world.ask(request("t", &"word ".repeat(500))).await.map(|_| ()).unwrap_err().detail();
    assert_eq!((error.code.as_str(), &error.details["limit"]), ("context_too_long", &json!(1_500)));
    assert!(error.details["size"].as_u64().unwrap() > 1_600, "{error:?}");
    assert_eq!(world.server.seen().requests, before, "nothing was sent");
    assert_eq!(world.texts("t").len(), 4, "and nothing was added");
}

#[tokio::test]
async fn an_endpoints_overflow_is_told_with_its_numbers() {
    let world = World::new();
    let words = "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens.";
    world.server.always(Reply::error(400, "context_length_exceeded", words));
    let error = world.send("t", "hello").await.error.unwrap();
    assert_eq!(error.code, "context_too_long");
    assert_eq!((&error.details["size"], &error.details["limit"]), (&json!(9000), &json!(4096)));
}

#[tokio::test]
async fn an_endpoints_count_corrects_the_estimate() {
    let world = World::with_window(Some(8_000));
    let text = "word ".repeat(1_000);
    let counted = estimate(&text) + 8;
    let usage = format!(
        r#"{{"choices":[],"usage":{{"prompt_tokens":{},"completion_tokens":1,"total_tokens":1}}}}"#,
        counted * 2
    );
    let chunk = r#"{"choices":[{"delta":{"content":"yes"},"finish_reason":"stop"}]}"#;
    world.server.always(Reply::events(&[chunk, &usage, "[DONE]"]));
    let before = world.skein.preview_context(None, None, &text).unwrap().tokens;
    assert_eq!(before, counted);
    world.send("t", &text).await;
    let after = world.skein.preview_context(None, None, &text).unwrap().tokens;
    assert_eq!(after, counted * 2, "the same text, now with what the endpoint counted");
    let again = crate::support::open(world.dir.path());
    assert_eq!(again.preview_context(None, None, &text).unwrap().tokens, after, "it is kept in the store");
    let response = world.send("u", &text).await;
    let receipt = world.skein.receipt(&response.id).unwrap();
    assert_eq!((receipt.tokens.estimated, receipt.tokens.correction), (counted * 2, 2_000));
}

#[test]
fn corrections_go_up_at_once_and_down_slowly_and_ignore_nonsense() {
    let receipt =
        |tokens, correction| Stored { tokens, correction, counted_by: "estimate".into(), ..Stored::default() };
    let told = |input_tokens| Some(Usage { input_tokens, ..Usage::default() });
    assert_eq!(learned(None, &receipt(1000, 1000), told(700)), Some(Correction(700)));
    assert_eq!(learned(Some(Correction(1000)), &receipt(1000, 1000), told(600)), Some(Correction(900)));
    assert_eq!(learned(Some(Correction(600)), &receipt(600, 600), told(1500)), Some(Correction(1500)));
    for nonsense in [0, 1, 5_000, u64::MAX] {
        assert_eq!(learned(None, &receipt(1000, 1000), told(nonsense)), None, "{nonsense}");
    }
    assert_eq!(learned(None, &receipt(0, 1000), told(10)), None);
    assert_eq!(learned(None, &receipt(60, 1000), told(160)), None, "the server's own words are not in proportion");
    let exact = Stored { counted_by: "o200k_base".into(), ..receipt(1000, 1000) };
    assert_eq!(learned(None, &exact, told(700)), None, "a tokenizer needs no correction");
}
