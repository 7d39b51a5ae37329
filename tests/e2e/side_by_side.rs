//! Several threads at once: replies stream side by side, looking at one interrupts no other, and
//! quitting keeps what had arrived in each.

use skein_core::MessageRange;
use skein_core::wire::MessageStatus;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

const HILLS: (&str, &str) = ("About the hills", "Hills rise above the plain and end in mist.");
const RIVERS: (&str, &str) = ("About the rivers", "Rivers run below the town and end in lakes.");

/// A server that tells of both, a word for each opening of a gate.
fn two_stories(server: &ModelServer) -> (Gate, Gate) {
    let (hills, rivers) = (Gate::new(), Gate::new());
    let replies = [(HILLS, &hills), (RIVERS, &rivers)].map(|((asked, told), gate)| (asked, Reply::gated(told, gate)));
    server.answer_with(move |request| {
        let asked = request.messages().pop().map(|(_, text)| text).unwrap_or_default();
        let known = replies.iter().find(|(question, _)| *question == asked);
        known.map_or_else(|| Reply::error(400, "unknown", "Who asks?"), |(_, reply)| reply.clone())
    });
    (hills, rivers)
}

/// Asks in a new thread, and waits until the list has it: it takes the place of another row.
async fn ask_anew(page: &Page, question: &str) {
    page.click("button", "New thread").await;
    page.send(question).await;
    page.find("button", question).await;
}

/// Waits until the list says of so many threads that a reply is running.
async fn running_rows(page: &Page, count: usize) {
    let script = "return document.querySelectorAll('nav .running').length === arguments[0]";
    page.until(&format!("{count} rows with a running reply"), script, vec![count.into()]).await;
}

#[tokio::test]
async fn two_threads_stream_at_once_and_looking_from_one_to_the_other_interrupts_neither() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let (hills, rivers) = two_stories(&server);
    let window = desk.open().await;
    let page = &window.page;
    ask_anew(page, HILLS.0).await;
    hills.open(2);
    page.see("Hills rise").await;
    running_rows(page, 1).await;
    ask_anew(page, RIVERS.0).await;
    rivers.open(2);
    page.see("Rivers run").await;
    page.see_gone("Hills rise").await;
    running_rows(page, 2).await;
    page.find("button", "A reply is running").await;
    page.picture("side-by-side").await;

    // Each grows while the other is looked at, and shows so as soon as it is looked at itself.
    hills.open(2);
    page.open_thread(HILLS.0).await;
    page.see("Hills rise above the").await;
    page.see_gone("Rivers run").await;
    rivers.open(2);
    page.open_thread(RIVERS.0).await;
    page.see("Rivers run below the").await;
    hills.open_for_good();
    running_rows(page, 1).await;
    page.open_thread(HILLS.0).await;
    page.see(HILLS.1).await;
    page.quiet().await;
    assert_eq!(page.last_text("assistant").await.trim(), HILLS.1);
    rivers.open_for_good();
    running_rows(page, 0).await;
    page.open_thread(RIVERS.0).await;
    page.see(RIVERS.1).await;
    page.quiet().await;
    assert_eq!(page.last_text("assistant").await.trim(), RIVERS.1);
    assert_eq!((server.seen().requests, server.seen().hung_up), (2, 0));
}

#[tokio::test]
async fn stopping_one_of_two_replies_leaves_the_other_alone() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let (hills, rivers) = two_stories(&server);
    let window = desk.open().await;
    let page = &window.page;
    ask_anew(page, HILLS.0).await;
    hills.open(2);
    page.see("Hills rise").await;
    ask_anew(page, RIVERS.0).await;
    rivers.open(2);
    page.see("Rivers run").await;
    page.click("button", "Stop").await;
    page.see("You stopped this reply. What had arrived is kept.").await;
    server.wait_until("its connection is closed", |seen| seen.hung_up == 1).await;
    running_rows(page, 1).await;
    hills.open_for_good();
    // Its end brings it to the top of the list, where it can be clicked once it is there.
    running_rows(page, 0).await;
    page.open_thread(HILLS.0).await;
    page.see(HILLS.1).await;
    page.quiet().await;
}

#[tokio::test]
async fn quitting_while_two_replies_stream_keeps_what_had_arrived_in_both() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let (hills, rivers) = two_stories(&server);
    let window = desk.open().await;
    let page = &window.page;
    let mut ids = Vec::new();
    for (asked, gate, words) in [(HILLS.0, &hills, "Hills rise above"), (RIVERS.0, &rivers, "Rivers run below")] {
        ask_anew(page, asked).await;
        gate.open(3);
        page.see(words).await;
        ids.push((page.newest_thread().await, words));
    }
    window.close();
    server.wait_until("both connections are closed", |seen| seen.hung_up == 2).await;
    let skein = stock::core(&desk);
    for (id, words) in &ids {
        let range = MessageRange { limit: 10, ..MessageRange::default() };
        let messages = skein.list_messages(id, &range).unwrap().data;
        let last = messages.last().unwrap();
        assert_eq!((last.texts[0].text.trim(), last.status), (*words, MessageStatus::Interrupted));
    }
    drop(skein);

    let window = desk.open().await;
    for (asked, words) in [(HILLS.0, ids[0].1), (RIVERS.0, ids[1].1)] {
        window.page.open_thread(asked).await;
        window.page.see(words).await;
        window.page.see("Interrupted.").await;
        window.page.find("button", "Continue").await;
    }
}
