//! Retry, edit and continue: nothing is destroyed, every attempt is another version.

use std::sync::Arc;

use serde_json::json;
use skein_core::wire::{MessageStatus, Response, ResponseRequest, ResponseStatus};
use skein_core::{Code, RespondOptions};
use skein_support::model_server::{Reply, chat_chunk};

use crate::support::{World, refused, request, text_of};

async fn talk(world: &World) -> Response {
    world.server.queue(Reply::text("first answer"));
    world.send("t", "question").await
}

#[tokio::test]
async fn retry_makes_another_version_of_the_reply() {
    let world = World::new();
    let first = talk(&world).await.output[0].clone();
    world.server.queue(Reply::text("second answer"));
    let second = world.skein.retry("t", &first.id, None, Arc::new(())).await.unwrap().done().await;
    assert_eq!(second.output[0].versions, [first.id, second.output[0].id.clone()]);
    assert_eq!(world.texts("t"), ["question", "second answer"]);
    let sent = world.server.requests();
    assert_eq!(sent[0].messages(), sent[1].messages(), "the first answer is not part of the question");
    assert_eq!(world.skein.get_thread("t").unwrap().message_count, 3);
}

#[tokio::test]
async fn retry_can_ask_another_model() {
    let world = World::new();
    let first = talk(&world).await.output[0].clone();
    let running = world.skein.retry("t", &first.id, Some("scripted/other"), Arc::new(())).await.unwrap();
    running.done().await;
    assert_eq!(world.server.last_request().json()["model"], "other");
}

#[tokio::test]
async fn retry_asks_the_model_that_was_asked_before_unless_its_endpoint_is_gone() {
    let world = World::new();
    let asked = ResponseRequest { model: Some("scripted/other".into()), ..request("t", "question") };
    let first = world.ask(asked).await.unwrap().done().await.output[0].clone();
    let again = || world.skein.retry("t", &first.id, None, Arc::new(()));
    again().await.unwrap().done().await;
    assert_eq!(world.server.last_request().json()["model"], "other");
    world.skein.remove_endpoint(&world.skein.get_endpoint("scripted").unwrap().id).unwrap();
    assert_eq!(again().await.unwrap().done().await.model, "practice");
}

#[tokio::test]
async fn a_failure_without_text_is_retried_from_the_message_it_should_have_answered() {
    let world = World::new();
    world.server.queue(Reply::error(500, "server_error", "no"));
    assert_eq!(world.send("t", "question").await.status, ResponseStatus::Failed);
    let question = world.path("t")[0].id.clone();
    let running = world.skein.retry("t", &question, None, Arc::new(())).await.unwrap();
    assert_eq!(running.done().await.status, ResponseStatus::Completed);
    assert_eq!(world.texts("t"), ["question", "Hello from the scripted model."]);
    assert_eq!(world.skein.open_thread("t", None).unwrap().failed, None);
}

#[tokio::test]
async fn a_failed_retry_leaves_the_earlier_reply_on_the_path() {
    let world = World::new();
    let first = talk(&world).await.output[0].clone();
    world.server.queue(Reply::error(500, "server_error", "no"));
    world.skein.retry("t", &first.id, None, Arc::new(())).await.unwrap().done().await;
    assert_eq!(world.texts("t"), ["question", "first answer"]);
}

#[tokio::test]
async fn a_failure_names_what_it_was_to_answer_and_is_shown_where_that_is() {
    let world = World::new();
    let failing = || world.server.queue(Reply::error(500, "server_error", "no"));
    let failed = || world.skein.open_thread("t", None).unwrap().failed.map(|f| (f.parent_id, f.continues));
    let first = talk(&world).await.output[0].clone();
    let question = world.path("t")[0].id.clone();
    failing();
    world.skein.retry("t", &first.id, None, Arc::new(())).await.unwrap().done().await;
    assert_eq!(failed(), Some((question.clone(), false)), "the question is asked again, not the reply gone on with");

    world.server.queue(Reply::cut_after("half"));
    let half = world.skein.retry("t", &first.id, None, Arc::new(())).await.unwrap().done().await.output[0].clone();
    assert_eq!(failed(), None, "a reply with a text is a message");
    failing();
    world.skein.continue_reply("t", &half.id, Arc::new(())).await.unwrap().done().await;
    assert_eq!(failed(), Some((half.id.clone(), true)));

    world.skein.choose_version("t", &first.id).unwrap();
    assert_eq!(failed(), None, "what it was to go on from is not on show");
    world.skein.choose_version("t", &half.id).unwrap();
    assert_eq!(failed(), Some((half.id, true)));
}

#[tokio::test]
async fn only_a_reply_that_is_not_whole_can_be_continued() {
    let world = World::new();
    for (end, expected) in [(Some("stop"), Some(Code::InvalidRequest)), (Some("length"), None), (None, None)] {
        let thread = end.unwrap_or("cut");
        world.server.queue(Reply::events(&[&chat_chunk(&json!({"content": "So far"}), end)]));
        let reply = world.send(thread, "question").await.output[0].clone();
        match world.skein.continue_reply(thread, &reply.id, Arc::new(())).await {
            Ok(on) => assert_eq!((on.done().await.status, expected), (ResponseStatus::Completed, None), "{thread}"),
            Err(refusal) => assert_eq!(Some(refusal.code()), expected, "{thread}"),
        }
    }
}

#[tokio::test]
async fn an_edited_message_stands_beside_the_old_one() {
    let world = World::new();
    talk(&world).await;
    let question = world.path("t")[0].id.clone();
    let options = RespondOptions { replaces: Some(question.clone()), ..RespondOptions::default() };
    let running = world.skein.respond(request("t", "better question"), options, Arc::new(())).await.unwrap();
    running.done().await;
    assert_eq!(world.texts("t"), ["better question", "Hello from the scripted model."]);
    let edited = &world.path("t")[0];
    assert_eq!(edited.versions, [question, edited.id.clone()]);
    assert_eq!(world.server.last_request().messages(), [("user".into(), "better question".into())]);
}

#[tokio::test]
async fn going_on_from_the_version_on_show() {
    let world = World::new();
    let first = talk(&world).await.output[0].clone();
    world.server.queue(Reply::text("second answer"));
    world.skein.retry("t", &first.id, None, Arc::new(())).await.unwrap().done().await;
    world.skein.choose_version("t", &first.id).unwrap();
    let options = RespondOptions { from_view: true, ..RespondOptions::default() };
    let running = world.skein.respond(request("t", "go on"), options, Arc::new(())).await.unwrap();
    running.done().await;
    assert_eq!(world.texts("t")[..3], ["question", "first answer", "go on"]);
}

#[tokio::test]
async fn continue_adds_to_a_reply_that_was_cut_off() {
    let world = World::new();
    world.server.queue(Reply::cut_after("The first half "));
    let half = world.send("t", "question").await.output[0].clone();
    world.server.queue(Reply::text("and the second."));
    let rest = world.skein.continue_reply("t", &half.id, Arc::new(())).await.unwrap().done().await;
    assert_eq!(rest.output[0].parent_id.as_ref(), Some(&half.id));
    assert_eq!(world.texts("t"), ["question", "The first half ", "and the second."]);
    assert_eq!(world.path("t")[1].status, MessageStatus::Failed, "what was cut off stays marked");
    let sent = world.server.last_request().messages();
    assert_eq!(sent[..2], [("user".into(), "question".into()), ("assistant".into(), "The first half ".into())]);
    assert_eq!(sent[2].0, "user");
    assert!(sent[2].1.contains("Go on exactly where it stopped"), "{}", sent[2].1);
    assert_eq!(world.skein.get_thread("t").unwrap().message_count, 3, "the line that asks to go on is not stored");
}

#[tokio::test]
async fn what_cannot_be_retried_or_continued_says_so() {
    let world = World::new();
    talk(&world).await;
    let question = world.path("t")[0].clone();
    let sink = || Arc::new(());
    assert_eq!(refused(world.skein.retry("t", "msg_none", None, sink()).await), Code::MessageNotFound);
    assert_eq!(refused(world.skein.continue_reply("t", &question.id, sink()).await), Code::InvalidRequest);
    assert_eq!(refused(world.skein.retry("none", &question.id, None, sink()).await), Code::ThreadNotFound);
    assert_eq!(text_of(&question), "question");
}
