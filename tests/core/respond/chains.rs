//! Chains: responses without a thread, seen by the model as one conversation and kept in memory only.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use skein_core::chain::{BYTES, Before, Chains, NewLink};
use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::response::{Asked, Happening};
use skein_core::store::listing::ThreadFilter;
use skein_core::thread::NewMessage;
use skein_core::wire::{
    ContextSummary, Door, MessageStatus, Response, ResponseRequest, ResponseStatus, Role, State, ThreadChoice,
    ThreadOptions,
};
use skein_core::{Code, OpenOptions, RespondOptions, Skein};
use skein_support::model_server::{Gate, Reply};

use crate::support::{Heard, World, code, eventually, input, refused, text_of};

const HOUR: i64 = 60 * 60 * 1000;

/// A request behind `previous`, outside of any thread.
pub fn chained(previous: Option<&str>, text: &str) -> ResponseRequest {
    ResponseRequest {
        inputs: vec![input(Role::User, text)],
        previous_response_id: previous.map(String::from),
        ..ResponseRequest::default()
    }
}

pub async fn chat(world: &World, previous: Option<&str>, text: &str) -> Response {
    world.ask(chained(previous, text)).await.unwrap().done().await
}

fn pair(role: &str, text: &str) -> (String, String) {
    (role.to_owned(), text.to_owned())
}

/// A world whose clock stands until the test sets it.
fn timed() -> (World, Arc<AtomicI64>) {
    let world = World::new();
    let now = Arc::new(AtomicI64::new(1_795_000_000_000));
    let mut options = OpenOptions::new(world.dir.path(), Door::Cli);
    options.clock = Clock::Set(now.clone());
    options.keychain = Keychain::memory();
    (World { skein: Skein::open(options).unwrap(), ..world }, now)
}

fn threads(skein: &Skein) -> usize {
    skein.list_threads(&ThreadFilter::default()).unwrap().data.len()
}

#[tokio::test]
async fn the_model_sees_the_whole_chain_up_to_the_response_that_is_named() {
    let world = World::new();
    for reply in ["one", "two", "three", "other"] {
        world.server.queue(Reply::text(reply));
    }
    let first = chat(&world, None, "first").await;
    assert_eq!((first.status, first.thread.as_ref(), first.thread_state), (ResponseStatus::Completed, None, None));
    assert_eq!(text_of(&first.output[0]), "one");
    let second = chat(&world, Some(&first.id), "second").await;
    assert_eq!(second.previous_response_id.as_ref(), Some(&first.id));
    let third = chat(&world, Some(&second.id), "third").await;
    let sent = world.server.last_request().messages();
    assert_eq!(
        sent,
        [
            pair("user", "first"),
            pair("assistant", "one"),
            pair("user", "second"),
            pair("assistant", "two"),
            pair("user", "third")
        ]
    );
    assert_eq!((third.context.sent, third.context.left_out), (5, 0));

    // The same response can be gone on from twice: neither sees the other.
    let other = chat(&world, Some(&first.id), "instead").await;
    let sent = world.server.last_request().messages();
    assert_eq!(sent, [pair("user", "first"), pair("assistant", "one"), pair("user", "instead")]);
    let view = world.skein.chain(&other.id).unwrap();
    assert_eq!(view.responses, [first.id.clone(), other.id.clone()]);
    let html: Vec<&str> = view.messages.iter().map(|message| message.html.trim()).collect();
    assert_eq!(html, ["first", "one", "instead", "other"].map(|text| format!("<p dir=\"auto\">{text}</p>")));
    let parents: Vec<_> = view.messages.iter().map(|view| view.message.parent_id.clone()).collect();
    let ids: Vec<_> = view.messages.iter().map(|view| Some(view.message.id.clone())).collect();
    assert_eq!(parents[0], None);
    assert_eq!(parents[1..], ids[..3]);
    assert_eq!(world.skein.chain_text(&other.id, &other.output[0].id).unwrap(), "other");

    assert_eq!(world.skein.get_response(&third.id).unwrap(), third);
    assert_eq!(threads(&world.skein), 0, "no thread was made");
}

#[tokio::test]
async fn a_long_message_of_a_chain_shows_its_beginning_until_all_of_it_is_asked_for() {
    let world = World::new();
    let long = |end: &str| format!("{}{end}", "a line\n".repeat(200));
    world.server.always(Reply::text(&long("the end of the reply")));
    let first = chat(&world, None, &long("the end of the question")).await;
    let shown = world.skein.chain(&first.id).unwrap().messages;
    assert_eq!(shown.iter().map(|view| view.folded).collect::<Vec<_>>(), [Some(201), None]);
    assert!(!shown[0].html.contains("the end"), "only its beginning is painted");
    assert!(shown[1].html.contains("the end of the reply"), "a reply at the end was seen arriving");
    let whole = world.skein.chain_message(&first.id, &shown[0].message.id).unwrap();
    assert_eq!((whole.folded, whole.position), (None, 1));
    assert!(whole.html.contains("the end of the question"));

    let second = chat(&world, Some(&first.id), "and now?").await;
    let shown = world.skein.chain(&second.id).unwrap().messages;
    assert_eq!(shown.iter().map(|view| view.folded).collect::<Vec<_>>(), [Some(201), Some(201), None, None]);
    assert_eq!(refused(world.skein.chain_message(&second.id, "msg_none")), Code::MessageNotFound);
}

#[tokio::test]
async fn system_messages_of_a_chain_always_go_and_what_does_not_fit_is_counted() {
    let world = World::with_window(Some(2_000));
    let long = |n: u32| format!("{n} {}", "word ".repeat(240));
    world.server.always(Reply::text("yes"));
    let mut first = chained(None, &long(0));
    first.inputs.insert(0, input(Role::System, "Always be kind."));
    let mut last = world.ask(first).await.unwrap().done().await;
    for n in 1..5 {
        last = chat(&world, Some(&last.id), &long(n)).await;
    }
    let sent = world.server.last_request().messages();
    assert_eq!(sent[0], pair("system", "Always be kind."));
    assert_eq!(sent.last().unwrap().1, long(4));
    assert_eq!(last.context.sent as usize, sent.len());
    assert_eq!(last.context.sent + last.context.left_out, 10);
    assert!(last.context.left_out > 0);

    let preview = world.skein.preview_chain(Some(&last.id), &ThreadOptions::default(), None, "a draft").unwrap();
    assert_eq!(preview.messages + preview.left_out, 11);
    let refusal = world.ask(chained(Some(&last.id), &"word ".repeat(4_000))).await;
    assert_eq!(refused(refusal), Code::ContextTooLong);
}

#[tokio::test]
async fn a_response_can_be_named_for_a_day_and_what_is_older_still_counts_as_context() {
    let (world, now) = timed();
    world.server.always(Reply::text("noted"));
    let first = chat(&world, None, "first").await;
    now.fetch_add(20 * HOUR, Ordering::SeqCst);
    let second = chat(&world, Some(&first.id), "second").await;
    now.fetch_add(4 * HOUR, Ordering::SeqCst);

    for refusal in [
        refused(world.ask(chained(Some(&first.id), "too late")).await),
        refused(world.skein.get_response(&first.id)),
        refused(world.skein.chain(&first.id)),
        refused(world.skein.cancel(&first.id)),
    ] {
        assert_eq!(refusal, Code::ResponseExpired);
    }
    let third = chat(&world, Some(&second.id), "third").await;
    assert_eq!(third.context.sent, 5, "the first turn is part of it still");
    assert_eq!(world.server.last_request().messages()[0], pair("user", "first"));

    now.fetch_add(24 * HOUR, Ordering::SeqCst);
    assert_eq!(refused(world.ask(chained(Some(&third.id), "much too late")).await), Code::ResponseExpired);
}

#[tokio::test]
async fn what_never_was_is_told_apart_from_what_has_gone() {
    let world = World::new();
    let gone = chat(&world, None, "hello").await;
    for unknown in ["resp_1", "", "resp_", "nonsense", "resp_0192f0c0a0b07000800000000000000\u{e9}", &gone.id[..30]] {
        assert_eq!(refused(world.ask(chained(Some(unknown), "hello")).await), Code::ResponseNotFound, "{unknown}");
        assert_eq!(refused(world.skein.get_response(unknown)), Code::ResponseNotFound, "{unknown}");
    }
    // Another process, or this one after a restart, knows that it was there.
    let other = crate::support::open(world.dir.path());
    assert_eq!(refused(other.get_response(&gone.id)), Code::ResponseExpired);
    let refusal = other.respond(chained(Some(&gone.id), "go on"), RespondOptions::default(), Arc::new(())).await;
    assert_eq!(refused(refusal), Code::ResponseExpired);
}

#[tokio::test]
async fn a_chain_takes_no_thread_and_no_state() {
    let world = World::new();
    let first = chat(&world, None, "hello").await;
    let thread = Some(ThreadChoice::Id("t".into()));
    let both = ResponseRequest { thread, ..chained(Some(&first.id), "more") };
    assert_eq!(refused(world.ask(both).await), Code::InvalidRequest);
    let locked = ResponseRequest { thread_state: Some(State::Locked), ..chained(None, "more") };
    assert_eq!(refused(world.ask(locked).await), Code::InvalidRequest);
    assert_eq!(world.server.seen().requests, 1);
}

#[tokio::test]
async fn a_chain_that_is_stopped_keeps_what_had_arrived() {
    let world = World::new();
    let gate = Gate::new();
    world.server.queue(Reply::gated("one two three", &gate));
    let heard = Heard::new();
    let running = world.skein.respond(chained(None, "count"), RespondOptions::default(), heard.clone()).await.unwrap();
    assert_eq!(running.response.status, ResponseStatus::Pending);
    gate.open(2);
    heard.wait_for_text("one two ").await;
    let id = running.response.id.clone();
    let tail = || world.skein.chain(&id).unwrap().streaming.map(|streaming| streaming.tail).unwrap_or_default();
    eventually("the text", || tail().contains("one two")).await;
    assert_eq!(world.skein.get_response(&id).unwrap().status, ResponseStatus::Streaming);
    assert_eq!(refused(world.ask(chained(Some(&id), "and?")).await), Code::ThreadBusy);
    assert_eq!(refused(world.skein.keep_chain(&id, None, None, None)), Code::ThreadBusy);

    world.skein.cancel(&id).unwrap();
    let response = running.done().await;
    gate.open_for_good();
    world.server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
    assert_eq!(response.status, ResponseStatus::Cancelled);
    assert_eq!(response.output[0].status, MessageStatus::Cancelled);
    world.skein.cancel(&id).expect("stopping what has ended changes nothing");
    heard.wait_until("the end", |heard| matches!(heard.all().last(), Some(Happening::Ended(_)))).await;

    world.server.queue(Reply::text("four"));
    chat(&world, Some(&id), "go on").await;
    let sent = world.server.last_request().messages();
    assert_eq!(sent, [pair("user", "count"), pair("assistant", "one two "), pair("user", "go on")]);
}

#[tokio::test]
async fn a_failed_response_says_so_and_can_be_asked_for_again() {
    let world = World::new();
    world.server.queue(Reply::error(400, "invalid_request_error", "no"));
    let failed = chat(&world, None, "hello").await;
    assert_eq!((failed.status, code(&failed)), (ResponseStatus::Failed, "endpoint_rejected"));
    assert!(failed.output.is_empty());
    let view = world.skein.chain(&failed.id).unwrap();
    assert_eq!(view.failed.map(|failed| failed.response.id), Some(failed.id));
    world.server.queue(Reply::text("yes"));
    assert_eq!(text_of(&chat(&world, None, "hello").await.output[0]), "yes");
}

#[tokio::test]
async fn a_chain_that_is_kept_is_a_thread_as_if_it_had_been_one_from_the_start() {
    let world = World::new();
    let said =
        |text: &str| skein_support::model_server::chat_chunk(&serde_json::json!({"content": text}), Some("stop"));
    let thought = skein_support::model_server::chat_chunk(&serde_json::json!({"reasoning_content": "Hmm."}), None);
    world.server.queue(Reply::events(&[&thought, &said("one"), "[DONE]"]));
    let mut begin = chained(None, "first");
    begin.inputs.insert(0, input(Role::System, "Be brief."));
    let first = world.ask(begin).await.unwrap().done().await;
    world.server.queue(Reply::cut_after("tw"));
    let second = chat(&world, Some(&first.id), "second").await;
    world.server.queue(Reply::error(400, "invalid_request_error", "no"));
    let third = chat(&world, Some(&second.id), "third").await;
    let branch = chat(&world, Some(&first.id), "another way").await;

    world.skein.create_thread(Some("taken"), None, None).unwrap();
    assert_eq!(refused(world.skein.keep_chain(&third.id, Some("taken"), None, None)), Code::ThreadExists);
    let client = serde_json::json!({"client": "Acme"}).as_object().cloned();
    let thread = world.skein.keep_chain(&third.id, Some("kept"), None, client).unwrap();
    assert_eq!((thread.id.as_str(), thread.title.as_deref(), thread.message_count), ("kept", Some("first"), 6));
    assert_eq!(thread.metadata["client"], "Acme");
    assert_eq!(world.texts("kept"), ["Be brief.", "first", "one", "second", "tw", "third"]);
    let path = world.path("kept");
    assert_eq!(path[2].reasoning.as_deref(), Some("Hmm."));
    assert_eq!((path[4].status, path[4].response_id.as_ref()), (MessageStatus::Failed, Some(&second.id)));

    let kept = world.skein.get_response(&second.id).unwrap();
    assert_eq!((kept.thread.as_deref(), &kept.error, kept.context), (Some("kept"), &second.error, second.context));
    assert_eq!(kept.output[0].id, second.output[0].id);
    assert_eq!(world.skein.get_response(&third.id).unwrap().status, ResponseStatus::Failed);
    assert_eq!(refused(world.skein.chain(&third.id)), Code::ResponseExpired, "the chain is gone");
    assert_eq!(refused(world.skein.get_response(&branch.id)), Code::ResponseExpired, "and so are its other branches");
    assert_eq!(world.send("kept", "more").await.context.sent, 7);
}

#[tokio::test]
async fn a_chain_that_is_forgotten_is_gone_at_once_and_stops() {
    let world = World::new();
    let gate = Gate::new();
    let first = chat(&world, None, "first").await;
    world.server.queue(Reply::gated("one two", &gate));
    let running = world.ask(chained(Some(&first.id), "second")).await.unwrap();
    world.server.wait_until("the request", |seen| seen.requests == 2).await;
    world.skein.forget_chain(&first.id).unwrap();
    for id in [&first.id, &running.response.id] {
        assert_eq!(refused(world.skein.get_response(id)), Code::ResponseExpired);
    }
    assert_eq!(running.done().await.status, ResponseStatus::Cancelled);
    world.skein.forget_chain(&first.id).expect("it is gone already");
    assert_eq!(refused(world.skein.forget_chain("resp_1")), Code::ResponseNotFound);
}

#[tokio::test]
async fn several_texts_of_a_message_and_a_reply_that_is_handed_back_reach_the_model() {
    let world = World::new();
    world.server.queue(Reply::text("The answer"));
    let first = chat(&world, None, "A question").await;
    let handed_back = serde_json::to_value(&first.output[0]).unwrap();
    let request = serde_json::json!({"inputs": [
        {"role": "user", "texts": [{"text": "A question"}]},
        handed_back,
        {"role": "user", "texts": [{"text": "One part"}, {"text": "and another"}]},
    ]});
    world.server.queue(Reply::text("More"));
    world.ask(serde_json::from_value(request).unwrap()).await.unwrap().done().await;
    let expected =
        [pair("user", "A question"), pair("assistant", "The answer"), pair("user", "One part\n\nand another")];
    assert_eq!(world.server.last_request().messages(), expected);
}

/// Each response holds all before it, so letting the oldest names go would make no room.
#[test]
fn one_chain_grows_to_256_mib_and_is_refused_there() {
    let (chains, now) = (Chains::default(), 1);
    let text = "x".repeat(4 * 1024 * 1024);
    let new = |n: usize, before: Before| NewLink {
        asked: Asked {
            id: format!("resp_{n}"),
            message_id: format!("msg_{n}"),
            endpoint: "scripted".into(),
            endpoint_id: "scripted".into(),
            origin: "http://127.0.0.1".into(),
            model: "scripted".into(),
            parameters: "{}".into(),
            own_parameters: "{}".into(),
            receipt: "{}".into(),
            context: ContextSummary::default(),
        },
        before,
        inputs: vec![NewMessage::new(Role::User, text.as_str())],
        once: None,
    };
    let mut last = chains.add(new(0, Before::Nothing), now).unwrap();
    let aside = chains.add(new(1_000, Before::Nothing), now).unwrap();
    let refused = loop {
        let turns = last.path().len();
        assert!(turns < 70, "it grows without bound: {} bytes", chains.bytes());
        match chains.add(new(turns, Before::Link(last.clone())), now) {
            Ok(link) => last = link,
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused.code(), Code::ResponseExpired);
    assert_eq!(refused.details()["limit"], BYTES);
    assert!(refused.to_string().contains("Keep it as a thread"), "{refused}");
    assert_eq!(last.path().len(), 63, "64 of 4 MiB and what goes with them are a little more");
    drop(aside);
    assert!(chains.bytes() <= BYTES, "{} bytes", chains.bytes());
    assert!(chains.find(&last.asked.id, now).is_some(), "what there is can still be looked at, and kept");
}

#[tokio::test]
async fn past_256_mib_the_oldest_chain_is_gone_and_the_others_are_not() {
    let world = World::with_window(Some(u32::MAX));
    let text = "x".repeat(4 * 1024 * 1024);
    let mut ids = Vec::new();
    for _ in 0..64 {
        world.server.queue(Reply::text("read"));
        let response = chat(&world, None, &text).await;
        assert_eq!(response.status, ResponseStatus::Completed, "{:?}", response.error);
        ids.push(response.id);
    }
    assert_eq!(refused(world.skein.get_response(&ids[0])), Code::ResponseExpired);
    assert_eq!(refused(world.ask(chained(Some(&ids[0]), "more")).await), Code::ResponseExpired);
    for id in &ids[1..] {
        assert_eq!(world.skein.get_response(id).unwrap().status, ResponseStatus::Completed);
    }
}
