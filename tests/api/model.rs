//! Random requests through the API, against a small model of the rules: same statuses, same threads.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{Answer, Desk, ask};

#[path = "../core/model/commands.rs"]
mod commands;
#[path = "../core/model/rules.rs"]
mod rules;

use commands::{IDS, WORDS, command};
use rules::{Command, Key, Match, Patch, Previous, Rules, UpTo};
use skein_core::wire::State;
use skein_core::{Error, MessageRange, Skein};

/// One sequence of requests. It has threads and keys of its own on a desk that all share.
struct Case<'a> {
    desk: &'a Desk,
    n: usize,
    /// The last response without a thread, and how many messages were sent for it.
    last: Option<String>,
    chained: u32,
}

impl Case<'_> {
    /// The id that a thread of this sequence really has.
    fn id(&self, id: &str) -> String {
        format!("{id}.{}", self.n)
    }

    fn path(&self, id: &str, rest: &str) -> String {
        format!("/v1/threads/{}{rest}", self.id(id))
    }

    fn call(&self, method: &str, path: &str, key: Key, body: &Value) -> Answer {
        let key = key.map(|key| format!("{key}.{}", self.n));
        let headers: Vec<_> = key.iter().map(|key| ("Idempotency-Key", key.as_str())).collect();
        self.desk.call_with(method, path, &headers, Some(body))
    }

    /// Makes the request that a command stands for, or does through the window's handle what the API has no call
    /// for. Status and code of what went wrong, if anything did.
    fn perform(&mut self, command: &Command) -> Option<(u16, String)> {
        let response = "/v1/model/response";
        let answer = match command {
            Command::Create { id, title, client, key } => {
                let metadata = client.as_ref().map(|client| json!({"client": client}));
                let body = json!({"id": self.id(id), "title": title, "metadata": metadata});
                self.call("POST", "/v1/threads", *key, &body)
            }
            Command::Send { id, text, client, to, key } => {
                let mut body = ask(&self.id(id), text);
                if let Some(client) = client {
                    body["thread"] = json!({"id": self.id(id), "metadata": {"client": client}});
                }
                body["threadState"] = json!(to);
                self.call("POST", response, *key, &body)
            }
            Command::Chain { text, previous, beside } => {
                let mut body = json!({"inputs": [{"role": "user", "content": text}]});
                body["thread"] = json!(beside.as_ref().map(|id| self.id(id)));
                body["previousResponseId"] = match previous {
                    Previous::Nothing => Value::Null,
                    Previous::Last => json!(self.last.as_deref().unwrap_or("resp_none")),
                    Previous::Unknown => json!("resp_none"),
                };
                let answer = self.call("POST", response, None, &body);
                if answer.status == 200 && beside.is_none() {
                    self.last = answer.json()["id"].as_str().map(String::from);
                    self.chained = answer.json()["context"]["sent"].as_u64().unwrap() as u32;
                }
                answer
            }
            Command::Change { id, state, title, patch, known } => {
                return refusal(&self.change(id, *state, title.as_ref(), patch.as_ref(), *known));
            }
            Command::Delete(id, confirmed) => {
                let confirm = if *confirmed { format!("?confirm={}", self.id(id)) } else { String::new() };
                self.desk.call("DELETE", &self.path(id, &confirm), None)
            }
            Command::Undelete(id, key) => self.call("POST", &self.path(id, "/undelete"), *key, &json!({})),
            Command::Fork(id, up_to, key) => return self.fork(id, *up_to, *key),
            Command::Retry(id) => {
                let retried = self.desk.runtime.block_on(retry(&self.desk.skein, &self.id(id)));
                return retried.err().map(|error| told(&error));
            }
            Command::Pin(id, pinned) => {
                return self.desk.skein.pin_thread(&self.id(id), *pinned).err().map(|error| told(&error));
            }
        };
        refusal(&answer)
    }

    fn change(
        &self,
        id: &str,
        state: Option<State>,
        title: Option<&String>,
        patch: Option<&Patch>,
        known: Match,
    ) -> Answer {
        let mut body = json!({});
        if let Some(state) = state {
            body["state"] = json!(state);
        }
        if let Some(title) = title {
            body["title"] = json!(title);
        }
        match patch {
            None => {}
            Some(Patch::Set(client)) => body["metadata"] = json!({"client": client}),
            Some(Patch::Remove) => body["metadata"] = json!({"client": null}),
        }
        let now = self.desk.call("GET", &self.path(id, ""), None);
        let tag = match known {
            Match::Any => None,
            Match::Current => Some(now.header("etag").unwrap_or("\"1\"").to_owned()),
            Match::Stale => Some("\"0\", \"999999\"".to_owned()),
        };
        let headers: Vec<_> = tag.iter().map(|tag| ("If-Match", tag.as_str())).collect();
        self.desk.call_with("PATCH", &self.path(id, ""), &headers, Some(&body))
    }

    fn fork(&self, id: &str, up_to: UpTo, key: Key) -> Option<(u16, String)> {
        let said = self.desk.call("GET", &self.path(id, "/messages?limit=100"), None).json();
        let said = said["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let (message, copied) = match up_to {
            UpTo::Tip => (Value::Null, said.len()),
            UpTo::Message(at) if !said.is_empty() => (said[at % said.len()]["id"].clone(), at % said.len() + 1),
            _ => (json!("msg_none"), 0),
        };
        let answer = self.call("POST", &self.path(id, "/fork"), key, &json!({"messageId": message}));
        if answer.status == 201 && key.is_none() {
            assert_eq!(answer.json()["messageCount"], copied);
        }
        refusal(&answer)
    }

    /// What a caller sees of a thread, or why not.
    fn seen(&self, id: &str) -> Result<rules::Seen, String> {
        let answer = self.desk.call("GET", &self.path(id, ""), None);
        if answer.status != 200 {
            return Err(answer.code());
        }
        let thread = answer.json();
        let said = self.desk.get(&self.path(id, "/messages?limit=100"));
        let history = self.desk.get(&self.path(id, "/events?limit=100"));
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

    /// Which of its threads a list has. They and its forks are the newest, so that they are on the first page.
    fn listed(&self, filter: &str) -> Vec<String> {
        let page = self.desk.get(&format!("/v1/threads?limit=30&{filter}"));
        let ids: BTreeSet<&str> = page["data"].as_array().unwrap().iter().filter_map(|t| t["id"].as_str()).collect();
        IDS.iter().filter(|id| ids.contains(self.id(id).as_str())).map(|id| (*id).to_owned()).collect()
    }

    /// Every list of its threads is as the rules say.
    fn check_lists(&self, rules: &Rules) {
        assert_eq!(self.listed("deleted=true"), rules.listed(true, |_| true), "in the bin");
        for (word, state) in [("open", State::Open), ("locked", State::Locked), ("archived", State::Archived)] {
            assert_eq!(
                self.listed(&format!("state={word}")),
                rules.listed(false, |seen| seen.state == state),
                "{word}"
            );
        }
        for word in WORDS {
            let has = |seen: &rules::Seen| seen.client.as_deref() == Some(word);
            assert_eq!(self.listed(&format!("metadata.client={word}")), rules.listed(false, has), "client {word}");
        }
        for pinned in [true, false] {
            assert_eq!(self.listed(&format!("pinned={pinned}")), rules.listed(false, |seen| seen.pinned == pinned));
        }
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

#[test]
fn any_sequence_of_requests_does_what_the_rules_say() {
    let (desk, cases) = (Desk::new(), AtomicUsize::new(0));
    let sequence = prop::collection::vec(command(), 1..25);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) };
    let done = TestRunner::new(config).run(&sequence, |commands| {
        let mut case = Case { desk: &desk, n: cases.fetch_add(1, Ordering::SeqCst), last: None, chained: 0 };
        let mut rules = Rules::default();
        for command in &commands {
            let expected = rules.apply(command).map(|code| (code.status(), code.as_str().to_owned()));
            assert_eq!(case.perform(command), expected, "{command:?}");
            assert_eq!(case.chained, rules.chained, "{command:?}");
            if let Some(id) = command.thread() {
                let expected = rules.seen(id, false).map_err(|code| code.as_str().to_owned());
                assert_eq!(case.seen(id), expected, "after {command:?}");
            }
        }
        for id in IDS {
            assert_eq!(
                case.seen(id),
                rules.seen(id, false).map_err(|code| code.as_str().to_owned()),
                "{id} in the end"
            );
        }
        case.check_lists(&rules);
        Ok(())
    });
    if let Err(failed) = done {
        panic!("{failed}");
    }
}
