//! What is not as it should be, and leads on: no endpoint of one's own, an endpoint that is down,
//! no keychain, a store that can only be read or not be opened.

use std::fs;
use std::sync::Arc;

use skein_core::RespondOptions;
use skein_core::wire::{Draft, Input, ResponseRequest, Role, TextPart, ThreadChoice};
use skein_support::model_server::{ModelServer, Reply, closed_port};

use crate::harness::Desk;
use crate::stock;

#[tokio::test]
async fn an_endpoint_that_is_down_says_so_keeps_the_message_and_asks_again_once_it_is_up() {
    let desk = Desk::new();
    let address = {
        let server = ModelServer::start_at(closed_port());
        stock::answer_with(&desk, &server);
        server.address()
    };
    let window = desk.open().await;
    let page = &window.page;
    page.send("Is anybody there?").await;
    page.see("Nobody answers at").await;
    page.see("Your message is kept.").await;
    page.picture("endpoint-down").await;
    let server = ModelServer::start_at(address);
    server.queue(Reply::text("Here I am."));
    page.click("button", "Try again").await;
    page.see("Here I am.").await;
    page.see_gone("Nobody answers at").await;
    page.quiet().await;
}

#[tokio::test]
async fn without_a_keychain_everything_works_and_the_first_start_says_what_does_not() {
    let desk = Desk::new();
    let window = desk.open().await;
    let page = &window.page;
    page.see("No keychain is ready on this machine").await;
    page.send("Hello").await;
    page.see("practice model").await;
    page.quiet().await;
    page.click("button", "Settings").await;
    page.see("There is no keychain on this machine").await;
    page.picture("keychain-missing").await;
}

#[tokio::test]
async fn a_store_that_can_only_be_read_is_read_and_searched_and_says_why_nothing_can_be_sent() {
    let desk = Desk::new();
    stock::thread(&desk, "route", None, &["Route planning"]).await;
    stock::thread(&desk, "birds", None, &["Where does the ptarmigan nest?"]).await;
    let core = stock::core(&desk);
    // Asked in another way: the first way is a version that is not on show.
    let first = core.open_thread("birds", None).unwrap().messages[0].message.id.clone();
    let again = RespondOptions { replaces: Some(first), ..RespondOptions::default() };
    let request = ResponseRequest {
        model: Some("practice/practice".into()),
        inputs: vec![Input {
            role: Role::User,
            texts: vec![TextPart { text: "Where do they nest?".into() }],
            content: None,
        }],
        thread: Some(ThreadChoice::Id("birds".into())),
        ..ResponseRequest::default()
    };
    core.respond(request, again, Arc::new(())).await.unwrap().done().await;
    let draft = Draft { text: "A draft of before".into(), ..Draft::default() };
    core.save_draft(Some("route"), &draft).unwrap();
    drop(core);
    let window = desk.open_read_only().await;
    let page = &window.page;
    page.see("This store can only be read").await;
    page.open_thread("Route planning").await;
    page.see("practice model").await;
    page.until("nothing can be written", "return document.querySelector('#composer').disabled", vec![]).await;
    page.until("nothing can be sent", "return document.querySelector('.send').disabled", vec![]).await;
    page.fill("searchbox", "Search everything", "ptarmigan role:user\u{e007}").await;
    page.see("1 message · 1 thread").await;
    page.js("document.querySelector('[data-hit]').click()", vec![]).await;
    page.see("Where does the ptarmigan nest?").await;
    page.see_gone("Where do they nest?").await;
    page.see("1 of 2").await;
    page.until(
        "the field says why",
        "return document.querySelector('#composer').placeholder.includes('Read-only')",
        vec![],
    )
    .await;
    assert_eq!(
        page.js("return document.querySelectorAll('[role=alert]').length", vec![]).await,
        0,
        "{}",
        page.text().await
    );
    assert_eq!(page.accessibility_faults().await, Vec::<String>::new());
    page.picture("store-read-only").await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_told_in_words_that_lead_on() {
    let mut desk = Desk::new();
    let file = desk.home().join("a-file");
    fs::write(&file, "not a folder").unwrap();
    desk.set("SKEIN_DATA_DIR", file.join("store").to_str().unwrap());
    let window = desk.open_unchecked().await;
    window.page.see("The folder of the store cannot be used.").await;
    window.page.see("start Skein again").await;
    window.page.picture("store-folder").await;
    for raw in ["os error", "storage_error"] {
        assert!(!window.page.text().await.contains(raw), "{raw}");
    }
}
