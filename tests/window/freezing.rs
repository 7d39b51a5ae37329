//! Texts that are made to freeze whoever lays them out: the longest frame in each place where one is shown.

use std::sync::Arc;

use serde_json::json;
use skein_core::wire::{Input, ResponseRequest, Role, TextPart, ThreadChoice};
use skein_core::{RespondOptions, Skein};
use skein_support::hostile;
use skein_support::model_server::{ModelServer, Reply, chat_chunk};

use crate::desk_stock;
use crate::harness::Desk;
use crate::page::Page;
use crate::table::Table;
use crate::timing::{frames, watch_frames};

/// The longest frame in each place, with the text in which it came.
struct Longest<'a> {
    page: &'a Page,
    places: Vec<(&'static str, f64, &'static str)>,
}

/// What ends a reply.
const ENDED: &str =
    "return !!document.querySelector('[data-message][data-role=assistant]') && !document.querySelector('.streaming')";
/// What a thread shows that was left.
const LEFT: &str = "return !document.querySelector('[data-message]')";

pub async fn freezing(table: &mut Table) {
    let desk = Desk::new();
    let server = ModelServer::start();
    desk_stock::answer_with_room(&desk, &server);
    let skein = desk_stock::core(&desk);
    let window = desk.open().await;
    let mut longest = Longest { page: &window.page, places: Vec::new() };
    for (name, text) in hostile::monsters() {
        let thread = longest.arriving(name, &server, said("content", &text)).await;
        longest.opened(name, &thread).await;
        longest.shown_whole(name).await;
        longest.sought(name, &text).await;
        longest.found(name, &skein, &thread, &text).await;
        another_version(&skein, &server, &thread, &text).await;
        longest.compared(name, &thread).await;
        longest.asked(name, &skein, &server, &thread, &text).await;
        longest.temporary(name, &server, &text).await;
        longest.reasoned(name, &server, &text).await;
    }
    let places = longest.places;
    window.close();
    for (place, took, name) in places {
        let row = format!("hostile texts {place}: longest frame ({name})");
        table.figure(&row, took, "ms", "at most 200 ms");
    }
}

impl Longest<'_> {
    async fn begin(&self) {
        watch_frames(self.page).await;
    }

    /// Takes the longest frame since it began.
    async fn take(&mut self, place: &'static str, name: &'static str) {
        self.page.painted().await;
        let took = frames(self.page).await[1];
        match self.places.iter_mut().find(|(known, ..)| *known == place) {
            Some(worst) if worst.1 >= took => {}
            Some(worst) => *worst = (place, took, name),
            None => self.places.push((place, took, name)),
        }
    }

    async fn leave(&self) {
        self.page.click("button", "New thread").await;
        self.page.until("it is gone", LEFT, vec![]).await;
    }

    async fn send(&self) {
        // The question may be far above by the time it is looked for, and not drawn.
        self.page.fill("textbox", "Write a message", "Go on").await;
        self.page.click("button", "Send").await;
        self.page.until("the reply has ended", ENDED, vec![]).await;
    }

    /// In a new thread, which is then left.
    async fn arriving(&mut self, name: &'static str, server: &ModelServer, reply: Reply) -> String {
        server.queue(reply);
        self.begin().await;
        self.send().await;
        self.take("arriving", name).await;
        let thread = self.page.newest_thread().await;
        self.leave().await;
        thread
    }

    async fn open(&self, thread: &str) {
        let row =
            "const row = document.querySelector(`[data-thread='${arguments[0]}']`); row?.click(); return row !== null";
        self.page.until("the thread is in the list", row, vec![thread.into()]).await;
        self.page.until("the thread is open", ENDED, vec![]).await;
    }

    async fn opened(&mut self, name: &'static str, thread: &str) {
        self.begin().await;
        self.open(thread).await;
        self.take("opened", name).await;
    }

    /// “Show all lines”, where a text is so long that it is folded.
    async fn shown_whole(&mut self, name: &'static str) {
        let open = "const fold = document.querySelector('[data-role=assistant] .fold.folded button'); fold?.click(); return !!fold";
        self.begin().await;
        if self.page.js(open, vec![]).await == true {
            let all = "return !!document.querySelector('[data-role=assistant] .fold:not(.folded)')";
            self.page.until("all of it is shown", all, vec![]).await;
            self.take("shown whole", name).await;
        }
    }

    /// In the thread on show.
    async fn sought(&mut self, name: &'static str, text: &str) {
        let open = "document.querySelector('[data-testid=messages]').focus(); \
             dispatchEvent(new KeyboardEvent('keydown', {key: 'f', ctrlKey: true, bubbles: true, cancelable: true}))";
        self.page.js(open, vec![]).await;
        self.page.find("searchbox", "Find in this thread").await;
        self.begin().await;
        self.page.fill("searchbox", "Find in this thread", word(text)).await;
        self.page
            .until("it is found", "return /\\d|no/.test(document.querySelector('.find .said').innerText)", vec![])
            .await;
        self.settled().await;
        self.take("with a word of theirs sought in the thread", name).await;
        self.page.click("button", "Close the search in this thread").await;
        self.leave().await;
    }

    /// From the results of the search, with the thread left before.
    async fn found(&mut self, name: &'static str, skein: &Skein, thread: &str, text: &str) {
        let query = format!("{} role:assistant", word(text));
        // The index holds the beginning of a text only.
        if !skein.search(&query, None, 100).unwrap().hits.iter().any(|hit| hit.thread_id == thread) {
            return;
        }
        self.begin().await;
        self.page.fill("searchbox", "Search everything", &format!("{query}\u{e007}")).await;
        let hit = "return document.querySelector(`[data-found='${arguments[0]}'] [data-hit]`)";
        self.page.until("it is found", hit, vec![thread.into()]).await;
        self.take("found by a search", name).await;
        self.begin().await;
        self.page.js(&format!("(() => {{ {hit} }})().click()"), vec![thread.into()]).await;
        self.page.until("the thread is open", ENDED, vec![]).await;
        self.settled().await;
        self.take("jumped to from there", name).await;
        self.page.click("button", "Clear the search").await;
        self.leave().await;
    }

    async fn compared(&mut self, name: &'static str, thread: &str) {
        self.open(thread).await;
        self.page.js("document.querySelector('[data-role=assistant] .more').click()", vec![]).await;
        self.page.find("menuitem", "Compare versions…").await;
        self.begin().await;
        self.page.click("menuitem", "Compare versions…").await;
        let compared = "return document.querySelector('dialog .rows')?.getAttribute('aria-busy') === 'false'";
        self.page.until("they are compared", compared, vec![]).await;
        self.take("compared with another version", name).await;
        self.page.click("button", "Close").await;
    }

    /// As a question, in the thread on show.
    async fn asked(&mut self, name: &'static str, skein: &Skein, server: &ModelServer, thread: &str, text: &str) {
        server.queue(Reply::text("Seen."));
        let input = Input { role: Role::User, texts: vec![TextPart { text: text.to_owned() }], content: None };
        let request = ResponseRequest {
            inputs: vec![input],
            thread: Some(ThreadChoice::Id(thread.into())),
            ..ResponseRequest::default()
        };
        self.begin().await;
        skein.respond(request, RespondOptions::default(), Arc::new(())).await.unwrap().done().await;
        let shown =
            "return [...document.querySelectorAll('[data-role=assistant]')].some(m => m.innerText.includes('Seen.'))";
        self.page.until("it is answered", shown, vec![]).await;
        self.take("asked", name).await;
        self.leave().await;
    }

    async fn temporary(&mut self, name: &'static str, server: &ModelServer, text: &str) {
        server.queue(said("content", text));
        self.page.click("button", "Temporary chat").await;
        self.page.see("A chat that leaves nothing behind").await;
        self.begin().await;
        self.send().await;
        self.take("in a temporary chat", name).await;
        self.leave().await;
    }

    async fn reasoned(&mut self, name: &'static str, server: &ModelServer, text: &str) {
        let mut events = in_pieces("reasoning_content", text);
        events.truncate(events.len() - 2);
        events.extend(in_pieces("content", "Thought."));
        server.queue(stream(&events));
        self.begin().await;
        self.send().await;
        self.take("as reasoning", name).await;
        self.leave().await;
    }

    /// Waits until marks and places no longer change.
    async fn settled(&self) {
        self.page
            .js_async("for (let frame = 0; frame < 60; frame++) await new Promise(requestAnimationFrame)", vec![])
            .await;
    }
}

/// Another version of a thread's reply, in which each line is another.
async fn another_version(skein: &Skein, server: &ModelServer, thread: &str, text: &str) {
    let other: String = text.chars().rev().chain("z".chars()).collect();
    server.queue(said("content", &other));
    let first = skein.message_views(thread, 2, 2, false).unwrap().remove(0).message.id;
    skein.retry(thread, &first, None, Arc::new(())).await.unwrap().done().await;
}

/// A word with which many words of a text begin.
fn word(text: &str) -> &str {
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).rfind(|word| !word.is_empty()).unwrap_or("x");
    &word[..word.len().min(3)]
}

fn said(kind: &str, text: &str) -> Reply {
    stream(&in_pieces(kind, text))
}

fn stream(events: &[String]) -> Reply {
    Reply::events(&events.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Characters of one piece of a reply.
const PIECE: usize = 4000;

/// The events of a reply with this text, as a server sends one that is long and has no spaces.
fn in_pieces(kind: &str, text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let piece = |chars: &[char]| chat_chunk(&json!({kind: chars.iter().collect::<String>()}), None);
    let mut events: Vec<String> = chars.chunks(PIECE).map(piece).collect();
    events.extend([chat_chunk(&json!({}), Some("stop")), "[DONE]".into()]);
    events
}
