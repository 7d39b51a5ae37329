//! Where the key and the messages go, and where they never do.

use std::process::Command;

use skein_core::endpoint::{Retry, check_base_url};
use skein_core::wire::Role::User;
use skein_support::model_server::{ModelServer, Reply, Seen, chat_chunk};

use super::{call_for, message, tell};

const KEY: &str = "sk-live-0123456789abcdefghijklmnopqrstuv";
const PROMPT: &str = "The client Ada Lovelace will settle for seven million in the matter of the Engine.";

#[tokio::test]
async fn a_redirect_takes_nothing_to_another_host() {
    for status in [301, 302, 303, 307, 308] {
        let (server, other) = (ModelServer::start(), ModelServer::start());
        server.queue(Reply::redirect(status, &format!("{}/chat/completions?next=1", other.base_url())));
        let mut call = call_for(&server);
        call.key = Some(KEY.into());
        let told = tell(&call).await;
        assert_eq!((told.code(), told.kind()), ("endpoint_rejected", "redirected"), "{status}");
        let error = told.error.as_ref().unwrap();
        assert_eq!(error.details()["to"], format!("http://{}", other.address()));
        assert_eq!(error.retry(), Retry::No);
        assert_eq!(other.seen(), Seen::default(), "not one byte");
    }
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_an_error_too() {
    for to in ["", "http://[", "//", "javascript:alert(1)"] {
        let server = ModelServer::start();
        server.queue(Reply::redirect(307, to));
        assert_eq!(tell(&call_for(&server)).await.kind(), "redirected", "{to}");
    }
}

#[tokio::test]
async fn no_proxy_of_the_environment_is_used() {
    // The environment belongs to a process, so the call is made in one of its own: this test, run again.
    if let Ok(base_url) = std::env::var("SKEIN_TEST_BASE_URL") {
        assert_eq!(tell(&super::call_to(&base_url)).await.error, None);
        return;
    }
    let (server, proxy) = (ModelServer::start(), ModelServer::start());
    let proxy_url = format!("http://{}", proxy.address());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "privacy::no_proxy_of_the_environment_is_used"])
        .env("SKEIN_TEST_BASE_URL", server.base_url());
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, &proxy_url);
    }
    child.env_remove("no_proxy").env_remove("NO_PROXY");
    let ended = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    assert_eq!(server.seen().requests, 1);
    assert_eq!(proxy.seen(), Seen::default());
}

#[tokio::test]
async fn plain_http_beyond_this_machine_sends_nothing() {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    call.key = Some(KEY.into());
    call.base_url = Some("http://192.0.2.1/v1".parse().unwrap());
    let told = tell(&call).await;
    assert_eq!((told.code(), told.kind()), ("invalid_request", "plain_http"));
}

#[tokio::test]
async fn a_key_that_no_header_can_carry_is_refused_before_anything_is_sent() {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    call.key = Some(format!("{KEY}\nHost: elsewhere").into());
    let told = tell(&call).await;
    assert_eq!((told.code(), told.kind()), ("invalid_request", "bad_key"));
    assert!(!told.words().contains("sk-live"));
    assert_eq!(server.seen(), Seen::default());
}

#[tokio::test]
async fn neither_key_nor_prompt_comes_back_in_an_error() {
    let echo = format!("Bad request by {KEY} who said: {PROMPT}");
    let part = format!("You cannot say {}", &PROMPT[20..60]);
    let masked = "Incorrect API key provided: sk-live-0123***********stuv. Find yours at the site.".to_owned();
    let other = "Token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl is not valid, see ?key=abc".to_owned();
    for said in [echo, part, masked, other] {
        let json = serde_json::json!({"error": {"message": said}});
        let mut replies: Vec<Reply> =
            [400, 401, 403, 404, 422, 429, 500].map(|status| Reply::json(status, &json)).into();
        replies.push(Reply::status(502, "text/html", format!("<title>{said}</title>")));
        replies.push(Reply::status(500, "text/plain", said.clone()));
        replies.push(Reply::events(&[&chat_chunk(&serde_json::json!({"content": "a"}), None), &json.to_string()]));
        for reply in replies {
            let server = ModelServer::start();
            server.queue(reply);
            let mut call = call_for(&server);
            call.key = Some(KEY.into());
            call.messages = vec![message(User, PROMPT)];
            let error = tell(&call).await.error.expect("an error");
            let everything = format!("{error} {error:?} {}", error.details());
            for secret in [KEY, "sk-live", "0123", "stuv", "eyJ", "key=abc", "settle for seven", "Ada Lovelace"] {
                assert!(!everything.contains(secret), "{secret} in {everything}");
            }
        }
    }
}

#[test]
fn a_call_shows_no_key_when_it_is_printed() {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    call.key = Some(KEY.into());
    assert!(!format!("{call:?}").contains("sk-live"));
    let refused = check_base_url(&format!("https://user:{KEY}@example.com/v1"), false).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("sk-live"));
}
