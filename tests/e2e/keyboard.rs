//! The main flows by the keyboard alone: nothing here is clicked, and nothing is given the focus
//! but by keys.

use fantoccini::key::Key;
use serde_json::json;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::Desk;
use crate::page::Page;
use crate::palette::{CONTROL, key, press, type_text};
use crate::stock;

/// Waits until the thing with the focus has this name, and shows that it has it.
async fn focused(page: &Page, name: &str) {
    let script = "const now = document.activeElement; \
        const words = now.getAttribute('aria-label') ?? now.labels?.[0]?.textContent ?? now.textContent; \
        return words.includes(arguments[0])";
    page.until(&format!("{name:?} has the focus"), script, vec![name.into()]).await;
}

/// Walks on with Tab until the thing with the focus has this name.
async fn tab_to(page: &Page, name: &str) {
    let script = "const now = document.activeElement; \
        return (now.getAttribute('aria-label') ?? now.textContent).includes(arguments[0])";
    for _ in 0..60 {
        if page.js(script, vec![name.into()]).await == json!(true) {
            let outline = page.js("return getComputedStyle(document.activeElement).outlineStyle", vec![]).await;
            assert_ne!(outline, "none", "{name:?} does not show that it has the focus");
            return;
        }
        press(page, &[key(Key::Tab)]).await;
    }
    panic!("Tab never comes to {name:?}");
}

/// Does a command by its name in the palette.
async fn command(page: &Page, name: &str) {
    press(page, &[CONTROL, 'k']).await;
    focused(page, "Command palette").await;
    type_text(page, name).await;
    let first =
        "return document.querySelector('[role=option][aria-selected=true]')?.innerText.startsWith(arguments[0])";
    page.until(&format!("{name:?} is chosen"), first, vec![name.into()]).await;
    press(page, &[key(Key::Enter)]).await;
}

#[tokio::test]
async fn a_thread_is_written_stopped_found_locked_and_unlocked_without_a_pointer() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    stock::thread(&desk, "route", None, &["Route planning"]).await;
    let gate = Gate::new();
    let window = desk.open().await;
    let page = &window.page;

    // A new thread, a message, and a reply that is stopped.
    press(page, &[CONTROL, 'n']).await;
    focused(page, "Write a message").await;
    server.queue(Reply::gated("A long reply that goes on and on", &gate));
    type_text(page, "Tell me about lighthouses").await;
    press(page, &[key(Key::Enter)]).await;
    gate.open(2);
    page.find("button", "Stop").await;
    press(page, &[key(Key::Escape)]).await;
    page.see("Stopped").await;
    page.quiet().await;

    // The list, by Tab and arrows.
    tab_to(page, "Main menu").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("menuitem", "Keyboard shortcuts").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("menuitem", "Keyboard shortcuts").await;
    tab_to(page, "Tell me about lighthouses").await;
    press(page, &[key(Key::Down)]).await;
    focused(page, "Route planning").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("heading", "Route planning").await;

    // Lock it, look at its export, unlock it.
    command(page, "Lock").await;
    page.see("read-only").await;
    command(page, "Export").await;
    page.find("dialog", "Export").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "Export").await;
    command(page, "Unlock").await;
    focused(page, "Write a message").await;

    // The settings, and the sheet of keys.
    press(page, &[CONTROL, ',']).await;
    page.find("dialog", "Settings").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "Settings").await;
    command(page, "Keyboard shortcuts").await;
    page.find("dialog", "Keyboard shortcuts").await;
    press(page, &[key(Key::Escape)]).await;
}

#[tokio::test]
async fn a_message_is_searched_for_and_gone_to_without_a_pointer() {
    let desk = Desk::new();
    stock::thread(&desk, "light", None, &["Lighthouses of the north"]).await;
    stock::thread(&desk, "route", None, &["Route planning"]).await;
    let window = desk.open().await;
    let page = &window.page;
    press(page, &[CONTROL, 'f']).await;
    focused(page, "Search everything").await;
    type_text(page, "lighthouses").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("searchbox", "Search all messages").await;
    page.until("something was found", "return document.querySelector('[data-hit]') !== null", vec![]).await;
    press(page, &[key(Key::Down)]).await;
    page.until("a hit has the focus", "return document.activeElement.matches('[data-hit]')", vec![]).await;
    press(page, &[key(Key::Enter)]).await;
    page.find("heading", "Lighthouses of the north").await;
}
