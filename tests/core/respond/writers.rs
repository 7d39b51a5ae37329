//! Many writers on one thread, through several processes: each change happens whole or is refused, and none is lost.

use std::sync::Arc;

use skein_core::wire::{JsonObject, Role};
use skein_core::{Code, MessageRange, RespondOptions, Skein, ThreadChange};
use skein_support::model_server::Reply;

use crate::support::{World, open, request, text_of};

/// Handles as other processes have them, taken in turn by all writers.
fn handles(world: &World) -> Vec<Skein> {
    (0..4).map(|_| open(world.dir.path())).collect()
}

#[tokio::test]
async fn of_64_senders_each_is_answered_or_told_that_the_thread_is_busy() {
    let world = World::new();
    world.server.always(Reply::text("noted"));
    world.send("t", "first").await;
    let handles = handles(&world);
    let senders: Vec<_> = (0..64)
        .map(|n| {
            let skein = handles[n % handles.len()].clone();
            tokio::spawn(async move {
                let text = format!("from {n}");
                match skein.respond(request("t", &text), RespondOptions::default(), Arc::new(())).await {
                    Ok(running) => drop(running.done().await),
                    Err(error) => {
                        assert_eq!(error.code(), Code::ThreadBusy);
                        return None;
                    }
                }
                Some(text)
            })
        })
        .collect();
    let mut accepted = vec!["first".to_owned()];
    for sender in senders {
        accepted.extend(sender.await.unwrap());
    }
    assert!(accepted.len() > 1, "somebody was first");
    let mut path = world.path("t");
    while let Some(last) = path.last().filter(|_| path.len().is_multiple_of(100)) {
        let range = MessageRange { limit: 100, after: Some(last.id.clone()), ..MessageRange::default() };
        let more = world.skein.list_messages("t", &range).unwrap().data;
        if more.is_empty() {
            break;
        }
        path.extend(more);
    }
    for turn in path.chunks(2) {
        assert_eq!((turn[0].role, turn[1].role, text_of(&turn[1])), (Role::User, Role::Assistant, "noted".into()));
    }
    let mut said: Vec<String> = path.iter().step_by(2).map(text_of).collect();
    said.sort();
    accepted.sort();
    assert_eq!(said, accepted, "every accepted message once, and nothing else");
    assert_eq!(world.skein.get_thread("t").unwrap().message_count as usize, path.len());
}

#[test]
fn of_64_changes_guarded_by_a_revision_none_overwrites_another() {
    let world = World::new();
    world.skein.create_thread(Some("t"), None, None).unwrap();
    let handles = handles(&world);
    let writers: Vec<_> = (0..64)
        .map(|n| {
            let skein = handles[n % handles.len()].clone();
            std::thread::spawn(move || {
                loop {
                    let seen = skein.get_thread("t").unwrap();
                    let count = seen.metadata.get("count").and_then(serde_json::Value::as_u64).unwrap_or(0) + 1;
                    let metadata = Some(JsonObject::from_iter([("count".into(), count.into())]));
                    let change = ThreadChange { metadata, if_revision: Some(seen.revision), ..ThreadChange::default() };
                    match skein.change_thread("t", &change) {
                        Ok(_) => return,
                        Err(error) => assert_eq!(error.code(), Code::PreconditionFailed),
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(world.skein.get_thread("t").unwrap().metadata["count"], 64);
}
