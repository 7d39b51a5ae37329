//! What the window's processes take, and whether it grows.

use std::fs;
use std::time::Duration;

use skein_support::model_server::{ModelServer, Reply};

use crate::cost::empty;
use crate::desk_stock;
use crate::harness::{Desk, Window};
use crate::streaming::prose;
use crate::table::Table;

/// Tokens of all replies whose memory is looked at, and of each.
const MILLION: usize = 1_000_000;
const REPLY: usize = 50_000;
/// What is still given back belongs to the work before: so long, and so little of it, is rest.
const REST: Duration = Duration::from_millis(500);
const LITTLE: f64 = 0.2;

/// What a window's processes take, each page counted by its share, in MiB.
fn now(window: &Window) -> f64 {
    let share = |process: &u32| {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).map(str::trim);
        line.and_then(|line| line.trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or_default()
    };
    window.processes().iter().map(share).sum::<f64>() / 1024.0
}

/// The same, once three looks in a row agree.
pub async fn settled(window: &Window) -> f64 {
    let (mut last, mut agreed) = (now(window), 0);
    while agreed < 3 {
        tokio::time::sleep(REST).await;
        let taken = now(window);
        agreed = if (taken - last).abs() < LITTLE { agreed + 1 } else { 0 };
        last = taken;
    }
    last
}

/// A million tokens in replies of fifty thousand each, as fast as they are taken; and as many words
/// in a bare page, which forgets them likewise.
pub async fn remembering(table: &mut Table) {
    let desk = Desk::new();
    let server = ModelServer::start();
    desk_stock::answer_with(&desk, &server);
    let text = prose(REPLY);
    let window = desk.open().await;
    let mut taken = Vec::new();
    for n in 0..=MILLION / REPLY {
        server.queue(Reply::text(&text));
        window.page.fill("textbox", "Write a message", &format!("Question {n}")).await;
        window.page.click("button", "Send").await;
        // Its question may be far above by now, and not drawn.
        let ended = "return !!document.querySelector('[data-message][data-role=assistant]')";
        window.page.until("the reply has ended", ended, vec![]).await;
        window.page.click("button", "New thread").await;
        window.page.until("it is gone", "return !document.querySelector('[data-message]')", vec![]).await;
        taken.push(settled(&window).await);
    }
    window.close();
    let [first, last] = [taken[0], taken[taken.len() - 1]];
    table.ratio("memory after 1,000,000 tokens", last, "MiB", ("after the first 50,000", first), "at most 1.05");

    let window = empty(&desk).await;
    let mut taken = Vec::new();
    for _ in 0..=MILLION / REPLY {
        window.page.js_async(WORDS, vec![text.clone().into()]).await;
        taken.push(settled(&window).await);
    }
    window.close();
    let [first, last] = [taken[0], taken[taken.len() - 1]];
    table.ratio("a bare page's, for as many words", last, "MiB", ("after the first 50,000", first), "");
}

/// Appends words to paragraphs, a few hundred each frame, and takes them away again.
const WORDS: &str = "const words = arguments_[0].split(' '); let at = 0, into; \
     await new Promise(done => { const step = () => { \
       for (let i = 0; i < 500 && at < words.length; i++) { \
         if (at % 100 === 0) { into = document.createElement('p'); document.body.append(into) } \
         into.append(words[at++] + ' ') } \
       scrollTo(0, 1e9); \
       if (at < words.length) requestAnimationFrame(step); else done() }; step() }); \
     document.body.replaceChildren(); await new Promise(next => requestAnimationFrame(next))";
