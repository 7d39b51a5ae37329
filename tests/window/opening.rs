//! Opening a thread of 10,000 messages, switching between threads, scrolling from end to end.

use crate::cost::empty;
use crate::harness::{Desk, Window};
use crate::memory;
use crate::page::Page;
use crate::stock;
use crate::table::Table;
use crate::timing::{Act, OFTEN, median, number, painted};

const MESSAGES: u64 = 10_000;

pub async fn opening(table: &mut Table) {
    let desk = Desk::new();
    let sizes = [("long", MESSAGES), ("short", 10), ("one", 100), ("other", 100)];
    let last = stock::threads(&desk, &sizes);
    let window = desk.open().await;
    let page = &window.page;
    page.find("button", "long").await;
    let mut times = [const { Vec::new() }; 4];
    for [first, second] in [[0, 1], [2, 3]] {
        for run in 0..=OFTEN {
            for index in [first, second] {
                let took = open(page, sizes[index].0, &last[index]).await;
                // The first time warms up what is measured.
                if run > 0 {
                    times[index].push(took);
                }
            }
        }
    }
    let [long, short, one, other] = times.map(median);
    let bare = ("a thread of 10", short);
    table.ratio("open a thread of 10,000 messages, to painted", long, "ms", bare, "at most 100 ms and 1.3");
    table.figure("switch between two threads of 100 messages, to painted", one.max(other), "ms", "at most 50 ms");
    window.close();
    let window = desk.open().await;
    window.page.find("button", "long").await;
    open(&window.page, "long", &last[0]).await;
    let skein = memory::settled(&window).await;
    window.close();
    let window = empty(&desk).await;
    let bare = memory::settled(&window).await;
    window.close();
    table.figure("memory with it open, more than an empty window", skein - bare, "MiB", "at most 60 MiB");
}

async fn open(page: &Page, thread: &str, last: &str) -> f64 {
    let script = format!("document.querySelector('[data-thread={thread}]').click()");
    painted(page, &Act { script: &script, shown: &format!("document.querySelector('[data-message=\"{last}\"]')") })
        .await
}

/// Scrolls a box towards its beginning for ten seconds, a screen each frame, and watches whether what is to be read is
/// there, if that is asked. Gives the longest time without it, the longest frame, and whether the beginning was reached.
const SCROLL: &str = "const box = document.querySelector(arguments_[0]); \
     const height = Math.min(box.clientHeight, innerHeight); const {left, top, width} = box.getBoundingClientRect(); \
     const blank = () => arguments_[1] && [0.2, 0.5, 0.8].some(part => \
       !document.elementFromPoint(left + width / 2, Math.max(0, top) + height * part)?.closest(arguments_[1])); \
     return await new Promise(done => { const begun = performance.now(); let [since, gone, last, longest] = [null, 0, begun, 0]; \
       const step = now => { \
         if (since !== null) gone = Math.max(gone, now - since); \
         longest = Math.max(longest, now - last); last = now; \
         if (box.scrollTop <= 0 || now - begun > 10000) return done([gone, longest, box.scrollTop <= 0 ? 1 : 0]); \
         box.scrollTop -= height; \
         if (!blank()) since = null; else if (since === null) since = now; \
         requestAnimationFrame(step) }; \
       requestAnimationFrame(step) })";

pub async fn scrolling(table: &mut Table) {
    let desk = Desk::new();
    let last = stock::threads(&desk, &[("long", MESSAGES)]);
    let window = desk.open().await;
    window.page.find("button", "long").await;
    open(&window.page, "long", &last[0]).await;
    let skein = scroll(&window, "[data-testid=messages]", Some("[data-message]")).await;
    window.close();

    let window = empty(&desk).await;
    let fill = "document.body.style.cssText = 'max-width: 760px; margin: 0 auto; line-height: 1.6'; \
         for (const text of arguments[0]) { const p = document.createElement('p'); p.textContent = text; document.body.append(p) }";
    let texts: Vec<_> = (0..MESSAGES).map(crate::fill::text).collect();
    window.page.js(fill, vec![texts.into()]).await;
    window.page.painted().await;
    // A bare page has all of its paragraphs at any time; to look for one among so many takes longer than to scroll.
    let bare = scroll(&window, "html", None).await;
    window.close();

    table.figure("scroll 10,000 messages, a screen a frame: longest blank", skein[0], "ms", "at most 50 ms");
    table.ratio("the longest frame meanwhile", skein[1], "ms", ("a bare page", bare[1]), "");
}

/// The longest blank and the longest frame from the end of a view to its beginning.
async fn scroll(window: &Window, view: &str, message: Option<&str>) -> [f64; 2] {
    window
        .page
        .js("const box = document.querySelector(arguments[0]); box.scrollTop = box.scrollHeight", vec![view.into()])
        .await;
    window.page.painted().await;
    let mut worst = [0.0_f64; 2];
    loop {
        let seen = window.page.js_async(SCROLL, vec![view.into(), message.into()]).await;
        worst = [0, 1].map(|index| worst[index].max(number(&seen[index])));
        if number(&seen[2]) > 0.0 {
            return worst;
        }
    }
}
