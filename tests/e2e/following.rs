//! Text that arrives: the view goes along with it while the reader is at its end and leaves everybody else
//! where they are, and nothing of it flickers. What is looked at is each frame as it was painted.

use std::collections::HashSet;

use serde_json::json;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::{Desk, Window};
use crate::page::Page;
use crate::stock;

/// Notes in each frame where `find()` stands in `box`. An observer of intersections is told of the layout that is
/// painted, after all that the page puts right before.
const WATCH: &str = "const turn = window.turn_ = (window.turn_ ?? 0) + 1; window.places_ = []; const look = () => { \
     if (window.turn_ !== turn) return; \
     const it = find(); \
     if (it) new IntersectionObserver(([seen], observer) => { observer.disconnect(); \
       places_.push([seen.boundingClientRect.top - seen.rootBounds.top, seen.boundingClientRect.bottom - seen.rootBounds.bottom]) }, \
       {root: box}).observe(it); \
     requestAnimationFrame(look) }; look()";
/// The paragraph in the middle of the view, by how it begins.
const READ: &str = "const {x, y, width, height} = box.getBoundingClientRect(); \
     for (let down = height / 2; down > 0; down -= 4) { \
       const found = document.elementFromPoint(x + width / 2, y + down)?.closest('p'); \
       if (found) return window.read_ = found.textContent.split(' ')[0] + ' ' } return false";
/// That paragraph, drawn anew or not.
const IS_READ: &str = "() => [...box.querySelectorAll('.text p')].find(p => p.textContent.startsWith(window.read_))";
/// Notes of the last reply what each frame shows: its words, where each of its blocks stands below its head, and how many
/// of its formulas are set and pieces of its code coloured; and which of its closed blocks are taken out while it arrives.
const FLICKER: &str = "const notes = window.notes_ = {shown: [], moved: [], removed: [], lost: []}; \
     const words = node => { const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), texts = []; \
       while (walker.nextNode()) texts.push(walker.currentNode.data); \
       return [...new Set(texts.join(' ').match(/[\\p{L}\\p{N}]+/gu))] }; \
     new MutationObserver(records => { for (const {target, removedNodes} of records) \
       if (target.matches?.('.streaming .chunk, .streaming .chunk > .html')) \
         for (const node of removedNodes) if (node instanceof Element) notes.removed.push(node.outerHTML) \
     }).observe(document.body, {childList: true, subtree: true}); \
     const stood = [], most = {}; let last = ''; \
     const look = () => { requestAnimationFrame(look); \
       const column = [...document.querySelectorAll('[data-role=assistant] > .text')].at(-1); \
       if (column?.textContent !== last) notes.shown.push(column ? words(column) : []); last = column?.textContent; \
       if (!column) return; \
       for (const what of ['math', 'pre code span']) { const count = column.querySelectorAll(what).length; \
         if (count < most[what]) notes.lost.push([what, most[what], count]); most[what] = count } \
       const observer = new IntersectionObserver(([head, ...seen]) => { observer.disconnect(); \
         seen.forEach(({target, boundingClientRect}, place) => { \
           const now = {kind: target.tagName, top: boundingClientRect.top - head.boundingClientRect.top}, before = stood[place]; \
           if (before?.kind === now.kind && Math.abs(before.top - now.top) > 0.5) notes.moved.push([target.outerHTML, before, now]); \
           stood[place] = now }) }); \
       for (const each of [column, ...column.querySelectorAll('.html > *')]) observer.observe(each) }; look()";
const END: &str = "() => box.firstElementChild";
const PAGE_UP: &str = "\u{e00e}";
const TO_END: &str = "\u{e010}";
const ENTER: &str = "\u{e007}";
const WORDS: usize = 2000;
const RICH: &str = "# A heading\n\nWords with **more weight**, *some stress*, ~~a strike~~, `some code`, \
    a [link of words](https://example.com/somewhere) and a line\nthat is broken.\n\n\
    ## Lists\n\n- one item\n  - two items\n    1. three of them\n    2. four of them\n- [x] done already\n- [ ] to be done\n\n\
    A paragraph between.\n\n1. first of all\n\n   with a second paragraph\n\n2. second of all\n\n\
    ## A table\n\n| Part | State | Cost |\n|:--|:-:|--:|\n| Agreement | missing still | $5 |\n| Study | is here | $1,250 |\n\n\
    ## Mathematics\n\nMoney: $5 and $10. A formula: $E = m c^2$, and on its own:\n\n\
    $$\\frac{1}{\\sqrt{2 \\pi}} \\int_0^\\infty e^{-x^2 / 2} \\, dx = \\frac{1}{2}$$\n\n\
    \\[ A = \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix} \\]\n\n\
    ## Code\n\n```rust\nfn main() {\n    let words = \"a line of it\";\n\n    println!(\"{words}\"); // said\n}\n```\n\n\
    > Someone said this,\n> and went on.\n\n---\n\n![chart](https://example.com/chart.png)\n\n\
    Heading underlined\n------------------\n\nIt ends here.";

/// Where a reply arrives.
#[derive(Clone, Copy, PartialEq)]
enum Room {
    Thread,
    Temporary,
}

/// A reply on its way, word by word, below a longer one than the window has room for.
struct Arriving {
    window: Window,
    gate: Gate,
    /// Words that were let through.
    come: usize,
    view: &'static str,
    _server: ModelServer,
    _desk: Desk,
}

impl Arriving {
    async fn begin(room: Room) -> Self {
        let desk = Desk::new();
        let server = ModelServer::start();
        stock::answer_with(&desk, &server);
        let (earlier, gate) = (Gate::new(), Gate::new());
        server.queue(Reply::gated(&words("early", 400), &earlier));
        server.queue(Reply::gated(&words("word", WORDS), &gate));
        let window = desk.open().await;
        let page = &window.page;
        if room == Room::Temporary {
            begin_temporary(page).await;
        }
        page.send("First").await;
        earlier.open_for_good();
        page.see("early400").await;
        page.quiet().await;
        page.send("Second").await;
        let view = if room == Room::Thread { "[data-testid=messages]" } else { "[data-testid=temporary]" };
        let mut arriving = Self { window, gate, come: 0, view, _server: server, _desk: desk };
        arriving.more(1).await;
        arriving.page().painted().await;
        arriving
    }

    fn page(&self) -> &Page {
        &self.window.page
    }

    /// Lets more words through and waits until they are in the page.
    async fn more(&mut self, words: usize) {
        self.gate.open(words);
        self.come += words;
        let script = "return new RegExp(`${arguments[0]}(?!\\\\d)`).test(document.querySelector('.streaming .text')?.textContent)";
        let last = format!("word{}", self.come);
        self.page().until(&format!("{last} has come"), script, vec![last.into()]).await;
    }

    /// Runs a script that knows what scrolls.
    async fn js(&self, script: &str) -> serde_json::Value {
        self.page().js(&format!("const box = document.querySelector('{}'); {script}", self.view), vec![]).await
    }

    async fn watch(&self, find: &str) {
        self.js(&format!("const find = {find}; {WATCH}")).await;
        self.page().painted().await;
    }

    /// Where the top of what is watched stood below the upper edge of the view in each frame, and its end below the lower.
    async fn places(&self) -> Vec<[f64; 2]> {
        self.page().painted().await;
        let places = serde_json::from_value(self.js("return places_").await);
        places.expect("places")
    }

    /// Presses a key in the list of messages, and waits until the view rests elsewhere.
    async fn press(&self, key: &str) {
        self.js("box.focus(); window.before_ = window.last_ = box.scrollTop").await;
        self.page().0.active_element().await.unwrap().send_keys(key).await.unwrap();
        let rests = format!(
            "const box = document.querySelector('{}'), last = window.last_; window.last_ = box.scrollTop; \
             return last === window.last_ && last !== window.before_",
            self.view
        );
        self.page().until("the view rests elsewhere", &rests, vec![]).await;
    }

    /// More comes, little by little and much at once: the end stays in sight in every frame.
    async fn is_followed(&mut self) {
        self.watch(END).await;
        for _ in 0..8 {
            self.more(7).await;
        }
        for _ in 0..3 {
            self.more(90).await;
        }
        let places = self.places().await;
        let astray: Vec<_> = places.iter().filter(|[_, end]| end.abs() > 1.0).collect();
        assert!(astray.is_empty() && places.len() > 20, "{} of {}: {astray:?}", astray.len(), places.len());
        self.page().find_gone("button", "New text below").await;
    }

    /// More comes: what is read stays where it is in every frame.
    async fn leaves_the_reader(&mut self) {
        self.js(READ).await;
        self.watch(IS_READ).await;
        for _ in 0..8 {
            self.more(7).await;
        }
        self.more(90).await;
        self.stood_still().await;
        self.page().find("button", "New text below").await;
    }

    async fn stood_still(&self) {
        let places = self.places().await;
        let moved: Vec<_> = places.iter().filter(|[top, _]| (top - places[0][0]).abs() > 0.5).collect();
        assert!(moved.is_empty() && places.len() > 10, "{} of {}: {moved:?}", moved.len(), places.len());
    }
}

/// So many words in paragraphs of twelve, each with its number.
fn words(name: &str, count: usize) -> String {
    let word = |n: usize| format!("{}{name}{n} ", if n % 12 == 1 && n > 1 { "\n\n" } else { "" });
    (1..=count).map(word).collect()
}

async fn begin_temporary(page: &Page) {
    page.click("button", "Temporary chat").await;
    page.see("A chat that leaves nothing behind").await;
}

async fn follows(room: Room) {
    let mut reply = Arriving::begin(room).await;
    reply.is_followed().await;
    reply.watch(END).await;
    reply.gate.open_for_good();
    reply.page().see(&format!("word{WORDS}")).await;
    reply.page().quiet().await;
    let places = reply.places().await;
    assert!(places.iter().all(|[_, end]| end.abs() <= 1.0), "{places:?}");
}

async fn stays(room: Room) {
    let mut reply = Arriving::begin(room).await;
    reply.press(PAGE_UP).await;
    reply.leaves_the_reader().await;
    reply.page().click("button", "New text below").await;
    reply.is_followed().await;
    // Now within the reply itself.
    reply.press(PAGE_UP).await;
    reply.leaves_the_reader().await;
    reply.page().find("button", "New text below").await.send_keys(ENTER).await.unwrap();
    reply.is_followed().await;
    assert_eq!(reply.js("return document.activeElement === box").await, true, "the keys go on there");
    reply.press(PAGE_UP).await;
    reply.leaves_the_reader().await;
    reply.press(TO_END).await;
    reply.is_followed().await;
}

async fn ends(room: Room) {
    let mut reply = Arriving::begin(room).await;
    reply.more(WORDS / 2).await;
    reply.press(PAGE_UP).await;
    reply.js(READ).await;
    reply
        .js(&format!(
            "const {{firstChild}} = ({IS_READ})(); getSelection().setBaseAndExtent(firstChild, 3, firstChild, 20)"
        ))
        .await;
    let selected = reply.js("return getSelection().toString()").await;
    assert_eq!(selected.as_str().map(str::len), Some(17));
    reply.watch(IS_READ).await;
    reply.gate.open_for_good();
    reply.page().see(&format!("word{WORDS}")).await;
    reply.page().quiet().await;
    reply.stood_still().await;
    assert_eq!(reply.js("return getSelection().toString()").await, selected, "it is still selected");
}

/// A reply with all that Markdown has comes word by word.
async fn is_calm(room: Room) {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let gate = Gate::new();
    server.queue(Reply::gated(RICH, &gate));
    let window = desk.open().await;
    let page = &window.page;
    if room == Room::Temporary {
        begin_temporary(page).await;
    }
    page.send("Show me").await;
    page.js(FLICKER, vec![]).await;
    for _ in RICH.split(' ') {
        gate.open(1);
        page.painted().await;
    }
    page.see("It ends here.").await;
    gate.open_for_good();
    page.quiet().await;
    page.painted().await;
    let notes = page.js("return notes_", vec![]).await;
    for what in ["removed", "moved", "lost"] {
        assert_eq!(notes[what], json!([]), "{what}");
    }
    let shown: Vec<HashSet<String>> = serde_json::from_value(notes["shown"].clone()).unwrap();
    assert!(
        shown.last().is_some_and(|words| words.len() > 70) && shown.len() > 60,
        "it came in {} pieces",
        shown.len()
    );
    for word in shown.last().unwrap() {
        let later = shown.iter().skip_while(|words| !words.contains(word));
        assert_eq!(later.filter(|words| !words.contains(word)).count(), 0, "{word:?} was gone");
    }
}

#[tokio::test]
async fn nothing_of_a_reply_that_arrives_flickers_or_moves() {
    is_calm(Room::Thread).await;
}

#[tokio::test]
async fn nothing_of_a_reply_that_arrives_in_a_temporary_chat_flickers_or_moves() {
    is_calm(Room::Temporary).await;
}

#[tokio::test]
async fn the_view_follows_a_reply_while_the_reader_is_at_its_end() {
    follows(Room::Thread).await;
}

#[tokio::test]
async fn the_view_follows_a_reply_of_a_temporary_chat_too() {
    follows(Room::Temporary).await;
}

#[tokio::test]
async fn who_reads_further_up_stays_there_until_they_go_to_the_new_text() {
    stays(Room::Thread).await;
}

#[tokio::test]
async fn who_reads_further_up_in_a_temporary_chat_stays_there_too() {
    stays(Room::Temporary).await;
}

#[tokio::test]
async fn a_long_reply_that_ends_while_it_is_read_stays_where_it_is() {
    ends(Room::Thread).await;
}

#[tokio::test]
async fn a_long_reply_of_a_temporary_chat_that_ends_while_it_is_read_stays_where_it_is() {
    ends(Room::Temporary).await;
}
