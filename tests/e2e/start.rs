//! Starting: for the first time, again, a second time at once, and when the store cannot be used.

use std::fs;

use serde_json::json;
use skein_support::model_server::{ModelServer, Reply};

use crate::harness::{Desk, wait_blocking};
use crate::manners::{focus, has_focus};
use crate::stock;

#[tokio::test]
async fn a_new_person_gets_a_first_reply_without_account_key_or_network() {
    let desk = Desk::new();
    let window = desk.open().await;
    let page = &window.page;
    page.see("Your first thread").await;
    page.picture("first-start").await;
    page.send("Hello there, machine").await;
    page.see("practice model").await;
    page.quiet().await;
    page.find("button", "Hello there, machine").await;
    page.picture("first-reply").await;
    window.close();
}

#[tokio::test]
async fn after_a_restart_everything_is_there() {
    let desk = Desk::new();
    stock::thread(&desk, "memo", Some("Acme GmbH"), &["Transfer pricing memo"]).await;
    stock::thread(&desk, "route", Some("Helvetia"), &["Route planning"]).await;
    stock::core(&desk).set_state("route", skein_core::wire::State::Locked).unwrap();
    let window = desk.open().await;
    window.page.open_thread("Transfer pricing memo").await;
    window.page.send("And a second question").await;
    window.page.quiet().await;
    window.page.fill("textbox", "Write a message", "not yet sent").await;
    window.page.click("button", "Settings").await;
    window.page.click("tab", "Appearance").await;
    window.page.click("radio", "Dark").await;
    window.page.click("button", "Close").await;
    window.close();

    let window = desk.open().await;
    let page = &window.page;
    page.until("the theme is dark", "return document.documentElement.dataset.theme === 'dark'", vec![]).await;
    page.see("ACME GMBH").await;
    page.open_thread("Transfer pricing memo").await;
    page.see("And a second question").await;
    let draft = "return document.querySelector('#composer')?.value === 'not yet sent'";
    page.until("the draft is there", draft, vec![]).await;
    page.open_thread("Route planning").await;
    page.see("read-only").await;
}

#[tokio::test]
async fn a_system_prompt_that_was_not_sent_and_the_chosen_model_are_there_after_a_restart() {
    let desk = Desk::new();
    let server = ModelServer::start();
    server.set_models(Reply::models(&[("scripted", None), ("other-model", None)]));
    stock::answer_with(&desk, &server);
    stock::thread(&desk, "memo", None, &["Transfer pricing memo"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    page.click("button", "Model").await;
    page.click("menuitemradio", "other-model").await;
    page.find("button", "Model: other-model").await;
    page.click("button", "System prompt").await;
    page.fill("textbox", "System prompt", "Be brief.").await;
    page.click("button", "Use from the next message").await;
    page.see("A new system prompt goes with the next message").await;
    window.close();
    assert_eq!(server.seen().requests, 0, "nothing was sent yet");

    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    page.see("A new system prompt goes with the next message").await;
    page.find("button", "Model: other-model").await;
    page.send("And now?").await;
    page.quiet().await;
    let sent = server.last_request();
    assert_eq!(sent.json()["model"], "other-model");
    assert!(sent.messages().contains(&("system".into(), "Be brief.".into())), "{:?}", sent.messages());
}

#[tokio::test]
async fn what_was_typed_just_before_quitting_is_there_again() {
    let desk = Desk::new();
    let window = desk.open().await;
    window.page.fill("textbox", "Write a message", "the last word").await;
    let typed = "const field = document.querySelector('#composer'); field.value += ' of all'; \
         field.dispatchEvent(new InputEvent('input', {bubbles: true}))";
    window.page.js(typed, vec![]).await;
    window.close();
    let window = desk.open().await;
    let draft = "return document.querySelector('#composer')?.value === 'the last word of all'";
    window.page.until("the draft is there", draft, vec![]).await;
}

#[tokio::test]
async fn the_window_comes_back_in_the_size_it_had() {
    let desk = Desk::new();
    let window = desk.open().await;
    window.page.resize(940, 700).await;
    window.close();
    let window = desk.open().await;
    let size = window.page.js("return [innerWidth, innerHeight]", vec![]).await;
    assert_eq!(size, serde_json::json!([940, 700]));
}

#[tokio::test]
async fn a_second_start_brings_the_first_window_forward() {
    let desk = Desk::new();
    let window = desk.open().await;
    focus(&desk, true);
    has_focus(&window.page, true).await;
    focus(&desk, false);
    has_focus(&window.page, false).await;
    let second = desk.start_again();
    assert!(second.status.success());
    assert!(String::from_utf8_lossy(&second.stdout).contains("open already"), "{second:?}");
    wait_blocking("the first window hears of it", || !desk.store().join("window.raise").exists());
    has_focus(&window.page, true).await;
    window.page.send("Still here").await;
    window.page.quiet().await;
}

#[test]
fn a_display_that_does_not_answer_is_told_in_words() {
    let mut desk = Desk::new();
    // Nobody listens at this number: a screen of ours that has ended.
    let gone = Desk::new().display().to_owned();
    desk.set("DISPLAY", &gone);
    let ran = desk.start_again();
    let words = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(69), "{ran:?}");
    assert!(words.contains("no display") && words.contains("skein chat"), "{words}");
    assert_eq!(words.lines().count(), 1, "{words}");
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_in_words_and_left_alone() {
    let desk = Desk::new();
    drop(stock::core(&desk));
    let file = desk.store().join("skein.db");
    let store = rusqlite::Connection::open(&file).unwrap();
    store.pragma_update(None, "user_version", 999).unwrap();
    drop(store);
    let before = fs::read(&file).unwrap();
    let window = desk.open_unchecked().await;
    window.page.see("The store cannot be opened").await;
    window.page.see("newer").await;
    window.page.picture("store-newer").await;
    let reach =
        "return await window.__TAURI_INTERNALS__?.invoke('about').then(() => 'reached', () => 'refused') ?? 'nothing'";
    assert_ne!(window.page.js_async(reach, vec![]).await, "reached");
    window.close();
    assert!(fs::read(&file).unwrap() == before, "the store was changed");
}

#[tokio::test]
async fn a_damaged_store_is_refused_in_words() {
    let desk = Desk::new();
    fs::create_dir_all(desk.store()).unwrap();
    fs::write(desk.store().join("skein.db"), "this is no database, but it is long enough to be looked at").unwrap();
    let window = desk.open_unchecked().await;
    window.page.see("The store cannot be opened").await;
    window.page.see("or it is damaged").await;
    window.page.picture("store-damaged").await;
    assert!(!window.page.text().await.contains("storage_error"));
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_is_told_in_the_language_of_the_system() {
    let mut desk = Desk::new();
    desk.set("LANG", "de_AT.UTF-8");
    fs::create_dir_all(desk.store()).unwrap();
    fs::write(desk.store().join("skein.db"), "this is no database, but it is long enough to be looked at").unwrap();
    let window = desk.open_unchecked().await;
    window.page.see("Der Speicher lässt sich nicht öffnen").await;
    window.page.see("beschädigt").await;
}

#[tokio::test]
async fn the_window_comes_up_in_the_language_that_was_chosen_and_changes_it_at_once() {
    let desk = Desk::new();
    let german = json!({"appearance": {"language": "de"}});
    stock::core(&desk).patch_settings(german.as_object().cloned().unwrap()).unwrap();
    let window = desk.open().await;
    let page = &window.page;
    page.find("textbox", "Nachricht schreiben").await;
    page.click("button", "Einstellungen").await;
    page.click("tab", "Darstellung").await;
    let choose = "const field = document.querySelector('#language'); field.value = 'en'; \
         field.dispatchEvent(new Event('change', {bubbles: true}))";
    page.js(choose, vec![]).await;
    page.find("dialog", "Settings").await;
}
