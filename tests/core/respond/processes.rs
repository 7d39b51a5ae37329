//! Several processes on one store, each here a handle of its own: locks belong to handles, so they
//! see one another as processes do. `crash` does the same with real ones, killed.

use std::sync::Arc;

use skein_core::response::Happening;
use skein_core::wire::{MessageStatus, ResponseStatus};
use skein_core::{Code, RespondOptions};
use skein_support::model_server::{Gate, Reply};

use crate::support::{Heard, World, eventually, open, refused, request, text_of};

#[tokio::test]
async fn another_process_can_stop_a_reply() {
    let world = World::new();
    let gate = Gate::new();
    world.server.queue(Reply::gated("one two three", &gate));
    let (running, heard) = world.start("t", "count").await;
    gate.open(1);
    heard.wait_for_text("one ").await;
    let other = open(world.dir.path());
    other.cancel(&running.response.id).unwrap();
    assert_eq!(running.done().await.status, ResponseStatus::Cancelled);
    let reply = &world.path("t")[1];
    assert_eq!((text_of(reply).as_str(), reply.status), ("one ", MessageStatus::Cancelled));
}

#[tokio::test]
async fn a_reply_that_runs_elsewhere_is_left_alone() {
    let world = World::new();
    let gate = Gate::new();
    world.server.queue(Reply::gated("one two", &gate));
    let (running, heard) = world.start("t", "count").await;
    gate.open(1);
    heard.wait_for_text("one ").await;

    let other = open(world.dir.path());
    assert_eq!(other.recover().unwrap(), 0);
    let second = other.respond(request("t", "me too"), RespondOptions::default(), Arc::new(())).await;
    assert_eq!(refused(second), Code::ThreadBusy);
    eventually("the saved text", || other.running("t").unwrap().unwrap().tail.contains("one")).await;
    let view = other.running("t").unwrap().unwrap();
    assert!(view.elsewhere);
    assert_eq!(view.response.status, ResponseStatus::Streaming);

    gate.open_for_good();
    assert_eq!(running.done().await.status, ResponseStatus::Completed);
    assert_eq!(world.texts("t"), ["count", "one two"]);
}

/// Runs a reply in a "process" of its own that vanishes in mid-reply, once its first word is saved.
fn vanish(world: &World, thread: &str, first: &str) {
    let gate = Gate::new();
    world.server.queue(Reply::gated("one two three", &gate));
    gate.open(1);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let victim = open(world.dir.path());
    runtime.block_on(async {
        let heard = Heard::new();
        let running = victim.respond(request(thread, "count"), RespondOptions::default(), heard.clone()).await;
        running.unwrap();
        heard.wait_until("the first word", |heard| heard.all().contains(&Happening::Text(first.into()))).await;
        let saved = || victim.running(thread).unwrap().unwrap().tail.contains(first.trim());
        eventually("the first word to be saved", saved).await;
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
}

#[test]
fn what_a_dead_process_left_is_found_at_the_next_start() {
    let world = World::new();
    vanish(&world, "t", "one ");
    let next = World { skein: open(world.dir.path()), ..world };
    let reply = &next.path("t")[1];
    assert_eq!((text_of(reply).as_str(), reply.status), ("one ", MessageStatus::Interrupted));
    let response = next.skein.get_response(reply.response_id.as_ref().unwrap()).unwrap();
    assert_eq!((response.status, response.error), (ResponseStatus::Interrupted, None));
    assert_eq!(next.skein.recover().unwrap(), 0, "once");
}

#[test]
fn whoever_meets_a_dead_processes_reply_goes_on_in_its_place() {
    let world = World::new();
    vanish(&world, "t", "one ");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let response = runtime.block_on(world.send("t", "go on"));
    assert_eq!(response.status, ResponseStatus::Completed);
    assert_eq!(world.texts("t"), ["count", "one ", "go on", "Hello from the scripted model."]);
}
