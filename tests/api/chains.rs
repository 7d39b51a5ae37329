//! Chains and keys: what a caller hands on from one request to the next.

use std::io::Write;

use serde_json::{Value, json};
use skein_core::clock::Clock;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::support::{Desk, NOW, ask, wait_until};

fn link(previous: Option<&Value>, text: &str) -> Value {
    json!({"previousResponseId": previous, "inputs": [{"role": "user", "content": text}]})
}

#[test]
fn a_chain_sees_all_of_itself_and_leaves_no_thread() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    let first = desk.post("/v1/model/response", &link(None, "Hello"));
    assert_eq!((&first["thread"], &first["threadState"]), (&Value::Null, &Value::Null));
    let second = desk.post("/v1/model/response", &link(Some(&first["id"]), "Tell me more"));
    assert_eq!(second["previousResponseId"], first["id"]);
    desk.post("/v1/model/response", &link(Some(&second["id"]), "And more"));
    let said: Vec<_> = model.last_request().messages().into_iter().map(|(_, text)| text).collect();
    let reply = "Hello from the scripted model.";
    assert_eq!(said, ["Hello", reply, "Tell me more", reply, "And more"]);
    assert_eq!(desk.get("/v1/threads")["data"], json!([]));
}

#[test]
fn what_cannot_be_followed_is_told_apart() {
    let clock = Clock::at(NOW);
    let desk = Desk::open(clock.clone(), None);
    let first = desk.post("/v1/model/response", &link(None, "Hello"));
    let mut both = link(Some(&first["id"]), "x");
    both["thread"] = json!("t");
    let answer = desk.call("POST", "/v1/model/response", Some(&both));
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"));
    let answer = desk.call("POST", "/v1/model/response", Some(&link(Some(&json!("resp_none")), "x")));
    assert_eq!((answer.status, answer.code().as_str()), (404, "response_not_found"));
    if let Clock::Set(now) = &clock {
        now.store(NOW + 24 * 60 * 60 * 1000 + 1, std::sync::atomic::Ordering::SeqCst);
    }
    let answer = desk.call("POST", "/v1/model/response", Some(&link(Some(&first["id"]), "x")));
    assert_eq!((answer.status, answer.code().as_str()), (410, "response_expired"));
}

#[test]
fn an_aside_sees_its_thread_and_writes_nothing_to_it() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    let response = desk.ask("t", "In the thread");
    let aside = desk.post("/v1/model/response", &link(Some(&response["id"]), "Beside it"));
    assert_eq!(aside["thread"], Value::Null);
    assert_eq!(model.last_request().messages()[0].1, "In the thread");
    assert_eq!(desk.get("/v1/threads/t")["messageCount"], 2);
}

#[test]
fn a_caller_that_leaves_cancels_its_chain() {
    for stream in [true, false] {
        let (model, desk) = (ModelServer::start(), Desk::new());
        desk.add_model("far", &model);
        let gate = Gate::new();
        model.queue(Reply::gated("one two three", &gate));
        let mut body = link(None, "Count");
        body["stream"] = json!(stream);
        let mut caller = desk.connect();
        caller.write_all(desk.request("POST", "/v1/model/response", &[], &body.to_string()).as_bytes()).unwrap();
        gate.open(1);
        wait_until("the model was asked", || model.seen().requests == 1);
        drop(caller);
        wait_until("the model is hung up on", || model.seen().hung_up == 1);
    }
}

#[test]
fn a_key_repeats_the_first_answer_and_asks_nobody_twice() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    let key = [("Idempotency-Key", "order 66")];
    for body in [ask("t", "Hello"), link(None, "Hello")] {
        let key = if body["thread"].is_null() { [("Idempotency-Key", "another")] } else { key };
        let first = desk.call_with("POST", "/v1/model/response", &key, Some(&body));
        assert_eq!(first.status, 200, "{first:?}");
        let asked = model.seen().requests;
        let again = desk.call_with("POST", "/v1/model/response", &key, Some(&body));
        assert_eq!((again.status, again.json()), (200, first.json()));
        let mut other = body.clone();
        other["inputs"][0]["content"] = json!("Something else");
        let other = desk.call_with("POST", "/v1/model/response", &key, Some(&other));
        assert_eq!((other.status, other.code().as_str()), (409, "idempotency_conflict"));
        assert_eq!(model.seen().requests, asked);
    }
    assert_eq!(desk.get("/v1/threads/t")["messageCount"], 2);

    let key = [("Idempotency-Key", "make one")];
    let made = desk.call_with("POST", "/v1/threads", &key, Some(&json!({"title": "Once"}))).json();
    let again = desk.call_with("POST", "/v1/threads", &key, Some(&json!({"title": "Once"})));
    assert_eq!((again.status, again.json()), (201, made.clone()));
    let chained = desk.call_with("POST", "/v1/threads", &[("Idempotency-Key", "another")], None);
    assert_eq!(chained.code(), "idempotency_conflict", "the key of a chain");
    let other = desk.call_with("POST", "/v1/threads/t/fork", &key, Some(&json!({"title": "Once"})));
    assert!(other.status >= 400, "another call under the same key: {other:?}");
    let key = [("Idempotency-Key", "fork one")];
    let fork = desk.call_with("POST", "/v1/threads/t/fork", &key, None).json();
    assert_eq!(desk.call_with("POST", "/v1/threads/t/fork", &key, None).json(), fork);
    assert_eq!(desk.get("/v1/threads")["data"].as_array().unwrap().len(), 3);
    for id in ["t", "u"] {
        desk.call("DELETE", &format!("/v1/threads/{id}"), None);
    }
    let key = [("Idempotency-Key", "give back")];
    let back = desk.call_with("POST", "/v1/threads/t/undelete", &key, None);
    assert_eq!(desk.call_with("POST", "/v1/threads/t/undelete", &key, None).json(), back.json());
    assert_eq!(desk.call_with("POST", "/v1/threads/u/undelete", &key, None).code(), "idempotency_conflict");
    desk.call("DELETE", "/v1/threads/t", None);
    let again = desk.call_with("POST", "/v1/threads/t/undelete", &key, None);
    assert_eq!(again.code(), "thread_deleted", "what was deleted since stays deleted");
    for bad in ["", &"x".repeat(256)] {
        assert_eq!(desk.call_with("POST", "/v1/threads", &[("Idempotency-Key", bad)], None).code(), "invalid_request");
    }
}

#[test]
fn a_key_whose_request_still_runs_says_so_and_a_stream_is_repeated_as_one() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    let gate = Gate::new();
    model.queue(Reply::gated("one two", &gate));
    let key = [("Idempotency-Key", "k")];
    let mut body = ask("t", "Count");
    body["stream"] = json!(true);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| desk.call_with("POST", "/v1/model/response", &key, Some(&body)));
        wait_until("it runs", || desk.skein.running("t").is_ok_and(|running| running.is_some()));
        assert_eq!(desk.call_with("POST", "/v1/model/response", &key, Some(&body)).code(), "thread_busy");
        gate.open_for_good();
        let first = first.join().unwrap().events();
        let again = desk.call_with("POST", "/v1/model/response", &key, Some(&body));
        assert_eq!((again.status, again.header("content-type")), (200, Some("text/event-stream")));
        let again = again.events();
        let text = |events: &[(String, Value)]| -> String {
            events.iter().filter_map(|(_, data)| data["delta"].as_str()).collect()
        };
        assert_eq!(text(&again), text(&first));
        assert_eq!(again[again.len() - 2..], first[first.len() - 2..]);
    });
    assert_eq!(model.seen().requests, 1);
}
