//! What an endpoint can do to a reply: each fault ends in a stated status, and nothing that was
//! typed or had arrived is lost.

use std::task::Poll;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use skein_core::Code;
use skein_core::response::Happening;
use skein_core::wire::{FinishReason, MessageStatus, Response, ResponseStatus};
use skein_support::model_server::{Gate, ModelServer, Reply, chat_chunk, closed_port};

use crate::support::{World, add_endpoint, code, open, request, text_of};

const SHORT: Duration = Duration::from_millis(300);

/// Asks an endpoint that behaves like that.
async fn ask(world: &World, reply: Reply) -> Response {
    world.server.queue(reply);
    world.send("t", "question").await
}

fn kept(world: &World) -> Option<(String, MessageStatus)> {
    let path = world.path("t");
    assert_eq!(text_of(&path[0]), "question", "what was typed is there");
    path.get(1).map(|reply| (text_of(reply), reply.status))
}

#[tokio::test]
async fn a_reply_that_is_cut_off_keeps_its_text() {
    for reply in [Reply::cut_after("half a "), Reply::reset_after("half a ")] {
        let world = World::new();
        let response = ask(&world, reply).await;
        assert_eq!((response.status, code(&response)), (ResponseStatus::Failed, "endpoint_unreachable"));
        assert_eq!(kept(&world), Some(("half a ".into(), MessageStatus::Failed)));
        assert_eq!(response.output[0].id, world.path("t")[1].id);
        assert_eq!(world.server.seen().requests, 1, "a reply that had begun is not asked for again");
    }
}

#[tokio::test]
async fn silence_ends_within_its_time_limit() {
    for (reply, text) in [
        (Reply::silent(), None),
        (Reply::silent_after_headers(), None),
        (Reply::silent_after("so far "), Some("so far ")),
    ] {
        let world = World::hurried(SHORT);
        let response = ask(&world, reply).await;
        assert_eq!((response.status, code(&response)), (ResponseStatus::Failed, "endpoint_timeout"));
        assert_eq!(kept(&world), text.map(|text| (text.into(), MessageStatus::Failed)));
        world.server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
    }
}

#[tokio::test]
async fn an_endless_reply_stops_at_four_mebibytes() {
    let world = World::new();
    let response = ask(&world, Reply::endless()).await;
    assert_eq!((response.status, code(&response)), (ResponseStatus::Failed, "message_too_large"));
    let (text, status) = kept(&world).unwrap();
    assert!((4 * 1024 * 1024 - 1024..=4 * 1024 * 1024).contains(&text.len()), "{} bytes", text.len());
    assert_eq!(status, MessageStatus::Failed);
    assert_eq!(text, "again and again ".repeat(text.len() / 16 + 1)[..text.len()]);
    world.server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
}

#[tokio::test]
async fn refusals_make_no_message_and_stay_beside_the_thread() {
    let cases = [
        (Reply::error(401, "invalid_api_key", "no"), "endpoint_missing_key"),
        (Reply::error(400, "bad_request", "no"), "endpoint_rejected"),
        (Reply::error(500, "server_error", "no"), "endpoint_rejected"),
        (Reply::error(404, "model_not_found", "no"), "model_not_found"),
        (Reply::redirect(307, "http://127.0.0.1:1/"), "endpoint_rejected"),
        (Reply::text(""), "endpoint_rejected"),
    ];
    for (reply, expected) in cases {
        let world = World::new();
        let response = ask(&world, reply).await;
        assert_eq!((response.status, code(&response)), (ResponseStatus::Failed, expected));
        assert_eq!(kept(&world), None);
        assert!(response.output.is_empty());
        let failed = world.skein.open_thread("t", None).unwrap().failed.expect("it is shown beside the thread");
        assert_eq!((failed.response.id.as_str(), code(&failed.response)), (response.id.as_str(), expected));
        assert_eq!(world.server.seen().requests, 1, "asking again would not help");
    }
}

#[tokio::test]
async fn a_reply_without_a_word_says_why_the_model_stopped() {
    for (reason, finish, words) in [
        ("stop", FinishReason::Stop, "ended without a word"),
        ("length", FinishReason::Length, "met its limit on tokens before the first word"),
        ("content_filter", FinishReason::ContentFilter, "withheld the whole reply"),
        ("refusal", FinishReason::Refusal, "declined to answer"),
    ] {
        let world = World::new();
        let end = chat_chunk(&json!({}), Some(reason));
        let response = ask(&world, Reply::events(&[&end, "[DONE]"])).await;
        assert_eq!((response.status, response.finish_reason), (ResponseStatus::Failed, Some(finish)));
        let error = response.error.unwrap();
        assert_eq!((error.code.as_str(), &error.details["why"]), ("endpoint_rejected", &json!(finish)));
        assert!(error.message.contains(words), "{reason}: {}", error.message);
        assert_eq!(kept(&world), None);
    }
}

#[tokio::test]
async fn a_wrong_key_is_told_from_a_missing_one() {
    let world = World::new();
    let id = world.skein.get_endpoint("scripted").unwrap().id;
    world.skein.set_key(&id, "sk-wrong".to_owned().into()).unwrap();
    let response = ask(&world, Reply::error(401, "invalid_api_key", "no")).await;
    assert_eq!(code(&response), "endpoint_rejected");
    assert_eq!(world.server.last_request().header("authorization"), Some("Bearer sk-wrong"));
    let shown = format!("{response:?}");
    assert!(!shown.contains("sk-wrong"), "a key stands nowhere: {shown}");
}

#[tokio::test]
async fn an_overloaded_endpoint_is_asked_four_times_and_no_more() {
    let busy = || Reply::status(503, "text/plain", "busy").header("Retry-After", "0");
    let world = World::new();
    (0..3).for_each(|_| world.server.queue(busy()));
    world.server.queue(Reply::text("at last"));
    assert_eq!(world.send("t", "question").await.status, ResponseStatus::Completed);
    assert_eq!(world.server.seen().requests, 4);
    assert_eq!(world.texts("t"), ["question", "at last"], "asked four times, stored once");

    world.server.always(busy());
    let response = world.send("t", "question").await;
    assert_eq!((response.status, code(&response)), (ResponseStatus::Failed, "endpoint_rejected"));
    assert_eq!(world.server.seen().requests, 8);
}

#[tokio::test]
async fn what_was_typed_survives_an_endpoint_that_is_down_and_goes_out_when_it_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let address = closed_port();
    let skein = open(dir.path());
    add_endpoint(&skein, &format!("http://{address}/v1"), None);
    let world = World { dir, server: ModelServer::start(), skein };
    let (running, heard) = world.start("t", "question").await;
    let waits =
        |what: &Happening| matches!(what, Happening::Retrying { attempt: 2, code: Code::EndpointUnreachable, .. });
    heard.wait_until("a countdown", |heard| heard.all().iter().any(waits)).await;
    assert_eq!(world.texts("t"), ["question"]);
    let back = ModelServer::start_at(address);
    assert_eq!(running.done().await.status, ResponseStatus::Completed);
    assert_eq!(back.seen().requests, 1);
}

#[tokio::test]
async fn a_reply_runs_on_when_nobody_listens() {
    let world = World::new();
    drop(world.ask(request("t", "question")).await.unwrap());
    crate::support::eventually("the reply", || world.texts("t").len() == 2).await;
}

#[tokio::test]
async fn a_caller_who_stops_waiting_leaves_a_reply_that_runs() {
    let world = World::new();
    let mut asking = Box::pin(world.ask(request("t", "question")));
    assert!(poll_once(asking.as_mut()).await.is_none(), "it takes longer than that");
    drop(asking);
    crate::support::eventually("the reply", || world.skein.get_thread("t").is_ok_and(|t| t.message_count == 2)).await;
}

async fn poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Makes every insert into `table` fail from now on, as a disk does that is full or broken.
fn break_table(world: &World, table: &str) -> Connection {
    let foreign = Connection::open(world.dir.path().join("skein.db")).unwrap();
    let broken = format!("CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END;");
    foreign.execute_batch(&broken).unwrap();
    foreign
}

#[tokio::test]
async fn a_reply_that_cannot_be_saved_on_the_way_ends_there_with_its_text() {
    let world = World::new();
    let gate = Gate::new();
    world.server.queue(Reply::gated("one two", &gate));
    let (running, _) = world.start("t", "question").await;
    break_table(&world, "response_chunk");
    gate.open(1);
    let response = running.done().await;
    assert_eq!((response.status, code(&response)), (ResponseStatus::Failed, "storage_error"));
    assert_eq!(kept(&world), Some(("one ".into(), MessageStatus::Failed)));
}

#[tokio::test]
async fn an_end_that_cannot_be_written_is_told_and_written_as_soon_as_it_can_be() {
    let world = World::new();
    let gate = Gate::new();
    world.server.queue(Reply::text("whole").behind(&gate));
    let (running, heard) = world.start("t", "question").await;
    let foreign = break_table(&world, "message");
    gate.open_for_good();
    let response = running.done().await;
    assert_eq!((response.status, code(&response)), (ResponseStatus::Failed, "storage_error"));
    heard.wait_until("the end", |heard| matches!(heard.all().last(), Some(Happening::Ended(_)))).await;
    foreign.execute_batch("DROP TRIGGER broken;").unwrap();
    crate::support::eventually("the reply", || kept(&world) == Some(("whole".into(), MessageStatus::Completed))).await;
    assert_eq!(world.send("t", "more").await.status, ResponseStatus::Completed);
}

#[tokio::test]
async fn reasoning_is_kept_apart_and_never_sent_back() {
    let world = World::new();
    let chunk = |key: &str, text: &str, finish: Option<&str>| chat_chunk(&json!({ key: text }), finish);
    let (thought, said) = (chunk("reasoning_content", "Hmm, well.", None), chunk("content", "Yes.", Some("stop")));
    let response = ask(&world, Reply::events(&[&thought, &said, "[DONE]"])).await;
    assert_eq!(response.output[0].reasoning.as_deref(), Some("Hmm, well."));
    assert_eq!(text_of(&response.output[0]), "Yes.");
    world.send("t", "and?").await;
    let sent = String::from_utf8(world.server.last_request().body).unwrap();
    assert!(sent.contains("Yes.") && !sent.contains("Hmm"), "{sent}");
}
