//! The models an endpoint offers.

use serde_json::json;
use skein_core::endpoint::{EndpointError, list_models};
use skein_core::wire::{EndpointOptions, Protocol};
use skein_support::model_server::{ModelServer, Reply};
use url::Url;

use super::PATIENT;

type Models = Vec<(String, Option<u32>)>;

async fn list(server: &ModelServer) -> Result<Models, EndpointError> {
    let base_url = Url::parse(&server.base_url()).unwrap();
    list_models(
        Protocol::OpenaiChat,
        Some(&base_url),
        Some(&"sk-x".into()),
        false,
        &EndpointOptions::default(),
        PATIENT,
    )
    .await
}

async fn list_of(reply: Reply) -> Result<Models, EndpointError> {
    let server = ModelServer::start();
    server.set_models(reply);
    list(&server).await
}

#[tokio::test]
async fn the_context_window_goes_by_many_names() {
    let body = json!({"data": [
        {"id": "openrouter", "context_length": 1000},
        {"id": "vllm", "max_model_len": 2000},
        {"id": "groq", "context_window": 3000},
        {"id": "litellm", "max_input_tokens": 4000},
        {"id": "llama.cpp", "meta": {"n_ctx": 5000, "n_ctx_train": 9000}},
        {"id": "older", "meta": {"n_ctx_train": 9000}},
        {"id": "mistral", "max_context_length": 6000},
        {"id": "huge", "context_length": 99_999_999_999_u64},
        {"id": "unknown"}, {"id": "zero", "context_length": 0}, {"id": "text", "context_length": "8k"},
    ]});
    let models = list_of(Reply::json(200, &body)).await.unwrap();
    let windows: Vec<Option<u32>> = models.into_iter().map(|(_, window)| window).collect();
    let known = [1000, 2000, 3000, 4000, 5000, 9000, 6000, u32::MAX].map(Some);
    assert_eq!(windows, [&known[..], &[None, None, None]].concat());
}

#[tokio::test]
async fn a_list_has_several_shapes_and_each_model_once() {
    let rows = json!([{"id": "a"}, {"name": "b"}, {"id": "a"}, {"object": "nothing"}, 7]);
    for body in [json!({"object": "list", "data": rows}), json!({"models": rows}), rows.clone()] {
        let models = list_of(Reply::json(200, &body)).await.unwrap();
        assert_eq!(models, [("a".to_owned(), None), ("b".to_owned(), None)], "{body}");
    }
}

#[tokio::test]
async fn what_is_no_list_is_an_error() {
    for (reply, kind) in [
        (Reply::status(404, "text/plain", "404 page not found"), "status"),
        (Reply::status(200, "text/html", "<html></html>"), "not_understood"),
        (Reply::status(200, "application/json", "{\"data\": 7}"), "not_understood"),
        (Reply::status(200, "application/json", "{\"data\": ["), "not_understood"),
        (Reply::status(200, "application/json", ""), "empty"),
        (Reply::error(401, "no", "no"), "key_refused"),
        (Reply::redirect(307, "https://example.invalid/"), "redirected"),
        (Reply::reset(), "reset"),
    ] {
        assert_eq!(list_of(reply).await.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn a_list_without_end_is_cut() {
    assert_eq!(list_of(Reply::endless()).await.unwrap_err().kind(), "not_understood");
}

/// A page of Anthropic's list.
fn page(ids: std::ops::Range<usize>, has_more: bool) -> Reply {
    let last = format!("claude-{}", ids.end - 1);
    let rows: Vec<_> = ids.map(|n| json!({"type": "model", "id": format!("claude-{n}")})).collect();
    Reply::json(200, &json!({"data": rows, "has_more": has_more, "first_id": rows[0]["id"], "last_id": last}))
}

async fn list_anthropic(server: &ModelServer) -> Result<Models, EndpointError> {
    let base_url = Url::parse(&server.base_url()).unwrap();
    let options = EndpointOptions::default();
    list_models(Protocol::AnthropicMessages, Some(&base_url), Some(&"sk".into()), false, &options, PATIENT).await
}

#[tokio::test]
async fn every_page_of_a_list_is_read() {
    let server = ModelServer::start();
    server.set_page("/v1/models?limit=1000", page(0..20, true));
    server.set_page("/v1/models?limit=1000&after_id=claude-19", page(20..40, true));
    server.set_page("/v1/models?limit=1000&after_id=claude-39", page(40..43, false));
    let models = list_anthropic(&server).await.unwrap();
    let expected: Vec<String> = (0..43).map(|n| format!("claude-{n}")).collect();
    assert_eq!(models.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), expected);
    assert_eq!(server.gets().len(), 3);
}

#[tokio::test]
async fn pages_without_end_end() {
    let server = ModelServer::start();
    // The same page again and again, which says each time that there is more.
    server.set_models(page(0..3, true));
    assert_eq!(list_anthropic(&server).await.unwrap().len(), 3);
    assert_eq!(server.gets().len(), 2);
    server.set_models(Reply::json(200, &json!({"data": [{"id": "a"}], "has_more": true, "last_id": null})));
    assert_eq!(list_anthropic(&server).await.unwrap(), [("a".to_owned(), None)]);
    server.set_models(page(0..12_000, true));
    assert_eq!(list_anthropic(&server).await.unwrap().len(), 10_000);
}

#[tokio::test]
async fn a_list_that_breaks_off_between_pages_is_an_error() {
    let server = ModelServer::start();
    server.set_models(Reply::error(500, "oops", "oops"));
    server.set_page("/v1/models?limit=1000", page(0..20, true));
    assert_eq!(list_anthropic(&server).await.unwrap_err().kind(), "status");
}

#[tokio::test]
async fn practice_offers_itself() {
    let models =
        list_models(Protocol::Practice, None, None, false, &EndpointOptions::default(), PATIENT).await.unwrap();
    assert_eq!(models, [("practice".to_owned(), None)]);
}
