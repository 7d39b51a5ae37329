//! The figures: starting, opening, listing, streaming, memory.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::{Desk, Window};
use crate::table::Table;
use crate::{desk_stock, stock};

const RUNS: usize = 9;
/// Tokens in a second, and seconds, of the reply that is watched.
const PACE: usize = 1000;
const SECONDS: usize = 10;
/// Tokens of all replies whose memory is looked at, and of each.
const MILLION: usize = 1_000_000;
const REPLY: usize = 50_000;

/// Does something, waits until a selector finds something and the frame with it is painted, and gives the time.
const TIMED: &str = "const painted = () => new Promise(next => requestAnimationFrame(() => { \
     const after = new MessageChannel(); after.port1.onmessage = next; after.port2.postMessage(0) })); \
     const until = selector => new Promise(done => { \
     const look = () => { if (document.querySelector(selector)) { watch.disconnect(); done() } }; \
     const watch = new MutationObserver(look); \
     watch.observe(document.body, {childList: true, subtree: true, attributes: true}); look() }); \
     const timed = async (work, selector) => { const start = performance.now(); work(); await until(selector); await painted(); \
     return performance.now() - start };";

/// Measures what is asked for by its name; everything, if nothing is.
pub async fn measure(table: &mut Table, asked: &[String]) {
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|each| each == name);
    if wanted("starting") {
        starting(table).await;
    }
    if wanted("opening") {
        opening(table).await;
    }
    if wanted("listing") {
        listing(table).await;
    }
    if wanted("remembering") {
        remembering(table).await;
    }
    if wanted("streaming") {
        streaming(table).await;
    }
}

/// An empty window of this very program.
async fn empty(desk: &Desk) -> Window {
    let window = desk.open_program(&std::env::current_exe().unwrap(), &["--empty"]).await;
    window.page.until("the empty page is there", "return document.body?.innerText === 'Empty'", vec![]).await;
    window
}

async fn starting(table: &mut Table) {
    let desk = Desk::new();
    let mut skein = Vec::new();
    let mut bare = Vec::new();
    for _ in 0..RUNS {
        let window = desk.open().await;
        let usable = "const mark = performance.getEntriesByName('usable')[0]; \
             const paint = performance.getEntriesByName('first-contentful-paint')[0]; \
             return mark && paint ? performance.timeOrigin + Math.max(mark.startTime, paint.startTime) : null";
        skein.push(since_start(&window, &window.page.until("it is usable", usable, vec![]).await));
        window.close();
        let window = empty(&desk).await;
        let paint = "const paint = performance.getEntriesByName('first-contentful-paint')[0]; \
             return paint ? performance.timeOrigin + paint.startTime : null";
        bare.push(since_start(&window, &window.page.until("it is painted", paint, vec![]).await));
        window.kill();
    }
    let bare = ("an empty window", median(bare));
    table.ratio("cold start to a usable window", median(skein), "ms", bare, "at most 1000 ms and 2");
}

/// Milliseconds from the start of the program to a moment its page told.
fn since_start(window: &Window, moment: &Value) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", window.processes()[0])).unwrap();
    // Field 22, of which the first two are before the closing bracket; in hundredths of a second.
    let started: f64 = stat.rsplit(')').next().unwrap().split_whitespace().nth(19).unwrap().parse().unwrap();
    let uptime = fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = uptime.split_whitespace().next().unwrap().parse().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    moment.as_f64().unwrap() - (now - uptime + started / 100.0) * 1000.0
}

async fn opening(table: &mut Table) {
    let desk = Desk::new();
    let last = stock::threads(&desk, &[("long", 10_000), ("short", 10)]);
    let window = desk.open().await;
    let page = &window.page;
    page.find("button", "long").await;
    let script = format!(
        "{TIMED} return await timed(() => document.querySelector(`[data-thread=${{arguments_[0]}}]`).click(), \
         `[data-message=\"${{arguments_[1]}}\"]`)"
    );
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        for (index, name) in ["long", "short"].into_iter().enumerate() {
            let took = page.js_async(&script, vec![name.into(), last[index].clone().into()]).await;
            times[index].push(took.as_f64().unwrap());
        }
    }
    let [long, short] = times.map(median);
    let bare = ("a thread of 10", short);
    table.ratio("open a thread of 10,000 messages, to painted", long, "ms", bare, "at most 100 ms and 1.3");
    window.close();
    let window = desk.open().await;
    window.page.find("button", "long").await;
    window.page.js_async(&script, vec!["long".into(), last[0].clone().into()]).await;
    let skein = memory(&window);
    window.close();
    let window = empty(&desk).await;
    let more = skein - memory(&window);
    window.close();
    table.figure("memory with it open, more than an empty window", more, "MiB", "at most 60 MiB");
}

/// A million tokens in replies of fifty thousand each, as fast as they are taken.
async fn remembering(table: &mut Table) {
    let desk = Desk::new();
    let server = ModelServer::start();
    desk_stock::answer_with(&desk, &server);
    let reply = Reply::text(&prose(REPLY));
    let window = desk.open().await;
    let mut taken = Vec::new();
    for n in 0..=MILLION / REPLY {
        server.queue(reply.clone());
        window.page.send(&format!("Question {n}")).await;
        window.page.quiet().await;
        window.page.click("button", "New thread").await;
        window.page.until("it is gone", "return !document.querySelector('[data-message]')", vec![]).await;
        taken.push(memory(&window));
    }
    window.close();
    let first = ("after the first 50,000", taken[0]);
    table.ratio("memory after 1,000,000 tokens", taken[taken.len() - 1], "MiB", first, "at most 1.05");
}

/// What a window's processes take, each page counted by its share, in MiB.
fn memory(window: &Window) -> f64 {
    let share = |process: &u32| {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).map(str::trim);
        line.and_then(|line| line.trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or_default()
    };
    window.processes().iter().map(share).sum::<f64>() / 1024.0
}

async fn listing(table: &mut Table) {
    let desk = Desk::new();
    stock::many_threads(&desk, 10_000, 10);
    let window = desk.open().await;
    let page = &window.page;
    page.find("button", "Locked").await;
    let script = format!(
        "{TIMED} const button = [...document.querySelectorAll('.states button')].find(b => b.textContent === arguments_[0]); \
         return await timed(() => button.click(), `[data-row=\"0\"] .${{arguments_[0].toLowerCase()}}`)"
    );
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..RUNS {
        for (index, state) in ["Locked", "Open"].into_iter().enumerate() {
            times[index].push(page.js_async(&script, vec![state.into()]).await.as_f64().unwrap());
        }
    }
    let [few, many] = times.map(median);
    let bare = ("10 threads", few);
    table.ratio("list and group 10,000 threads, to painted", many, "ms", bare, "at most 100 ms and 1.3");
    window.close();
}

/// Watches the length of each frame, from here until it is asked.
const WATCH: &str = "window.frames_ = []; let last = performance.now(); const look = now => { \
     window.frames_.push(now - last); last = now; requestAnimationFrame(look) }; requestAnimationFrame(look)";
/// How many frames took over 50 ms, and the longest.
const FRAMES: &str =
    "return [window.frames_.filter(gap => gap > 50).length, Math.max(...window.frames_), window.frames_.length]";

async fn streaming(table: &mut Table) {
    let desk = Desk::new();
    let server = ModelServer::start();
    desk_stock::answer_with(&desk, &server);
    let gate = Gate::new();
    server.queue(Reply::gated(&prose(PACE * SECONDS), &gate));
    let window = desk.open().await;
    let page = &window.page;
    page.send("Write ten thousand words").await;
    gate.open(1);
    page.see("word").await;
    page.painted().await;
    page.js(WATCH, vec![]).await;
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    for _ in 0..SECONDS * 100 {
        tick.tick().await;
        gate.open(PACE / 100);
    }
    let skein = page.js(FRAMES, vec![]).await;
    gate.open_for_good();
    page.quiet().await;
    window.close();

    let window = empty(&desk).await;
    let append = "const words = arguments[0].split(' '); let at = 0, into; setInterval(() => { for (let i = 0; i < 16 && at < words.length; i++) { \
         if (at % 100 === 0) { into = document.createElement('p'); document.body.append(into) } \
         into.append(words[at++] + ' ') } scrollTo(0, 1e9) }, 16)";
    window.page.js(append, vec![prose(PACE * SECONDS).into()]).await;
    window.page.js(WATCH, vec![]).await;
    tokio::time::sleep(Duration::from_secs(SECONDS as u64)).await;
    let bare = window.page.js(FRAMES, vec![]).await;
    window.close();

    let number = |value: &Value, index: usize| value[index].as_f64().unwrap();
    let beyond = number(&skein, 0) - number(&bare, 0);
    table.figure("frames over 50 ms in 10 s at 1,000 tokens/s, beyond a bare page's", beyond, "frames", "0");
    let longest = ("a bare page that appends", number(&bare, 1));
    table.ratio("the longest of them", number(&skein, 1), "ms", longest, "");
    let frames = ("a bare page that appends", number(&bare, 2) / SECONDS as f64);
    table.ratio("frames a second meanwhile", number(&skein, 2) / SECONDS as f64, "frames", frames, "");
}

/// So many words in paragraphs of a hundred, with a list and some code among them.
fn prose(words: usize) -> String {
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

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
