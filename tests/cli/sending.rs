//! Sending from the command line: streamed text, the response as JSON, stopping, and what is refused.

use std::io::Read;

use serde_json::json;
use skein_support::model_server::{Gate, ModelServer, Reply, chat_chunk};

use crate::support::{Desk, signal, wait};

fn desk_at(server: &ModelServer) -> Desk {
    let desk = Desk::new();
    desk.add_endpoint("local", &server.base_url());
    desk
}

#[test]
fn the_reply_is_streamed_to_stdout_while_it_comes() {
    let server = ModelServer::start();
    let gate = Gate::new();
    server.queue(Reply::gated("one two three", &gate));
    let desk = desk_at(&server);
    let mut child = desk.start(&["send", "t", "Count"]);
    gate.open(1);
    let mut first = [0; 3];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    assert_eq!(&first, b"one", "the first word comes before the second is sent");
    gate.open_for_good();
    let ran = wait(child);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, " two three\n", ""));
    assert_eq!(server.last_request().messages(), [("user".into(), "Count".into())]);
}

#[test]
fn as_json_the_response_comes_at_the_end() {
    let server = ModelServer::start();
    let desk = desk_at(&server);
    let response = desk.json(&["send", "t", "Hello", "--system", "Be brief"]);
    assert_eq!(
        (response["object"].as_str(), response["status"].as_str(), response["finishReason"].as_str()),
        (Some("response"), Some("completed"), Some("stop"))
    );
    assert_eq!(response["thread"], "t");
    assert_eq!(response["output"][0]["texts"][0]["text"], "Hello from the scripted model.");
    let sent = server.last_request().messages();
    assert_eq!(sent, [("system".into(), "Be brief".into()), ("user".into(), "Hello".into())]);
}

#[test]
fn a_failed_response_is_printed_as_json_too() {
    let server = ModelServer::start();
    server.queue(Reply::cut_after("So far"));
    let desk = desk_at(&server);
    let ran = desk.run(&["send", "t", "Hello", "--json"]);
    let response = ran.json();
    assert_eq!((ran.code, response["status"].as_str()), (5, Some("failed")));
    assert_eq!(response["output"][0]["texts"][0]["text"], "So far");
    assert_eq!(response["error"]["code"], "endpoint_unreachable");
}

#[test]
fn a_failure_is_one_line_on_stderr_and_what_came_stays() {
    let server = ModelServer::start();
    server.queue(Reply::cut_after("So far"));
    let desk = desk_at(&server);
    let ran = desk.run(&["send", "t", "Hello"]);
    assert_eq!((ran.code, ran.out.as_str()), (5, "So far\n"));
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    let messages = desk.json(&["show", "t"])["messages"].clone();
    assert_eq!((&messages[1]["status"], &messages[1]["texts"][0]["text"]), (&"failed".into(), &"So far".into()));
}

#[test]
fn a_reply_that_stopped_early_is_printed_and_stderr_says_why() {
    let server = ModelServer::start();
    let desk = desk_at(&server);
    for (reason, finish, words) in [
        ("stop", "stop", ""),
        ("length", "length", "met its limit on tokens"),
        ("content_filter", "content_filter", "withheld the rest"),
        ("refusal", "refusal", "declined to answer"),
    ] {
        let end = chat_chunk(&json!({"content": "So far"}), Some(reason));
        let reply = || Reply::events(&[&end, "[DONE]"]);
        server.queue(reply());
        let ran = desk.run(&["send", "t", "Hello"]);
        assert_eq!((ran.code, ran.out.as_str()), (0, "So far\n"), "{reason}");
        assert_eq!(ran.err.lines().count(), usize::from(!words.is_empty()), "{reason}: {}", ran.err);
        assert!(ran.err.contains(words), "{reason}: {}", ran.err);
        server.queue(reply());
        assert_eq!(desk.json(&["send", "t", "Hello"])["finishReason"], finish);
    }
    let end = chat_chunk(&json!({}), Some("content_filter"));
    server.queue(Reply::events(&[&end, "[DONE]"]));
    let ran = desk.run(&["send", "t", "Hello"]);
    assert_eq!((ran.code, ran.err.lines().count()), (5, 1));
    assert!(ran.err.contains("withheld the whole reply"), "{}", ran.err);
}

#[test]
fn the_message_can_stand_on_stdin() {
    let server = ModelServer::start();
    let desk = desk_at(&server);
    for (args, text) in [(&["send", "t", "-"][..], "From a pipe"), (&["send", "t"], "Two\nlines")] {
        assert_eq!(desk.run_with(&format!("{text}\n"), args).code, 0);
        assert_eq!(server.last_request().messages().last().unwrap().1, text);
    }
}

#[test]
fn control_characters_of_a_model_never_reach_the_terminal() {
    let server = ModelServer::start();
    server.always(Reply::text("\u{1b}[31mred\u{1b}]0;title\u{7} \u{9b}1m \u{8}end"));
    let desk = desk_at(&server);
    let ran = desk.run(&["send", "t", "Hello"]);
    assert_eq!(ran.code, 0);
    let shown = desk.run(&["show", "t"]);
    for out in [&ran.out, &shown.out] {
        assert!(out.contains("red") && out.contains("end"), "{out:?}");
        assert!(!out.contains(|c: char| c.is_control() && c != '\n'), "{out:?}");
    }
}

#[test]
fn ctrl_c_stops_the_reply_and_keeps_what_came() {
    let server = ModelServer::start();
    server.queue(Reply::silent_after("So far"));
    let desk = desk_at(&server);
    let mut child = desk.start(&["send", "t", "Hello"]);
    let mut text = [0; 6];
    child.stdout.as_mut().unwrap().read_exact(&mut text).unwrap();
    signal(&child, "-INT");
    let ran = wait(child);
    assert_eq!(ran.code, 130, "{ran:?}");
    server.wait_until_blocking("the connection to close", |seen| seen.hung_up == 1);
    let messages = desk.json(&["show", "t"])["messages"].clone();
    assert_eq!((&messages[1]["status"], &messages[1]["texts"][0]["text"]), (&"cancelled".into(), &"So far".into()));
}

#[test]
fn being_told_to_end_saves_what_came() {
    let server = ModelServer::start();
    server.queue(Reply::silent_after("So far"));
    let desk = desk_at(&server);
    let mut child = desk.start(&["send", "t", "Hello"]);
    let mut text = [0; 6];
    child.stdout.as_mut().unwrap().read_exact(&mut text).unwrap();
    signal(&child, "-TERM");
    wait(child);
    let messages = desk.json(&["show", "t"])["messages"].clone();
    assert_eq!(messages[1]["texts"][0]["text"], "So far");
}

#[test]
fn a_busy_thread_takes_nothing_else() {
    let server = ModelServer::start();
    let gate = Gate::new();
    server.queue(Reply::gated("done", &gate));
    let desk = desk_at(&server);
    let running = desk.start(&["send", "t", "First"]);
    server.wait_until_blocking("the first request", |seen| seen.requests == 1);
    for args in [
        &["send", "t", "Second", "--json"][..],
        &["lock", "t", "--json"],
        &["fork", "t", "--json"],
        &["delete", "t", "--json"],
    ] {
        let refused = desk.run(args);
        assert_eq!((refused.code, refused.error_code().as_str()), (3, "thread_busy"), "{args:?}");
    }
    gate.open_for_good();
    assert_eq!(wait(running).code, 0);
    assert_eq!(server.seen().requests, 1);
    assert_eq!(desk.json(&["show", "t"])["messageCount"], 2);
}

#[test]
fn what_is_not_open_takes_no_message() {
    let desk = Desk::new();
    for (thread, closing, exit, code) in [
        ("locked", "lock", 3, "thread_locked"),
        ("archived", "archive", 3, "thread_archived"),
        ("deleted", "delete", 4, "thread_deleted"),
    ] {
        assert_eq!(desk.run(&["send", thread, "Hello"]).code, 0);
        assert_eq!(desk.run(&[closing, thread]).code, 0);
        let refused = desk.run(&["send", thread, "More", "--json"]);
        assert_eq!((refused.code, refused.error_code().as_str()), (exit, code));
    }
}

#[test]
fn the_state_can_be_changed_with_the_reply() {
    let desk = Desk::new();
    assert_eq!(desk.json(&["send", "t", "Hello", "--thread-state", "locked"])["threadState"], "locked");
    assert_eq!(desk.json(&["send", "t", "More", "--thread-state", "open"])["threadState"], "open");
}

#[test]
fn bad_requests_are_told_apart() {
    let desk = Desk::new();
    let long = "x".repeat(129);
    for (thread, code) in [
        ("", "invalid_thread_id"),
        (long.as_str(), "invalid_thread_id"),
        ("a b", "invalid_thread_id"),
        ("a/b", "invalid_thread_id"),
        ("a\u{200f}b", "invalid_thread_id"),
    ] {
        let ran = desk.run(&["send", thread, "Hello", "--json"]);
        assert_eq!((ran.code, ran.error_code().as_str()), (2, code), "{thread:?}");
    }
    for (metadata, code) in [
        ("[1]", "invalid_metadata"),
        ("{\"a\": 1, \"a\": 2}", "invalid_metadata"),
        (&format!("{{\"a\": \"{}\"}}", "x".repeat(16_384)), "metadata_too_large"),
    ] {
        let ran = desk.run(&["send", "t", "Hello", "--metadata", metadata, "--json"]);
        assert_eq!((ran.code, ran.error_code().as_str()), (2, code));
    }
    assert_eq!(desk.run(&["send", "t", "", "--json"]).error_code(), "invalid_request");
    let long = desk.run_with(&"x".repeat(4 * 1024 * 1024 + 1), &["send", "t", "-", "--json"]);
    assert_eq!((long.code, long.error_code().as_str()), (2, "message_too_large"));
    assert_eq!(desk.run(&["show", "never", "--json"]).error_code(), "thread_not_found");
    assert_eq!(desk.run(&["show", "never"]).code, 4);
    assert_eq!(desk.run(&["lock"]).code, 2);
    assert_eq!(desk.run(&["unheard-of"]).code, 2);
    assert_eq!(desk.run(&["lock", "--json"]).error_code(), "invalid_request");
    assert_eq!(desk.json(&["list"])["data"], serde_json::json!([]), "nothing was made along the way");
}

#[test]
fn reasoning_that_came_to_no_reply_is_shown() {
    let server = ModelServer::start();
    let desk = desk_at(&server);
    let thought = chat_chunk(&json!({"reasoning_content": "The xylophonist again."}), None);
    server.always(Reply::events(&[&thought]));
    let said = desk.run(&["send", "t", "Hi"]);
    assert!(said.code == 5 && said.err.contains("it had reasoned:\nThe xylophonist again."), "{said:?}");
    let shape = desk.run(&["send", "t", "Hi", "--json"]);
    assert_eq!((shape.code, shape.json()["reasoning"].as_str()), (5, Some("The xylophonist again.")), "{shape:?}");
}
