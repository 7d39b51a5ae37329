//! The local API inside the window: switched on in the settings, opened by a token that the page
//! never sees, and heard as it happens.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::json;
use skein_support::keyring::Keyring;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::{DEADLINE, Desk};
use crate::page::Page;
use crate::stock;

/// Ctrl and V, as WebDriver spells them, then all keys up.
const PASTE: &str = "\u{e009}v\u{e000}";

/// Asks over a real socket and reads to the end.
fn ask(address: &str, token: &str, call: &str, body: &str) -> String {
    let host = address.trim_start_matches("http://").trim_end_matches("/v1");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let request = format!(
        "{call} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Switches the API on, at any free port, and gives its address.
async fn switch_on(page: &Page) -> String {
    page.click("button", "Settings").await;
    page.click("tab", "Local API").await;
    page.see("Off").await;
    page.type_over("spinbutton", "Port", "0").await;
    page.click("switch", "Local API").await;
    page.see("Running").await;
    let address = "return document.querySelector('[data-testid=api-address]')?.textContent";
    page.until("an address", address, vec![]).await.as_str().unwrap().to_owned()
}

/// The token, the way a person gets it: copied, then pasted, here where nothing is kept of it.
async fn token(page: &Page) -> String {
    page.js("document.querySelectorAll('.toasts .close').forEach(close => close.click())", vec![]).await;
    page.see_gone("Token copied.").await;
    page.click("button", "Copy the token").await;
    page.see("Token copied.").await;
    let seen = page.js("return document.documentElement.outerHTML", vec![]).await.to_string();
    page.click("button", "Close").await;
    page.fill("searchbox", "Search everything", PASTE).await;
    let value = "return document.querySelector('#search').value";
    let token = page.until("the token is pasted", value, vec![]).await.as_str().unwrap().to_owned();
    page.click("button", "Clear the search").await;
    assert!(token.len() > 20 && !seen.contains(&token), "the page shows the token");
    let state = page.invoke("api_state", json!({})).await.unwrap().to_string();
    assert!(!state.contains(&token), "the page can ask for the token");
    token
}

#[tokio::test]
async fn a_request_through_the_api_shows_up_in_the_window_as_it_happens() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let gate = Gate::new();
    server.queue(Reply::gated("First words of the reply, and the rest of it.", &gate));
    let window = desk.open().await;
    let page = &window.page;
    let address = switch_on(page).await;
    let token = token(page).await;
    let body = json!({"model": "scripted", "thread": "from_a_script", "stream": true,
        "inputs": [{"role": "user", "texts": [{"text": "Asked by a script"}]}]});
    let (to, with) = (address.clone(), token.clone());
    let client = std::thread::spawn(move || ask(&to, &with, "POST /v1/model/response", &body.to_string()));
    page.open_thread("Asked by a script").await;
    gate.open(3);
    page.see("First words of").await;
    assert_eq!(page.js("return document.querySelectorAll('.streaming').length", vec![]).await, json!(1));
    page.picture("api-streaming").await;
    gate.open_for_good();
    page.see("and the rest of it.").await;
    page.quiet().await;
    let answer = client.join().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("[DONE]"), "{answer}");
    page.see("by the API").await;

    let read = ask(&address, &token, "GET /v1/threads/from_a_script", "");
    assert!(read.contains("\"from_a_script\""), "{read}");
    page.send("And on from the window").await;
    page.quiet().await;
}

#[tokio::test]
async fn a_renewed_token_shuts_out_the_old_one_and_is_kept_in_the_keychain() {
    let keyring = Keyring::unlocked();
    let mut desk = Desk::new();
    desk.use_keyring(&keyring);
    let window = desk.open().await;
    let page = &window.page;
    let address = switch_on(page).await;
    page.see("Kept in the keychain.").await;
    let old = token(page).await;
    assert!(ask(&address, &old, "GET /v1/threads", "").starts_with("HTTP/1.1 200"));
    page.click("button", "Settings").await;
    page.click("tab", "Local API").await;
    page.click("button", "Renew…").await;
    page.see("Every script that uses it must be given the new one.").await;
    page.click("button", "Renew the token").await;
    page.see("The token is new.").await;
    let address = page.js("return document.querySelector('[data-testid=api-address]').textContent", vec![]).await;
    let address = address.as_str().unwrap().to_owned();
    let new = token(page).await;
    assert!(ask(&address, &old, "GET /v1/threads", "").starts_with("HTTP/1.1 401"));
    assert!(ask(&address, &new, "GET /v1/threads", "").starts_with("HTTP/1.1 200"));
    window.close();
    assert_eq!(desk.files_with(&new), Vec::<String>::new(), "the token is on the disk");

    let window = desk.open().await;
    window.page.click("button", "Settings").await;
    window.page.click("tab", "Local API").await;
    window.page.see("Running").await;
    assert_eq!(token(&window.page).await, new);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_and_another_one_helps() {
    let desk = Desk::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let window = desk.open().await;
    let page = &window.page;
    let address = switch_on(page).await;
    page.see("There is no keychain").await;
    page.type_over("spinbutton", "Port", &port.to_string()).await;
    page.see(&format!("Port {port} is in use by another program.")).await;
    page.find_gone("button", "Copy the address").await;
    assert!(TcpStream::connect(address.trim_start_matches("http://").trim_end_matches("/v1")).is_err(), "it has moved");
    drop(other);
    page.type_over("spinbutton", "Port", "0").await;
    page.see("Running").await;
    page.click("switch", "Local API").await;
    page.see("Off").await;
}

#[tokio::test]
async fn the_token_is_shown_in_a_box_that_the_page_cannot_read() {
    let desk = Desk::new();
    let window = desk.open().await;
    let page = &window.page;
    switch_on(page).await;
    page.click("button", "Show").await;
    page.painted().await;
    let seen = page.js("return document.documentElement.outerHTML", vec![]).await.to_string();
    assert!(!seen.contains("skein_"), "the page has the token");
    for command in ["plugin:dialog|message", "plugin:dialog|open", "plugin:dialog|save"] {
        assert!(page.invoke(command, json!({"message": "x", "options": {}})).await.is_err(), "{command}");
    }
}
