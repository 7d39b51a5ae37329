//! Who is let in: on every route and every method, before anything else is looked at.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::time::Duration;

use serde_json::json;

use crate::support::{Desk, TOKEN, read};

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"];

/// The path of every call there is, and some where there is none.
fn paths(desk: &Desk) -> BTreeSet<String> {
    let described = desk.every_call().into_iter().map(|(_, path)| path);
    let paths: BTreeSet<_> = described.chain(["/v1/unknown", "/", "//"].map(String::from)).collect();
    assert!(paths.len() >= 20 && paths.contains("/v1/threads/t/record"), "{paths:?}");
    paths
}

/// The answer's status to a request with these headers.
fn status(desk: &Desk, method: &str, path: &str, headers: &[String]) -> u16 {
    let head = headers.iter().fold(String::new(), |head, line| head + line + "\r\n");
    let answer =
        desk.say(&format!("{method} {path} HTTP/1.1\r\n{head}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}"));
    let code = answer.code();
    assert!(!code.is_empty(), "every refusal says why: {answer:?}");
    answer.status
}

#[test]
fn without_the_token_nothing_answers_on_any_route_or_method() {
    let desk = Desk::new();
    let host = format!("Host: {}", desk.address);
    let wrong = [
        String::from("X-Nothing: 1"),
        "Authorization: Bearer wrong".into(),
        "Authorization: Bearer".into(),
        format!("Authorization: Basic {TOKEN}"),
        format!("Authorization: Bearer {TOKEN}x"),
        "X-API-Key: wrong".into(),
        format!("Cookie: token={TOKEN}"),
    ];
    for path in &paths(&desk) {
        for method in METHODS {
            for wrong in &wrong {
                assert_eq!(status(&desk, method, path, &[host.clone(), wrong.clone()]), 401, "{method} {path} {wrong}");
            }
        }
    }
    assert_eq!(desk.call("GET", "/v1/threads/t", None).status, 404, "nothing was done");
}

#[test]
fn another_host_or_any_origin_is_refused_on_any_route_and_method() {
    let desk = Desk::new();
    let port = desk.address.port();
    let key = format!("Authorization: Bearer {TOKEN}");
    let host = format!("Host: 127.0.0.1:{port}");
    for path in &paths(&desk) {
        for method in METHODS {
            let hosts = [
                "evil",
                "127.0.0.1",
                &format!("evil:{port}"),
                &format!("127.0.0.1:{port}.evil"),
                &format!("[::1]:{port}"),
            ];
            for host in hosts {
                assert_eq!(
                    status(&desk, method, path, &[format!("Host: {host}"), key.clone()]),
                    400,
                    "{method} {path} {host}"
                );
            }
            let two = [host.clone(), "Host: evil".into(), key.clone()];
            assert_eq!(status(&desk, method, path, &two), 400, "two hosts");
            assert_eq!(status(&desk, method, path, std::slice::from_ref(&key)), 400, "no host");
            for origin in ["https://evil.example", "null", "http://127.0.0.1:8417"] {
                let headers = [host.clone(), key.clone(), format!("Origin: {origin}")];
                assert_eq!(status(&desk, method, path, &headers), 401, "{method} {path} {origin}");
            }
        }
    }
    let target = format!("GET http://evil/v1/threads HTTP/1.1\r\n{host}\r\n{key}\r\nConnection: close\r\n\r\n");
    assert_eq!(desk.say(&target).status, 400, "the target names another host");
}

#[test]
fn the_token_is_taken_either_way_and_localhost_is_this_machine() {
    let desk = Desk::new();
    let port = desk.address.port();
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
        for key in [
            format!("Authorization: Bearer {TOKEN}"),
            format!("authorization: bearer {TOKEN}"),
            format!("X-API-Key: {TOKEN}"),
        ] {
            let answer =
                desk.say(&format!("GET /v1/threads HTTP/1.1\r\nHost: {host}\r\n{key}\r\nConnection: close\r\n\r\n"));
            assert_eq!(answer.status, 200, "{host} {key}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    let answer = desk.say(&format!("GET /v1/threads HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"));
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

#[test]
fn it_listens_on_this_machine_only() {
    let desk = Desk::new();
    assert!(desk.address.ip().is_loopback());
    assert_eq!(desk.address.ip().to_string(), "127.0.0.1");
}

#[test]
fn unknown_calls_and_methods_are_told_apart() {
    let desk = Desk::new();
    for path in [
        "/",
        "/v1",
        "/v1/unknown",
        "/v2/threads",
        "/v1//threads",
        "/v1/threads/",
        "/v1/threads/t/messages/x",
        "/../etc/passwd",
    ] {
        let answer = desk.call("GET", path, None);
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
    }
    let answer = desk.call("DELETE", "/v1/threads", None);
    assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"));
    let allow = answer.header("allow").unwrap();
    assert!(allow.contains("GET") && allow.contains("POST") && !allow.contains("DELETE"), "{allow}");
    assert_eq!(desk.call("OPTIONS", "/v1/threads/t", None).status, 405, "no preflight is answered");
}

#[test]
fn ids_that_need_escaping_are_refused_by_name_and_lead_nowhere() {
    let desk = Desk::new();
    for (path, named) in [
        ("/v1/threads/a%2Fb", "\u{201c}/\u{201d}"),
        ("/v1/threads/%00", "U+0000"),
        ("/v1/threads/a%20b", "a space"),
        ("/v1/threads/%C3%A9", "U+00E9"),
        ("/v1/threads/..%2f..%2fetc", "\u{201c}/\u{201d}"),
    ] {
        let answer = desk.call("GET", path, None);
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_thread_id"), "{path}");
        assert!(answer.message().contains(named), "{path}: {}", answer.message());
    }
    assert_eq!(desk.call("GET", "/v1/threads/%FF", None).code(), "invalid_request", "not UTF-8");
    // Dots are allowed in an id, and name nothing but a thread.
    assert_eq!(desk.call("GET", "/v1/threads/%2e%2e", None).code(), "thread_not_found");
    let id = "A:b@c~d+e=f.-_";
    desk.post("/v1/threads", &json!({"id": id}));
    assert_eq!(desk.get("/v1/threads/A%3Ab%40c~d%2Be%3Df.-_")["id"], id);
    assert_eq!(desk.get(&format!("/v1/threads/{id}"))["id"], id);
}

#[test]
fn http_1_0_and_pipelining_are_spoken() {
    let desk = Desk::new();
    desk.post("/v1/threads", &json!({"id": "t"}));
    let head = format!("Host: {}\r\nAuthorization: Bearer {TOKEN}\r\n", desk.address);
    let old = desk.say(&format!("GET /v1/threads/t HTTP/1.0\r\n{head}\r\n"));
    assert_eq!((old.status, old.json()["id"].as_str()), (200, Some("t")));
    assert_eq!(desk.say("GET /v1/threads/t HTTP/1.0\r\n\r\n").status, 400, "without a host nobody knows who is meant");

    let mut stream = desk.connect();
    let one = format!("GET /v1/threads/t HTTP/1.1\r\n{head}\r\n");
    let two = format!("GET /v1/threads/none HTTP/1.1\r\n{head}\r\n");
    let three = format!("GET /v1/threads/t HTTP/1.1\r\n{head}Connection: close\r\n\r\n");
    stream.write_all((one + &two + &three).as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let statuses: Vec<_> = text.match_indices("HTTP/1.1 ").map(|(at, _)| &text[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["200", "404", "200"]);
}

#[test]
fn heads_that_are_too_large_or_too_slow_are_given_up() {
    let desk = Desk::new();
    let large = desk.call_with("GET", "/v1/threads", &[("X-Filler", &"x".repeat(33 * 1024))], None);
    assert_eq!((large.status, large.code().as_str()), (400, "invalid_request"));
    assert_eq!(large.json()["error"]["details"]["limit"], 32 * 1024);
    let fits = desk.call_with("GET", "/v1/threads", &[("X-Filler", &"x".repeat(31 * 1024))], None);
    assert_eq!(fits.status, 200);

    // Many small ones count like few large ones.
    let many = |count: usize| desk.call_with("GET", "/v1/threads", &vec![("X", "1"); count], None);
    assert_eq!(many(1_000).status, 200);
    let crowd = many(7_000);
    assert_eq!((crowd.status, crowd.code().as_str()), (400, "invalid_request"));
    assert_eq!(crowd.json()["error"]["details"]["limit"], 32 * 1024);

    let mut endless = desk.connect();
    let (mut sent, filler) = (0, "x".repeat(65_536));
    endless.write_all(b"GET / HTTP/1.1\r\nX-Filler: ").unwrap();
    while sent < 16 << 20 && endless.write_all(filler.as_bytes()).is_ok() {
        sent += filler.len();
    }
    assert!(sent < 16 << 20, "a head without an end is not read on");

    let mut slow = desk.connect();
    slow.write_all(b"GET /v1/threads HTTP/1.1\r\nHost: ").unwrap();
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty() || read(&rest).status >= 400, "given up after its time");
}

#[test]
fn the_65th_connection_waits_until_another_one_goes() {
    let desk = Desk::new();
    let head = format!("Host: {}\r\nAuthorization: Bearer {TOKEN}\r\n", desk.address);
    // Each holds its place, for its body never comes.
    let mut others: Vec<_> = (0..64).map(|_| desk.connect()).collect();
    for stream in &mut others {
        stream.write_all(format!("POST /v1/threads HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n").as_bytes()).unwrap();
    }
    let mut next = desk.connect();
    next.write_all(format!("GET /v1/threads HTTP/1.1\r\n{head}Connection: close\r\n\r\n").as_bytes()).unwrap();
    let patience = next.read_timeout().unwrap();
    next.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(next.peek(&mut [0]).is_err(), "nothing is said to it yet");
    next.set_read_timeout(patience).unwrap();
    drop(others.pop());
    let mut bytes = Vec::new();
    next.read_to_end(&mut bytes).unwrap();
    assert_eq!(read(&bytes).status, 200);
}
