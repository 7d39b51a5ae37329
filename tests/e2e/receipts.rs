//! What the model saw, what it used and what that cost, through the window; each screen of it in both
//! themes, wide and narrow.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use skein_core::wire::{Input, NewEndpoint, ResponseRequest, Role, TextPart, ThreadChoice};
use skein_core::{RespondOptions, Skein};
use skein_support::model_server::{ModelServer, Reply, chat_chunk};

use crate::harness::Desk;
use crate::looks::check;
use crate::page::Page;
use crate::stock;

/// An endpoint whose model takes a lot.
fn roomy(desk: &Desk, server: &ModelServer) -> Skein {
    let skein = stock::core(desk);
    let new = NewEndpoint {
        name: "Roomy".into(),
        base_url: server.base_url(),
        model: Some("scripted".into()),
        context_window: Some(4_000_000),
        ..NewEndpoint::default()
    };
    let endpoint = skein.add_endpoint(new).unwrap();
    skein.set_default_endpoint(&endpoint.id).unwrap();
    skein
}

async fn ask(skein: &Skein, thread: &str, client: &str, text: &str) {
    let request = ResponseRequest {
        inputs: vec![Input { role: Role::User, texts: vec![TextPart { text: text.into() }], content: None }],
        thread: Some(ThreadChoice::Object {
            id: thread.into(),
            metadata: json!({"client": client}).as_object().cloned(),
        }),
        ..ResponseRequest::default()
    };
    skein.respond(request, RespondOptions::default(), Arc::new(())).await.unwrap().done().await;
}

/// A reply with the tokens that it took.
fn told(text: &str, sent: u64, received: u64) -> Reply {
    let usage = json!({"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received});
    let usage = json!({"object": "chat.completion.chunk", "model": "scripted", "choices": [], "usage": usage});
    let text = chat_chunk(&json!({"role": "assistant", "content": text}), None);
    Reply::events(&[&text, &chat_chunk(&json!({}), Some("stop")), &usage.to_string(), "[DONE]"])
}

async fn shown_request(page: &Page) -> String {
    let text = "return document.querySelector('dialog pre')?.textContent ?? ''";
    page.until("the request is shown", text, vec![]).await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_the_model_saw_is_shown_and_saved_byte_for_byte() {
    let mut desk = Desk::new();
    let server = ModelServer::start();
    let folder = desk.home().join("documents");
    fs::create_dir(&folder).unwrap();
    desk.set("SKEIN_SAVE_DIR", folder.to_str().unwrap());
    stock::answer_with(&desk, &server);
    let window = desk.open().await;
    let page = &window.page;
    server.queue(Reply::text("The first reply.").header("x-request-id", "req_first"));
    page.send("A first question").await;
    page.see("The first reply.").await;
    page.quiet().await;
    page.see("1 message was sent. Nothing was left out.").await;
    page.see("req_first").await;
    let first = server.last_request().body;
    server.queue(Reply::text("The second reply.").header("x-request-id", "req_second"));
    page.send("A second question").await;
    page.see("req_second").await;
    page.see("3 messages were sent. Nothing was left out.").await;

    page.js("document.querySelector('[data-role=assistant] .acts button[title]').focus()", vec![]).await;
    page.click("button", "Receipt").await;
    page.see("req_first").await;
    page.find("button", "Show the last one").await;
    let mut faults = Vec::new();
    check(page, "receipt", &mut faults).await;
    page.click("button", "Show the request").await;
    page.see("Exactly what was sent").await;
    let shown: Value = serde_json::from_str(&shown_request(page).await).unwrap();
    assert_eq!(shown, serde_json::from_slice::<Value>(&first).unwrap());
    check(page, "request", &mut faults).await;
    page.click("button", "Save…").await;
    page.see("Saved:").await;
    let saved: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(saved.len(), 1, "{saved:?}");
    assert_eq!(fs::read(&saved[0]).unwrap(), first);
    page.click("button", "Close").await;
    page.click("button", "Show the last one").await;
    page.see("req_second").await;
    page.resize(420, 800).await;
    page.find("button", "Show threads").await;
    page.click("button", "Details").await;
    page.find("heading", "What the model saw").await;
    check(page, "narrow-receipt", &mut faults).await;
    page.click("button", "Show the request").await;
    page.see("Exactly what was sent").await;
    check(page, "narrow-request", &mut faults).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test]
async fn a_request_of_two_megabytes_is_read_a_page_at_a_time() {
    let desk = Desk::new();
    let server = ModelServer::start();
    let skein = roomy(&desk, &server);
    ask(&skein, "long", "Acme GmbH", &format!("A long text: {}", "word ".repeat(400_000))).await;
    drop(skein);
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("A long text").await;
    page.click("button", "Show the request").await;
    page.see("Page 1 of ").await;
    let first = shown_request(page).await;
    assert!(first.starts_with("{\n  \"model\": \"scripted\"") && first.len() <= 32 * 1024, "{} bytes", first.len());
    page.click("button", "Next page").await;
    page.see("Page 2 of ").await;
    let second = shown_request(page).await;
    assert!(second != first && second.len() <= 32 * 1024, "{} bytes", second.len());
    assert_eq!(server.last_request().body.len() / (1024 * 1024), 1, "it is one of some two million bytes");
}

#[tokio::test]
async fn a_price_is_entered_where_it_is_missing_and_then_costs_are_known() {
    let desk = Desk::new();
    let server = ModelServer::start();
    let skein = roomy(&desk, &server);
    server.queue(told("A reply that was counted.", 200_000, 50_000));
    ask(&skein, "memo", "Acme GmbH", "The memo").await;
    server.queue(told("Another one.", 1_000, 100));
    ask(&skein, "other", "Helvetia Logistics", "Another thread").await;
    drop(skein);
    let window = desk.open().await;
    let page = &window.page;
    let mut faults = Vec::new();
    page.open_thread("The memo").await;
    page.see("200,000 in, 50,000 out").await;
    page.see("price unknown").await;
    check(page, "usage-unknown", &mut faults).await;
    page.click("button", "price unknown").await;
    page.find("form", "Add a price").await;
    page.fill("textbox", "A million sent", "-3").await;
    page.fill("textbox", "Currency", "$").await;
    page.click("button", "Save").await;
    page.see("Write a number such as 2.50").await;
    page.see("Write three letters").await;
    check(page, "price-wrong", &mut faults).await;
    page.fill("textbox", "A million sent", "2,50").await;
    page.fill("textbox", "A million received", "10").await;
    page.fill("textbox", "Currency", "usd\u{e007}").await;
    page.find("button", "Change the price of scripted").await;
    check(page, "prices", &mut faults).await;
    // The driver takes a tab that is scrolled away in part for one in view.
    page.js("document.querySelector('dialog [role=tab]').scrollIntoView()", vec![]).await;
    page.click("tab", "Usage").await;
    page.see("All together").await;
    page.click("radio", "By client").await;
    let clients = "return document.querySelector('[data-testid=usage-table]').innerText.includes('Helvetia Logistics')";
    page.until("the clients are listed", clients, vec![]).await;
    check(page, "settings-usage", &mut faults).await;
    page.click("button", "Close").await;
    // What the system's locale puts before the number is its own affair.
    let costs = "return /50,000 tokens · \\D*1\\.00\\b/.test(document.querySelector('[data-role=assistant]').innerText) \
        && /250,000 tokens, \\D*1\\.00\\b/.test(document.querySelector('aside').innerText)";
    page.until("the costs are shown", costs, vec![]).await;
    page.see_gone("price unknown").await;
    check(page, "usage-known", &mut faults).await;
    page.resize(420, 800).await;
    page.find("button", "Show threads").await;
    page.click("button", "Details").await;
    page.find("heading", "Usage and cost").await;
    check(page, "narrow-usage", &mut faults).await;
    page.click("button", "Close").await;
    page.click("button", "Show threads").await;
    page.click("button", "Settings").await;
    page.click("tab", "Usage").await;
    page.see("All together").await;
    check(page, "narrow-settings-usage", &mut faults).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
