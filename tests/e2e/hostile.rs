//! Hostile texts in the real window: while they stream, in history, in search and in an export.
//! None runs, and nothing is asked for.

use std::net::TcpListener;
use std::sync::Arc;

use serde_json::{Value, json};
use skein_core::RespondOptions;
use skein_core::wire::{Input, NewEndpoint, Protocol, ResponseRequest, Role, TextPart, ThreadChoice};
use skein_support::hostile;
use skein_support::model_server::{ModelServer, Reply};

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

/// Where everything that is fetched would arrive.
struct Outside(TcpListener);

impl Outside {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn address(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// Nothing ran in the page, nothing was refused because nothing was tried, and nobody called here.
    async fn nothing_happened(&self, page: &Page, place: &str) {
        let seen = page
            .js("return [window.taken ?? null, window.refused, location.href.startsWith('tauri://')]", vec![])
            .await;
        assert_eq!(seen, json!([null, [], true]), "{place}");
        let strange = "return [...document.querySelectorAll('.html *')].filter(e => /^(SCRIPT|IMG|IFRAME|OBJECT|EMBED|STYLE|LINK|SVG|FORM)$/i\
            .test(e.tagName) || [...e.attributes].some(a => /^on|^style$|^src$|^id$/i.test(a.name))).map(e => e.outerHTML).slice(0, 3)";
        assert_eq!(page.js(strange, vec![]).await, json!([]), "{place}");
        assert!(self.0.accept().is_err(), "{place}: something reached the network");
    }
}

/// Writes down what the page's own wall refuses: a text that got so far was nearly through.
const WATCH: &str = "window.refused = []; addEventListener('securitypolicyviolation', e => refused.push(e.blockedURI + ' ' + e.violatedDirective))";

/// Asks through the page, one text after the other, as long as each reply takes to stand in the thread.
const ASK: &str = "const [thread, from, to] = arguments_; let streamed = 0; \
    const invoke = window.__TAURI_INTERNALS__.invoke; \
    const eye = new MutationObserver(() => { if (document.querySelector('.streaming .html')?.textContent) streamed += 1 }); \
    eye.observe(document.body, {subtree: true, childList: true, characterData: true}); \
    for (let n = from; n < to; n++) { \
      await invoke('respond', {thread, text: `canary ${n}`}); \
      for (;;) { \
        await new Promise(requestAnimationFrame); \
        const rows = await invoke('message_views', {id: thread, from: 2 * n + 2, to: 2 * n + 2, whole: false}); \
        if (rows.length) break; \
      } \
    } \
    eye.disconnect(); return streamed";

#[tokio::test]
async fn three_hundred_hostile_texts_are_only_text() {
    let desk = Desk::new();
    let outside = Outside::new();
    let texts = hostile::some(&outside.address());
    assert!(texts.len() >= 300, "{}", texts.len());
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let replies = texts.clone();
    server.answer_with(move |request| {
        let asked = request.messages().last().map(|(_, text)| text.clone()).unwrap_or_default();
        let number: usize = asked.trim_start_matches("canary ").parse().unwrap();
        Reply::text(&format!("canary {}", replies[number]))
    });
    stock::core(&desk).create_thread(Some("hostile"), Some("Hostile texts"), None).unwrap();
    let window = desk.open().await;
    let page = &window.page;
    page.js(WATCH, vec![]).await;
    page.open_thread("Hostile texts").await;

    let mut streamed = 0;
    for from in (0..texts.len()).step_by(15) {
        let to = (from + 15).min(texts.len());
        let seen = page.js_async(ASK, vec!["hostile".into(), from.into(), to.into()]).await;
        streamed += seen.as_u64().unwrap_or_else(|| panic!("{seen}"));
    }
    assert!(streamed > 0, "no reply was seen arriving");
    outside.nothing_happened(page, "while they stream").await;

    let all = texts.len() * 2;
    page.type_over("spinbutton", "Go to message", &all.to_string()).await;
    page.click("button", "Go").await;
    page.until(
        "the last reply stands",
        "return document.querySelector(`[data-position='${arguments[0]}'] .text`)",
        vec![all.into()],
    )
    .await;
    let walk = "const box = document.querySelector('[data-testid=messages]'); let seen = new Set(); \
        for (box.scrollTop = 0; ; box.scrollTop += box.clientHeight * 0.8) { \
          await new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next))); \
          for (let turn = 0; turn < 300 && box.querySelector('[aria-busy=true]'); turn++) await new Promise(requestAnimationFrame); \
          for (const place of box.querySelectorAll('[data-position]')) if (place.querySelector('.text')) seen.add(place.dataset.position); \
          if (box.scrollTop + box.clientHeight >= box.scrollHeight - 2) return seen.size; \
        }";
    let mut walked = 0;
    for _ in 0..3 {
        walked = walked.max(page.js_async(walk, vec![]).await.as_u64().unwrap_or_default() as usize);
    }
    assert_eq!(walked, all, "every message was looked at");
    outside.nothing_happened(page, "in history").await;
    page.picture("hostile-history").await;

    page.fill("searchbox", "Search everything", "canary\u{e007}").await;
    page.find("region", "Search results").await;
    page.until(
        "there are hits",
        "document.querySelector('[data-more]')?.click(); return document.querySelectorAll('[data-hit]').length > 5",
        vec![],
    )
    .await;
    outside.nothing_happened(page, "in search").await;

    let file = desk.home().join("hostile.html");
    let exported = desk.skein(&["export", "hostile", "--format", "html", "--out", file.to_str().unwrap()]);
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let html = std::fs::read_to_string(&file).unwrap();
    // Parsed by the engine, but never run: what would be active stands nowhere.
    let active = "const page = new DOMParser().parseFromString(arguments[0], 'text/html'); \
        return [page.querySelectorAll('article').length, \
          [...page.querySelectorAll('script, img, iframe, object, embed, link, form, svg, base, button')].length, \
          [...page.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on|^src$|^style$/i.test(a.name))).length, \
          [...page.querySelectorAll('[href]')].filter(e => !/^(https?|mailto):/.test(e.getAttribute('href'))).length]";
    assert_eq!(page.js(active, vec![html.into()]).await, json!([all, 0, 0, 0]));
    outside.nothing_happened(page, "in an export").await;
}

#[tokio::test]
async fn what_is_made_to_freeze_a_window_is_shown_and_the_window_goes_on() {
    let desk = Desk::new();
    let outside = Outside::new();
    let monsters = hostile::monsters();
    let server = ModelServer::start();
    server.always(Reply::text("Seen."));
    let skein = stock::core(&desk);
    let new = NewEndpoint {
        name: "Roomy".into(),
        protocol: Protocol::OpenaiChat,
        base_url: server.base_url(),
        model: Some("roomy".into()),
        context_window: Some(10_000_000),
        ..NewEndpoint::default()
    };
    skein.add_endpoint(new).unwrap();
    for (_, text) in &monsters {
        let input = Input { role: Role::User, texts: vec![TextPart { text: text.clone() }], content: None };
        let request = ResponseRequest {
            model: Some("Roomy/roomy".into()),
            inputs: vec![input],
            thread: Some(ThreadChoice::Id("monsters".into())),
            ..ResponseRequest::default()
        };
        skein.respond(request, RespondOptions::default(), Arc::new(())).await.unwrap().done().await;
    }
    skein.rename_thread("monsters", "Monsters").unwrap();
    drop(skein);
    let window = desk.open().await;
    let page = &window.page;
    page.js(WATCH, vec![]).await;
    page.open_thread("Monsters").await;
    page.js("document.querySelector('[data-testid=messages]').focus()", vec![]).await;
    for (n, (name, _)) in monsters.iter().enumerate().rev() {
        let position = 2 * n + 1;
        let id = page
            .invoke("message_views", json!({"id": "monsters", "from": position, "to": position, "whole": false}))
            .await;
        let id = id.unwrap()[0]["message"]["id"].as_str().unwrap().to_owned();
        // K goes from message to message, and waits for each to be drawn.
        let walk = "const now = document.activeElement?.dataset?.message ?? ''; \
            if (now === arguments[0]) return document.activeElement.querySelector('.text') !== null; \
            if (window.left !== now) { window.left = now; \
              document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', bubbles: true, cancelable: true})) } \
            return false";
        page.until(&format!("{name} is drawn"), walk, vec![Value::from(id)]).await;
    }
    outside.nothing_happened(page, "monsters").await;
    page.picture("monsters").await;
    page.fill("textbox", "Write a message", "Still here").await;
    assert_eq!(page.js("return document.querySelector('#composer').value", vec![]).await, "Still here");
}
