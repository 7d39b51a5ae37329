//! Finding model servers on this machine, and saying exactly what is wrong with an address.

use serde_json::json;
use skein_core::endpoint::{Found, USUAL, discover, test};
use skein_core::wire::Protocol;
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
