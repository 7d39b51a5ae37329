//! Limits from the command line: each is refused before anything is done, and says its size and limit as JSON.

use std::process::Stdio;

use serde_json::json;
use skein_support::model_server::ModelServer;

use crate::support::{Desk, Ran, Served};

/// Asserts on code, exit code and details of a refusal; what it says to a person.
fn refused(ran: &Ran, exit: i32, code: &str, size: u64, limit: u64) {
    assert_eq!((ran.code, ran.error_code().as_str()), (exit, code), "{ran:?}");
    let details = ran.json()["error"]["details"].clone();
    assert_eq!((details["size"].as_u64(), details["limit"].as_u64()), (Some(size), Some(limit)), "{details}");
}

#[test]
fn what_is_too_long_or_too_deep_is_refused_with_its_size() {
    let desk = Desk::new();
    let run = |args: &[&str]| desk.run(&[args, &["--json"]].concat());
    let deep = (0..33).fold(json!(1), |inner, _| json!({"a": inner})).to_string();
    let large = json!({"k": "x".repeat(16_377)}).to_string();
    assert_eq!(run(&["create", "t"]).code, 0);
    for metadata in [["create", "u", "--metadata"], ["metadata", "t", "--patch"], ["send", "u", "--metadata"]] {
        let with = |value: &str| match metadata[0] {
            "send" => run(&["send", "u", "Hello", "--metadata", value]),
            _ => run(&[&metadata[..], &[value]].concat()),
        };
        refused(&with(&deep), 2, "invalid_metadata", 33, 32);
        refused(&with(&large), 2, "metadata_too_large", 16_385, 16_384);
    }
    refused(&run(&["create", "u", "--title", &"x".repeat(201)]), 2, "invalid_title", 201, 200);
    refused(&run(&["rename", "t", &"x".repeat(201)]), 2, "invalid_title", 201, 200);
    refused(&run(&["create", &"x".repeat(129)]), 2, "invalid_thread_id", 129, 128);
    let long = "x".repeat(4 * 1024 * 1024 + 1);
    let ran = desk.run_with(&long, &["send", "t", "-", "--json"]);
    refused(&ran, 2, "message_too_large", long.len() as u64, 4 * 1024 * 1024);
    let list = desk.json(&["list"]);
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "nothing else was made: {list}");
    assert_eq!((&list["data"][0]["messageCount"], &list["data"][0]["metadata"]), (&json!(0), &json!({})));
}

#[test]
fn a_thread_that_is_full_takes_no_more() {
    let (desk, model) = (Desk::new(), ModelServer::start());
    let url = model.base_url();
    let add = ["endpoint", "add", "large", "--base-url", &url, "--model", "scripted", "--context-window", "1000000"];
    assert_eq!(desk.run(&add).code, 0);
    let server = Served::start(desk.command().stderr(Stdio::null()));
    let inputs: Vec<_> = (0..9_998).map(|_| json!({"role": "user", "content": "x"})).collect();
    let (status, answer) =
        server.call("POST /v1/model/response", &[], &json!({"thread": "t", "inputs": inputs}).to_string());
    assert_eq!(status, 200, "{answer:.400}");
    server.end();

    let ran = desk.run(&["send", "t", "One more", "--json"]);
    refused(&ran, 3, "message_limit_reached", 10_001, 10_000);
    assert_eq!(model.seen().requests, 1, "no model was asked again");
    assert_eq!(ran.json()["error"]["details"]["needed"], 2);
    let words = desk.run(&["send", "t", "One more"]);
    assert!(words.err.contains("Go on in a new thread"), "{words:?}");
    assert_eq!(desk.json(&["list"])["data"][0]["messageCount"], 9_999);
}

#[test]
fn what_does_not_fit_into_the_models_window_is_refused_where_the_thread_says_so() {
    let (desk, server) = (Desk::new(), ModelServer::start());
    let url = server.base_url();
    let add = ["endpoint", "add", "small", "--base-url", &url, "--model", "scripted", "--context-window", "1000"];
    assert_eq!(desk.run(&add).code, 0);
    assert_eq!(desk.run(&["send", "t", "Hello"]).code, 0);
    assert_eq!(desk.run(&["options", "t", "--policy", "refuse"]).code, 0);
    let asked = server.seen().requests;
    let ran = desk.run(&["send", "t", &"word ".repeat(2_000), "--json"]);
    assert_eq!((ran.code, ran.error_code().as_str()), (3, "context_too_long"), "{ran:?}");
    let details = ran.json()["error"]["details"].clone();
    let (size, limit) = (details["size"].as_u64().unwrap(), details["limit"].as_u64().unwrap());
    assert!(size > limit && limit <= 1000, "{details}");
    assert_eq!(server.seen().requests, asked, "no model was asked");
}
