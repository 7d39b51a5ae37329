//! Search: any script, phrases, filters, paging, and nothing from the bin.

use jiff::tz::TimeZone;
use skein_core::search::parse;
use skein_core::store::entry::{self, NewEntry};
use skein_core::store::search::{From, find};
use skein_core::wire::{Door, EntryKind, Role, State};

use crate::support::{Fixture, NOW};

fn found(fixture: &Fixture, query: &str) -> Vec<String> {
    let query = parse(query, &TimeZone::UTC);
    let (hits, _) = fixture.store.read(|conn| find(conn, &query, From::Start, 50)).unwrap();
    let mut texts: Vec<String> = hits.into_iter().map(|hit| hit.message.message.texts.concat()).collect();
    texts.sort();
    texts
}

#[test]
fn any_script_is_found() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    let texts = [
        "Transfer pricing memo",
        "Überprüfung der Verträge",
        "我在东京工作",
        "東京タワーに行きました",
        "안녕하세요 세계",
        "สวัสดีชาวโลก",
        "Привет, мир",
        "مرحبا بالعالم",
        "naïve café",
    ];
    let mut last = None;
    for text in texts {
        last = Some(fixture.message(&thread, last.as_ref(), Role::User, text));
    }
    for (query, expected) in [
        ("pric", texts[0]),
        ("verträge", texts[1]),
        ("VERTRAGE", texts[1]),
        ("东京", texts[2]),
        ("作", texts[2]),
        ("タワー", texts[3]),
        ("세계", texts[4]),
        ("하세", texts[4]),
        ("ชาว", texts[5]),
        ("привет", texts[6]),
        ("بالعالم", texts[7]),
        ("cafe", texts[8]),
        ("\"pricing memo\"", texts[0]),
    ] {
        assert_eq!(found(&fixture, query), [expected], "{query}");
    }
    assert!(found(&fixture, "\"memo pricing\"").is_empty());
    assert!(found(&fixture, "京东").is_empty(), "the order of characters counts");
}

#[test]
fn filters_narrow_and_anything_can_be_asked() {
    let fixture = Fixture::new();
    let acme = fixture.thread("a", "{\"client\":\"Acme GmbH\"}");
    let other = fixture.thread("b", "{}");
    let first = fixture.message(&acme, None, Role::User, "needle from the user");
    fixture.message(&acme, Some(&first), Role::Assistant, "needle from the model");
    fixture.message(&other, None, Role::User, "needle elsewhere");
    fixture.bring(&other, State::Locked);
    for (query, count) in [
        ("needle", 3),
        ("needle role:user", 2),
        ("needle client:\"acme gmbh\"", 2),
        ("state:locked needle", 1),
        ("role:assistant", 1),
        ("needle before:2000-01-01", 0),
        ("needle after:2000-01-01", 3),
        ("needle (", 3),
        ("needle \"", 3),
        ("needle*", 3),
        ("-needle", 3),
        ("needle AND", 0),
        ("needle^2:", 0),
    ] {
        assert_eq!(found(&fixture, query).len(), count, "{query}");
    }
}

#[test]
fn pages_go_through_every_match_once_few_or_many() {
    for count in [30, 260] {
        let fixture = Fixture::new();
        let thread = fixture.thread("a", "{}");
        let mut last = None;
        for n in 0..count {
            last = Some(fixture.message(&thread, last.as_ref(), Role::User, &format!("needle {n}")));
        }
        let query = parse("needle", &TimeZone::UTC);
        let (mut seen, mut from) = (Vec::new(), From::Start);
        loop {
            let (hits, next) = fixture.store.read(|conn| find(conn, &query, from, 7)).unwrap();
            seen.extend(hits.iter().map(|hit| hit.message.seq));
            let Some(next) = next else { break };
            from = next;
        }
        if count > 200 {
            assert!(seen.is_sorted_by(|a, b| a > b), "many matches: newest first");
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=count).collect::<Vec<i64>>());
    }
}

#[test]
fn a_model_and_any_metadata_narrow_too() {
    let fixture = Fixture::new();
    let matter = fixture.thread("a", "{\"matter\":\"TP-1\"}");
    fixture.message(&matter, None, Role::User, "needle");
    fixture.message(&fixture.thread("b", "{}"), None, Role::User, "needle");
    for (query, count) in [("needle metadata.matter:tp-1", 1), ("metadata.matter:TP-2", 0), ("needle model:gpt", 0)] {
        assert_eq!(found(&fixture, query).len(), count, "{query}");
    }
}

#[test]
fn a_search_within_a_thread_tells_the_places_on_the_path_and_what_to_mark() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    fixture.message(&fixture.thread("b", "{}"), None, Role::User, "needle of another");
    let first = fixture.message(&thread, None, Role::User, "A Needle");
    let second = fixture.message(&thread, Some(&first), Role::Assistant, "hay");
    let third = fixture.message(&thread, Some(&second), Role::User, "needles and the needle");
    fixture.message(&thread, Some(&third), Role::Assistant, "hay");
    fixture.message(&thread, Some(&first), Role::Assistant, "another version with a needle");
    fixture.message(&thread, Some(&third), Role::Assistant, "the tip of the path");
    let skein = skein_core::Skein::open(skein_core::OpenOptions::new(fixture.dir.path(), Door::Cli)).unwrap();
    let found = |query| skein.search_thread("a", query).unwrap();
    let places = |query| found(query).hits.iter().map(|hit| hit.position).collect::<Vec<_>>();
    assert_eq!(places("needle"), [1, 3]);
    assert_eq!(found("needle").hits[0].message_id, first.message.id.to_string());
    assert_eq!(found("needle").elsewhere, 1);
    assert_eq!(places("\"the needle\""), [3]);
    assert_eq!(places("needle role:assistant"), [] as [u32; 0]);
    assert_eq!(places("role:user"), [1, 3]);
    assert_eq!(places("state:locked"), [] as [u32; 0], "it says nothing about messages");
    let terms = found("Äpfel \"the Needle\"").terms;
    assert_eq!(
        terms.iter().map(|term| (term.words.join(" "), term.prefix)).collect::<Vec<_>>(),
        [("apfel".into(), true), ("the needle".into(), false)]
    );
}

#[test]
fn what_is_in_the_bin_is_not_found() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    fixture.message(&thread, None, Role::User, "needle");
    let say =
        |kind| fixture.store.write(|tx| entry::append(tx, &NewEntry::new(thread.seq, kind, Door::Cli, NOW))).unwrap();
    say(EntryKind::Deleted);
    assert!(found(&fixture, "needle").is_empty());
    say(EntryKind::Undeleted);
    assert_eq!(found(&fixture, "needle").len(), 1);
}

#[test]
fn a_cursor_of_another_search_is_no_error() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    fixture.message(&thread, None, Role::User, "word");
    for query in ["role:user", "word"] {
        for from in [From::Ranked(0), From::Ranked(u32::MAX), From::Below(i64::MAX), From::Below(i64::MIN)] {
            let parsed = parse(query, &TimeZone::UTC);
            let found = fixture.store.read(|conn| find(conn, &parsed, from, 10));
            assert!(found.is_ok(), "{query} {from:?}: {found:?}");
        }
    }
}

#[test]
fn a_snippet_shows_words_and_not_marks_unless_the_match_is_in_an_address() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    fixture.message(&thread, None, Role::User, "The **needle** is [here](https://pin.example)");
    let skein = skein_core::Skein::open(skein_core::OpenOptions::new(fixture.dir.path(), Door::Cli)).unwrap();
    let snippet = |query| skein.search(query, None, 10).unwrap().hits.remove(0).snippet;
    assert_eq!(snippet("needle")[..2], ["The ", "needle"]);
    assert_eq!(snippet("pin").get(1).map(String::as_str), Some("pin"));
}
