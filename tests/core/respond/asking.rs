//! Asking: what is stored, what is sent, what is refused before anything happens.

use std::sync::Arc;

use serde_json::json;
use skein_core::response::Happening;
use skein_core::store::message::{self, NewInsert};
use skein_core::store::{Store, StoreError, thread};
use skein_core::thread::NewMessage;
use skein_core::wire::{EntryKind, FinishReason, ResponseRequest, ResponseStatus, Role, State, Usage};
use skein_core::{Code, RespondOptions};
use skein_support::model_server::{Gate, Reply};

use crate::support::{World, input, refused, request};

#[tokio::test]
async fn a_first_request_makes_the_thread_and_keeps_both_sides() {
    let world = World::new();
    world.server.queue(Reply::text("Here it is."));
    let (running, heard) = world.start("case-7", "Summarise the ruling.").await;
    assert_eq!(running.response.status, ResponseStatus::Pending);
    let response = running.done().await;

    assert_eq!(response.status, ResponseStatus::Completed);
    assert_eq!(response.finish_reason, Some(FinishReason::Stop));
    assert_eq!(response.usage, Some(Usage { input_tokens: 10, output_tokens: 3, total_tokens: 13 }));
    assert_eq!((response.context.sent, response.context.left_out), (1, 0));
    assert_eq!(response.output[0].texts[0].text, "Here it is.");
    assert_eq!(response, world.skein.get_response(&response.id).unwrap());

    let thread = world.skein.get_thread("case-7").unwrap();
    assert_eq!(thread.title.as_deref(), Some("Summarise the ruling."));
    assert_eq!(world.skein.chosen_title("case-7").unwrap(), None, "nobody chose it");
    world.skein.rename_thread("case-7", "A ruling").unwrap();
    assert_eq!(world.skein.chosen_title("case-7").unwrap().as_deref(), Some("A ruling"));
    assert_eq!(thread.message_count, 2);
    let path = world.path("case-7");
    assert_eq!(path[1].response_id.as_ref(), Some(&response.id));
    assert_eq!(path[1].parent_id.as_ref(), Some(&path[0].id));
    assert_eq!(world.texts("case-7"), ["Summarise the ruling.", "Here it is."]);
    assert_eq!(world.server.last_request().messages(), [("user".into(), "Summarise the ruling.".into())]);

    heard.wait_until("the end", |heard| matches!(heard.all().last(), Some(Happening::Ended(_)))).await;
    assert!(matches!(heard.all()[0], Happening::Started(_)));
    assert_eq!(heard.text(), "Here it is.");
}

#[tokio::test]
async fn the_model_sees_the_whole_conversation_in_order() {
    let world = World::new();
    world.server.queue(Reply::text("one"));
    world.server.queue(Reply::text("two"));
    let mut first = request("t", "first");
    first.inputs.insert(0, input(Role::System, "Be brief."));
    world.ask(first).await.unwrap().done().await;
    let second = world.send("t", "second").await;
    let pair = |role: &str, text: &str| (role.to_owned(), text.to_owned());
    assert_eq!(
        world.server.last_request().messages(),
        [pair("system", "Be brief."), pair("user", "first"), pair("assistant", "one"), pair("user", "second"),]
    );
    assert_eq!(second.context.sent, 4);
    assert_eq!(world.texts("t"), ["Be brief.", "first", "one", "second", "two"]);
}

#[tokio::test]
async fn metadata_counts_only_when_the_thread_is_made() {
    let world = World::new();
    let with = |client: &str| ResponseRequest {
        thread: serde_json::from_value(json!({"id": "t", "metadata": {"client": client}})).unwrap(),
        ..request("t", "hello")
    };
    world.ask(with("Acme")).await.unwrap().done().await;
    world.ask(with("Globex")).await.unwrap().done().await;
    let thread = world.skein.get_thread("t").unwrap();
    assert_eq!(thread.metadata["client"], "Acme");
    assert_eq!(thread.message_count, 4);
}

#[tokio::test]
async fn parameters_go_to_the_model_as_they_are() {
    let world = World::new();
    let parameters = json!({"temperature": 0.25, "max_tokens": 77}).as_object().unwrap().clone();
    world.ask(ResponseRequest { parameters, ..request("t", "hello") }).await.unwrap().done().await;
    let sent = world.server.last_request().json();
    assert_eq!((&sent["temperature"], &sent["max_tokens"]), (&json!(0.25), &json!(77)));
}

#[tokio::test]
async fn what_is_not_open_refuses_and_stores_nothing() {
    let world = World::new();
    for (id, state, code) in [("l", State::Locked, Code::ThreadLocked), ("a", State::Archived, Code::ThreadArchived)] {
        world.send(id, "hello").await;
        world.skein.set_state(id, state).unwrap();
        assert_eq!(refused(world.ask(request(id, "more")).await), code);
        assert_eq!(world.texts(id).len(), 2);
    }
    let unarchive = ResponseRequest { thread_state: Some(State::Open), ..request("a", "more") };
    assert_eq!(refused(world.ask(unarchive).await), Code::ThreadArchived);

    world.send("d", "hello").await;
    world.skein.delete_thread("d", None).unwrap();
    assert_eq!(refused(world.ask(request("d", "more")).await), Code::ThreadDeleted);
    assert_eq!(world.server.seen().requests, 3);
}

#[tokio::test]
async fn bad_requests_are_refused_before_anything_happens() {
    let world = World::new();
    let base = || request("t", "hello");
    let cases = [
        (ResponseRequest { inputs: vec![], ..base() }, Code::InvalidRequest),
        (request("t", ""), Code::InvalidRequest),
        (request("t", &"x".repeat(4 * 1024 * 1024 + 1)), Code::MessageTooLarge),
        (request("not allowed", "hello"), Code::InvalidThreadId),
        (ResponseRequest { previous_response_id: Some("resp_1".into()), ..base() }, Code::InvalidRequest),
        (
            ResponseRequest { thread: None, previous_response_id: Some("resp_1".into()), ..base() },
            Code::ResponseNotFound,
        ),
    ];
    for (request, code) in cases {
        let said = format!("{:?}", request.thread);
        assert_eq!(refused(world.ask(request).await), code, "{said}");
    }
    assert_eq!(refused(world.skein.get_thread("t")), Code::ThreadNotFound, "nothing was made");
    assert_eq!(world.server.seen().requests, 0);
}

#[tokio::test]
async fn a_full_thread_refuses_before_the_model_is_called() {
    let world = World::new();
    world.skein.create_thread(Some("t"), None, None).unwrap();
    let store = Store::open(world.dir.path()).unwrap();
    store
        .write(|tx| {
            let row = thread::find_by_id(tx, "t")?.unwrap();
            let mut parent = None;
            for n in 0..9_998 {
                let message = NewMessage::new(Role::User, format!("m{n}"));
                let new = NewInsert { thread: row.seq, parent, message: &message, created_at: 0, response: None };
                let row = message::insert(tx, &new)?;
                thread::set_tip(tx, &row, 0)?;
                parent = Some(row.seq);
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert_eq!(world.send("t", "the last that fits").await.status, ResponseStatus::Completed);
    let error = world.ask(request("t", "one too many")).await.map(|_| ()).unwrap_err().detail();
    assert_eq!(error.code, "message_limit_reached");
    assert_eq!((&error.details["size"], &error.details["limit"]), (&10_002.into(), &10_000.into()));
    assert_eq!(world.skein.get_thread("t").unwrap().message_count, 10_000);
    assert_eq!(world.server.seen().requests, 1);
}

#[tokio::test]
async fn one_of_two_at_once_is_told_that_the_thread_is_busy() {
    let world = World::new();
    let gate = Gate::new();
    world.server.always(Reply::text("done").behind(&gate));
    let (one, two) = tokio::join!(world.ask(request("t", "one")), world.ask(request("t", "two")));
    let (accepted, refusal) = match (one, two) {
        (Ok(running), Err(error)) | (Err(error), Ok(running)) => (running, error),
        (one, two) => panic!("not one of two: {:?} {:?}", one.is_ok(), two.is_ok()),
    };
    assert_eq!(refusal.code(), Code::ThreadBusy);
    assert_eq!(world.texts("t").len(), 1, "the refused input was not stored");
    for change in [
        world.skein.set_state("t", State::Locked).map(|_| ()),
        world.skein.delete_thread("t", None).map(|_| ()),
        world.skein.fork_thread("t", None).map(|_| ()),
    ] {
        assert_eq!(refused(change), Code::ThreadBusy);
    }
    gate.open_for_good();
    assert_eq!(accepted.done().await.status, ResponseStatus::Completed);
    assert_eq!(world.send("t", "three").await.status, ResponseStatus::Completed);
}

#[tokio::test]
async fn thread_state_comes_with_the_reply_and_only_with_a_whole_one() {
    let world = World::new();
    let with = |state| ResponseRequest { thread_state: Some(state), ..request("t", "hello") };
    let state = || world.skein.get_thread("t").unwrap().state;

    world.server.queue(Reply::cut_after("half a "));
    let failed = world.ask(with(State::Locked)).await.unwrap().done().await;
    assert_eq!((failed.status, failed.thread_state), (ResponseStatus::Failed, Some(State::Open)));
    assert_eq!(state(), State::Open);

    let locked = world.ask(with(State::Locked)).await.unwrap().done().await;
    assert_eq!((locked.status, locked.thread_state), (ResponseStatus::Completed, Some(State::Locked)));
    assert_eq!(state(), State::Locked);

    let opened = world.ask(with(State::Open)).await.unwrap().done().await;
    assert_eq!((opened.status, opened.thread_state), (ResponseStatus::Completed, Some(State::Open)));
    let kinds: Vec<EntryKind> = world.skein.list_history("t").unwrap().iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Created, EntryKind::Locked, EntryKind::Unlocked]);
}

#[tokio::test]
async fn a_running_reply_can_be_looked_at() {
    let world = World::new();
    let gate = Gate::new();
    world.server.queue(Reply::gated("one two three", &gate));
    let (running, heard) = world.start("t", "count").await;
    gate.open(2);
    heard.wait_for_text("one two ").await;
    let seen = || world.skein.running("t").unwrap().unwrap();
    crate::support::eventually("the text to be saved", || seen().tail.contains("one two")).await;
    let view = seen();
    assert_eq!(view.response.status, ResponseStatus::Streaming);
    assert!(!view.elsewhere);
    assert_eq!(world.texts("t"), ["count"], "it becomes a message once, at its end");
    gate.open_for_good();
    running.done().await;
    assert!(world.skein.running("t").unwrap().is_none());
    assert_eq!(world.texts("t"), ["count", "one two three"]);
}

#[tokio::test]
async fn practice_answers_on_a_fresh_machine() {
    let dir = tempfile::tempdir().unwrap();
    let skein = crate::support::open(dir.path());
    let running = skein.respond(request("t", "hello"), RespondOptions::default(), Arc::new(())).await;
    let response = running.unwrap().done().await;
    assert_eq!((response.status, response.model.as_str()), (ResponseStatus::Completed, "practice"));
    assert!(response.output[0].texts[0].text.contains("1 message"));
}
