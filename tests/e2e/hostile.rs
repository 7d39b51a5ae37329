//! Hostile texts in the real window: while they stream, in history, in search and where a search leads.
//! None runs, and nothing is asked for.

use std::sync::Arc;

use serde_json::{Value, json};
use skein_core::RespondOptions;
use skein_core::render::Stream;
use skein_core::wire::{Input, ResponseRequest, Role, TextPart, ThreadChoice};
use skein_support::hostile;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::Desk;
use crate::outside::Outside;
use crate::page::Page;
use crate::stock;

/// Asks through the page once the reply before stands, and waits until all that can be shown of the reply is on show
/// though it has not ended. Gives what happened.
const ASK: &str = "const [thread, n, html] = arguments_; \
    const frame = () => new Promise(requestAnimationFrame); \
    const words = node => { node.querySelectorAll('[data-copy], [data-wrap]').forEach(each => each.remove()); return node.textContent.replace(/\\s+/g, '') }; \
    const wanted = words(new DOMParser().parseFromString(html, 'text/html').body); \
    const late = performance.now() + 25000; \
    while (document.querySelector('.streaming')) { if (performance.now() > late) return 'the one before has not ended'; await frame() } \
    await window.__TAURI_INTERNALS__.invoke('respond', {thread, text: `canary ${n}`}); \
    let shown = ''; \
    while (performance.now() < late) { \
      await frame(); \
      const text = document.querySelector('.streaming .text'); \
      shown = text ? words(text.cloneNode(true)) : ''; \
      if (shown === wanted) return happened(); \
    } \
    return {shown, wanted}";

/// What a reply shows when all of it has come and its end has not.
fn streamed(text: &str) -> String {
    let step = Stream::new().push(text);
    step.closed.concat() + &step.tail
}

#[tokio::test]
async fn three_hundred_hostile_texts_are_only_text() {
    let desk = Desk::new();
    let outside = Outside::new();
    let texts: Vec<String> =
        hostile::some(&outside.address()).iter().enumerate().map(|(n, text)| format!("canary {n} {text}")).collect();
    assert!(texts.len() >= 300, "{}", texts.len());
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    stock::core(&desk).create_thread(Some("hostile"), Some("Hostile texts"), None).unwrap();
    let window = desk.open().await;
    let page = &window.page;
    outside.watch(page).await;
    page.open_thread("Hostile texts").await;

    let mut seen = 0;
    for (n, text) in texts.iter().enumerate() {
        let gate = Gate::new();
        server.queue(Reply::ends_behind(text, &gate));
        let ask = vec!["hostile".into(), n.into(), streamed(text).into()];
        assert_eq!(page.js_async(ASK, ask).await, Value::Null, "{text:?}, while it streams");
        gate.open_for_good();
        seen += 1;
    }
    assert_eq!(seen, texts.len(), "every text was seen arriving");
    page.quiet().await;
    outside.nothing_happened(page, "while they stream").await;

    in_history(page, texts.len() * 2).await;
    outside.nothing_happened(page, "in history").await;
    page.picture("hostile-history").await;
    in_search(&desk, page, &outside, texts.len() * 2).await;
}

/// Goes through all of the thread, and looks at every message.
async fn in_history(page: &Page, all: usize) {
    page.type_over("spinbutton", "Go to message", &all.to_string()).await;
    page.click("button", "Go").await;
    let last = "return document.querySelector(`[data-position='${arguments[0]}'] .text`)";
    page.until("the last reply stands", last, vec![all.into()]).await;
    // A few screens at a time; what is drawn at the end of one is drawn at the beginning of the next.
    let walk = "const box = document.querySelector('[data-testid=messages]'); const seen = window.walked ??= new Set(); \
        for (let screens = 0; screens < 20; screens++) { \
          await new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next))); \
          for (let turn = 0; turn < 300 && box.querySelector('[aria-busy=true]'); turn++) await new Promise(requestAnimationFrame); \
          for (const place of box.querySelectorAll('[data-position]')) if (place.querySelector('.text')) seen.add(place.dataset.position); \
          if (happened()) return happened(); \
          if (box.scrollTop + box.clientHeight >= box.scrollHeight - 2) return seen.size; \
          box.scrollTop += box.clientHeight * 0.8; \
        } \
        return null";
    let mut walked = 0;
    for _ in 0..3 {
        page.js("document.querySelector('[data-testid=messages]').scrollTop = 0", vec![]).await;
        let mut seen = Value::Null;
        while seen.is_null() {
            seen = page.js_async(walk, vec![]).await;
        }
        walked = seen.as_u64().unwrap_or_else(|| panic!("in history: {seen}")) as usize;
        if walked == all {
            break;
        }
    }
    assert_eq!(walked, all, "every message was looked at");
}

/// Looks at every hit of all pages of results, and goes to one of each kind.
async fn in_search(desk: &Desk, page: &Page, outside: &Outside, all: usize) {
    page.fill("searchbox", "Search everything", "canary\u{e007}").await;
    page.find("region", "Search results").await;
    let every = "for (const more of document.querySelectorAll('.results [data-more], .results .quiet')) more.click(); \
        return document.querySelectorAll('[data-hit]').length === arguments[0]";
    page.until("every page of results is there", every, vec![all.into()]).await;
    outside.nothing_happened(page, "in search").await;
    // Only these, with these attributes; and what is read there is what was found.
    let strange = "const usual = {UL: [], LI: [], BUTTON: ['data-hit', 'tabindex'], SPAN: ['dir'], TIME: ['datetime'], MARK: []}; \
        return [...document.querySelectorAll('.results ul, .results ul *')].filter(each => \
          [...each.attributes].some(a => !['class', ...usual[each.tagName] ?? [a.name]].includes(a.name)) || !usual[each.tagName]) \
          .map(each => each.outerHTML).slice(0, 3)";
    assert_eq!(page.js(strange, vec![]).await, json!([]), "in search");
    let shown = "return Object.fromEntries([...document.querySelectorAll('[data-hit]')].map(hit => \
        [hit.dataset.hit, hit.querySelector('.snippet').textContent.trim()]))";
    let shown = page.js(shown, vec![]).await;
    let skein = stock::core(desk);
    let (mut hits, mut after) = (Vec::new(), None);
    loop {
        let found = skein.search("canary", after.as_deref(), 100).unwrap();
        hits.extend(found.hits);
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(hits.len(), all);
    for hit in &hits {
        let said = hit.snippet.concat();
        assert_eq!(shown[&hit.message_id], said.trim());
        assert!(
            !said.contains(|c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        );
    }
    page.picture("hostile-search").await;

    // One of each form and place stands among any eight neighbours, or else is odd and stands among the last.
    let number = |said: &str| said.split(' ').nth(1).and_then(|number| number.parse::<usize>().ok()).unwrap();
    let replies = hits.iter().filter(|hit| hit.role == Role::Assistant);
    let kinds: Vec<Value> = replies
        .map(|hit| (number(&hit.snippet.concat()), &hit.message_id))
        .filter(|(n, _)| n % 8 == 0 || *n + 30 >= all / 2)
        .map(|(_, id)| json!(id))
        .collect();
    assert!(kinds.len() > 70, "{}", kinds.len());
    let jump = "const frame = () => new Promise(requestAnimationFrame); \
        const until = async so => { for (let turn = 0; turn < 1200; turn++) { if (so()) return true; await frame() } return false }; \
        const hit = id => { document.querySelector('.results [data-more]')?.click(); return document.querySelector(`[data-hit='${id}']`) }; \
        const [id] = arguments_; \
        if (!await until(() => hit(id))) return id + ' is not in the results'; \
        hit(id).click(); \
        if (!await until(() => document.querySelector(`[data-message='${id}'] .text`))) return id + ' is not opened'; \
        if (!await until(() => /^\\d+ of/.test(document.querySelector('.find .said')?.innerText ?? ''))) return id + ' is not found'; \
        await frame(); await frame(); \
        const seen = happened(); \
        document.querySelector('.find button').click(); \
        return seen";
    for id in kinds {
        assert_eq!(page.js_async(jump, vec![id]).await, Value::Null, "where a search leads");
    }
    outside.nothing_happened(page, "where a search leads").await;
}

#[tokio::test]
async fn what_is_made_to_freeze_a_window_is_shown_and_the_window_goes_on() {
    let desk = Desk::new();
    let outside = Outside::new();
    let monsters = hostile::monsters();
    let server = ModelServer::start();
    server.always(Reply::text("Seen."));
    stock::answer_with_room(&desk, &server);
    let skein = stock::core(&desk);
    for (_, text) in &monsters {
        let input = Input { role: Role::User, texts: vec![TextPart { text: text.clone() }], content: None };
        let request = ResponseRequest {
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
    outside.watch(page).await;
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
