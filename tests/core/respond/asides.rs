//! Asides: a chain that begins at a thread's response, sees the thread up to there and writes nothing to it.

use skein_core::Code;
use skein_core::wire::{EntryKind, ResponseStatus, State};
use skein_support::model_server::{Gate, Reply};

use crate::chains::{chained, chat};
use crate::support::{World, refused, request};

/// A thread of two turns; the ids of their responses.
async fn two_turns(world: &World) -> (String, String) {
    world.server.queue(Reply::text("one"));
    world.server.queue(Reply::text("two"));
    let first = world.send("t", "first").await;
    let second = world.send("t", "second").await;
    (first.id, second.id)
}

fn said(world: &World) -> Vec<String> {
    world.server.last_request().messages().into_iter().map(|(_, text)| text).collect()
}

#[tokio::test]
async fn an_aside_sees_the_thread_up_to_the_reply_and_writes_nothing_to_it() {
    let world = World::new();
    let (first, _) = two_turns(&world).await;
    let before = (world.skein.get_thread("t").unwrap(), world.skein.list_history("t").unwrap());
    let aside = chat(&world, Some(&first), "by the way").await;
    assert_eq!((aside.status, aside.thread.as_ref()), (ResponseStatus::Completed, None));
    assert_eq!(aside.previous_response_id.as_ref(), Some(&first));
    assert_eq!(said(&world), ["first", "one", "by the way"]);
    let deeper = chat(&world, Some(&aside.id), "and then?").await;
    assert_eq!(said(&world)[..3], ["first", "one", "by the way"]);
    assert_eq!(deeper.context.sent, 5);
    assert_eq!(world.texts("t"), ["first", "one", "second", "two"]);
    assert_eq!(before, (world.skein.get_thread("t").unwrap(), world.skein.list_history("t").unwrap()));

    let view = world.skein.chain(&deeper.id).unwrap();
    assert_eq!(view.messages.len(), 4, "its own messages, not the thread's");
    assert_eq!(view.messages[0].message.parent_id.as_ref(), Some(&world.path("t")[1].id));
    assert_eq!(view.aside_of.unwrap().thread_id, "t");
}

#[tokio::test]
async fn an_aside_is_possible_whatever_the_state_but_not_from_the_bin_or_a_running_reply() {
    let world = World::new();
    let (_, second) = two_turns(&world).await;
    world.skein.set_state("t", State::Locked).unwrap();
    let aside = chat(&world, Some(&second), "why?").await;
    assert_eq!(said(&world), ["first", "one", "second", "two", "why?"]);
    assert_eq!(world.skein.get_thread("t").unwrap().state, State::Locked);

    world.skein.set_state("t", State::Open).unwrap();
    world.skein.delete_thread("t", None).unwrap();
    assert_eq!(refused(world.ask(chained(Some(&second), "why?")).await), Code::ThreadDeleted);
    assert_eq!(refused(world.ask(chained(Some(&aside.id), "why?")).await), Code::ThreadDeleted);

    let gate = Gate::new();
    world.server.queue(Reply::text("slow").behind(&gate));
    let running = world.ask(request("u", "hello")).await.unwrap();
    assert_eq!(refused(world.ask(chained(Some(&running.response.id), "so?")).await), Code::ThreadBusy);
    gate.open_for_good();
    running.done().await;
}

#[tokio::test]
async fn an_aside_that_is_kept_is_a_fork_with_what_was_said_aside() {
    let world = World::new();
    let (first, _) = two_turns(&world).await;
    world.server.queue(Reply::text("indeed"));
    let aside = chat(&world, Some(&first), "by the way").await;
    let thread = world.skein.keep_chain(&aside.id, None, Some("Aside"), None).unwrap();
    assert_eq!(world.texts(&thread.id), ["first", "one", "by the way", "indeed"]);
    assert_eq!(thread.forked_from.unwrap().thread_id, "t");
    assert_eq!(thread.title.as_deref(), Some("Aside"));
    let path = world.path(&thread.id);
    assert_eq!(path[0].copied_from.as_ref(), Some(&world.path("t")[0].id));
    assert_eq!(path[3].id, aside.output[0].id);
    let kinds: Vec<_> = world.skein.list_history(&thread.id).unwrap().iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Forked]);
    assert_eq!(world.texts("t"), ["first", "one", "second", "two"]);
}
