//! What the window paints of a thread: long messages folded, its days, two versions beside each other.

use std::sync::Arc;

use skein_core::Code;
use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::wire::{ComparedRow, Door, Role};
use skein_core::{OpenOptions, RespondOptions, Skein};
use skein_support::model_server::Reply;

use crate::support::{World, refused, request};

fn long(name: &str) -> String {
    let lines: Vec<String> = (1..=300).map(|n| format!("{name} line {n}\n\n")).collect();
    lines.concat()
}

#[tokio::test]
async fn a_long_message_is_painted_by_its_beginning_and_whole_when_asked_for() {
    let world = World::new();
    world.server.queue(Reply::text(&long("first")));
    world.send("t", &long("asked")).await;
    world.server.queue(Reply::text("short"));
    world.send("t", "go on").await;
    let view = world.skein.open_thread("t", None).unwrap();
    for message in &view.messages[..2] {
        assert_eq!(message.folded, Some(599));
        assert!(message.html.contains("line 3<") && !message.html.contains("line 200<"));
    }
    assert_eq!((view.messages[2].folded, view.messages[3].folded), (None, None));
    let whole = world.skein.message_views("t", 1, 4, true).unwrap();
    assert!(whole.iter().all(|message| message.folded.is_none()));
    assert!(whole[1].html.contains("first line 300<"));
    let sought = world.skein.open_thread("t", Some(&view.messages[1].message.id)).unwrap();
    assert!(sought.messages[1].html.contains("first line 300<"), "a message that was sought is whole");
    assert!(sought.messages[0].folded.is_some());
}

#[tokio::test]
async fn a_reply_at_the_end_is_whole_as_it_was_seen_arriving() {
    let world = World::new();
    world.server.queue(Reply::text(&long("reply")));
    world.send("t", "question").await;
    let view = world.skein.open_thread("t", None).unwrap();
    assert_eq!(view.messages[1].message.role, Role::Assistant);
    assert_eq!(view.messages[1].folded, None);
}

#[tokio::test]
async fn two_versions_stand_beside_each_other() {
    let world = World::new();
    world.server.queue(Reply::text("The depot is in Basel.\n\nIt opens at 8."));
    let first = world.send("t", "where").await.output[0].id.clone();
    world.server.queue(Reply::text("The depot is in Muttenz.\n\nIt opens at 8."));
    let second = world.skein.retry("t", &first, None, Arc::new(())).await.unwrap().done().await.output[0].id.clone();
    let compared = world.skein.compare_messages("t", &first, &second).unwrap();
    assert_eq!((&compared.left.id, &compared.right.id), (&first, &second));
    assert!(compared.left.texts.is_empty());
    assert_eq!(compared.rows.len(), 3, "{:?}", compared.rows);
    let ComparedRow::Lines { right: Some(right), .. } = &compared.rows[0] else { panic!("{:?}", compared.rows) };
    let changed: Vec<&str> = right.iter().filter(|piece| piece.changed).map(|piece| piece.text.as_str()).collect();
    assert_eq!(changed, ["Muttenz"]);
    assert_eq!(refused(world.skein.compare_messages("t", &first, "msg_none")), Code::MessageNotFound);
}

#[tokio::test]
async fn days_are_those_of_the_calendar_of_the_reader() {
    let folder = tempfile::tempdir().unwrap();
    // 22 November 2026, 23:30 UTC, and an hour later: one day in Zurich, two in London.
    let clock = Clock::at(1_795_390_200_000);
    let options = OpenOptions {
        keychain: Keychain::memory(),
        clock: clock.clone(),
        ..OpenOptions::new(folder.path(), Door::Window)
    };
    let skein = Skein::open(options).unwrap();
    for _ in 0..2 {
        skein.respond(request("t", "hello"), RespondOptions::default(), Arc::new(())).await.unwrap().done().await;
        let Clock::Set(now) = &clock else { unreachable!() };
        now.fetch_add(3_600_000, std::sync::atomic::Ordering::SeqCst);
    }
    let days = |zone: &str| {
        let days = skein.thread_days("t", zone).unwrap();
        days.into_iter().map(|day| (day.date, day.position, day.messages)).collect::<Vec<_>>()
    };
    let two = [("2026-11-22".to_owned(), 1, 2), ("2026-11-23".to_owned(), 3, 2)];
    assert_eq!(days("Europe/London"), two);
    assert_eq!(days("Europe/Zurich"), [("2026-11-23".to_owned(), 1, 4)]);
    assert_eq!(days("no/such zone"), two);
    assert_eq!(refused(skein.thread_days("none", "UTC")), Code::ThreadNotFound);
}
