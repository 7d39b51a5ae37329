//! Hostile texts wherever a text of somebody else's can stand: titles, clients, metadata, names of models and endpoints,
//! reasoning, what an endpoint says of an error, prompts; on every screen, on paper, and in a transcript in a browser.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use skein_core::wire::{ExportFormat, Input, NewEndpoint, PromptPatch, ResponseRequest, Role, TextPart, ThreadChoice};
use skein_core::{Replace, RespondOptions, Selection, Target};
use skein_support::hostile;
use skein_support::model_server::{ModelServer, Reply, chat_chunk};

use crate::exports::browser;
use crate::harness::{Desk, Window, wait_blocking};
use crate::outside::Outside;
use crate::page::Page;
use crate::palette::{CONTROL, press, type_text};
use crate::stock;

const ESCAPE: char = '\u{e00c}';

/// What would run, and what would be fetched, with the name of the field in which it stands.
fn bad(field: &str, outside: &Outside) -> String {
    format!("{field} \"><img src={} onerror=window.taken=1><svg onload=window.taken=2>", outside.address())
}

/// A reply that says, thinks and is named nothing but that.
fn reply(outside: &Outside, said: &str) -> Reply {
    let thought = chat_chunk(&json!({"reasoning_content": bad("reasoning", outside)}), None);
    let said = chat_chunk(&json!({"content": bad(said, outside)}), None);
    Reply::events(&[&thought, &said, &chat_chunk(&json!({}), Some("stop")), "[DONE]"]).by(&bad("model", outside))
}

/// A store in which each field holds one.
async fn filled(desk: &Desk, server: &ModelServer, outside: &Outside) {
    let skein = stock::core(desk);
    server.set_models(Reply::models(&[(&bad("listed", outside), Some(8192)), ("scripted", Some(8192))]));
    let new = NewEndpoint {
        name: bad("endpoint", outside).chars().filter(|c| *c != '/').take(60).collect(),
        base_url: server.base_url(),
        model: Some(bad("asked", outside)),
        context_window: Some(100_000),
        ..NewEndpoint::default()
    };
    let endpoint = skein.add_endpoint(new).unwrap();
    skein.set_default_endpoint(&endpoint.id).unwrap();
    let metadata = json!({"client": bad("client", outside), "matter": bad("matter", outside), "<b onclick=x>": "key"});
    server.queue(reply(outside, "answer"));
    let input = Input { role: Role::User, texts: vec![TextPart { text: bad("question", outside) }], content: None };
    let request = ResponseRequest {
        inputs: vec![input],
        thread: Some(ThreadChoice::Object { id: "bad".into(), metadata: metadata.as_object().cloned() }),
        ..ResponseRequest::default()
    };
    skein.respond(request, RespondOptions::default(), Arc::new(())).await.unwrap().done().await;
    skein.rename_thread("bad", &bad("title", outside)).unwrap();
    let text = Some(format!("{} {{{{who}}}}", bad("template", outside)));
    skein.create_prompt(&PromptPatch { name: Some(bad("prompt", outside)), text, clients: None }).unwrap();
}

/// What a person sees of a text, wherever it stands.
async fn sees(page: &Page, outside: &Outside, field: &str) {
    // Headings may be in capitals, and what can be changed stands in a field.
    let shown = "const fields = [...document.querySelectorAll('input, textarea')].map(each => each.value); \
         return [document.body.innerText, ...fields].some(text => text.toLowerCase().includes(arguments[0].toLowerCase()))";
    page.until(&format!("the {field} is shown"), shown, vec![bad(field, outside).into()]).await;
}

/// Opens the thread by its row.
async fn open(page: &Page) {
    page.js("document.querySelector('[data-thread=bad]').click()", vec![]).await;
    page.until("the thread is open", "return document.querySelector('[data-role=assistant] .text')", vec![]).await;
}

async fn in_the_thread(page: &Page, outside: &Outside) {
    for field in ["title", "client"] {
        sees(page, outside, field).await;
    }
    outside.nothing_happened(page, "in the sidebar").await;
    open(page).await;
    page.js("document.querySelectorAll('details').forEach(each => each.open = true)", vec![]).await;
    for field in ["question", "answer", "model", "reasoning", "matter"] {
        sees(page, outside, field).await;
    }
    page.find("heading", "What the model saw").await;
    sees(page, outside, "asked").await;
    // Whoever points at something is told more about it.
    let point = "document.querySelectorAll('*').forEach(each => ['mouseover', 'mouseenter', 'pointerover', 'focusin'].forEach(\
         kind => each.dispatchEvent(new MouseEvent(kind, {bubbles: true})))); \
         return [...document.querySelectorAll('[title]')].some(each => each.title.includes('onerror'))";
    page.js(point, vec![]).await;
    outside.nothing_happened(page, "in the thread and beside it").await;
    page.click("button", "Show the request").await;
    page.until(
        "the request is shown",
        "return document.querySelector('dialog pre')?.textContent.includes('question')",
        vec![],
    )
    .await;
    outside.nothing_happened(page, "in what was sent").await;
    page.click("button", "Close").await;
    page.picture("hostile-thread").await;
}

async fn in_versions(page: &Page, server: &ModelServer, outside: &Outside) {
    server.queue(reply(outside, "second"));
    page.click("button", "Retry").await;
    sees(page, outside, "second").await;
    page.quiet().await;
    page.js("document.querySelector('[data-role=assistant] .more').click()", vec![]).await;
    page.click("menuitem", "Compare versions…").await;
    page.until("the difference is marked", "return document.querySelectorAll('dialog mark').length === 2", vec![])
        .await;
    outside.nothing_happened(page, "in versions beside each other").await;
    page.click("button", "Close").await;
    let bad = bad("message", outside);
    server.queue(Reply::error(400, &bad, &bad));
    page.send("Once more").await;
    page.see("Your message is kept.").await;
    page.js("document.querySelectorAll('details').forEach(each => each.open = true)", vec![]).await;
    outside.nothing_happened(page, "in what an endpoint says of an error").await;
    page.picture("hostile-error").await;
}

async fn in_what_opens(page: &Page, outside: &Outside) {
    press(page, &[CONTROL, 'k']).await;
    type_text(page, "title").await;
    let listed =
        "return [...document.querySelectorAll('[role=option]')].some(each => each.innerText.includes('onerror'))";
    page.until("the palette lists the thread", listed, vec![]).await;
    outside.nothing_happened(page, "in the palette").await;
    press(page, &[ESCAPE]).await;
    page.click("button", "Insert a prompt").await;
    page.until("the prompts are listed", listed, vec![]).await;
    outside.nothing_happened(page, "in the prompts").await;
    page.js(
        "[...document.querySelectorAll('[role=option]')].find(each => each.innerText.includes('onerror')).click()",
        vec![],
    )
    .await;
    page.find("textbox", "who").await;
    outside.nothing_happened(page, "in a prompt").await;
    press(page, &[ESCAPE]).await;
    page.click("button", "More actions").await;
    page.click("menuitem", "Export…").await;
    page.find("dialog", "Export").await;
    sees(page, outside, "client").await;
    outside.nothing_happened(page, "in the export").await;
    page.click("button", "Cancel").await;
    page.click("button", "Settings").await;
    page.until("its card is there", "return document.querySelector('[data-endpoint]')", vec![]).await;
    sees(page, outside, "asked").await;
    page.js("[...document.querySelectorAll('[data-endpoint] .acts button')].filter(b => /Edit|Prices/.test(b.innerText)).forEach(b => b.click())", vec![]).await;
    outside.nothing_happened(page, "in the settings").await;
    page.click("tab", "Usage").await;
    page.see("All together").await;
    outside.nothing_happened(page, "in the usage").await;
    page.click("button", "Close").await;
}

async fn on_paper(page: &Page, outside: &Outside) {
    let print =
        "dispatchEvent(new KeyboardEvent('keydown', {key: 'p', ctrlKey: true, bubbles: true, cancelable: true}))";
    page.js(print, vec![]).await;
    page.until("the thread is laid out", "return document.querySelectorAll('.paper article').length > 1", vec![]).await;
    let words = page.js("return document.querySelector('.paper').textContent", vec![]).await;
    for field in ["title", "question", "second", "model"] {
        assert!(words.as_str().unwrap().contains(&bad(field, outside)), "{field}: {words}");
    }
    outside.nothing_happened(page, "on paper").await;
}

async fn in_a_temporary_chat(page: &Page, server: &ModelServer, outside: &Outside) {
    page.click("button", "Temporary chat").await;
    page.see("A chat that leaves nothing behind").await;
    server.queue(reply(outside, "whispered"));
    page.send(&bad("asking", outside)).await;
    sees(page, outside, "whispered").await;
    page.quiet().await;
    outside.nothing_happened(page, "in a temporary chat").await;
}

#[tokio::test]
async fn no_field_of_a_store_does_more_than_say_what_it_holds() {
    let desk = Desk::new();
    let (server, outside) = (ModelServer::start(), Outside::new());
    let window = desk.open().await;
    let page = &window.page;
    outside.watch(page).await;
    filled(&desk, &server, &outside).await;
    in_the_thread(page, &outside).await;
    in_versions(page, &server, &outside).await;
    in_what_opens(page, &outside).await;
    on_paper(page, &outside).await;
    in_a_temporary_chat(page, &server, &outside).await;

    page.fill("searchbox", "Search everything", "onerror\u{e007}").await;
    page.until("there are hits", "return document.querySelector('.results [data-hit]')", vec![]).await;
    sees(page, &outside, "title").await;
    outside.nothing_happened(page, "in the head of what was found").await;
    page.fill("searchbox", "Search all messages", "\"><img src=x onerror=window.taken=3>nowhere").await;
    page.see("No message has “\"><img src=x").await;
    outside.nothing_happened(page, "in what was not found").await;
    page.click("button", "Clear the search").await;
    page.click("button", "Leave the search").await;

    open(page).await;
    page.click("button", "Lock").await;
    page.see("read-only").await;
    outside.nothing_happened(page, "in a locked thread").await;
    page.click("button", "Unlock").await;
    page.find("button", "Lock").await;
    page.click("button", "More actions").await;
    page.click("menuitem", "Delete").await;
    page.see("Moved to the bin.").await;
    page.click("button", "Bin").await;
    sees(page, &outside, "title").await;
    outside.nothing_happened(page, "in the bin").await;
}

/// Opens a file in the browser that comes with the web view, where scripts run, and touches everything in it.
async fn touched(window: &Window, file: &std::path::Path) -> Value {
    window.page.0.goto(&format!("file://{}", file.display())).await.unwrap();
    let touch = "const kinds = ['mouseover', 'mouseenter', 'pointerdown', 'focus', 'load', 'error', 'toggle', 'animationstart']; \
         for (const each of document.querySelectorAll('*')) for (const kind of kinds) each.dispatchEvent(new Event(kind)); \
         await new Promise(next => setTimeout(next)); \
         return [window.taken ?? null, performance.getEntriesByType('resource').length]";
    window.page.js_async(touch, vec![]).await
}

#[tokio::test]
async fn a_transcript_does_nothing_in_a_browser_where_scripts_run() {
    let desk = Desk::new();
    let outside = Outside::new();
    let texts = hostile::some(&outside.address());
    let said = |text: &String| Input { role: Role::User, texts: vec![TextPart { text: text.clone() }], content: None };
    let skein = stock::core(&desk);
    let request = ResponseRequest {
        model: Some("practice/practice".into()),
        inputs: texts.iter().map(said).collect(),
        thread: Some(ThreadChoice::Id("bad".into())),
        ..ResponseRequest::default()
    };
    skein.respond(request, RespondOptions::default(), Arc::new(())).await.unwrap().done().await;
    skein.rename_thread("bad", &bad("title", &outside)).unwrap();
    let path = desk.home().join("bad.html");
    let target = Target { path: path.clone(), replace: Replace::Nothing };
    let which = Selection::Threads(vec!["bad".into()]);
    skein.export(&which, ExportFormat::Html, &target, &mut |_| {}, &|| false).unwrap();

    let window = desk.open_program(&browser(), &["--automation"]).await;
    assert_eq!(touched(&window, &path).await, json!([null, 0]));
    assert_eq!(window.page.js("return document.querySelectorAll('article').length", vec![]).await, texts.len() + 1);
    outside.nobody_called("in a browser");

    // Were anything active in it, it would run, and what it asks for would be fetched.
    let naive = desk.home().join("naive.html");
    fs::write(&naive, "<!doctype html><title>x</title><body onload=window.taken=1><script>window.taken=1</script>")
        .unwrap();
    assert_eq!(touched(&window, &naive).await[0], 1);
    window.page.js("new Image().src = arguments[0]", vec![outside.address().into()]).await;
    wait_blocking("what is asked for is fetched", || outside.was_called());
}
