//! The search over 100,000 messages: from a word to what it found, from there into a thread, and on within it.

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;
use crate::table::Table;
use crate::timing::{Act, OFTEN, median, painted};

const THREADS: [&str; 10] =
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
const EACH: u64 = 10_000;

/// The message that was found is drawn.
const THERE: &str = "document.querySelector(`[data-message=\"${window.found_}\"]`) !== null";

pub async fn searching(table: &mut Table) {
    let desk = Desk::new();
    stock::threads(&desk, &THREADS.map(|name| (name, EACH)));
    let window = desk.open().await;
    let page = &window.page;
    page.find("button", "tenth").await;
    page.js("document.querySelector('#search').focus()", vec![]).await;
    page.0.active_element().await.unwrap().send_keys("transfer\u{e007}").await.unwrap();
    page.until("results", "return document.querySelectorAll('[data-hit]').length > 2", vec![]).await;

    let [found, jumped, next] = [words(page).await, jumps(page).await, steps(page).await];
    window.close();
    table.figure("search 100,000 messages, the last letter to painted", median(found), "ms", "");
    table.figure("jump from what was found to its message, to painted", median(jumped), "ms", "at most 100 ms");
    table.figure("the next match of its thread, to painted", median(next), "ms", "at most 100 ms");
}

/// Asks for words that are in every message and in few. The field waits a little for the next letter: that is in it.
async fn words(page: &Page) -> Vec<f64> {
    let mut times = Vec::new();
    for run in 0..=OFTEN {
        for word in ["message77", "transfer", "audit margin depot"] {
            let press = format!(
                "const field = document.querySelector('main [role=search] input'); field.value = '{word}'; \
                 window.before_ = document.querySelector('[data-hit]').innerHTML; field.dispatchEvent(new InputEvent('input', {{bubbles: true}}))"
            );
            // The same message may be found, with other words marked.
            let shown = "document.querySelector('[data-hit]') && document.querySelector('[data-hit]').innerHTML !== window.before_";
            let took = painted(page, &Act { script: &press, shown }).await;
            if run > 0 {
                times.push(took);
            }
        }
    }
    times
}

/// Opens one result after another, each in the middle of a long thread, and goes back.
async fn jumps(page: &Page) -> Vec<f64> {
    let mut times = Vec::new();
    for run in 0..=OFTEN {
        let press = format!(
            "const hits = [...document.querySelectorAll('[data-hit]')]; const hit = hits[{run} % hits.length]; \
             window.found_ = hit.dataset.hit; hit.click()"
        );
        let took = painted(page, &Act { script: &press, shown: THERE }).await;
        if run > 0 {
            times.push(took);
        }
        page.click("button", "Results").await;
        page.until("the results are back", "return !!document.querySelector('[data-hit]')", vec![]).await;
    }
    times
}

/// Walks through the matches of one of these threads.
async fn steps(page: &Page) -> Vec<f64> {
    page.js("document.querySelector('[data-hit]').click()", vec![]).await;
    let walked = "return /\\d/.test(document.querySelector('.find .said')?.textContent)";
    page.until("its matches are counted", walked, vec![]).await;
    let mut times = Vec::new();
    for run in 0..=OFTEN {
        let press = "window.was_ = document.querySelector('.find .said').textContent; \
             document.querySelector('.find button[aria-label^=Next]').click()";
        let shown = "document.querySelector('.find .said').textContent !== window.was_";
        let took = painted(page, &Act { script: press, shown }).await;
        if run > 0 {
            times.push(took);
        }
    }
    times
}
