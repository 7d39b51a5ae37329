//! Programs beside a server, on one store: whatever was acknowledged is there, and nothing else.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::support::{Desk, Served};

const CALLERS: usize = 64;
const PROGRAMS: usize = 6;
const THREADS: usize = 4;

/// What is said to have been done, in no order.
#[derive(Default)]
struct Done(Mutex<BTreeSet<(String, String)>>);

impl Done {
    fn note(&self, thread: &str, what: String) {
        assert!(self.0.lock().unwrap().insert((thread.into(), what)));
    }

    /// What was done to a thread.
    fn to(&self, thread: &str) -> BTreeSet<String> {
        let done = self.0.lock().unwrap();
        done.iter().filter(|(known, _)| known == thread).map(|(_, what)| what.clone()).collect()
    }
}

/// Whether it was done; if not, only somebody else was in the way.
fn acknowledged(done: bool, answer: &Value) -> bool {
    let code = answer["error"]["code"].as_str().unwrap_or_default();
    assert!(done || ["thread_busy", "store_in_use"].contains(&code), "{answer}");
    done
}

#[test]
fn programs_and_sixty_four_callers_of_one_server_lose_and_mix_nothing() {
    let desk = Desk::new();
    let threads: Vec<String> = (0..THREADS).map(|n| format!("t{n}")).collect();
    for thread in &threads {
        desk.json(&["create", thread]);
    }
    let server = Served::start(desk.command().stderr(Stdio::null()));
    let (turns, keys) = (Done::default(), Done::default());
    let ask = |thread: &str, text: String| {
        let body = json!({"thread": thread, "inputs": [{"role": "user", "content": text}]}).to_string();
        let (status, answer) = server.call("POST /v1/model/response", &[], &body);
        if acknowledged(status == 200, &serde_json::from_str(&answer).unwrap()) {
            turns.note(thread, text);
        }
    };
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let (threads, server, keys, ask) = (&threads, &server, &keys, &ask);
            scope.spawn(move || {
                for turn in 0..4 {
                    let thread = &threads[(caller + turn) % THREADS];
                    ask(thread, format!("caller {caller}, turn {turn}"));
                    let key = format!("caller{caller}x{turn}");
                    let patch = json!({"metadata": {&key: turn}}).to_string();
                    let (status, answer) = server.call(&format!("PATCH /v1/threads/{thread}"), &[], &patch);
                    if acknowledged(status == 200, &serde_json::from_str(&answer).unwrap()) {
                        keys.note(thread, key);
                    }
                }
            });
        }
        for program in 0..PROGRAMS {
            let (desk, threads, turns, keys) = (&desk, &threads, &turns, &keys);
            scope.spawn(move || {
                for turn in 0..4 {
                    let thread = &threads[(program + turn) % THREADS];
                    let text = format!("program {program}, turn {turn}");
                    let sent = desk.run(&["send", thread, &text, "--json"]);
                    if acknowledged(sent.code == 0, &sent.json()) {
                        turns.note(thread, text);
                    }
                    let key = format!("program{program}x{turn}");
                    let changed = desk.run(&["metadata", thread, &format!("{key}={turn}"), "--json"]);
                    if acknowledged(changed.code == 0, &changed.json()) {
                        keys.note(thread, key);
                    }
                }
            });
        }
    });
    assert_eq!(server.end().code, 0);
    let mut by = [0, 0];
    for thread in &threads {
        let shown = desk.json(&["show", thread, "--all-versions"]);
        let said: Vec<(&str, &str)> = shown["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| (message["role"].as_str().unwrap(), message["texts"][0]["text"].as_str().unwrap()))
            .collect();
        assert!(said.chunks(2).all(|turn| (turn[0].0, turn[1].0) == ("user", "assistant")), "no turn inside another");
        assert!(said.chunks(2).all(|turn| turn[1].1.contains(turn[0].1)), "each has its own reply");
        let texts: Vec<String> = said.iter().step_by(2).map(|(_, text)| (*text).to_owned()).collect();
        assert_eq!(texts.iter().cloned().collect::<BTreeSet<_>>(), turns.to(thread));
        assert_eq!(texts.len(), turns.to(thread).len(), "nothing twice");
        assert_eq!(shown["messageCount"], 2 * texts.len());
        let metadata: BTreeSet<String> = shown["metadata"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(metadata, keys.to(thread));
        for (n, who) in ["caller", "program"].iter().enumerate() {
            by[n] += texts.iter().filter(|text| text.starts_with(who)).count();
        }
        desk.json(&["lock", thread]);
        let found = desk.json_of(1, &["verify", thread]);
        assert_eq!((&found["data"][0]["status"], &found["data"][0]["findings"]), (&json!("unsigned"), &json!([])));
    }
    assert!(by[0] > 0 && by[1] > 0, "both got through: {by:?}");
}
