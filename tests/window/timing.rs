//! How a figure is taken in a page: from doing something to the frame that shows it, less what
//! waiting for a frame costs by itself; and how long frames are.

use serde_json::Value;

use crate::page::Page;

pub const RUNS: usize = 9;
/// Runs of what is painted: a frame is long beside what is measured, so that few would tell of its phase only.
pub const OFTEN: usize = 25;

/// Does something, waits until something is so and the frame with it is painted, and gives the time. Marks change
/// nothing in the page, so it looks in each frame too.
const TIMED: &str = "const painted = () => new Promise(next => requestAnimationFrame(() => { \
     const after = new MessageChannel(); after.port1.onmessage = next; after.port2.postMessage(0) })); \
     const until = so => new Promise(done => { let over = false; \
     const look = () => { if (!over && so()) { over = true; watch.disconnect(); done() } }; \
     const watch = new MutationObserver(look); \
     watch.observe(document.body, {childList: true, subtree: true, attributes: true}); \
     const frame = () => { look(); if (!over) requestAnimationFrame(frame) }; frame() }); \
     const timed = async (work, so) => { const start = performance.now(); work(); \
     await until(so); await painted(); return performance.now() - start };";

/// Lets what follows an act be over: drawn after it, it is no part of what a frame costs by itself.
const REST: &str = "for (let frame = 0; frame < 15; frame++) await painted();";

/// Watches the length of each frame, from here until it is asked.
const WATCH: &str = "const mine = window.frames_ = []; let last = performance.now(); const look = now => { \
     mine.push(now - last); last = now; if (mine === window.frames_) requestAnimationFrame(look) }; requestAnimationFrame(look)";
/// How many frames took over 50 ms, the longest, and how many there were.
const FRAMES: &str =
    "return [window.frames_.filter(gap => gap > 50).length, Math.max(...window.frames_), window.frames_.length]";

/// What a page does, and what shows that it is done.
pub struct Act<'a> {
    /// A script that does it.
    pub script: &'a str,
    /// What is true in the page when it is done.
    pub shown: &'a str,
}

/// Milliseconds from an act to the painted frame, less the wait for a frame in which nothing happens.
pub async fn painted(page: &Page, act: &Act<'_>) -> f64 {
    let script = format!("{TIMED} return await timed(() => {{ {} }}, () => {})", act.script, act.shown);
    let took = page.js_async(&script, vec![]).await;
    let nothing = format!("{TIMED} {REST} return await timed(() => {{}}, () => true)");
    let nothing = page.js_async(&nothing, vec![]).await;
    (number(&took) - number(&nothing)).max(0.0)
}

pub async fn watch_frames(page: &Page) {
    page.js(WATCH, vec![]).await;
}

/// Frames over 50 ms since they are watched, the longest of all in milliseconds, and how many there were.
pub async fn frames(page: &Page) -> [f64; 3] {
    let seen = page.js(FRAMES, vec![]).await;
    [0, 1, 2].map(|index| number(&seen[index]))
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number, not {value}"))
}

pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// What all but one in twenty take at most.
pub fn p95(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() * 95 / 100]
}
