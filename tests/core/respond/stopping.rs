//! Stopping: what had arrived is kept, the connection is closed, and what comes late is ignored.

use skein_core::Code;
use skein_core::response::Happening;
use skein_core::wire::{MessageStatus, ResponseStatus};
use skein_support::model_server::{Gate, Reply};

use crate::support::{World, refused, text_of};

#[tokio::test]
async fn stop_keeps_what_had_arrived_and_closes_the_connection() {
    let world = World::new();
    let gate = Gate::new();
    world.server.queue(Reply::gated("one two three", &gate));
    let (running, heard) = world.start("t", "count").await;
    gate.open(2);
    heard.wait_for_text("one two ").await;
    world.skein.cancel(&running.response.id).unwrap();
    let response = running.done().await;
    gate.open_for_good();
    world.server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;

    assert_eq!((response.status, response.error), (ResponseStatus::Cancelled, None));
    let reply = &world.path("t")[1];
    assert_eq!((text_of(reply).as_str(), reply.status), ("one two ", MessageStatus::Cancelled));
    heard.wait_until("the end", |heard| matches!(heard.all().last(), Some(Happening::Ended(_)))).await;
    assert_eq!(heard.text(), "one two ");
    world.skein.cancel(&response.id).expect("stopping what has ended changes nothing");
    assert_eq!(world.skein.get_response(&response.id).unwrap().status, ResponseStatus::Cancelled);
}

#[tokio::test]
async fn stop_before_the_first_byte_makes_no_message() {
    let world = World::new();
    world.server.queue(Reply::silent());
    let (running, _) = world.start("t", "hello").await;
    world.server.wait_until("the request", |seen| seen.requests == 1).await;
    world.skein.cancel(&running.response.id).unwrap();
    assert_eq!(running.done().await.status, ResponseStatus::Cancelled);
    world.server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
    assert_eq!(world.texts("t"), ["hello"]);
}

#[tokio::test]
async fn stop_while_waiting_for_a_repetition() {
    let world = World::new();
    world.server.always(Reply::status(503, "text/plain", "busy").header("Retry-After", "60"));
    let (running, heard) = world.start("t", "hello").await;
    heard.wait_until("a countdown", |heard| matches!(heard.all().last(), Some(Happening::Retrying { .. }))).await;
    world.skein.cancel(&running.response.id).unwrap();
    assert_eq!(running.done().await.status, ResponseStatus::Cancelled);
    assert_eq!(world.server.seen().requests, 1);
}

#[tokio::test]
async fn an_unknown_response_cannot_be_stopped() {
    assert_eq!(refused(World::new().skein.cancel("resp_none")), Code::ResponseNotFound);
}

#[tokio::test]
async fn shutdown_saves_every_running_reply() {
    let world = World::new();
    let mut runs = Vec::new();
    for thread in ["a", "b", "c"] {
        let gate = Gate::new();
        gate.open(1);
        world.server.queue(Reply::gated("one two", &gate));
        let (running, heard) = world.start(thread, "count").await;
        heard.wait_for_text("one ").await;
        runs.push((thread, running));
    }
    world.skein.shutdown().await;
    for (thread, running) in runs {
        assert_eq!(running.done().await.status, ResponseStatus::Interrupted);
        assert_eq!(world.texts(thread), ["count", "one "]);
    }
}
