//! The pictures of the documents, taken from the running program with a store that was lived in.
//! `make screenshots` keeps them; without a folder for pictures this only walks the same way.

use skein_support::keyring::Keyring;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::Desk;
use crate::lived_in;
use crate::page::Page;

const EMAIL: &str = "Subject: Three documents to finish your memo\n\nDear Ms Keller,\n\nthank you for the quick answers last \
    week. To finish the memo we need three more things from your side.";

/// The picture in both themes.
async fn take(page: &Page, name: &str) {
    for theme in ["light", "dark"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        page.picture(&format!("{name}-{theme}")).await;
    }
}

#[tokio::test]
async fn a_store_that_was_lived_in_can_be_shown() {
    let keyring = Keyring::unlocked();
    let mut desk = Desk::new();
    desk.use_keyring(&keyring);
    let server = ModelServer::start();
    lived_in::fill(&desk, &server).await;
    let gate = Gate::new();
    server.queue(Reply::gated(EMAIL, &gate).by(lived_in::MODEL));
    let window = desk.open().await;
    let page = &window.page;
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
    page.click("button", "Lock").await;
    let sealed = "return document.querySelector('[data-testid=band] [data-seal]')?.dataset.seal === 'valid'";
    page.until("the seal is verified", sealed, vec![]).await;
    // What was just done is said for a while; the pictures are of what stays.
    page.js("document.querySelector('.toasts').replaceChildren()", vec![]).await;
    take(page, "locked").await;
}
