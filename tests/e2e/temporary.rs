//! Temporary chats: they can be told from threads, and nothing of them is on the disk.

use serde_json::json;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

/// Begins a temporary chat.
async fn begin(page: &Page) {
    page.click("button", "Temporary chat").await;
    page.see("A chat that leaves nothing behind").await;
}

#[tokio::test]
async fn nothing_of_a_temporary_chat_is_in_any_file() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let gate = Gate::new();
    server.queue(Reply::gated("canary-reply-one and more", &gate));
    let window = desk.open().await;
    let page = &window.page;
    begin(page).await;
    page.send("canary-question-one").await;
    gate.open(1);
    page.see("canary-reply-one").await;
    assert_eq!(desk.files_with("canary"), Vec::<String>::new(), "while it arrives");
    gate.open_for_good();
    page.quiet().await;
    server.queue(Reply::text("canary-reply-two"));
    page.send("canary-question-two").await;
    page.see("canary-reply-two").await;
    page.quiet().await;
    let sent: Vec<_> = server.last_request().messages().into_iter().map(|(role, _)| role).collect();
    assert_eq!(sent, ["user", "assistant", "user"], "the model sees the whole chat");
    page.see("Nothing is kept. It is gone when you leave it").await;
    page.fill("textbox", "Write a message", "canary-unsent").await;
    page.fill("searchbox", "Search everything", "canary\u{e007}").await;
    page.see("No message has “canary”.").await;
    page.click("button", "Clear the search").await;
    page.click("button", "Leave the search").await;
    assert_eq!(page.invoke("get_draft", json!({"id": null})).await.unwrap()["text"], "");
    page.picture("temporary-chat").await;
    window.close();
    assert_eq!(desk.files_with("canary"), Vec::<String>::new(), "after the program has ended");
}

#[tokio::test]
async fn a_temporary_chat_that_is_left_can_be_come_back_to_and_kept_as_a_thread() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    stock::thread(&desk, "other", None, &["Another thread"]).await;
    let window = desk.open().await;
    let page = &window.page;
    begin(page).await;
    server.queue(Reply::text("A reply that is worth keeping."));
    page.send("Is this worth keeping?").await;
    page.see("A reply that is worth keeping.").await;
    page.quiet().await;
    page.open_thread("Another thread").await;
    page.see("You left the temporary chat.").await;
    page.see_gone("worth keeping").await;
    page.click("button", "Undo").await;
    page.see("A reply that is worth keeping.").await;
    page.click("button", "Keep as thread").await;
    page.find("heading", "Is this worth keeping?").await;
    page.find("button", "Lock").await;
    page.quiet().await;
    assert_eq!(page.last_text("assistant").await.trim(), "A reply that is worth keeping.");
    page.send("And it goes on").await;
    page.quiet().await;
    window.close();
    let skein = stock::core(&desk);
    let kept = skein.search("worth", None, 10).unwrap().hits;
    assert!(kept.iter().any(|hit| hit.title.as_deref() == Some("Is this worth keeping?")), "{kept:?}");
}

#[tokio::test]
async fn a_temporary_chat_asks_with_parameters_and_shows_what_the_model_saw() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let window = desk.open().await;
    let page = &window.page;
    begin(page).await;
    page.click("button", "Parameters").await;
    page.fill("textbox", "Temperature", "0.3\u{e00c}").await;
    page.find("button", "Parameters: 1 set").await;
    page.click("button", "System prompt").await;
    page.fill("textbox", "System prompt", "canary-system").await;
    page.click("button", "Use it").await;
    server.queue(Reply::text("A cool answer."));
    page.send("canary-question").await;
    page.see("A cool answer.").await;
    page.quiet().await;
    let sent = server.last_request();
    assert_eq!(sent.json()["temperature"], 0.3);
    let said: Vec<_> = sent.messages().into_iter().map(|(_, text)| text).collect();
    assert_eq!(said, ["canary-system", "canary-question"]);
    page.js("document.querySelector('[data-role=assistant] .more').click()", vec![]).await;
    page.click("menuitem", "What the model saw").await;
    page.see("2 messages were sent. Nothing was left out.").await;
    let facts = "return document.querySelector('[data-testid=model-saw]')?.innerText ?? ''";
    let facts = page.js(facts, vec![]).await;
    assert!(facts.as_str().unwrap().contains("temperature"), "{facts}");
    page.click("button", "Show the request").await;
    page.see("Exactly what was sent").await;
    page.until(
        "all of it",
        "return document.querySelector('dialog pre')?.textContent.includes('canary-system')",
        vec![],
    )
    .await;
    page.click("button", "Close").await;
    window.close();
    assert_eq!(desk.files_with("canary"), Vec::<String>::new(), "nothing of it is on the disk");
}

#[tokio::test]
async fn a_reply_in_a_temporary_chat_is_stopped_and_asked_for_again() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let gate = Gate::new();
    server.queue(Reply::gated("Half an answer that goes on", &gate));
    let window = desk.open().await;
    let page = &window.page;
    begin(page).await;
    page.send("Tell me").await;
    gate.open(3);
    page.see("Half an answer").await;
    page.click("button", "Stop").await;
    page.see("You stopped this reply.").await;
    server.queue(Reply::text("A whole answer"));
    page.click("button", "Retry").await;
    page.see("A whole answer").await;
    page.see_gone("Half an answer").await;
    page.quiet().await;
    gate.open_for_good();
}
