//! Endpoints and keys, from the card of the first start to a real keychain.

use skein_support::keyring::Keyring;
use skein_support::model_server::{ModelServer, Reply};

use crate::harness::{Desk, Window};

const KEY: &str = "canary-7d1f-key";

/// Adds the scripted model as a person would, with a key.
async fn add(window: &Window, server: &ModelServer) {
    let page = &window.page;
    page.click("button", "Add an endpoint").await;
    page.click("button", "Another").await;
    page.fill("textbox", "Name", "Scripted").await;
    page.fill("textbox", "Address", &server.base_url()).await;
    page.fill("textbox", "Model", "scripted").await;
    page.fill("textbox", "Key", KEY).await;
    page.click("button", "Add and test").await;
    page.see("scripted answers, first text after").await;
    let script = "return !!document.querySelector('[data-endpoint=Scripted] .pill')";
    page.until("the first one that was added is the default", script, vec![]).await;
}

#[tokio::test]
async fn an_endpoint_with_a_key_answers_now_and_after_a_restart() {
    let keyring = Keyring::unlocked();
    let mut desk = Desk::new();
    desk.use_keyring(&keyring);
    let server = ModelServer::start();
    let window = desk.open().await;
    add(&window, &server).await;
    let page = &window.page;
    page.see("Key in the keychain").await;
    page.picture("endpoint-added").await;
    page.click("button", "Close").await;
    server.queue(Reply::text("A reply from the scripted model."));
    page.send("Who are you?").await;
    page.see("A reply from the scripted model.").await;
    page.quiet().await;
    assert_eq!(server.last_request().header("authorization"), Some(format!("Bearer {KEY}").as_str()));

    let seen = page.js("return document.documentElement.outerHTML", vec![]).await.to_string();
    let told = page.invoke("list_endpoints", serde_json::json!({})).await.unwrap().to_string();
    assert!(!seen.contains(KEY) && !told.contains(KEY), "the page can read the key");
    window.close();

    let window = desk.open().await;
    window.page.open_thread("Who are you?").await;
    window.page.send("And now?").await;
    window.page.see("Hello from the scripted model.").await;
    window.page.quiet().await;
    assert_eq!(server.last_request().header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    window.close();
    assert_eq!(desk.files_with(KEY), Vec::<String>::new(), "the key is on the disk");
}

#[tokio::test]
async fn without_a_keychain_a_key_lasts_for_the_run_and_then_is_asked_for() {
    let desk = Desk::new();
    let server = ModelServer::start();
    server.answer_with(|request| match request.header("authorization") {
        Some(_) => Reply::text("With a key I answer."),
        None => Reply::error(401, "invalid_api_key", "No key."),
    });
    let window = desk.open().await;
    window.page.see("No keychain is ready on this machine").await;
    add(&window, &server).await;
    window.page.see("Key for this run only").await;
    window.close();

    let window = desk.open().await;
    let page = &window.page;
    page.fill("textbox", "Write a message", "Are you there?").await;
    page.click("button", "Send").await;
    page.click("button", "Enter key").await;
    page.fill("textbox", "Key for Scripted", KEY).await;
    page.click("button", "Save key").await;
    page.see("scripted answers").await;
    page.click("button", "Close").await;
    page.click("button", "Retry").await;
    page.see("With a key I answer.").await;
}

#[tokio::test]
async fn freddy_is_spoken_to_in_its_own_protocol() {
    let desk = Desk::new();
    let server = ModelServer::start();
    server.always(Reply::events(&[
        r#"{"event": "response.created", "status": "in_progress"}"#,
        r#"{"event": "response.content_delta", "delta": "A reply from Freddy."}"#,
        r#"{"event": "response.completed", "status": "completed"}"#,
        "[DONE]",
    ]));
    let window = desk.open().await;
    let page = &window.page;
    page.click("button", "Add an endpoint").await;
    page.click("button", "Freddy").await;
    page.fill("textbox", "Address", &server.base_url()).await;
    page.js("document.querySelector('form details').open = true", vec![]).await;
    page.fill("textbox", "Organization", "org_7").await;
    page.fill("textbox", "Key", KEY).await;
    page.picture("endpoint-form").await;
    page.click("button", "Add and test").await;
    page.see("answers, first text after").await;
    page.click("button", "Close").await;
    page.send("Who are you?").await;
    page.see("A reply from Freddy.").await;
    page.quiet().await;
    let request = server.last_request();
    assert_eq!(
        (request.path.as_str(), request.json()["organization_id"].as_str()),
        ("/v1/model/response", Some("org_7"))
    );
    assert_eq!(request.json()["inputs"][0]["texts"][0]["text"], "Who are you?");
}
