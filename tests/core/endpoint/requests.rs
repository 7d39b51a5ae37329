//! What goes out: the turns, the parameters, the headers, the address.

use serde_json::json;
use skein_core::endpoint::{self, CallEvent, Sent, check_base_url};
use skein_core::wire::Role::{Assistant, System, User};
use skein_support::model_server::{ModelServer, Reply, closed_port};

use super::{call_for, call_to, message, tell};

#[tokio::test]
async fn neighbours_of_the_same_role_are_joined_and_empty_messages_left_out() {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    call.messages = vec![
        message(System, "Be brief."),
        message(System, "Be kind."),
        message(User, "One."),
        message(Assistant, ""),
        message(User, "Two."),
        message(Assistant, "Three."),
        message(Assistant, "Four."),
        message(User, "Five."),
        message(Assistant, " \n"),
    ];
    assert_eq!(tell(&call).await.error, None);
    let sent = server.last_request().messages();
    let expected = [
        ("system", "Be brief.\n\nBe kind."),
        ("user", "One.\n\nTwo."),
        ("assistant", "Three.\n\nFour."),
        ("user", "Five."),
    ];
    assert_eq!(sent, expected.map(|(role, text)| (role.to_owned(), text.to_owned())));
}

#[tokio::test]
async fn nothing_at_all_is_refused_here() {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    call.messages = vec![message(User, " ")];
    let told = tell(&call).await;
    assert_eq!((told.code(), told.kind()), ("invalid_request", "nothing_to_send"));
    assert_eq!(server.seen().connections, 0);
}

#[tokio::test]
async fn parameters_go_along_and_cannot_replace_what_a_call_is() {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    let parameters = json!({"temperature": 0.25, "seed": 12_345_678_901_234_567_890_u64, "stream": false, "model": "x", "messages": []});
    call.parameters = parameters.as_object().unwrap().clone();
    assert_eq!(tell(&call).await.error, None);
    let request = server.last_request();
    let body = request.json();
    assert_eq!(body["temperature"], json!(0.25));
    assert_eq!(body["seed"].to_string(), "12345678901234567890");
    assert_eq!((&body["stream"], &body["model"]), (&json!(true), &json!("scripted")));
    assert_eq!(body["stream_options"], json!({"include_usage": true}));
    assert_eq!(request.messages().len(), 1);
}

#[tokio::test]
async fn headers_say_what_is_needed_and_no_more() {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    assert_eq!(tell(&call).await.error, None);
    let request = server.last_request();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("accept-encoding"), None, "nothing is decompressed, so nothing is asked for");
    assert_eq!((request.header("cookie"), request.header("referer")), (None, None));
    call.key = Some("sk-right".into());
    assert_eq!(tell(&call).await.error, None);
    assert_eq!(server.last_request().header("authorization"), Some("Bearer sk-right"));
    call.key = Some("".into());
    assert_eq!(tell(&call).await.error, None);
    assert_eq!(server.last_request().header("authorization"), None);
}

#[tokio::test]
async fn what_goes_out_is_told_by_its_hash_and_when_the_connection_stands() {
    let server = ModelServer::start();
    let (out, mut events) = tokio::sync::mpsc::channel(64);
    assert_eq!(endpoint::call(&call_for(&server), out).await, Ok(()));
    let body = server.last_request().body;
    assert_eq!(server.last_request().header("content-length"), Some(body.len().to_string().as_str()));
    assert_eq!(events.recv().await, Some(CallEvent::Sending(Sent::of(&body, None))));
    assert_eq!(events.recv().await, Some(CallEvent::Connected));
    assert_eq!(events.recv().await, Some(CallEvent::Accepted(None)));
    let told = tell(&call_to(&format!("http://{}/v1", closed_port()))).await;
    assert_eq!((told.sent.len(), told.connected), (1, 0), "nothing went out");
}

#[tokio::test]
async fn a_base_url_may_end_in_a_slash_or_carry_a_query() {
    let server = ModelServer::start();
    for (base, path) in [
        ("", "/chat/completions"),
        ("/", "/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        ("/openai/v1?api-version=2", "/openai/v1/chat/completions?api-version=2"),
    ] {
        let mut call = call_for(&server);
        call.base_url = Some(check_base_url(&format!(" http://{}{base} ", server.address()), false).unwrap());
        assert_eq!(tell(&call).await.error, None, "{base}");
        assert_eq!(server.last_request().path, path);
    }
}

#[tokio::test]
async fn localhost_is_this_machine() {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    for host in ["localhost", "models.localhost"] {
        call.base_url = Some(check_base_url(&format!("http://{host}:{}/v1", server.address().port()), false).unwrap());
        assert_eq!(tell(&call).await.error, None, "{host}");
    }
}

#[tokio::test]
async fn a_server_that_refuses_stream_options_is_asked_without() {
    let server = ModelServer::start();
    server.answer_with(|request| match request.json().get("stream_options") {
        Some(_) => Reply::json(
            422,
            &json!({"detail": [{"loc": ["body"], "msg": "stream_options: extra inputs are not permitted"}]}),
        ),
        None => Reply::text("Fine."),
    });
    let told = tell(&call_for(&server)).await;
    assert_eq!((told.text.as_str(), told.error), ("Fine.", None));
    assert_eq!(server.seen().requests, 2);
}

#[test]
fn an_address_is_checked_before_anything_is_sent() {
    for (text, kind) in [
        ("api.example.com/v1", "bad_address"),
        ("", "bad_address"),
        ("ftp://example.com", "bad_address"),
        ("file:///etc/passwd", "bad_address"),
        ("https://me:secret@example.com/v1", "bad_address"),
        ("http://example.com/v1", "plain_http"),
        ("http://127.0.0.1.example.com/v1", "plain_http"),
        ("http://localhost.example.com/v1", "plain_http"),
        ("http://192.168.1.7:11434/v1", "plain_http"),
        ("http://[2001:db8::1]/v1", "plain_http"),
        ("http://0.0.0.0:8080/v1", "plain_http"),
    ] {
        let error = check_base_url(text, false).expect_err(text);
        assert_eq!((error.kind(), error.code().as_str()), (kind, "invalid_request"), "{text}");
        assert!(!error.to_string().contains("secret"));
    }
    for text in [
        "https://api.example.com/v1",
        "http://127.0.0.1:8080",
        "http://127.9.9.9",
        "http://[::1]:8080/v1",
        "http://LOCALHOST:1234/v1",
    ] {
        assert!(check_base_url(text, false).is_ok(), "{text}");
    }
    assert!(check_base_url("http://192.168.1.7:11434/v1", true).is_ok());
}
