//! What the documents say: each example is taken from the page and run, by real `curl`, Node and
//! Python, against a real server.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use skein_core::Code;
use skein_core::clock::Clock;

use crate::support::{Desk, TOKEN, ask};

const API: &str = include_str!("../../docs/api.md");
pub const COMING: &str = include_str!("../../docs/coming-from-the-hosted-service.md");
const CURL: &str = "set -o pipefail\ncurl() { command curl -sS --fail-with-body \"$@\"; }\n";

/// The fenced blocks of a page: what stands behind the fence, and the text.
pub fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fences: Vec<_> = page.split("```").collect();
    fences.iter().skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// Runs a script, which must succeed; what it printed.
pub fn run(program: &[&str], script: &str, desk: &Desk) -> String {
    let script = script.replace("127.0.0.1:8417", &desk.address.to_string());
    let mut child = Command::new(program[0])
        .args(&program[1..])
        .env("SKEIN_URL", format!("http://{}/v1", desk.address))
        .env("SKEIN_API_TOKEN", TOKEN)
        .env("FREDDY_API_KEY", TOKEN)
        .env_remove("http_proxy")
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|_| panic!("{} is needed: see .ci/setup", program[0]));
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\n{out}\n{err}");
    out.into_owned()
}

/// Whether an answer is as the page shows it: the same fields in the same places, and the same
/// values but for what the page leaves open with `...`.
fn shown(page: &Value, real: &Value) -> bool {
    match (page, real) {
        (Value::Object(page), Value::Object(real)) => {
            page.len() == real.len()
                && page.iter().all(|(key, value)| real.get(key).is_some_and(|real| shown(value, real)))
        }
        (Value::Array(page), Value::Array(real)) => {
            page.len() == real.len() && page.iter().zip(real).all(|(page, real)| shown(page, real))
        }
        (Value::String(page), Value::String(real)) => match page.split_once("...") {
            Some((start, _)) => real.starts_with(start) || start == "2026-",
            None => page == real,
        },
        (page, real) => page == real,
    }
}

#[test]
fn each_example_of_the_api_page_answers_as_the_page_says() {
    let desk = Desk::new();
    let blocks = blocks(API);
    let mut run_ones = 0;
    for (at, (kind, text)) in blocks.iter().enumerate() {
        if *kind != "sh" {
            continue;
        }
        let out = run(&["bash", "-eu"], &format!("{CURL}{text}"), &desk);
        run_ones += 1;
        if let Some(("json", page)) = blocks.get(at + 1) {
            let (page, real): (Value, Value) =
                (serde_json::from_str(page).unwrap(), serde_json::from_str(&out).unwrap());
            assert!(shown(&page, &real), "{text}\nthe page: {page}\nthe answer: {real}");
        } else if text.contains("stream") {
            assert!(out.contains("event: response.completed") && out.ends_with("data: [DONE]\n\n"), "{out}");
        }
    }
    assert!(run_ones >= 14, "{run_ones} examples");
}

#[test]
fn the_api_page_has_every_call_and_every_code() {
    let desk = Desk::new();
    let description = desk.get("/v1/openapi.json");
    for (path, calls) in description["paths"].as_object().unwrap() {
        for method in calls.as_object().unwrap().keys() {
            let call = format!("### `{} {path}`", method.to_uppercase());
            assert!(API.contains(&call), "{call} is not on the page");
        }
    }
    for code in Code::ALL {
        let row = format!("| {} | ", code.status());
        let row = API.lines().find(|line| line.starts_with(&row)).unwrap_or_default();
        assert!(row.contains(&format!("`{}`", code.as_str())), "{} is not in its row", code.as_str());
    }
}

#[test]
fn each_example_of_the_published_description_runs_from_the_page() {
    let old = Clock::at(1_735_000_000_000);
    let desk = Desk::open(old.clone(), None);
    desk.ask("old", "Long ago");
    if let Clock::Set(now) = &old {
        now.store(1_795_000_000_000, std::sync::atomic::Ordering::SeqCst);
    }
    let preamble = |kind: &str| blocks(COMING).into_iter().find(|(found, _)| *found == kind).unwrap().1;
    let mut ran = [0; 3];
    for (kind, text) in blocks(COMING) {
        match kind {
            "sh" => {
                run(&["bash", "-eu"], &format!("{CURL}{text}"), &desk);
                ran[0] += 1;
            }
            "js" => {
                let script = format!("{}{text}", preamble("js preamble"));
                run(&["node", "--input-type=module", "-"], &script, &desk);
                ran[1] += 1;
            }
            "python" => {
                run(&["python3", "-"], &format!("{}{text}", preamble("python preamble")), &desk);
                ran[2] += 1;
            }
            _ => {}
        }
    }
    assert_eq!(ran, [10, 7, 3], "curl, JavaScript, Python");

    let thread = |id: &str| desk.get(&format!("/v1/threads/{id}"));
    assert_eq!(thread("thread_user123_session1")["messageCount"], 4);
    assert_eq!(thread("thread_user123_session1")["metadata"], json!({}), "an object only selects what is there");
    assert_eq!(thread("support_user123_ticket789")["metadata"]["priority"], "high");
    assert_eq!(thread("thread_chat_001")["messageCount"], 4);
    assert_eq!(thread("thread_abc123")["state"], "archived");
    assert_eq!(thread("support_user_123")["messageCount"], 4);
    assert_eq!(desk.call("GET", "/v1/threads/thread_67cc8901", None).code(), "thread_deleted");
    assert_eq!(desk.call("GET", "/v1/threads/old", None).code(), "thread_deleted", "cleaned up");
    let roles: Vec<_> = desk.get("/v1/threads/onboarding_user_9/messages")["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["role"].clone())
        .collect();
    assert_eq!(json!(roles), json!(["system", "user", "assistant", "system", "user", "assistant"]));
    assert_eq!(desk.call("POST", "/v1/model/response", Some(&ask("thread_67cc8901", "x"))).status, 404);
}
