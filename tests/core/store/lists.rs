//! Lists: filters, and pages that neither skip nor repeat.

use jiff::tz::TimeZone;
use skein_core::store::listing::{Order, ThreadFilter, cursor, list, query};
use skein_core::store::{Store, StoreError, thread, view};
use skein_core::thread::ThreadId;
use skein_core::wire::{JsonObject, Role, State};
use skein_core::{Code, MessageRange, ThreadChange};

use crate::support::{Fixture, NOW, filled, open};

fn ids(fixture: &Fixture, filter: &ThreadFilter) -> Vec<String> {
    fixture
        .store
        .read(|conn| list(conn, filter, NOW, &TimeZone::UTC))
        .unwrap()
        .0
        .into_iter()
        .map(|row| row.id)
        .collect()
}

#[test]
fn threads_are_filtered_by_state_metadata_and_pin() {
    let (fixture, threads) = filled();
    fixture.bring(&threads[3], State::Locked);
    fixture.store.write(|tx| view::pin(tx, threads[4].seq, true)).unwrap();
    let filter = ThreadFilter { state: Some(State::Locked), ..ThreadFilter::default() };
    assert_eq!(ids(&fixture, &filter), ["t03"]);
    let filter = ThreadFilter { pinned: Some(true), ..ThreadFilter::default() };
    assert_eq!(ids(&fixture, &filter), ["t04"]);
    let acme = ("client".to_owned(), "Acme".to_owned());
    let filter = ThreadFilter { metadata: vec![acme.clone()], ..ThreadFilter::default() };
    assert_eq!(ids(&fixture, &filter), ["t24", "t21", "t18", "t12", "t09", "t06", "t03"], "exact, and newest first");
    let filter = ThreadFilter { metadata: vec![acme, ("rating".into(), "1".into())], ..ThreadFilter::default() };
    assert_eq!(ids(&fixture, &filter), ["t21", "t09", "t03"]);
}

#[test]
fn pages_neither_skip_nor_repeat_while_threads_are_added() {
    for order in [Order::Created, Order::Activity] {
        let (fixture, _) = filled();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let filter = ThreadFilter { order, limit: 4, after: after.take(), ..ThreadFilter::default() };
            let (rows, more) = fixture.store.read(|conn| list(conn, &filter, NOW, &TimeZone::UTC)).unwrap();
            seen.extend(rows.iter().map(|row| row.id.clone()));
            fixture.thread(&format!("new{}", seen.len()), "{}");
            if !more {
                break;
            }
            after = rows.last().map(|row| cursor(row, order));
        }
        let expected: Vec<String> = (0..25).rev().map(|n| format!("t{n:02}")).collect();
        assert_eq!(seen, expected, "{order:?}");
    }
}

#[test]
fn a_page_before_a_cursor_is_the_one_just_before_it() {
    let (fixture, _) = filled();
    let filter = ThreadFilter { limit: 3, before: Some("t10".into()), ..ThreadFilter::default() };
    assert_eq!(ids(&fixture, &filter), ["t13", "t12", "t11"]);
}

#[test]
fn a_cursor_that_is_none_of_the_list_is_refused() {
    let (fixture, threads) = filled();
    let skein = open(&fixture);
    let [by_id, by_activity] = [Order::Created, Order::Activity].map(|order| cursor(&threads[9], order));
    for (order, given, refused) in [
        (Order::Created, "nothing", true),
        (Order::Created, "", true),
        (Order::Created, by_activity.as_str(), true),
        (Order::Created, by_id.as_str(), false),
        (Order::Activity, "nothing", true),
        (Order::Activity, by_id.as_str(), true),
        (Order::Activity, by_activity.as_str(), false),
    ] {
        let (after, before) = (Some(given.to_owned()), Some(given.to_owned()));
        for filter in
            [ThreadFilter { after, ..ThreadFilter::default() }, ThreadFilter { before, ..ThreadFilter::default() }]
        {
            let page = skein.list_threads(&ThreadFilter { order, ..filter });
            let expected = refused.then_some(Code::InvalidRequest);
            assert_eq!(page.err().map(|error| error.code()), expected, "{order:?} {given:?}");
        }
    }
}

/// No list looks at every thread: each is led by an index, or walks one in its own order until the page is full.
/// Words are looked for in titles too, which have no index.
#[test]
fn every_filter_is_led_by_an_index() {
    let (fixture, _) = filled();
    let acme = vec![("client".to_owned(), "Acme".to_owned())];
    let all = ThreadFilter::default;
    for (name, filter, index) in [
        ("all", all(), None),
        ("state", ThreadFilter { state: Some(State::Locked), ..all() }, Some("thread_state")),
        ("metadata", ThreadFilter { metadata: acme, ..all() }, Some("metadata_value")),
        ("age", ThreadFilter { older_than: Some(90), ..all() }, Some("thread_activity")),
        ("pinned", ThreadFilter { pinned: Some(true), ..all() }, Some("view_pinned")),
        ("not pinned", ThreadFilter { pinned: Some(false), ..all() }, None),
        ("bin", ThreadFilter { deleted: true, ..all() }, Some("thread_bin")),
        ("client:", ThreadFilter { text: Some("client:Acme".into()), ..all() }, None),
        ("state:", ThreadFilter { text: Some("state:locked".into()), ..all() }, Some("thread_state")),
    ] {
        for order in [Order::Created, Order::Activity] {
            let filter = ThreadFilter { order, ..filter.clone() };
            let plan = plan(&fixture, &filter);
            let at = format!("{name} by {order:?}: {plan:#?}");
            let sorted = plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
            let walked = plan.iter().any(|step| step.starts_with("SCAN thread"));
            assert!(!(walked && sorted), "all are looked at before the first is known: {at}");
            if name.starts_with("state") {
                assert!(!sorted, "{at}");
            }
            if let Some(index) = index {
                assert!(plan.iter().any(|step| step.contains(index)), "{at}");
                assert!(!walked, "{at}");
            }
        }
    }
}

fn plan(fixture: &Fixture, filter: &ThreadFilter) -> Vec<String> {
    let read = |conn: &rusqlite::Connection| {
        let (sql, values) = query(conn, filter, NOW, &TimeZone::UTC)?;
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let steps = explain.query_map(rusqlite::params_from_iter(values), |row| row.get("detail"))?;
        Ok::<_, StoreError>(steps.collect::<Result<_, _>>()?)
    };
    fixture.store.read(read).unwrap()
}

/// Others make, use and erase threads while one process turns the pages.
#[test]
fn pages_stay_right_while_others_add_use_and_erase_threads() {
    let (fixture, threads) = filled();
    fixture.bring(&threads[21], State::Archived);
    let skein = open(&fixture);
    let page = |after| skein.list_threads(&ThreadFilter { limit: 4, after, ..ThreadFilter::default() }).unwrap();
    let mut seen = page(None);
    assert_eq!(seen.last_id.as_deref(), Some("t21"));
    skein.delete_thread("t21", Some("t21")).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let other = Store::open(fixture.dir.path()).unwrap();
            for n in 0.. {
                if done.load(std::sync::atomic::Ordering::SeqCst) {
                    break;
                }
                let id = ThreadId::parse(&format!("new{n}")).unwrap();
                other.write(|tx| thread::insert(tx, &id, None, None, NOW)).unwrap();
                fixture.message(&threads[0], None, Role::User, "news");
            }
        });
        let mut ids: Vec<String> = seen.data.iter().map(|thread| thread.id.clone()).collect();
        while seen.has_more {
            seen = page(seen.last_id);
            ids.extend(seen.data.iter().map(|thread| thread.id.clone()));
        }
        done.store(true, std::sync::atomic::Ordering::SeqCst);
        let expected: Vec<String> = (0..25).rev().map(|n| format!("t{n:02}")).collect();
        assert_eq!(ids, expected);
    });
}

#[test]
fn threads_are_found_by_their_messages_and_titles() {
    let fixture = Fixture::new();
    for (id, json, text) in [
        ("memo", "{\"client\":\"Acme\"}", "Transfer pricing"),
        ("note", "{}", "A transfer of tickets"),
        ("Transfer.Lists", "{}", "Something else"),
        ("empty", "{\"client\":\"Acme\"}", ""),
    ] {
        let thread = fixture.thread(id, json);
        if !text.is_empty() {
            fixture.message(&thread, None, Role::User, text);
        }
    }
    for (text, expected) in [
        ("transfer", &["Transfer.Lists", "note", "memo"][..]),
        ("pric", &["memo"]),
        ("\"transfer pricing\"", &["memo"]),
        ("transfer role:user", &["note", "memo"]),
        ("transfer after:2000-01-01", &["note", "memo"]),
        ("client:acme", &["empty", "memo"]),
        ("client:acme transfer", &["memo"]),
        ("state:open role:user", &["Transfer.Lists", "note", "memo"]),
        ("role:assistant", &[]),
        ("state:locked transfer", &[]),
        ("transfer (", &["Transfer.Lists", "note", "memo"]),
        ("\"transfer", &["Transfer.Lists", "note", "memo"]),
        ("***", &[]),
        ("  ", &["empty", "Transfer.Lists", "note", "memo"]),
    ] {
        let filter = ThreadFilter { text: Some(text.into()), ..ThreadFilter::default() };
        assert_eq!(ids(&fixture, &filter), expected, "{text}");
    }
}

#[test]
fn older_means_days_without_activity() {
    let (fixture, threads) = filled();
    fixture.message(&threads[2], None, Role::User, "news");
    let later = NOW + 30 * 86_400_000 + 1;
    for (days, count) in [(29, 25), (30, 25), (31, 0)] {
        let filter = ThreadFilter { older_than: Some(days), limit: 100, ..ThreadFilter::default() };
        let found = fixture.store.read(|conn| list(conn, &filter, later, &TimeZone::UTC)).unwrap().0;
        assert_eq!(found.len(), count, "{days}");
    }
}

#[test]
fn a_history_keeps_of_a_change_what_it_changed() {
    let fixture = Fixture::new();
    fixture.thread("t", "{\"client\":\"Acme\",\"matter\":1}");
    let skein = open(&fixture);
    let mut patch: serde_json::Map<_, _> = (0..10_000).map(|n| (format!("k{n}"), serde_json::Value::Null)).collect();
    patch.insert("client".into(), "Acme".into());
    patch.insert("matter".into(), 2.into());
    skein.change_thread("t", &ThreadChange { metadata: Some(patch), ..ThreadChange::default() }).unwrap();
    let history = skein.list_history("t").unwrap();
    let detail = serde_json::json!(history.last().unwrap().detail);
    assert_eq!(detail, serde_json::json!({"patch": {"matter": 2}}));
}

#[test]
fn a_history_comes_in_pages() {
    let fixture = Fixture::new();
    fixture.thread("t", "{}");
    let skein = open(&fixture);
    for n in 0..6 {
        skein.rename_thread("t", &n.to_string()).unwrap();
    }
    let whole = skein.list_history("t").unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = skein.page_history("t", after.as_deref(), 3).unwrap();
        seen.extend(page.data);
        after = page.last_id;
        if !page.has_more {
            break;
        }
    }
    assert_eq!((seen.len(), seen), (7, whole));
    let refused = skein.page_history("t", Some("nothing"), 3).unwrap_err();
    assert_eq!(refused.code(), Code::InvalidRequest);
}

#[test]
fn a_message_makes_a_thread_the_latest() {
    let (fixture, threads) = filled();
    fixture.message(&threads[2], None, Role::User, "news");
    let filter = ThreadFilter { limit: 1, order: Order::Activity, ..ThreadFilter::default() };
    assert_eq!(fixture.get(&threads[2]).message_count, 1);
    // The same moment for all: the one with the greatest number stands first.
    assert_eq!(ids(&fixture, &filter), ["t24"]);
}

/// Whatever is listed and from whichever end, going on with `after` and back with `before` meets every message once.
#[test]
fn messages_are_paged_both_ways_along_the_path_and_through_all_versions() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    let mut last = None;
    for n in 0..7 {
        last = Some(fixture.message(&thread, last.as_ref(), Role::User, &n.to_string()));
    }
    let skein = open(&fixture);
    for (newest_first, all_versions) in [(false, false), (true, false), (false, true), (true, true)] {
        let ask = |after: Option<String>, before: Option<String>| {
            let range = MessageRange { limit: 3, after, before, newest_first, all_versions };
            let page = skein.list_messages("a", &range).unwrap();
            let texts: String = page.data.iter().map(|message| message.texts[0].text.as_str()).collect();
            (texts, page.first_id, page.last_id, page.has_more)
        };
        let (mut forth, mut at, mut more) = (Vec::new(), None, true);
        while more {
            let page = ask(at.take(), None);
            (at, more) = (page.2, page.3);
            forth.push(page.0);
        }
        let (mut back, mut more) = (Vec::new(), true);
        while more {
            let page = ask(None, at.take());
            (at, more) = (page.1, page.3);
            back.push(page.0);
        }
        // The way back begins before the last page's last message.
        let expected =
            if newest_first { (["654", "321", "0"], ["321", "654"]) } else { (["012", "345", "6"], ["345", "012"]) };
        assert_eq!(
            (&forth[..], &back[..]),
            (&expected.0.map(String::from)[..], &expected.1.map(String::from)[..]),
            "{newest_first} {all_versions}"
        );
    }
}

#[test]
fn metadata_written_as_json_leaves_what_others_set_meanwhile() {
    let fixture = Fixture::new();
    let skein = open(&fixture);
    let seen =
        skein.create_thread(Some("t"), None, Some(object(r#"{"client": "Acme", "rating": 1}"#))).unwrap().metadata;
    let change = ThreadChange { metadata: Some(object(r#"{"matter": "M-1"}"#)), ..ThreadChange::default() };
    skein.change_thread("t", &change).unwrap();
    let thread = skein.write_metadata("t", &seen, r#"{"client": "Helvetia"}"#).unwrap();
    assert_eq!(thread.metadata, object(r#"{"client": "Helvetia", "matter": "M-1"}"#));
    for (json, code) in [
        (r#"{"a": 1, "a": 2}"#, Code::InvalidMetadata),
        ("[1]", Code::InvalidMetadata),
        ("{", Code::InvalidMetadata),
        (&format!("{{\"a\": \"{}\"}}", "x".repeat(16_384)), Code::MetadataTooLarge),
    ] {
        assert_eq!(skein.write_metadata("t", &seen, json).unwrap_err().code(), code, "{json}");
    }
    assert_eq!(skein.get_thread("t").unwrap().metadata, thread.metadata);
}

fn object(json: &str) -> JsonObject {
    serde_json::from_str(json).unwrap()
}
