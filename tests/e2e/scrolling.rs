//! Scrolling through a long thread: whatever its messages turn out to be high, what is read moves as far as the
//! reader scrolls and no further.

use std::sync::Arc;

use serde_json::json;
use skein_core::RespondOptions;
use skein_core::wire::{Input, ResponseRequest, Role, TextPart, ThreadChoice};
use skein_support::model_server::{ModelServer, Reply};

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

const TURNS: usize = 42;
/// Scrolls step by step, by `by` pixels in turns, for as long as there is room. In each frame that is painted, the
/// block in the middle of the view has moved as far as was scrolled; between, the view rests for a while and nothing moves.
const SCROLL: &str = "const [steps, down] = arguments_, box = document.querySelector('[data-testid=messages]'); \
     const frame = () => new Promise(requestAnimationFrame); \
     const top = it => new Promise(next => new IntersectionObserver(([seen], observer) => { \
       observer.disconnect(); next(seen.boundingClientRect.top) }).observe(it)); \
     const middle = () => { const {x, y, width, height} = box.getBoundingClientRect(); \
       const found = document.elementFromPoint(x + width / 2, y + height / 2); \
       return found?.closest('.html > *') ?? found?.closest('.place') ?? box.querySelector('.place') }; \
     const room = () => down ? box.scrollHeight - box.clientHeight - box.scrollTop : box.scrollTop; \
     const jumps = []; let step = 0; \
     for (; step < steps; step++) { \
       const by = [137, 53, 411][step % 3]; \
       await frame(); \
       if (step % 12 === 0 || room() < by) { \
         const it = middle(), before = await top(it); \
         for (let waited = 0; waited < 15; waited++) { await frame(); \
           const after = await top(it); if (Math.abs(after - before) > 0.5) jumps.push({step, rests: true, before, after}) } } \
       if (room() < by) break; \
       await frame(); \
       const it = middle(), before = await top(it); \
       box.scrollTop += down ? by : -by; \
       const after = await top(it), moved = down ? before - after : after - before; \
       if (Math.abs(moved - by) > 0.5 || !it.isConnected) jumps.push({step, by, moved, at: it.closest('[data-position]')?.dataset.position}) } \
     return [step, jumps]";

/// What a model might say: each of another height.
fn said(turn: usize) -> String {
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (1..=count).map(line).collect::<String>();
    match turn % 6 {
        0 => format!("Short, in turn {turn}."),
        1 => lines(9 + turn % 5, &|n| {
            format!("Paragraph {n} of turn {turn}. {}\n\n", "It goes on for some lines. ".repeat(n * 2))
        }),
        2 => format!("Code:\n\n```rust\n{}```\n\nDone.", lines(25 + turn, &|n| format!("let line_{n} = {turn};\n"))),
        3 => {
            format!("| Part | Cost |\n|:--|--:|\n{}", lines(12 + turn, &|n| format!("| part {n} of {turn} | {n} |\n")))
        }
        4 => lines(14, &|n| format!("{}- item {n} of turn {turn}\n", if n % 3 == 0 { "  " } else { "" })),
        _ => format!(
            "## Turn {turn}\n\n{}",
            lines(4, &|n| format!("Formula {n}:\n\n$$\\sum_{{i=1}}^{{{n}}} \\frac{{i}}{{{turn}}}$$\n\n"))
        ),
    }
}

async fn fill(desk: &Desk, server: &ModelServer) {
    stock::answer_with(desk, server);
    let skein = stock::core(desk);
    for turn in 1..=TURNS {
        server.queue(Reply::text(&said(turn)));
        let text = format!("Question {turn}. {}", "Some more words. ".repeat(turn % 7 * 9));
        let request = ResponseRequest {
            inputs: vec![Input { role: Role::User, texts: vec![TextPart { text }], content: None }],
            thread: Some(ThreadChoice::Object { id: "mixed".into(), metadata: None }),
            ..ResponseRequest::default()
        };
        skein.respond(request, RespondOptions::default(), Arc::new(())).await.unwrap().done().await;
    }
    skein.rename_thread("mixed", "All heights").unwrap();
}

/// How many steps there was room for; nothing has jumped.
async fn scrolls(page: &Page, steps: usize, down: bool) -> u64 {
    let seen = page.js_async(SCROLL, vec![steps.into(), down.into()]).await;
    assert_eq!(seen[1], json!([]), "after {}", seen[0]);
    seen[0].as_u64().unwrap()
}

#[tokio::test]
async fn what_is_read_moves_as_far_as_the_reader_scrolls_through_messages_of_all_heights() {
    let desk = Desk::new();
    let server = ModelServer::start();
    fill(&desk, &server).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("All heights").await;
    page.see(&format!("Question {TURNS}.")).await;
    page.painted().await;
    let up = scrolls(page, 10_000, false).await;
    page.see("Question 1.").await;
    let down = scrolls(page, 10_000, true).await;
    page.see(&format!("Question {TURNS}.")).await;
    assert!(up > 60 && down > 60, "{up} steps up, {down} down");
}

#[tokio::test]
async fn who_leapt_into_the_middle_of_a_thread_scrolls_on_from_there_without_a_jump() {
    let desk = Desk::new();
    let server = ModelServer::start();
    fill(&desk, &server).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("All heights").await;
    page.see(&format!("Question {TURNS}.")).await;
    let leap = "const box = document.querySelector('[data-testid=messages]'); box.scrollTop = box.scrollHeight / 2";
    page.js(leap, vec![]).await;
    let words = "return document.querySelector('[data-position]') && !document.querySelector('.waiting')";
    page.until("its words are there", words, vec![]).await;
    page.painted().await;
    assert_eq!(scrolls(page, 24, false).await, 24);
    assert_eq!(scrolls(page, 36, true).await, 36);
}
