//! A reply of 1,000 tokens a second: the frames meanwhile, and typing meanwhile.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use serde_json::Value;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::cost::empty;
use crate::desk_stock;
use crate::harness::{Desk, Window};
use crate::page::Page;
use crate::table::Table;
use crate::timing::{Act, frames, median, number, p95, painted, watch_frames};

/// Tokens in a second, and seconds, of the reply that is watched.
const PACE: usize = 1000;
const SECONDS: usize = 10;
/// Tokens of a reply that comes without delay, and how often it comes.
const TOKENS: usize = 20_000;
const ARRIVALS: usize = 5;
/// Turns in which the two fields are typed into, and keys a turn.
const TURNS: usize = 20;
const KEYS: usize = 6;
const FRAME: f64 = 1000.0 / 60.0;

/// A window in which a reply has begun.
async fn begun(desk: &Desk, server: &ModelServer, gate: &Gate, seconds: usize) -> Window {
    server.queue(Reply::gated(&prose(PACE * seconds), gate));
    let window = desk.open().await;
    window.page.send("Write ten thousand words").await;
    gate.open(1);
    window.page.see("word").await;
    window.page.painted().await;
    window
}

/// Lets the reply on at its pace.
async fn pour(gate: Gate, seconds: usize) {
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    for _ in 0..seconds * 100 {
        tick.tick().await;
        gate.open(PACE / 100);
    }
}

pub async fn streaming(table: &mut Table) {
    let desk = Desk::new();
    let server = ModelServer::start();
    desk_stock::answer_with(&desk, &server);
    let gate = Gate::new();
    let window = begun(&desk, &server, &gate, SECONDS).await;
    let page = &window.page;
    watch_frames(page).await;
    pour(gate.clone(), SECONDS).await;
    let skein = frames(page).await;
    gate.open_for_good();
    page.quiet().await;
    window.close();

    let window = empty(&desk).await;
    let append = "const words = arguments[0].split(' '); let at = 0, into; setInterval(() => { for (let i = 0; i < 16 && at < words.length; i++) { \
         if (at % 100 === 0) { into = document.createElement('p'); document.body.append(into) } \
         into.append(words[at++] + ' ') } scrollTo(0, 1e9) }, 16)";
    window.page.js(append, vec![prose(PACE * SECONDS).into()]).await;
    watch_frames(&window.page).await;
    tokio::time::sleep(Duration::from_secs(SECONDS as u64)).await;
    let bare = frames(&window.page).await;
    window.close();

    let beyond = skein[0] - bare[0];
    table.figure("frames over 50 ms in 10 s at 1,000 tokens/s, beyond a bare page's", beyond, "frames", "0");
    table.ratio("the longest of them", skein[1], "ms", ("a bare page that appends", bare[1]), "");
    let bare = ("a bare page that appends", bare[2] / SECONDS as f64);
    table.ratio("frames a second meanwhile", skein[2] / SECONDS as f64, "frames", bare, "");
}

/// A reply without delay, from the click to its last word in the page, and to all of it saved and painted as a message,
/// beside `curl -N` reading the same.
pub async fn arriving(table: &mut Table) {
    let desk = Desk::new();
    let server = ModelServer::start();
    desk_stock::answer_with(&desk, &server);
    server.always(Reply::text(&format!("{} end", prose(TOKENS - 1))));
    let window = desk.open().await;
    let page = &window.page;
    let (mut handed, mut times) = (Vec::new(), Vec::new());
    for _ in 0..=ARRIVALS {
        page.js(LAST_WORD, vec![]).await;
        page.fill("textbox", "Write a message", "Write twenty thousand words").await;
        let send = "window.begun_ = performance.now(); document.querySelector('form button[type=submit]').click()";
        let shown =
            "document.querySelector('[data-message][data-role=assistant]') && !document.querySelector('.streaming')";
        times.push(painted(page, &Act { script: send, shown }).await);
        handed.push(number(&page.js("return window.last_word_ - window.begun_", vec![]).await));
        page.click("button", "New thread").await;
        page.until("it is gone", "return !document.querySelector('[data-message]')", vec![]).await;
    }
    window.close();
    let curl = (0..=ARRIVALS).map(|_| {
        let start = Instant::now();
        let url = format!("{}/chat/completions", server.base_url());
        let read = Command::new("curl").args(["-sN", "-d", "{}", &url]).stdout(Stdio::null()).status();
        assert!(read.unwrap().success());
        start.elapsed().as_secs_f64() * 1000.0
    });
    let bare = ("curl -N", median(curl.skip(1).collect()));
    times.remove(0);
    handed.remove(0);
    table.ratio("20,000 tokens from the click to the last word in the window", median(handed), "ms", bare, "3");
    table.ratio("the same, saved and painted as a message", median(times), "ms", bare, "");
}

/// Notes when the page has the last word of a reply.
const LAST_WORD: &str = "window.last_word_ = null; const watch = new MutationObserver(() => { \
     if (!document.querySelector('[data-testid=messages]')?.textContent.includes('word end')) return; \
     window.last_word_ = performance.now(); watch.disconnect() }); \
     watch.observe(document.body, {childList: true, subtree: true, characterData: true})";

/// Times each key of a field from the press to the frame that shows its glyph.
const LISTEN: &str = "const [field] = arguments; (window.keys_ ??= {})[field.id] = []; \
     field.addEventListener('keydown', event => requestAnimationFrame(() => { const after = new MessageChannel(); \
     after.port1.onmessage = () => window.keys_[field.id].push(performance.now() - event.timeStamp); after.port2.postMessage(0) }))";
/// A plain field over the same page.
const PLAIN: &str = "const field = document.createElement('textarea'); field.id = 'plain'; \
     field.style.cssText = 'position: fixed; left: 40%; top: 0; width: 20rem; height: 5rem; z-index: 99'; document.body.append(field)";

/// Typing while a reply comes: into the composer and into a plain field of the same page, in turns, so that both are
/// typed into beside as much text.
pub async fn typing(table: &mut Table) {
    let desk = Desk::new();
    let server = ModelServer::start();
    desk_stock::answer_with(&desk, &server);
    let gate = Gate::new();
    let window = begun(&desk, &server, &gate, 6 * SECONDS).await;
    let page = &window.page;
    page.js(PLAIN, vec![]).await;
    let fields = [listened(page, "composer").await, listened(page, "plain").await];
    let stream = tokio::spawn(pour(gate.clone(), 6 * SECONDS));
    for _ in 0..TURNS {
        for field in &fields {
            // The press that brings the focus is no part of typing.
            page.js("arguments[0].focus()", vec![serde_json::to_value(field).unwrap()]).await;
            page.painted().await;
            for key in 0..KEYS {
                field.send_keys(["a", "b", "c", " "][key % 4]).await.unwrap();
            }
        }
    }
    page.painted().await;
    let composer = keys(page, "composer").await;
    let plain = keys(page, "plain").await;
    stream.abort();
    gate.open_for_good();
    window.kill();
    for (name, of) in [("median", median as fn(Vec<f64>) -> f64), ("p95", p95)] {
        let (composer, plain) = (of(composer.clone()), of(plain.clone()));
        let row = format!("key to glyph in the composer at 1,000 tokens/s, {name}");
        table.ratio(&row, composer, "ms", ("a plain field there", plain), "");
        let more = (composer - plain) / FRAME;
        table.figure(&format!("the same, in frames more than the plain field, {name}"), more, "frames", "at most 1");
    }
}

/// The field with an id, whose keys are timed from here on.
async fn listened(page: &Page, id: &str) -> Element {
    let element = page.js("return document.getElementById(arguments[0])", vec![id.into()]).await;
    let reference = element.as_object().and_then(|object| object.values().next()).and_then(Value::as_str).unwrap();
    let field = Element::from_element_id(page.0.clone(), reference.to_owned().into());
    page.js(LISTEN, vec![element]).await;
    field
}

/// Milliseconds from each key of a field to its glyph.
async fn keys(page: &Page, id: &str) -> Vec<f64> {
    let keys = page.js("return window.keys_[arguments[0]]", vec![id.into()]).await;
    keys.as_array().unwrap().iter().map(number).collect()
}

/// So many words in paragraphs of a hundred, with a list and some code among them.
pub fn prose(words: usize) -> String {
    let mut text = String::new();
    for n in 0..words {
        let space = match n % 100 {
            0 if n % 1000 == 500 => "\n\n- ",
            0 if n > 0 => "\n\n",
            50 if n % 500 == 250 => " `code` ",
            _ => " ",
        };
        text.push_str(space);
        text.push_str("word");
    }
    text.trim_start().to_owned()
}
