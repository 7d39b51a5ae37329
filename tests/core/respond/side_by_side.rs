//! Many replies at a time: each arrives whole, and none waits for another.

use std::collections::HashMap;

use skein_core::MessageRange;
use skein_core::response::Happening;
use skein_core::wire::{MessageStatus, ResponseStatus};
use skein_support::model_server::{Gate, Reply};

use crate::support::{World, open, text_of};

const REPLIES: usize = 16;

fn name(n: usize) -> String {
    format!("thread-{n}")
}

/// What the model says in a thread, which nobody else is told.
fn said(n: usize) -> String {
    format!("begin-{n} middle-{n} end-{n}")
}

/// A server that answers each thread with its own words, a word for each opening of the thread's own gate.
fn gates(world: &World) -> Vec<Gate> {
    let gates: Vec<Gate> = (0..REPLIES).map(|_| Gate::new()).collect();
    let by_question: HashMap<String, Reply> =
        gates.iter().enumerate().map(|(n, gate)| (format!("question {n}"), Reply::gated(&said(n), gate))).collect();
    world.server.answer_with(move |request| {
        let asked = request.messages().pop().map(|(_, text)| text).unwrap_or_default();
        by_question.get(&asked).cloned().unwrap_or_else(|| Reply::error(400, "unknown", "Who asks?"))
    });
    gates
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_replies_arrive_side_by_side_each_whole_and_none_waits_for_another() {
    let world = World::new();
    let gates = gates(&world);
    let mut runs = Vec::new();
    for n in 0..REPLIES {
        let (running, heard) = world.start(&name(n), &format!("question {n}")).await;
        runs.push((n, running, heard));
    }
    world.server.wait_until("all connections", |seen| seen.requests == REPLIES).await;
    assert_eq!(world.server.seen().connections, REPLIES, "each has a connection of its own");
    // The last one that was asked speaks first; nobody has to end for anybody to begin.
    for (n, _, heard) in runs.iter().rev() {
        gates[*n].open(1);
        heard.wait_for_text(&format!("begin-{n} ")).await;
    }
    // Those in between end while the ones around them still run.
    let (ending, staying): (Vec<_>, Vec<_>) = runs.into_iter().partition(|(n, _, _)| n % 2 == 1);
    for (n, running, heard) in ending {
        gates[n].open_for_good();
        assert_eq!(running.done().await.status, ResponseStatus::Completed);
        assert_eq!((heard.text(), world.texts(&name(n))), (said(n), vec![format!("question {n}"), said(n)]));
    }
    for (n, _, heard) in &staying {
        assert_eq!(heard.text(), format!("begin-{n} "), "words of another thread came, or its own too early");
        assert!(world.skein.running(&name(*n)).unwrap().is_some());
    }
    for (n, running, heard) in staying {
        gates[n].open_for_good();
        assert_eq!(running.done().await.status, ResponseStatus::Completed);
        assert_eq!((heard.text(), world.texts(&name(n))), (said(n), vec![format!("question {n}"), said(n)]));
        heard.wait_until("its end", |heard| matches!(heard.all().last(), Some(Happening::Ended(_)))).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_with_one_reply_is_no_matter_to_the_others() {
    let world = World::new();
    let gates = gates(&world);
    world.server.queue(Reply::cut_after("half"));
    assert_eq!(world.send("broken", "first").await.status, ResponseStatus::Failed);
    let (stopped, heard_stopped) = world.start(&name(0), "question 0").await;
    let (silent, _) = world.start(&name(1), "question 1").await;
    let (whole, _) = world.start(&name(2), "question 2").await;
    gates[0].open(1);
    heard_stopped.wait_for_text("begin-0 ").await;
    world.skein.cancel(&stopped.response.id).unwrap();
    assert_eq!(stopped.done().await.status, ResponseStatus::Cancelled);
    gates[2].open_for_good();
    assert_eq!(whole.done().await.status, ResponseStatus::Completed);
    assert_eq!(world.texts(&name(2)), ["question 2", &said(2)]);
    assert!(world.skein.running(&name(1)).unwrap().is_some(), "the one that says nothing still waits");
    gates[1].open_for_good();
    assert_eq!(silent.done().await.status, ResponseStatus::Completed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quitting_in_the_middle_of_sixteen_replies_keeps_every_word_that_had_arrived() {
    let world = World::new();
    let gates = gates(&world);
    let mut runs = Vec::new();
    for n in 0..REPLIES {
        let (running, heard) = world.start(&name(n), &format!("question {n}")).await;
        runs.push((n, running, heard));
    }
    for (n, _, heard) in &runs {
        gates[*n].open(2);
        heard.wait_for_text(&format!("begin-{n} middle-{n} ")).await;
    }
    world.skein.shutdown().await;
    world.server.wait_until("every connection is closed", |seen| seen.hung_up == REPLIES).await;
    for (_, running, _) in runs {
        assert_eq!(running.done().await.status, ResponseStatus::Interrupted);
    }
    let World { dir, skein, .. } = world;
    drop(skein);
    let again = open(dir.path());
    for n in 0..REPLIES {
        let range = MessageRange { limit: 10, ..MessageRange::default() };
        let page = again.list_messages(&name(n), &range).unwrap();
        let last = page.data.last().unwrap();
        assert_eq!(text_of(last), format!("begin-{n} middle-{n} "));
        assert_eq!(last.status, MessageStatus::Interrupted);
        assert!(again.running(&name(n)).unwrap().is_none());
    }
}
