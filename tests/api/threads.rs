//! Threads through the API: every call of the table that is not about asking a model.

use serde_json::{Value, json};
use skein_core::clock::Clock;

use crate::support::{Desk, NOW, ask};

#[test]
fn a_thread_is_made_read_changed_and_its_history_told() {
    let desk = Desk::new();
    let made = desk.call("POST", "/v1/threads", Some(&json!({"id": "t1", "title": "First", "metadata": {"n": 1}})));
    assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")), "{made:?}");
    assert_eq!(made.json()["object"], "thread");
    assert_eq!(made.json()["metadata"], json!({"n": 1}));
    assert_eq!(made.json()["seal"], Value::Null, "a field without a value is null, not absent");

    let patch =
        json!({"title": "Second", "metadata": {"n": null, "status": "resolved", "rating": 5}, "state": "locked"});
    let changed = desk.call("PATCH", "/v1/threads/t1", Some(&patch));
    assert_eq!(changed.status, 200, "{changed:?}");
    let thread = desk.get("/v1/threads/t1");
    assert_eq!(changed.json(), thread);
    assert_eq!(thread["title"], "Second");
    assert_eq!(thread["metadata"], json!({"status": "resolved", "rating": 5}));
    assert_eq!(thread["state"], "locked");

    let history = desk.get("/v1/threads/t1/events");
    let kinds: Vec<_> =
        history["data"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["created", "renamed", "metadata_changed", "locked"]);
    assert!(history["data"].as_array().unwrap().iter().all(|entry| entry["door"] == "api"), "{history}");
}

#[test]
fn a_thread_without_anything_gets_an_id() {
    let desk = Desk::new();
    for body in [None, Some(json!({})), Some(json!({"id": null, "title": null, "metadata": null}))] {
        let made = desk.call("POST", "/v1/threads", body.as_ref());
        assert_eq!(made.status, 201, "{made:?}");
        assert!(made.json()["id"].as_str().unwrap().starts_with("thread_"));
    }
}

#[test]
fn a_patch_is_all_or_nothing() {
    let desk = Desk::new();
    desk.post("/v1/threads", &json!({"id": "t", "metadata": {"a": 1}}));
    let before = desk.get("/v1/threads/t");
    let answer = desk.call("PATCH", "/v1/threads/t", Some(&json!({"metadata": {"b": 2}, "title": "x".repeat(201)})));
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_title"));
    let answer =
        desk.call("PATCH", "/v1/threads/t", Some(&json!({"title": "New", "metadata": {"big": "x".repeat(16_384)}})));
    assert_eq!((answer.status, answer.code().as_str()), (413, "metadata_too_large"));
    assert_eq!(answer.json()["error"]["details"]["limit"], 16_384);
    assert_eq!(desk.get("/v1/threads/t"), before);
}

#[test]
fn if_match_guards_a_patch() {
    let desk = Desk::new();
    desk.post("/v1/threads", &json!({"id": "t"}));
    let patch = |tag: &str, title: &str| {
        desk.call_with("PATCH", "/v1/threads/t", &[("If-Match", tag)], Some(&json!({"title": title})))
    };
    let tag = desk.call("GET", "/v1/threads/t", None).header("etag").unwrap().to_owned();
    let changed = patch(&tag, "One");
    assert_eq!(changed.status, 200);
    let newer = changed.header("etag").unwrap();
    assert_ne!(newer, tag);
    let stale = patch(&tag, "Two");
    assert_eq!((stale.status, stale.code().as_str()), (412, "precondition_failed"));
    assert_eq!(patch(&format!("W/{newer}"), "Two").status, 412, "a weak tag is not strong");
    assert_eq!(patch("2", "Two").code(), "invalid_request", "a tag has quotes");
    assert_eq!(patch(&format!("\"99\", {newer}"), "Three").status, 200, "one of several");
    assert_eq!(patch("*", "Four").status, 200);
    assert_eq!(desk.get("/v1/threads/t")["title"], "Four");
}

#[test]
fn deleting_goes_to_the_bin_and_back_and_an_archived_thread_needs_its_id() {
    let desk = Desk::new();
    desk.ask("t", "Hello");
    assert_eq!(
        desk.call("DELETE", "/v1/threads/t", None).json(),
        json!({"id": "t", "object": "thread", "deleted": true})
    );
    let gone = desk.call("GET", "/v1/threads/t", None);
    assert_eq!((gone.status, gone.code().as_str()), (404, "thread_deleted"));
    assert_eq!(desk.call("POST", "/v1/model/response", Some(&ask("t", "Again"))).code(), "thread_deleted");
    assert_eq!(desk.get("/v1/threads?deleted=true")["data"][0]["id"], "t");
    assert_eq!(desk.post("/v1/threads/t/undelete", &json!({}))["messageCount"], 2);

    desk.call("PATCH", "/v1/threads/t", Some(&json!({"state": "archived"})));
    let unsure = desk.call("DELETE", "/v1/threads/t", None);
    assert_eq!((unsure.status, unsure.code().as_str()), (400, "confirmation_required"));
    assert_eq!(desk.call("DELETE", "/v1/threads/t?confirm=t", None).status, 200);
    assert_eq!(desk.call("POST", "/v1/threads/t/undelete", None).code(), "thread_deleted");
    assert_eq!(desk.call("GET", "/v1/threads/never", None).code(), "thread_not_found");
}

#[test]
fn a_fork_copies_up_to_a_message() {
    let desk = Desk::new();
    desk.ask("t", "One");
    desk.ask("t", "Two");
    let messages = desk.get("/v1/threads/t/messages");
    let second = messages["data"][1]["id"].as_str().unwrap();
    let made = desk.call("POST", "/v1/threads/t/fork", Some(&json!({"messageId": second})));
    assert_eq!(made.status, 201, "{made:?}");
    let copy = made.json();
    assert_eq!(copy["messageCount"], 2);
    assert_eq!(copy["forkedFrom"], json!({"threadId": "t", "messageId": second}));
    let copied = desk.get(&format!("/v1/threads/{}/messages", copy["id"].as_str().unwrap()));
    assert_eq!(copied["data"][1]["copiedFrom"], second);
    assert_eq!(desk.call("POST", "/v1/threads/t/fork", None).json()["messageCount"], 4);
}

#[test]
fn messages_come_in_pages_from_either_end() {
    let desk = Desk::new();
    for n in 0..5 {
        desk.ask("t", &format!("Message {n}"));
    }
    let mut path = String::from("/v1/threads/t/messages?limit=3");
    let mut seen = Vec::new();
    loop {
        let page = desk.get(&path);
        seen.extend(page["data"].as_array().unwrap().iter().map(|message| message["id"].clone()));
        if page["hasMore"] == json!(false) {
            break;
        }
        path = format!("/v1/threads/t/messages?limit=3&after={}", page["lastId"].as_str().unwrap());
    }
    assert_eq!(seen.len(), 10);
    let mut back = desk.get("/v1/threads/t/messages?order=desc&limit=100")["data"].as_array().unwrap().clone();
    back.reverse();
    assert_eq!(seen, back.iter().map(|message| message["id"].clone()).collect::<Vec<_>>());
    assert_eq!(desk.get("/v1/threads/t/messages?versions=all&limit=100")["data"].as_array().unwrap().len(), 10);
    assert_eq!(desk.call("GET", "/v1/threads/t/messages?after=msg_none", None).code(), "message_not_found");
}

#[test]
fn threads_are_listed_by_state_metadata_and_age_in_pages_that_stay_right_while_threads_are_added() {
    let clock = Clock::at(NOW - 100 * 24 * 60 * 60 * 1000);
    let desk = Desk::open(clock.clone(), None);
    for n in 0..6 {
        let client = if n % 2 == 0 { "Acme & Co" } else { "Other" };
        desk.post("/v1/threads", &json!({"id": format!("t{n}"), "metadata": {"client": client, "n": n, "paid": true}}));
    }
    if let Clock::Set(now) = &clock {
        now.store(NOW, std::sync::atomic::Ordering::SeqCst);
    }
    desk.post("/v1/threads", &json!({"id": "new", "metadata": {"client": "Acme & Co"}}));
    desk.call("PATCH", "/v1/threads/t0", Some(&json!({"state": "locked"})));
    let ids = |path: &str| -> Vec<String> {
        desk.get(path)["data"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("/v1/threads?metadata.client=Acme%20%26%20Co"), ["new", "t4", "t2", "t0"]);
    assert_eq!(ids("/v1/threads?metadata.client=Acme+%26+Co&metadata.n=2"), ["t2"]);
    assert_eq!(ids("/v1/threads?metadata.paid=true&state=locked"), ["t0"]);
    assert_eq!(ids("/v1/threads?olderThan=90&state=open"), ["t5", "t4", "t3", "t2", "t1"]);
    assert_eq!(ids("/v1/threads?olderThan=101"), Vec::<String>::new());

    let first = desk.get("/v1/threads?limit=3");
    assert_eq!(first["hasMore"], true);
    desk.post("/v1/threads", &json!({"id": "later"}));
    let next = ids(&format!("/v1/threads?limit=100&after={}", first["lastId"].as_str().unwrap()));
    assert_eq!(next, ["t3", "t2", "t1", "t0"], "nothing twice, nothing left out");
    assert_eq!(ids("/v1/threads?order=activity&limit=1"), ["later"]);
}

#[test]
fn threads_are_listed_by_what_was_said_and_by_pins_and_pages_go_back() {
    let desk = Desk::new();
    for (id, text) in [("a", "Apples and pears"), ("b", "Pears"), ("c", "Plums"), ("d", "\u{6587}\u{6863} 2026")] {
        desk.ask(id, text);
    }
    desk.skein.pin_thread("b", true).unwrap();
    let ids = |path: &str| -> Vec<String> {
        desk.get(path)["data"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("/v1/threads?q=pears"), ["b", "a"]);
    assert_eq!(ids("/v1/threads?q=%22apples%20and%20pears%22"), ["a"]);
    assert_eq!(ids("/v1/threads?q=%E6%96%87%E6%A1%A3"), ["d"]);
    assert_eq!(ids("/v1/threads?q=%22plums"), ["c"], "a malformed query is a search for its words");
    assert_eq!(ids("/v1/threads?q=quinces"), Vec::<String>::new());
    assert_eq!(ids("/v1/threads?pinned=true"), ["b"]);
    assert_eq!(ids("/v1/threads?pinned=false"), ["d", "c", "a"]);
    assert_eq!(ids("/v1/threads?pinned=true&q=pears"), ["b"]);

    desk.ask("a", "Once more");
    for (order, all) in [("created", ["d", "c", "b", "a"]), ("activity", ["a", "d", "c", "b"])] {
        let page = |more: &str| desk.get(&format!("/v1/threads?order={order}&limit=2{more}"));
        let first = page("");
        let next = page(&format!("&after={}", first["lastId"].as_str().unwrap()));
        let back = page(&format!("&before={}", next["firstId"].as_str().unwrap()));
        let ids = |page: &Value| -> Vec<Value> {
            page["data"].as_array().unwrap().iter().map(|thread| thread["id"].clone()).collect()
        };
        assert_eq!([ids(&first), ids(&next)].concat(), all, "{order}");
        assert_eq!(back["data"], first["data"], "{order}");
        let before_all = page(&format!("&before={}", first["firstId"].as_str().unwrap()));
        assert_eq!(before_all["data"], json!([]), "{order}");
    }
}

#[test]
fn every_error_of_a_thread_has_its_status() {
    let desk = Desk::new();
    desk.post("/v1/threads", &json!({"id": "t"}));
    desk.call("PATCH", "/v1/threads/t", Some(&json!({"state": "locked"})));
    let cases = [
        ("POST", "/v1/threads", json!({"id": "t"}), 409, "thread_exists"),
        ("POST", "/v1/threads", json!({"id": "a/b"}), 400, "invalid_thread_id"),
        ("POST", "/v1/threads", json!({"title": "a\nb"}), 400, "invalid_title"),
        ("POST", "/v1/model/response", ask("t", "Hello"), 409, "thread_locked"),
        ("PATCH", "/v1/threads/t", json!({"title": "x"}), 409, "thread_locked"),
        ("DELETE", "/v1/threads/t", json!({}), 409, "thread_locked"),
        ("PATCH", "/v1/threads/none", json!({"title": "x"}), 404, "thread_not_found"),
        ("POST", "/v1/threads/t/fork", json!({"messageId": "msg_none"}), 404, "message_not_found"),
    ];
    for (method, path, body, status, code) in cases {
        let answer = desk.call(method, path, Some(&body));
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{method} {path} {body}");
        assert!(answer.json()["error"]["details"].is_object());
    }
    desk.call("PATCH", "/v1/threads/t", Some(&json!({"state": "archived"})));
    assert_eq!(desk.call("PATCH", "/v1/threads/t", Some(&json!({"state": "open"}))).code(), "invalid_transition");
}
