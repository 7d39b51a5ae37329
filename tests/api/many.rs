//! Many callers at a time: what is refused is refused clearly, what is acknowledged is there, and
//! nothing is mixed up.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use skein_core::{MessageRange, ThreadChange};

use crate::support::{Desk, ask};

const CLIENTS: usize = 64;

#[test]
fn sixty_four_callers_each_with_a_thread_get_their_own_answers() {
    let desk = Desk::new();
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let desk = &desk;
            scope.spawn(move || {
                let id = format!("t{client}");
                for turn in 0..3 {
                    let response = desk.ask(&id, &format!("From {client}, turn {turn}"));
                    assert_eq!(response["thread"], id.as_str());
                }
                let messages = desk.get(&format!("/v1/threads/{id}/messages"));
                let said: Vec<_> = messages["data"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .step_by(2)
                    .map(|m| m["texts"][0]["text"].clone())
                    .collect();
                assert_eq!(said, (0..3).map(|turn| json!(format!("From {client}, turn {turn}"))).collect::<Vec<_>>());
            });
        }
    });
    let mut seen = 0;
    let mut after = String::new();
    loop {
        let page = desk.get(&format!("/v1/threads?limit=10{after}"));
        seen += page["data"].as_array().unwrap().len();
        if page["hasMore"] == json!(false) {
            break;
        }
        after = format!("&after={}", page["lastId"].as_str().unwrap());
    }
    assert_eq!(seen, CLIENTS);
}

#[test]
fn two_writers_on_one_thread_among_sixty_four_callers_lose_and_mix_nothing() {
    let desk = Desk::new();
    desk.post("/v1/threads", &json!({"id": "t"}));
    let (answered, busy) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (desk, answered, busy) = (&desk, &answered, &busy);
            scope.spawn(move || {
                for turn in 0..2 {
                    let answer = desk.call("POST", "/v1/model/response", Some(&ask("t", &format!("{client}/{turn}"))));
                    let counted = if answer.status == 200 { answered } else { busy };
                    counted.fetch_add(1, Ordering::SeqCst);
                    let busy = answer.status == 409 && answer.code() == "thread_busy";
                    assert!(answer.status == 200 || busy, "{answer:?}");
                }
            });
        }
    });
    let answered = answered.load(Ordering::SeqCst);
    assert!(answered >= 1 && answered + busy.load(Ordering::SeqCst) == 2 * CLIENTS);
    let range = MessageRange { limit: 100, all_versions: true, ..MessageRange::default() };
    let mut roles = Vec::new();
    let mut after = None;
    loop {
        let page = desk.skein.list_messages("t", &MessageRange { after: after.take(), ..range.clone() }).unwrap();
        roles.extend(page.data.iter().map(|message| serde_json::to_value(message.role).unwrap()));
        after = page.last_id;
        if !page.has_more {
            break;
        }
    }
    assert_eq!(roles.len(), 2 * answered, "each acknowledged turn is there, and no other");
    assert!(roles.chunks(2).all(|turn| turn == [json!("user"), json!("assistant")]), "no turn stands inside another");
}

#[test]
fn counting_under_if_match_loses_no_step_though_a_window_writes_too() {
    let desk = Desk::new();
    desk.post("/v1/threads", &json!({"id": "t", "metadata": {"n": 0}}));
    let refused = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (desk, refused) = (&desk, &refused);
            scope.spawn(move || {
                loop {
                    let thread = desk.call("GET", "/v1/threads/t", None);
                    let n = thread.json()["metadata"]["n"].as_u64().unwrap() + 1;
                    let done = if client % 8 == 0 {
                        // The window's own way, with the revision it has read.
                        let revision = thread.json()["revision"].as_u64();
                        let metadata = json!({"n": n}).as_object().cloned();
                        let change = ThreadChange { metadata, if_revision: revision, ..ThreadChange::default() };
                        desk.skein.change_thread("t", &change).is_ok()
                    } else {
                        let tag = thread.header("etag").unwrap();
                        let patch = json!({"metadata": {"n": n}});
                        let answer = desk.call_with("PATCH", "/v1/threads/t", &[("If-Match", tag)], Some(&patch));
                        assert!(matches!(answer.status, 200 | 412), "{answer:?}");
                        answer.status == 200
                    };
                    if done {
                        break;
                    }
                    refused.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(desk.get("/v1/threads/t")["metadata"]["n"], json!(CLIENTS));
    let mut changes = 0;
    let mut after = String::new();
    loop {
        let page: Value = desk.get(&format!("/v1/threads/t/events?limit=100{after}"));
        changes += page["data"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "metadata_changed").count();
        if page["hasMore"] == json!(false) {
            break;
        }
        after = format!("&after={}", page["lastId"].as_str().unwrap());
    }
    assert_eq!(changes, CLIENTS, "every step is in the history, once");
}
