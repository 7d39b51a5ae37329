//! A crash, or the end of the program, in the middle of a reply.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use skein_core::wire::MessageStatus;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::{Desk, wait_blocking};
use crate::stock;

#[tokio::test]
async fn after_a_crash_in_mid_reply_the_text_is_there_and_can_be_continued() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let gate = Gate::new();
    server.queue(Reply::gated("The beginning of a long reply", &gate));
    let window = desk.open().await;
    window.page.send("Tell me everything").await;
    gate.open(4);
    window.page.see("The beginning of a").await;
    let skein = stock::core(&desk);
    let id = window.page.newest_thread().await;
    wait_blocking("the text is saved", || {
        skein.running(&id).unwrap().is_some_and(|view| (view.closed.concat() + &view.tail).contains("beginning of a"))
    });
    drop(skein);
    window.kill();

    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Tell me everything").await;
    page.see("The beginning of a").await;
    page.see("Interrupted.").await;
    page.picture("interrupted").await;
    server.queue(Reply::text("and its end."));
    page.click("button", "Continue").await;
    page.see("and its end.").await;
    page.quiet().await;
}

#[tokio::test]
async fn a_program_that_is_killed_beside_the_window_leaves_its_reply_interrupted_there() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let gate = Gate::new();
    server.queue(Reply::gated("Written by another program and then", &gate));
    let window = desk.open().await;
    let page = &window.page;
    let sending = desk.start_skein(&["send", "shared", "From the terminal"]);
    gate.open(4);
    page.open_thread("From the terminal").await;
    page.see("Written by another program").await;
    // Ended as by a power cut.
    drop(sending);
    page.see("Interrupted.").await;
    page.see("Written by another program").await;
    gate.open_for_good();
    server.queue(Reply::text("it goes on here."));
    page.click("button", "Continue").await;
    page.see("it goes on here.").await;
    page.quiet().await;
}

#[tokio::test]
async fn quitting_while_replies_arrive_that_never_end_ends_by_itself_and_keeps_what_there_is() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let gate = Gate::new();
    let endless = gate.clone();
    server.answer_with(move |_| Reply::gated(&"again and again ".repeat(20_000), &endless));
    let window = desk.open().await;
    let threads = ["one", "two", "three", "four", "five"];
    for thread in threads {
        let asked = window.page.invoke("respond", json!({"thread": thread, "text": "Go on for ever"})).await;
        asked.expect("a reply has begun");
    }
    let quit = Arc::<AtomicBool>::default();
    let (over, words) = (quit.clone(), gate.clone());
    let pouring = std::thread::spawn(move || {
        while !over.load(Ordering::Relaxed) {
            words.open(10);
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let skein = stock::core(&desk);
    wait_blocking("something of each is saved", || {
        threads.iter().all(|thread| {
            skein.running(thread).unwrap().is_some_and(|view| (view.closed.concat() + &view.tail).contains("again"))
        })
    });
    drop(skein);
    window.close();
    quit.store(true, Ordering::Relaxed);
    pouring.join().unwrap();
    let skein = stock::core(&desk);
    for thread in threads {
        let view = skein.open_thread(thread, None).unwrap();
        let reply = &view.messages[1].message;
        assert_eq!((reply.status, view.streaming.is_none()), (MessageStatus::Interrupted, true), "{thread}");
        let kept = skein.message_text(thread, &reply.id).unwrap();
        assert!(kept.starts_with("again and again"), "{thread}: {kept:?}");
    }
}

#[tokio::test]
async fn closing_the_window_in_mid_reply_keeps_what_had_arrived() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let gate = Gate::new();
    server.queue(Reply::gated("Some of it and no more", &gate));
    let window = desk.open().await;
    window.page.send("A long story").await;
    gate.open(3);
    window.page.see("Some of it").await;
    window.close();
    let window = desk.open().await;
    window.page.open_thread("A long story").await;
    window.page.see("Some of it").await;
    window.page.find("button", "Continue").await;
}
