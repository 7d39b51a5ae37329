//! Random requests through the API, against a small model of the rules: same statuses, same threads.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Answer, Desk, ask};

#[path = "../core/model/rules.rs"]
mod rules;

use rules::{Command, Rules};
use skein_core::wire::State;
use skein_core::{Error, MessageRange, Skein};

fn word(state: State) -> Value {
    json!(state)
}

/// Makes the request that a command stands for, or does through the window's handle what the API
/// has no call for. Status and code of what went wrong, if anything did.
fn perform(desk: &Desk, command: &Command) -> Option<(u16, String)> {
    let call = |method: &str, path: String, body: Value| refusal(&desk.call(method, &path, Some(&body)));
    match command {
        Command::Create(id, title) => call("POST", "/v1/threads".into(), json!({"id": id, "title": title})),
        Command::Send(id, text, state) => {
            let mut body = ask(id, text);
            body["threadState"] = state.map_or(Value::Null, word);
            call("POST", "/v1/model/response".into(), body)
        }
        Command::Change(id, state, title, client) => {
            let mut body = json!({});
            if let Some(state) = state {
                body["state"] = word(*state);
            }
            if let Some(title) = title {
                body["title"] = json!(title);
            }
            if let Some(client) = client {
                body["metadata"] = json!({"client": client});
            }
            call("PATCH", format!("/v1/threads/{id}"), body)
        }
        Command::Delete(id, confirmed) => {
            let confirm = if *confirmed { format!("?confirm={id}") } else { String::new() };
            refusal(&desk.call("DELETE", &format!("/v1/threads/{id}{confirm}"), None))
        }
        Command::Undelete(id) => call("POST", format!("/v1/threads/{id}/undelete"), json!({})),
        Command::Fork(id) => call("POST", format!("/v1/threads/{id}/fork"), json!({})),
        Command::Retry(id) => desk.runtime.block_on(retry(&desk.skein, id)).err().map(|error| told(&error)),
        Command::Pin(id, pinned) => desk.skein.pin_thread(id, *pinned).err().map(|error| told(&error)),
    }
}

fn refusal(answer: &Answer) -> Option<(u16, String)> {
    let code = answer.json()["error"]["code"].as_str().map(String::from);
    assert_eq!(answer.status < 300, code.is_none(), "{answer:?}");
    code.map(|code| (answer.status, code))
}

fn told(error: &Error) -> (u16, String) {
    (error.code().status(), error.code().as_str().into())
}

async fn retry(skein: &Skein, id: &str) -> Result<(), Error> {
    let range = MessageRange { newest_first: true, limit: 1, ..MessageRange::default() };
    if let Some(reply) = skein.list_messages(id, &range)?.data.first() {
        skein.retry(id, &reply.id, None, Arc::new(())).await?.done().await;
    }
    Ok(())
}

/// What a caller sees of a thread, or why not.
fn seen(desk: &Desk, id: &str) -> Result<rules::Seen, String> {
    let answer = desk.call("GET", &format!("/v1/threads/{id}"), None);
    if answer.status != 200 {
        return Err(answer.code());
    }
    let thread = answer.json();
    let said = desk.get(&format!("/v1/threads/{id}/messages?limit=100"));
    let history = desk.get(&format!("/v1/threads/{id}/events?limit=100"));
    let text = |value: &Value| value.as_str().map(String::from);
    Ok(rules::Seen {
        state: serde_json::from_value(thread["state"].clone()).unwrap(),
        title: text(&thread["title"]),
        client: text(&thread["metadata"]["client"]),
        messages: thread["messageCount"].as_u64().unwrap() as u32,
        pinned: thread["pinned"].as_bool().unwrap(),
        said: said["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|message| message["role"] == "user")
            .filter_map(|message| text(&message["texts"][0]["text"]))
            .collect(),
        history: history["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| serde_json::from_value(entry["kind"].clone()).unwrap())
            .collect(),
    })
}

fn command() -> impl Strategy<Value = Command> {
    let id = || prop::sample::select(vec!["a", "b"]).prop_map(String::from);
    let word = || prop::sample::select(vec!["one", "two", "three"]).prop_map(String::from);
    let state = || prop::sample::select(vec![State::Open, State::Locked, State::Archived]);
    prop_oneof![
        1 => (id(), prop::option::of(word())).prop_map(|(id, title)| Command::Create(id, title)),
        4 => (id(), word(), prop::option::weighted(0.2, state())).prop_map(|(id, text, to)| Command::Send(id, text, to)),
        4 => (id(), prop::option::weighted(0.7, state()), prop::option::weighted(0.3, word()), prop::option::weighted(0.3, word()))
            .prop_map(|(id, state, title, client)| Command::Change(id, state, title, client)),
        2 => (id(), any::<bool>()).prop_map(|(id, confirmed)| Command::Delete(id, confirmed)),
        1 => id().prop_map(Command::Undelete),
        1 => id().prop_map(Command::Retry),
        1 => (id(), any::<bool>()).prop_map(|(id, pinned)| Command::Pin(id, pinned)),
        1 => id().prop_map(Command::Fork),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_sequence_of_requests_does_what_the_rules_say(commands in prop::collection::vec(command(), 1..25)) {
        let desk = Desk::new();
        let mut rules = Rules::default();
        for command in &commands {
            let expected = rules.apply(command);
            let expected = expected.map(|code| (code.status(), code.as_str().to_owned()));
            assert_eq!(perform(&desk, command), expected, "{command:?}");
            for id in ["a", "b"] {
                assert_eq!(seen(&desk, id), rules.seen(id).map_err(|code| code.as_str().to_owned()), "{id} after {command:?}");
            }
        }
    }
}
