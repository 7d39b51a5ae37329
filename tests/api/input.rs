//! What a clumsy or hostile caller sends: refused with its name, and nothing is changed.

use std::fmt::Write as _;
use std::io::{Read, Write};

use serde_json::json;

use crate::support::{Answer, Desk, ask, read};

fn send(desk: &Desk, method: &str, path: &str, body: &str) -> Answer {
    desk.say(&desk.request(method, path, &[], body))
}

/// Asserts that a body is refused, and that the refusal names something.
fn refused(desk: &Desk, method: &str, path: &str, body: &str, named: &str) {
    let answer = send(desk, method, path, body);
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{body:.200}: {answer:?}");
    assert!(answer.message().contains(named), "{body:.200}: {}", answer.message());
}

#[test]
fn json_that_cannot_be_read_is_refused() {
    let desk = Desk::new();
    for (method, path) in [
        ("POST", "/v1/threads"),
        ("PATCH", "/v1/threads/t"),
        ("POST", "/v1/model/response"),
        ("POST", "/v1/threads/t/fork"),
    ] {
        refused(&desk, method, path, "{", "JSON");
        refused(&desk, method, path, "{} {}", "JSON");
        refused(&desk, method, path, "[]", "an object, not an array");
        refused(&desk, method, path, "null", "an object, not null");
        refused(&desk, method, path, "\u{feff}{}", "JSON");
        refused(&desk, method, path, &"[".repeat(100_000), "recursion limit");
        refused(
            &desk,
            method,
            path,
            &format!("{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)),
            "recursion limit",
        );
        refused(&desk, method, path, "{\"metadata\": {}, \"metadata\": {}}", "\"metadata\" stands twice");
        refused(&desk, method, path, "{\"unheard\": 1}", "`unheard`");
    }
    for (method, path) in [("PATCH", "/v1/threads/t"), ("POST", "/v1/model/response")] {
        refused(&desk, method, path, "", "empty");
    }
    let mut stream = desk.connect();
    stream.write_all(desk.request("POST", "/v1/threads", &[("Content-Length", "2")], "").as_bytes()).unwrap();
    stream.write_all(&[0xFF, 0xFE]).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert!(read(&bytes).message().contains("UTF-8"));
}

#[test]
fn wrong_types_and_unknown_fields_are_named_and_values_never_repeated() {
    let desk = Desk::new();
    let response = "/v1/model/response";
    for (body, named) in [
        (json!({"inputs": "canary"}), "`inputs` has to be an array, not a string"),
        (json!({"inputs": ["canary"]}), "`inputs[0]` has to be an object"),
        (json!({"inputs": [{"role": "canary"}]}), "`inputs[0].role` has to be system, user or assistant"),
        (json!({"inputs": [{"texts": [{"text": "canary"}]}]}), "`role`"),
        (
            json!({"inputs": [{"role": "user", "texts": [{"text": 5}]}]}),
            "`inputs[0].texts[0].text` has to be a string, not a number",
        ),
        (json!({"inputs": [{"role": "user", "texts": [{"txt": "canary"}]}]}), "no `text`"),
        (
            json!({"inputs": [{"role": "user", "texts": [{"text": "canary", "image": 1}]}]}),
            "`inputs[0].texts[0].image`",
        ),
        (json!({"inputs": [{"role": "user", "content": ["canary"]}]}), "`inputs[0].content` has to be a string"),
        (json!({"inputs": [{"role": "user", "content": "hi", "wrong": 1}]}), "`inputs[0].wrong`"),
        (json!({"thread": 5}), "`thread` has to be a string or an object"),
        (json!({"thread": {"metadata": {}}}), "`thread.id`"),
        (json!({"thread": {"id": "t", "metadata": "canary"}}), "`thread.metadata` has to be an object"),
        (json!({"thread": {"id": "t", "title": "canary"}}), "`thread.title`"),
        (json!({"thread": "t", "threadState": "canary"}), "`threadState` has to be open, locked or archived"),
        (json!({"thread": "t", "stream": "canary"}), "`stream` has to be true or false"),
        (json!({"thread": "t", "parameters": ["canary"]}), "`parameters` has to be an object"),
        (json!({"thread": "t", "inputs": []}), "`inputs` needs at least one message"),
        (json!({"thread": "t", "inputs": [{"role": "user"}]}), "no text"),
        (json!({"previous_response_id": "canary"}), "`previous_response_id`"),
    ] {
        let answer = send(&desk, "POST", response, &body.to_string());
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{body}: {answer:?}");
        assert!(answer.message().contains(named), "{body}: {}", answer.message());
        assert!(!answer.body.contains("canary"), "{answer:?}");
    }
    refused(&desk, "PATCH", "/v1/threads/t", "{\"title\": null}", "`title` is null");
    refused(&desk, "PATCH", "/v1/threads/t", "{\"state\": \"closed\"}", "open, locked or archived");
    assert_eq!(desk.get("/v1/threads")["data"], json!([]), "nothing was made");
}

#[test]
fn unknown_parameters_and_impossible_values_are_refused_by_name() {
    let desk = Desk::new();
    desk.post("/v1/threads", &json!({"id": "t"}));
    for (path, named) in [
        ("/v1/threads?sate=open", "`sate`"),
        ("/v1/threads?state=closed", "open or locked or archived"),
        ("/v1/threads?limit=0", "from 1 to 100"),
        ("/v1/threads?limit=101", "from 1 to 100"),
        ("/v1/threads?limit=x", "from 1 to 100"),
        ("/v1/threads?limit=1&limit=2", "stands twice"),
        ("/v1/threads?olderThan=-1", "`olderThan`"),
        ("/v1/threads?pinned=yes", "true or false"),
        ("/v1/threads?after=nonsense", "no cursor of this list"),
        ("/v1/threads?before=1795000000000.1", "no cursor of this list"),
        ("/v1/threads?order=activity&after=t", "no cursor of this list"),
        ("/v1/threads/t/events?after=nonsense", "no cursor of this list"),
        ("/v1/threads/t/messages?order=up", "asc or desc"),
        ("/v1/threads/t/messages?before=x&x=1", "`x`"),
        ("/v1/threads/t/events?limit=101", "`limit`"),
        ("/v1/threads/t/events?order=desc", "`order`"),
        ("/v1/models?all=1", "`all`"),
    ] {
        let answer = desk.call("GET", path, None);
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{path}");
        assert!(answer.message().contains(named), "{path}: {}", answer.message());
    }
}

#[test]
fn an_unknown_parameter_is_refused_by_every_call() {
    let desk = Desk::new();
    let before = desk.post("/v1/threads", &json!({"id": "t"}));
    let calls = desk.every_call();
    assert!(calls.len() >= 21, "{calls:?}");
    for (method, path) in calls {
        let answer = desk.call(&method, &format!("{path}?unheard=1"), None);
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"), "{method} {path}: {answer:?}");
        assert!(answer.message().contains("`unheard`"), "{method} {path}: {}", answer.message());
    }
    assert_eq!(desk.get("/v1/threads")["data"], json!([before]), "nothing was done");
}

#[test]
fn a_body_is_json_whatever_its_type_says() {
    let desk = Desk::new();
    let types = [None, Some("application/x-www-form-urlencoded"), Some("text/plain"), Some("image/png")];
    for (n, kind) in types.into_iter().enumerate() {
        let headers: Vec<_> = kind.map(|kind| ("Content-Type", kind)).into_iter().collect();
        let body = json!({"id": format!("t{n}")});
        assert_eq!(desk.call_with("POST", "/v1/threads", &headers, Some(&body)).status, 201, "{kind:?}");
    }
}

#[test]
fn a_body_of_33_mebibytes_is_too_large_and_its_sender_hears_it() {
    let desk = Desk::new();
    let size = 33 * 1024 * 1024;
    let answer = send(&desk, "POST", "/v1/model/response", &" ".repeat(size));
    assert_eq!((answer.status, answer.code().as_str()), (413, "message_too_large"));
    assert_eq!(answer.json()["error"]["details"], json!({"size": size, "limit": 32 * 1024 * 1024}));

    let mut stream = desk.connect();
    let head = desk.request("POST", "/v1/threads", &[("Transfer-Encoding", "chunked")], "");
    stream.write_all(head.as_bytes()).unwrap();
    let mut chunk = String::new();
    write!(chunk, "{:x}\r\n{}\r\n", 1 << 20, " ".repeat(1 << 20)).unwrap();
    for _ in 0..33 {
        stream.write_all(chunk.as_bytes()).unwrap();
    }
    stream.write_all(b"0\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(read(&bytes).code(), "message_too_large");
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    let desk = Desk::new();
    let mut stream = desk.connect();
    let request = desk.request("POST", "/v1/threads", &[("Content-Length", "100")], "");
    stream.write_all(request.as_bytes()).unwrap();
    stream.write_all(b"{").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let answer = read(&bytes);
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_request"));
    assert!(answer.message().contains("did not arrive"), "{}", answer.message());

    let mut cut = desk.connect();
    cut.write_all(request.as_bytes()).unwrap();
    drop(cut);
    assert_eq!(desk.get("/v1/threads")["data"], json!([]), "nothing was made");
}

#[test]
fn every_limit_says_its_size_and_limit() {
    let desk = Desk::new();
    let long = "x".repeat(4 * 1024 * 1024 + 1);
    let answer = desk.call("POST", "/v1/model/response", Some(&ask("t", &long)));
    assert_eq!((answer.status, answer.code().as_str()), (413, "message_too_large"));
    assert_eq!(answer.json()["error"]["details"], json!({"size": long.len(), "limit": 4 * 1024 * 1024}));

    let metadata =
        json!({"thread": {"id": "t", "metadata": {"k": "x".repeat(16_377)}}, "inputs": ask("t", "hi")["inputs"]});
    let answer = desk.call("POST", "/v1/model/response", Some(&metadata));
    assert_eq!((answer.status, answer.code().as_str()), (413, "metadata_too_large"));
    assert_eq!(answer.json()["error"]["details"], json!({"size": 16_385, "limit": 16_384}));
    let deep = (0..33).fold(json!(1), |inner, _| json!({"a": inner}));
    for (body, code, size, limit) in [
        (json!({"metadata": deep}), "invalid_metadata", 33, 32),
        (json!({"title": "x".repeat(201)}), "invalid_title", 201, 200),
        (json!({"id": "x".repeat(129)}), "invalid_thread_id", 129, 128),
    ] {
        let answer = desk.call("POST", "/v1/threads", Some(&body));
        assert_eq!((answer.status, answer.code().as_str()), (400, code));
        assert_eq!(answer.json()["error"]["details"], json!({"size": size, "limit": limit}), "{code}");
    }
    let inputs: Vec<_> = (0..10_000).map(|_| json!({"role": "user", "content": "x"})).collect();
    let answer = desk.call("POST", "/v1/model/response", Some(&json!({"thread": "t", "inputs": inputs})));
    assert_eq!((answer.status, answer.code().as_str()), (409, "message_limit_reached"));
    assert_eq!(answer.json()["error"]["details"], json!({"size": 10_001, "needed": 10_001, "limit": 10_000}));
    assert_eq!(desk.get("/v1/threads")["data"], json!([]), "nothing was made");
    let fits = json!({"id": "t", "title": "x".repeat(200), "metadata": {"k": "x".repeat(16_376)}});
    assert_eq!(desk.call("POST", "/v1/threads", Some(&fits)).status, 201);
}
