//! Context windows that a list of models does not tell: asked of the servers that know them, and
//! of nobody else.

use serde_json::{Value, json};
use skein_core::endpoint::list_models;
use skein_core::wire::{EndpointOptions, Protocol};
use skein_support::model_server::{ModelServer, Reply};
use url::Url;

use super::PATIENT;

async fn windows(server: &ModelServer) -> Vec<(String, Option<u32>)> {
    let base_url = Url::parse(&server.base_url()).unwrap();
    let options = EndpointOptions::default();
    list_models(Protocol::OpenaiChat, Some(&base_url), None, false, &options, PATIENT).await.unwrap()
}

/// A server that lists models of an owner, and answers anything else with 404.
fn server(owner: &str, models: &[&str]) -> ModelServer {
    let server = ModelServer::start();
    let row = |id: &&str| json!({"id": id, "object": "model", "owned_by": owner});
    let rows: Vec<Value> = models.iter().map(row).collect();
    server.set_models(Reply::status(404, "text/plain", "404 page not found"));
    server.always(Reply::status(404, "text/plain", "404 page not found"));
    server.set_page("/v1/models", Reply::json(200, &json!({"object": "list", "data": rows})));
    server
}

fn known(models: &[(&str, Option<u32>)]) -> Vec<(String, Option<u32>)> {
    models.iter().map(|(id, window)| ((*id).to_owned(), *window)).collect()
}

#[tokio::test]
async fn ollama_tells_what_is_loaded_and_what_makers_set() {
    let server = server("library", &["loaded:latest", "set:latest", "small:latest", "large:latest"]);
    let loaded = json!({"models": [
        {"name": "loaded:latest", "model": "loaded:latest", "context_length": 32_768},
        {"name": "other:latest", "context_length": 1},
    ]});
    server.set_page("/api/ps", Reply::json(200, &loaded));
    server.answer_with(|request| {
        let body = match request.json()["model"].as_str() {
            Some("set:latest") => {
                json!({"parameters": "stop    \"<|end|>\"\nnum_ctx                        16384", "model_info": {"llama.context_length": 131_072}})
            }
            Some("small:latest") => json!({"model_info": {"general.architecture": "bert", "bert.context_length": 512}}),
            _ => json!({"model_info": {"llama.context_length": 131_072}, "parameters": "num_ctx none"}),
        };
        Reply::json(200, &body)
    });
    let found = windows(&server).await;
    let expected = [
        ("loaded:latest", Some(32_768)),
        ("set:latest", Some(16_384)),
        ("small:latest", Some(512)),
        // How it will be loaded is the server's to decide, and is far less.
        ("large:latest", None),
    ];
    assert_eq!(found, known(&expected));
    assert_eq!(server.gets(), ["/v1/models", "/api/ps"]);
    let asked: Vec<(String, Value)> =
        server.requests().iter().map(|request| (request.path.clone(), request.json()["model"].clone())).collect();
    let models = ["set:latest", "small:latest", "large:latest"];
    assert_eq!(asked, models.map(|model| ("/api/show".to_owned(), json!(model))));
}

#[tokio::test]
async fn lm_studio_tells_what_is_loaded() {
    let server = server("organization_owner", &["loaded", "not-loaded", "small", "unlisted"]);
    let rows = json!({"data": [
        {"id": "not-loaded", "state": "not-loaded", "max_context_length": 131_072},
        {"id": "loaded", "state": "loaded", "max_context_length": 131_072, "loaded_context_length": 4096},
        {"id": "small", "state": "not-loaded", "max_context_length": 2048},
    ]});
    server.set_page("/api/v0/models", Reply::json(200, &rows));
    let expected = [("loaded", Some(4096)), ("not-loaded", None), ("small", Some(2048)), ("unlisted", None)];
    assert_eq!(windows(&server).await, known(&expected));
    assert_eq!((server.gets(), server.seen().requests), (vec!["/v1/models".into(), "/api/v0/models".into()], 0));
}

#[tokio::test]
async fn llama_cpp_tells_what_it_was_started_with() {
    let server = server("llamacpp", &["model.gguf"]);
    server.set_page("/props", Reply::json(200, &json!({"default_generation_settings": {"n_ctx": 2048}})));
    assert_eq!(windows(&server).await, known(&[("model.gguf", Some(2048))]));
    let row = |meta: Value| json!({"data": [{"id": "model.gguf", "owned_by": "llamacpp", "meta": meta}]});
    server.set_page("/v1/models", Reply::json(200, &row(json!({"n_ctx_train": 40_960}))));
    assert_eq!(windows(&server).await, known(&[("model.gguf", Some(2048))]), "more than what it was trained for tells");
    server.set_page("/props", Reply::status(501, "text/plain", "no"));
    assert_eq!(windows(&server).await, known(&[("model.gguf", Some(40_960))]));
    server.set_page("/v1/models", Reply::json(200, &row(json!({"n_ctx": 1024, "n_ctx_train": 40_960}))));
    assert_eq!(windows(&server).await, known(&[("model.gguf", Some(1024))]));
    assert_eq!(server.gets().iter().filter(|path| *path == "/props").count(), 3, "what is told is not asked");
}

#[tokio::test]
async fn nobody_else_is_asked() {
    for owner in ["openai", "system", "vllm", "somebody"] {
        let server = server(owner, &["one", "two"]);
        assert_eq!(windows(&server).await, known(&[("one", None), ("two", None)]));
        assert_eq!((server.gets(), server.seen().requests), (vec!["/v1/models".to_owned()], 0), "{owner}");
    }
}

#[tokio::test]
async fn whatever_goes_wrong_then_the_list_stands() {
    for (owner, path) in [("library", "/api/ps"), ("organization_owner", "/api/v0/models"), ("llamacpp", "/props")] {
        for (what, reply) in [
            ("refused", Reply::status(401, "text/plain", "no")),
            ("a web page", Reply::status(200, "text/html", "<html></html>")),
            ("another shape", Reply::json(200, &json!([{"models": 7}, "data"]))),
            (
                "odd numbers",
                Reply::json(
                    200,
                    &json!({"models": [{"name": "m", "context_length": "many"}], "data": [{"id": "m", "loaded_context_length": -1}], "default_generation_settings": {"n_ctx": 0}}),
                ),
            ),
            ("elsewhere", Reply::redirect(307, "http://127.0.0.1:9/")),
            ("cut", Reply::reset()),
            ("without end", Reply::endless()),
        ] {
            let server = server(owner, &["m"]);
            server.set_page(path, reply);
            assert_eq!(windows(&server).await, known(&[("m", None)]), "{owner}: {what}");
            assert!(server.gets().contains(&path.to_owned()), "{owner}: {what} was not asked");
        }
    }
}

#[tokio::test]
async fn silence_costs_a_bounded_time_and_keeps_what_was_learned() {
    let server = server("library", &["loaded", "silent"]);
    server.set_page("/api/ps", Reply::json(200, &json!({"models": [{"name": "loaded", "context_length": 8192}]})));
    server.always(Reply::silent());
    assert_eq!(windows(&server).await, known(&[("loaded", Some(8192)), ("silent", None)]));
    server.wait_until("the connection is closed", |seen| seen.hung_up == 1).await;
}

#[tokio::test]
async fn a_server_behind_a_path_is_asked_behind_that_path() {
    let server = ModelServer::start();
    server.set_models(Reply::status(404, "text/plain", "no"));
    let rows = json!({"data": [{"id": "m", "owned_by": "organization_owner"}]});
    server.set_page("/studio/v1/models", Reply::json(200, &rows));
    let loaded = json!({"data": [{"id": "m", "loaded_context_length": 4096}]});
    server.set_page("/studio/api/v0/models", Reply::json(200, &loaded));
    let base_url = Url::parse(&format!("http://{}/studio/v1/", server.address())).unwrap();
    let options = EndpointOptions::default();
    let listed = list_models(Protocol::OpenaiChat, Some(&base_url), None, false, &options, PATIENT).await;
    assert_eq!(listed.unwrap(), known(&[("m", Some(4096))]));
}
