//! What is measured, by name, and the figures of starting.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::harness::{Desk, Window};
use crate::table::Table;
use crate::timing::{RUNS, median};
use crate::{freezing, listing, memory, opening, quitting, searching, streaming};

/// Measures what is asked for by its name; everything, if nothing is.
pub async fn measure(table: &mut Table, asked: &[String]) {
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|each| each == name);
    if wanted("starting") {
        starting(table).await;
    }
    if wanted("opening") {
        opening::opening(table).await;
    }
    if wanted("scrolling") {
        opening::scrolling(table).await;
    }
    if wanted("listing") {
        listing::listing(table).await;
    }
    if wanted("searching") {
        searching::searching(table).await;
    }
    if wanted("freezing") {
        freezing::freezing(table).await;
    }
    if wanted("remembering") {
        memory::remembering(table).await;
    }
    if wanted("streaming") {
        streaming::streaming(table).await;
    }
    if wanted("arriving") {
        streaming::arriving(table).await;
    }
    if wanted("typing") {
        streaming::typing(table).await;
    }
    if wanted("quitting") {
        quitting::quitting(table).await;
    }
}

/// An empty window of this very program.
pub async fn empty(desk: &Desk) -> Window {
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
