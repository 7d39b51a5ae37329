//! Asking for a response through the API: whole and streamed, when the caller goes away, and when
//! the server stops.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use skein_core::response::{Sink, SinkEvent};
use skein_core::wire::ResponseStatus;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::support::{Desk, ask, read, wait_until};

#[test]
fn a_response_makes_its_thread_and_sees_what_came_before() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    let object = json!({"id": "t", "metadata": {"userId": "user_123"}});
    let request = json!({"model": "gpt-4.1", "thread": object, "inputs": [
        {"role": "system", "texts": [{"text": "Be brief."}]},
        {"role": "user", "texts": [{"text": "Hello, "}, {"text": "Skein"}]},
    ]});
    let response = desk.post("/v1/model/response", &request);
    assert_eq!(response["object"], "response");
    assert_eq!(response["status"], "completed");
    assert_eq!(response["thread"], "t");
    assert_eq!(response["output"][0]["role"], "assistant");
    assert_eq!(response["output"][0]["texts"], json!([{"text": "Hello from the scripted model."}]));
    assert_eq!(desk.get("/v1/threads/t")["metadata"], json!({"userId": "user_123"}));
    assert_eq!(model.last_request().json()["model"], "gpt-4.1");

    // A message as the answer holds it can be handed back as it is, and an existing thread keeps its metadata.
    let again = json!({"thread": {"id": "t", "metadata": {"userId": "other"}}, "inputs": [
        response["output"][0], {"role": "user", "content": "Go on"}]});
    desk.post("/v1/model/response", &again);
    assert_eq!(desk.get("/v1/threads/t")["metadata"], json!({"userId": "user_123"}));
    let sent: Vec<_> = model.last_request().messages().into_iter().map(|(role, _)| role).collect();
    assert_eq!(sent.first().map(String::as_str), Some("system"));
    assert_eq!(sent.last().map(String::as_str), Some("user"));
    assert_eq!(desk.get("/v1/threads/t/messages")["data"].as_array().unwrap().len(), 6);
}

#[test]
fn a_streamed_response_comes_as_it_arrives_and_ends_with_done() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    let gate = Gate::new();
    model.queue(Reply::gated("one two three", &gate));
    let mut body = ask("t", "Count");
    body["stream"] = json!(true);
    let mut stream = desk.connect();
    stream.write_all(desk.request("POST", "/v1/model/response", &[], &body.to_string()).as_bytes()).unwrap();
    let mut seen = Vec::new();
    for word in ["response.created", "one ", "two ", "three"] {
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&seen).contains(word) {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
            seen.extend_from_slice(&buffer[..read]);
        }
        assert!(!String::from_utf8_lossy(&seen).contains("response.completed"));
        gate.open(1);
    }
    gate.open_for_good();
    stream.read_to_end(&mut seen).unwrap();
    let answer = read(&seen);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let events = answer.events();
    let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        (names[0], names[names.len() - 2], names[names.len() - 1]),
        ("response.created", "response.completed", "")
    );
    assert_eq!(events.last().unwrap().1, "[DONE]");
    assert!(events[..events.len() - 1].iter().all(|(name, data)| data["type"] == name.as_str()));
    let text: String = events.iter().filter_map(|(_, data)| data["delta"].as_str()).collect();
    assert_eq!(text, "one two three");
    assert_eq!(events[events.len() - 2].1["response"]["output"][0]["texts"][0]["text"], "one two three");
}

#[test]
fn a_model_that_fails_answers_its_status_with_the_response_and_threadstate_is_not_applied() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    model.always(Reply::error(401, "invalid_api_key", "Incorrect API key provided"));
    let mut body = ask("t", "Hello");
    body["threadState"] = json!("locked");
    let failed = desk.call("POST", "/v1/model/response", Some(&body));
    assert!(failed.status >= 400, "{failed:?}");
    let answer = failed.json();
    assert_eq!(answer["response"]["status"], "failed");
    assert_eq!(answer["response"]["error"], answer["error"]);
    assert_eq!(answer["response"]["threadState"], "open");
    assert_eq!(desk.get("/v1/threads/t")["messageCount"], 1, "what was typed is kept");

    body["stream"] = json!(true);
    let streamed = desk.call("POST", "/v1/model/response", Some(&body));
    assert_eq!(streamed.status, 200);
    let events = streamed.events();
    assert_eq!(events[events.len() - 2].0, "response.failed");
    assert_eq!(events[events.len() - 2].1["response"]["error"]["code"], answer["error"]["code"]);
    assert_eq!(events.last().unwrap().1, "[DONE]");

    model.always(Reply::text("Fine."));
    desk.post("/v1/model/response", &json!({"thread": "t", "threadState": "locked", "inputs": body["inputs"]}));
    assert_eq!(desk.get("/v1/threads/t")["state"], "locked");
    assert_eq!(desk.call("POST", "/v1/model/response", Some(&ask("t", "More"))).code(), "thread_locked");
    desk.post("/v1/model/response", &json!({"thread": "t", "threadState": "open", "inputs": body["inputs"]}));
    assert_eq!(desk.get("/v1/threads/t")["state"], "open");
    desk.post("/v1/model/response", &json!({"thread": "t", "threadState": "archived", "inputs": body["inputs"]}));
    assert_eq!(desk.get("/v1/threads/t")["state"], "archived");
}

#[test]
fn a_model_that_is_too_busy_says_when_to_come_back() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    model.always(Reply::error(429, "rate_limit_exceeded", "Slow down").header("Retry-After", "1"));
    let answer = desk.call("POST", "/v1/model/response", Some(&ask("t", "Hello")));
    assert_eq!((answer.status, answer.code().as_str()), (429, "endpoint_rate_limited"));
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[test]
fn the_hosted_services_other_fields_are_taken_and_named() {
    let desk = Desk::new();
    let mut body = ask("t", "Hello");
    body["temperature"] = json!(0.2);
    body["organizationId"] = json!("org_1");
    body["max_output_synapses"] = json!(5);
    let answer = desk.call("POST", "/v1/model/response", Some(&body));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("skein-ignored"), Some("temperature, organizationId, max_output_synapses"));
    assert_eq!(desk.call("POST", "/v1/model/response", Some(&ask("t", "Hello"))).header("skein-ignored"), None);
}

#[test]
fn a_caller_that_leaves_in_mid_stream_loses_nothing_of_a_thread() {
    for stream in [true, false] {
        let (model, desk) = (ModelServer::start(), Desk::new());
        desk.add_model("far", &model);
        let gate = Gate::new();
        model.queue(Reply::gated("one two three", &gate));
        let mut body = ask("t", "Count");
        body["stream"] = json!(stream);
        let mut caller = desk.connect();
        caller.write_all(desk.request("POST", "/v1/model/response", &[], &body.to_string()).as_bytes()).unwrap();
        gate.open(1);
        wait_until("the response runs", || desk.skein.running("t").is_ok_and(|running| running.is_some()));
        drop(caller);
        gate.open_for_good();
        wait_until("the reply is saved", || desk.get("/v1/threads/t")["messageCount"] == 2);
        let messages = desk.get("/v1/threads/t/messages");
        assert_eq!(messages["data"][1]["texts"][0]["text"], "one two three");
        assert_eq!(messages["data"][1]["status"], "completed");
    }
}

#[test]
fn a_server_that_stops_in_mid_request_saves_and_says_so() {
    let (model, mut desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    let gate = Gate::new();
    model.queue(Reply::gated("one two three", &gate));
    let mut body = ask("t", "Count");
    body["stream"] = json!(true);
    let mut caller = desk.connect();
    caller.write_all(desk.request("POST", "/v1/model/response", &[], &body.to_string()).as_bytes()).unwrap();
    gate.open(1);
    let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&seen).contains("one ") {
        let read = caller.read(&mut buffer).unwrap();
        seen.extend_from_slice(&buffer[..read]);
    }
    desk.stop();
    caller.read_to_end(&mut seen).unwrap();
    let events = read(&seen).events();
    assert_eq!(events[events.len() - 2].0, "response.failed");
    assert_eq!(events[events.len() - 2].1["response"]["status"], "interrupted");
    let id = events[0].1["response"]["id"].as_str().unwrap();
    let stored = desk.skein.get_response(id).unwrap();
    assert_eq!(stored.status, ResponseStatus::Interrupted);
    assert_eq!(stored.output[0].texts[0].text, "one ");
    assert!(std::net::TcpStream::connect(desk.address).is_err(), "nobody listens any more");
}

#[test]
fn a_second_request_in_a_busy_thread_is_refused() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    desk.add_model("far", &model);
    let gate = Gate::new();
    model.queue(Reply::gated("one two", &gate));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| desk.ask("t", "First"));
        wait_until("the first runs", || desk.skein.running("t").is_ok_and(|running| running.is_some()));
        for (method, path, body) in [
            ("POST", "/v1/model/response", ask("t", "Second")),
            ("PATCH", "/v1/threads/t", json!({"state": "locked"})),
            ("DELETE", "/v1/threads/t", json!({})),
            ("POST", "/v1/threads/t/fork", json!({})),
        ] {
            let answer = desk.call(method, path, Some(&body));
            assert_eq!((answer.status, answer.code().as_str()), (409, "thread_busy"), "{method} {path}");
        }
        gate.open_for_good();
        assert_eq!(first.join().unwrap()["status"], "completed");
    });
    assert_eq!(desk.get("/v1/threads/t")["messageCount"], 2);
}

#[test]
fn the_models_of_every_endpoint_are_listed_and_can_be_named() {
    let (model, desk) = (ModelServer::start(), Desk::new());
    model.set_models(Reply::models(&[("scripted", Some(8192)), ("other", None)]));
    desk.add_model("far", &model);
    let list = desk.get("/v1/models");
    let names: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["endpoint"].as_str().unwrap(), m["id"].as_str().unwrap()))
        .collect();
    assert!(names.contains(&("far", "scripted")) && names.contains(&("far", "other")), "{names:?}");
    assert!(names.iter().any(|(endpoint, _)| *endpoint == "practice"), "{names:?}");
    let mut body = ask("t", "Hello");
    body["model"] = json!("far/other");
    assert_eq!(desk.post("/v1/model/response", &body)["endpoint"], "far");
    assert_eq!(model.last_request().json()["model"], "other");
    // One that is gone counts with what it last offered.
    drop(model);
    assert_eq!(desk.get("/v1/models")["data"], list["data"]);
}

/// Remembers what it hears.
#[derive(Default)]
struct Watcher(Mutex<Vec<SinkEvent>>);

impl Sink for Watcher {
    fn emit(&self, event: SinkEvent) {
        self.0.lock().unwrap().push(event);
    }
}

#[test]
fn whoever_watches_hears_what_is_asked_through_the_api() {
    let watcher = Arc::new(Watcher::default());
    let desk = Desk::open(skein_core::clock::Clock::System, Some(watcher.clone()));
    let response: Value = desk.ask("t", "Hello");
    let heard = watcher.0.lock().unwrap();
    assert!(heard.len() > 2);
    assert!(heard.iter().all(|event| *event.response_id == *response["id"].as_str().unwrap()));
}
