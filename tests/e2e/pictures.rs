//! The pictures of the documents, taken from the running program with a store that was lived in.
//! `make screenshots` keeps them; without a folder for pictures this only walks the same way.

use std::net::{SocketAddr, TcpListener};

use skein_support::keyring::Keyring;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::Desk;
use crate::lived_in;
use crate::page::Page;
use crate::palette;

const EMAIL: &str = "Subject: Three documents to finish your memo\n\nDear Ms Keller,\n\nthank you for the quick answers last \
    week. To finish the memo we need three more things from your side.";

/// The picture in both themes.
async fn take(page: &Page, name: &str) {
    for theme in ["light", "dark"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        page.picture(&format!("{name}-{theme}")).await;
    }
}

/// What was just done is said for a while; the pictures are of what stays.
async fn dismiss(page: &Page) {
    page.js("document.querySelector('.toasts').replaceChildren()", vec![]).await;
}

async fn press(page: &Page, keys: &str) {
    page.0.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

/// The conversation: written, read on a narrow screen, looked into, and locked.
async fn of_a_thread(page: &Page, server: &ModelServer) {
    let gate = Gate::new();
    server.queue(Reply::gated(EMAIL, &gate).by(lived_in::MODEL));
    page.open_thread("Transfer pricing memo").await;
    page.send("Good. Now turn the missing documents into an email to the client, friendly and short.").await;
    gate.open(20);
    page.see("To finish the memo").await;
    take(page, "thread").await;
    gate.open_for_good();
    page.quiet().await;
    page.resize(420, 800).await;
    page.find("button", "Show threads").await;
    take(page, "narrow").await;
    page.resize(1280, 800).await;
    page.click("button", "Show the request").await;
    page.see("Exactly what was sent").await;
    take(page, "request").await;
    page.click("button", "Close").await;
    page.click("button", "Parameters").await;
    page.find("textbox", "Temperature").await;
    take(page, "parameters").await;
    press(page, "\u{e00c}").await;
    page.click("button", "Lock").await;
    let sealed = "return document.querySelector('[data-testid=band] [data-seal]')?.dataset.seal === 'valid'";
    page.until("the seal is verified", sealed, vec![]).await;
    dismiss(page).await;
    take(page, "locked").await;
    page.click("button", "Export record").await;
    page.find("button", "Choose where…").await;
    take(page, "export").await;
    page.click("button", "Close").await;
}

/// What is beside a conversation: the palette, the search, the choice, the settings, the chat that leaves nothing.
async fn of_the_rest(page: &Page) {
    palette::press(page, &[palette::CONTROL, 'k']).await;
    page.until("the palette lists", "return document.querySelectorAll('[role=option]').length > 5", vec![]).await;
    palette::type_text(page, "ex").await;
    take(page, "palette").await;
    press(page, "\u{e00c}").await;
    page.fill("searchbox", "Search everything", "provision\u{e007}").await;
    page.find("searchbox", "Search all messages").await;
    page.see(" threads").await;
    take(page, "search").await;
    page.fill("searchbox", "Search everything", "\u{e00c}").await;
    page.open_thread("Wind yield, site 7").await;
    for title in ["Warranty provision model", "Board pack wording"] {
        let choose = "const row = [...document.querySelectorAll('[data-row]')].find(r => r.innerText.includes(arguments[0])); \
             row.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, ctrlKey: true}))";
        page.js(choose, vec![title.into()]).await;
    }
    page.see("2 threads chosen").await;
    take(page, "chosen").await;
    page.click("button", "Choose none").await;
    page.see_gone("2 threads chosen").await;
    page.click("button", "2 threads are due for clean-up").await;
    page.see("Due now").await;
    take(page, "clean-up").await;
    page.click("tab", "Endpoints").await;
    page.see("Local model").await;
    take(page, "endpoints").await;
    page.click("button", "Close").await;
    page.click("button", "Temporary chat").await;
    page.see("A chat that leaves nothing behind").await;
    take(page, "temporary").await;
}

/// The model on a port that is always the same where it is free: pictures show its address.
fn model() -> ModelServer {
    let address = SocketAddr::from(([127, 0, 0, 1], 8321));
    let free = TcpListener::bind(address).is_ok();
    if free { ModelServer::start_at(address) } else { ModelServer::start() }
}

#[tokio::test]
async fn a_store_that_was_lived_in_can_be_shown() {
    let keyring = Keyring::unlocked();
    let mut desk = Desk::new();
    desk.use_keyring(&keyring);
    let window = desk.open().await;
    window.page.see("Your first thread").await;
    take(&window.page, "first-start").await;
    window.close();
    let server = model();
    lived_in::fill(&desk, &server).await;
    let window = desk.open().await;
    of_a_thread(&window.page, &server).await;
    of_the_rest(&window.page).await;
}
