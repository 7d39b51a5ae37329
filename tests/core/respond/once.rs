//! Requests with a key: carried out once, however often they come, in whichever process and after a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::response::Happening;
use skein_core::wire::{Door, ResponseRequest, ResponseStatus, State};
use skein_core::{Code, Error, Once, OpenOptions, RespondOptions, Running, Skein};
use skein_support::model_server::{Gate, Reply};

use crate::chains::chained;
use crate::support::{Heard, World, open, refused, request, text_of};

const HOUR: i64 = 60 * 60 * 1000;

fn once(key: &str, body: u8) -> Once {
    Once::new(key, [body; 32])
}

async fn ask(skein: &Skein, request: ResponseRequest, once: Once) -> Result<Running, Error> {
    let options = RespondOptions { once: Some(once), ..RespondOptions::default() };
    skein.respond(request, options, Arc::new(())).await
}

#[tokio::test]
async fn a_request_that_comes_again_gets_the_first_answer() {
    let world = World::new();
    world.server.queue(Reply::text("Done."));
    let locking = || ResponseRequest { thread_state: Some(State::Locked), ..request("t", "close it") };
    let first = ask(&world.skein, locking(), once("k", 1)).await.unwrap();
    assert!(!first.again);
    let first = first.done().await;
    assert_eq!(first.status, ResponseStatus::Completed);

    // The thread is locked by now, and yet the answer is the same: here, in another process, after a restart.
    for skein in [&world.skein, &open(world.dir.path())] {
        let again = ask(skein, locking(), once("k", 1)).await.unwrap();
        assert!(again.again);
        let heard = Heard::new();
        again.replay(&*heard);
        assert_eq!(heard.text(), "Done.");
        assert!(matches!(heard.all()[..], [Happening::Started(_), Happening::Text(_), Happening::Ended(_)]));
        assert_eq!(again.done().await, first);
    }
    assert_eq!(refused(ask(&world.skein, locking(), once("k", 2)).await), Code::IdempotencyConflict);
    assert_eq!(world.server.seen().requests, 1);
    assert_eq!(world.texts("t"), ["close it", "Done."]);
}

#[tokio::test]
async fn a_request_under_way_is_busy_and_one_that_was_refused_counts_for_nothing() {
    let world = World::new();
    let gate = Gate::new();
    world.server.queue(Reply::text("slow").behind(&gate));
    let running = ask(&world.skein, request("t", "hello"), once("k", 1)).await.unwrap();
    for skein in [&world.skein, &open(world.dir.path())] {
        assert_eq!(refused(ask(skein, request("t", "hello"), once("k", 1)).await), Code::ThreadBusy);
    }
    gate.open_for_good();
    running.done().await;

    assert_eq!(refused(ask(&world.skein, request("not allowed", "hello"), once("l", 1)).await), Code::InvalidThreadId);
    let tried_again = ask(&world.skein, request("t", "again"), once("l", 2)).await.unwrap();
    assert!(!tried_again.again, "the key is still free");
    tried_again.done().await;
}

#[tokio::test]
async fn of_many_at_once_one_is_carried_out() {
    let world = World::new();
    for asked in [request("t", "hello"), chained(None, "hello")] {
        let before = world.server.seen().requests;
        let key = if asked.thread.is_some() { "thread" } else { "chain" };
        let all: Vec<_> = (0..16)
            .map(|_| {
                let (skein, asked) = (world.skein.clone(), asked.clone());
                tokio::spawn(async move { ask(&skein, asked, once(key, 1)).await })
            })
            .collect();
        let mut ids = Vec::new();
        for one in all {
            match one.await.unwrap() {
                Ok(running) => ids.push(running.done().await.id),
                Err(error) => assert_eq!(error.code(), Code::ThreadBusy),
            }
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(world.server.seen().requests, before + 1);
    }
    assert_eq!(world.texts("t").len(), 2);
}

#[tokio::test]
async fn a_key_is_remembered_for_a_day() {
    let world = World::new();
    let now = Arc::new(AtomicI64::new(1_795_000_000_000));
    let mut options = OpenOptions::new(world.dir.path(), Door::Api);
    options.clock = Clock::Set(now.clone());
    options.keychain = Keychain::memory();
    let skein = Skein::open(options).unwrap();
    let thread = skein.create_thread_once(&once("k", 1), None, Some("One"), None).unwrap();
    ask(&skein, chained(None, "hello"), once("c", 1)).await.unwrap().done().await;
    now.fetch_add(24 * HOUR - 1, Ordering::SeqCst);
    assert_eq!(skein.create_thread_once(&once("k", 1), None, Some("One"), None).unwrap(), thread);
    assert!(ask(&skein, chained(None, "hello"), once("c", 1)).await.unwrap().again);
    now.fetch_add(1, Ordering::SeqCst);
    assert_ne!(skein.create_thread_once(&once("k", 2), None, Some("Two"), None).unwrap().id, thread.id);
    let anew = ask(&skein, chained(None, "hello"), once("c", 2)).await.unwrap();
    assert!(!anew.again);
    anew.done().await;
}

#[tokio::test]
async fn a_thread_and_a_fork_are_made_once() {
    let world = World::new();
    let made = world.skein.create_thread_once(&once("k", 1), Some("t"), None, None).unwrap();
    assert_eq!(open(world.dir.path()).create_thread_once(&once("k", 1), Some("t"), None, None).unwrap(), made);
    assert_eq!(
        refused(world.skein.create_thread_once(&once("k", 2), Some("u"), None, None)),
        Code::IdempotencyConflict
    );
    assert_eq!(refused(ask(&world.skein, request("t", "hello"), once("k", 1)).await), Code::IdempotencyConflict);
    world.send("t", "hello").await;
    let fork = world.skein.fork_thread_once(&once("f", 1), "t", None).unwrap();
    assert_eq!(world.skein.fork_thread_once(&once("f", 1), "t", None).unwrap().id, fork.id);
    world.skein.delete_thread(&fork.id, None).unwrap();
    assert_eq!(refused(world.skein.fork_thread_once(&once("f", 1), "t", None)), Code::ThreadDeleted);
}

#[tokio::test]
async fn a_chain_that_comes_again_is_answered_from_memory_and_leaves_nothing_in_the_store() {
    let world = World::new();
    let first = ask(&world.skein, chained(None, "hello"), once("k", 1)).await.unwrap().done().await;
    let again = ask(&world.skein, chained(None, "hello"), once("k", 1)).await.unwrap();
    assert!(again.again);
    assert_eq!(again.done().await, first);
    assert_eq!(text_of(&first.output[0]), "Hello from the scripted model.");
    assert_eq!(refused(ask(&world.skein, chained(None, "other"), once("k", 2)).await), Code::IdempotencyConflict);
    let store = rusqlite::Connection::open(world.dir.path().join("skein.db")).unwrap();
    let keys: i64 = store.query_row("SELECT count(*) FROM idempotency", [], |row| row.get(0)).unwrap();
    assert_eq!(keys, 0);
}
