//! Reasoning before which no word of a reply came: it is kept with the response that failed, and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use skein_core::wire::{FailedView, ResponseStatus, State};
use skein_support::model_server::{Reply, chat_chunk};

use crate::chains::{chained, chat};
use crate::support::{World, code, eventually, open, request};

/// What is thought first, and long enough to be saved at once.
const FIRST: &str = "The xylophonist again. ";
const THEN: &str = "So be it.";

fn thoughts() -> String {
    FIRST.repeat(300) + THEN
}

/// Thinks, says nothing, and breaks off.
fn thinking(last: &[&str]) -> Reply {
    let thought = |text: &str| chat_chunk(&json!({"reasoning_content": text}), None);
    let (long, short) = (thought(&FIRST.repeat(300)), thought(THEN));
    Reply::events(&[&[long.as_str(), &short], last].concat())
}

fn failed(world: &World) -> FailedView {
    let view = world.skein.open_thread("t", None).unwrap();
    assert_eq!(view.thread.message_count, 1, "without a text there is no message");
    view.failed.expect("it is shown beside the thread")
}

#[tokio::test]
async fn is_kept_when_the_call_fails() {
    let finish = |reason: &str| chat_chunk(&json!({}), Some(reason));
    let (length, filter) = (finish("length"), finish("content_filter"));
    for (reply, expected) in [
        (thinking(&[]), "endpoint_unreachable"),
        (thinking(&[&length, "[DONE]"]), "endpoint_rejected"),
        (thinking(&[&filter, "[DONE]"]), "endpoint_rejected"),
        (thinking(&["no JSON"]), "endpoint_rejected"),
        (thinking(&[]).then_silence(), "endpoint_timeout"),
    ] {
        let world = World::hurried(Duration::from_millis(300));
        world.server.queue(reply);
        let response = world.send("t", "question").await;
        assert_eq!((response.status, code(&response)), (ResponseStatus::Failed, expected));
        assert!(response.output.is_empty());
        let failed = failed(&world);
        assert_eq!((&failed.response, response.reasoning.clone()), (&response, Some(thoughts())));
    }
}

#[tokio::test]
async fn is_kept_when_it_is_stopped_or_the_program_ends() {
    for status in [ResponseStatus::Cancelled, ResponseStatus::Interrupted] {
        let world = World::new();
        world.server.queue(thinking(&[]).then_silence());
        let running = world.ask(request("t", "question")).await.unwrap();
        let saved = || world.skein.running("t").unwrap().unwrap().reasoning == thoughts();
        eventually("the reasoning", saved).await;
        match status {
            ResponseStatus::Cancelled => world.skein.cancel(&running.response.id).unwrap(),
            _ => world.skein.shutdown().await,
        }
        assert_eq!(running.done().await.status, status);
        let failed = failed(&world);
        assert_eq!((failed.response.status, failed.response.reasoning), (status, Some(thoughts())));
    }
}

#[test]
fn is_kept_when_the_process_is_gone() {
    let world = World::new();
    world.server.queue(thinking(&[]).then_silence());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let victim = open(world.dir.path());
    runtime.block_on(async {
        victim.respond(request("t", "question"), skein_core::RespondOptions::default(), Arc::new(())).await.unwrap();
        eventually("the reasoning", || victim.running("t").unwrap().unwrap().reasoning == thoughts()).await;
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
    drop(victim);
    let next = World { skein: open(world.dir.path()), ..world };
    let failed = failed(&next);
    assert_eq!((failed.response.status, failed.response.reasoning), (ResponseStatus::Interrupted, Some(thoughts())));
}

#[tokio::test]
async fn is_not_sent_to_a_model_and_goes_with_its_thread() {
    let world = World::new();
    world.server.queue(thinking(&[]));
    world.send("t", "question").await;
    let question = world.path("t")[0].id.clone();
    world.skein.retry("t", &question, None, Arc::new(())).await.unwrap().done().await;
    let sent = String::from_utf8(world.server.last_request().body).unwrap();
    assert!(sent.contains("question") && !sent.contains("xylophonist"), "{sent}");
    assert_eq!(world.skein.open_thread("t", None).unwrap().failed, None, "the reply stands in its place");

    world.skein.set_state("t", State::Archived).unwrap();
    assert!(files_hold(&world, "xylophonist"), "it is still there");
    world.skein.delete_thread("t", Some("t")).unwrap();
    assert!(!files_hold(&world, "xylophonist"), "nothing of it is left");
}

fn files_hold(world: &World, text: &str) -> bool {
    let files = std::fs::read_dir(world.dir.path()).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.is_file()).any(|path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn is_kept_in_a_chain_and_when_the_chain_becomes_a_thread() {
    let world = World::new();
    world.server.queue(thinking(&[]));
    let cut = chat(&world, None, "question").await;
    assert_eq!((cut.status, cut.output.len()), (ResponseStatus::Failed, 0));
    let shown = world.skein.chain(&cut.id).unwrap().failed.unwrap();
    assert_eq!((&shown.response, cut.reasoning.clone()), (&cut, Some(thoughts())));

    world.server.queue(thinking(&[]).then_silence());
    let running = world.ask(chained(None, "question")).await.unwrap();
    let id = running.response.id.clone();
    let arrived = || world.skein.chain(&id).unwrap().streaming.is_some_and(|running| running.reasoning == thoughts());
    eventually("the reasoning", arrived).await;
    world.skein.cancel(&id).unwrap();
    assert_eq!(running.done().await.status, ResponseStatus::Cancelled);
    assert_eq!(world.skein.chain(&id).unwrap().failed.unwrap().response.reasoning, Some(thoughts()));

    chat(&world, Some(&cut.id), "once more").await;
    let sent = String::from_utf8(world.server.last_request().body).unwrap();
    assert!(sent.contains("question") && !sent.contains("xylophonist"), "{sent}");

    world.skein.keep_chain(&cut.id, Some("t"), None, None).unwrap();
    assert_eq!(failed(&world).response.reasoning, Some(thoughts()));
}
