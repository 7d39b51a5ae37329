//! Finding model servers on this machine, and saying exactly what is wrong with an address.

use std::path::Path;

use serde_json::json;
use skein_core::endpoint::{Found, USUAL, discover, test};
use skein_core::keychain::Keychain;
use skein_core::wire::{Door, NewEndpoint, Protocol};
use skein_core::{OpenOptions, Skein};
use skein_support::model_server::{ModelServer, Reply, closed_port};

use super::{call_for, call_to};

#[test]
fn only_the_usual_ports_are_tried() {
    assert_eq!(USUAL.map(|(_, port)| port), [11_434, 1234, 8080]);
}

#[tokio::test]
async fn what_answers_as_a_model_server_is_found_and_nothing_else_is() {
    let (one, page, two) = (ModelServer::start(), ModelServer::start(), ModelServer::start());
    page.set_models(Reply::status(200, "text/html", "<html>A web server</html>"));
    two.set_models(Reply::models(&[]));
    let ports = [
        ("one", one.address().port()),
        ("nobody", closed_port().port()),
        ("page", page.address().port()),
        ("two", two.address().port()),
    ];
    let found = discover(&ports).await;
    let models = vec![("scripted".to_owned(), Some(8192))];
    let expected = [("one", &one, models), ("two", &two, vec![])];
    assert_eq!(
        found,
        expected.map(|(name, server, models)| Found { name: name.into(), base_url: server.base_url(), models })
    );
    assert_eq!((one.seen().connections, one.seen().requests), (1, 0), "the list of models, and nothing else");
}

/// A handle that looks for model servers at these ports.
fn skein(dir: &Path, usual_ports: Vec<(&'static str, u16)>) -> Skein {
    let options = OpenOptions { keychain: Keychain::memory(), usual_ports, ..OpenOptions::new(dir, Door::Cli) };
    Skein::open(options).unwrap()
}

#[tokio::test]
async fn servers_that_are_slow_or_answer_otherwise_hide_no_other() {
    let others: Vec<ModelServer> = (0..6).map(|_| ModelServer::start()).collect();
    let answers = [
        Reply::silent(),
        Reply::silent_after_headers(),
        Reply::error(401, "no", "A key, please."),
        Reply::redirect(302, "https://example.invalid/v1/models"),
        Reply::reset(),
        Reply::status(200, "application/json", "{\"jobs\": 7}"),
    ];
    for (server, answer) in others.iter().zip(answers) {
        server.set_models(answer);
    }
    let good = ModelServer::start();
    let mut ports: Vec<(&'static str, u16)> = others.iter().map(|server| ("other", server.address().port())).collect();
    ports.extend([("nobody", closed_port().port()), ("good", good.address().port())]);
    let dir = tempfile::tempdir().unwrap();
    let skein = skein(dir.path(), ports);
    let found = skein.discover_endpoints().await.unwrap();
    assert_eq!(found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["good"]);
    for server in others.iter().chain([&good]) {
        assert_eq!(server.gets(), ["/v1/models"], "the list of models, and nothing else");
        assert_eq!(server.seen().requests, 0);
    }
}

#[tokio::test]
async fn what_was_found_can_be_added_as_it_is_and_is_then_known() {
    let server = ModelServer::start();
    let dir = tempfile::tempdir().unwrap();
    let skein = skein(dir.path(), vec![("Ollama", server.address().port())]);
    let found = skein.discover_endpoints().await.unwrap().swap_remove(0);
    assert_eq!((found.name.as_str(), found.protocol), ("Ollama", Protocol::OpenaiChat));
    let models: Vec<_> = found.models.iter().map(|model| (model.id.as_str(), model.context_window)).collect();
    assert_eq!(models, [("scripted", Some(8192))]);
    let new = NewEndpoint {
        name: found.name,
        protocol: found.protocol,
        base_url: found.base_url,
        model: Some(found.models[0].id.clone()),
        ..NewEndpoint::default()
    };
    let added = skein.add_endpoint(new).unwrap();
    let tested = skein.test_endpoint(&added.id).await.unwrap();
    assert!(tested.ok, "{tested:?}");
    assert_eq!(skein.discover_endpoints().await.unwrap(), [], "what is an endpoint already is not offered again");
}

#[tokio::test]
async fn each_thing_that_can_be_wrong_is_told_apart() {
    let refused = call_to(&format!("http://{}/v1", closed_port()));
    assert_eq!(test(&refused).await.unwrap_err().kind(), "refused");
    assert_eq!(test(&call_to("https://models.invalid/v1")).await.unwrap_err().kind(), "dns");
    let server = ModelServer::start();
    let mut call = call_for(&server);
    call.key = Some("sk-1".into());
    for (reply, kind, words) in [
        (Reply::error(401, "invalid_api_key", "No."), "key_refused", "key"),
        (Reply::error(403, "forbidden", "Your key has no access."), "key_refused", "key"),
        (Reply::error(403, "forbidden", "Region not supported."), "status", "does not allow"),
        (Reply::error(404, "model_not_found", "The model does not exist"), "model_not_found", "scripted"),
        (Reply::status(404, "text/plain", "404 page not found"), "status", "/v1/chat/completions"),
    ] {
        server.always(reply);
        let error = test(&call).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    server.always(Reply::text("Hello."));
    assert_eq!(test(&call).await, Ok("scripted".into()));
}

#[tokio::test]
async fn another_protocol_at_the_same_address_is_recognised() {
    for (speaks, path) in [
        (Protocol::AnthropicMessages, "/v1/messages"),
        (Protocol::OpenaiResponses, "/v1/responses"),
        (Protocol::Freddy, "/v1/model/response"),
        (Protocol::OpenaiChat, "/v1/chat/completions"),
    ] {
        let server = ModelServer::start();
        server.answer_with(move |request| {
            if request.path == path {
                Reply::error(401, "authentication_error", "x-api-key header is required")
            } else {
                Reply::status(404, "text/plain", "not found")
            }
        });
        let mut call = call_for(&server);
        call.protocol = if speaks == Protocol::OpenaiChat { Protocol::Freddy } else { Protocol::OpenaiChat };
        let error = test(&call).await.unwrap_err();
        assert_eq!(error.kind(), "wrong_protocol", "{error}");
        assert_eq!(error.details()["speaks"], json!(speaks));
    }
}
