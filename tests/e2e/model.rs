//! Random commands through the page's own calls, against a small model of the rules: same answers, same threads.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use skein_core::wire::EntryKind;
use skein_support::model_server::ModelServer;

#[path = "../core/model/commands.rs"]
mod commands;
#[path = "../core/model/rules.rs"]
#[allow(dead_code, reason = "the page calls fewer things than the other doors")]
mod rules;

use commands::{IDS, command};
use rules::{Command, Match, Patch, Rules, Seen, UpTo};

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

/// Sequences in one window, each with threads of its own.
const CASES: usize = 32;

/// Makes a call, waits until no reply runs in the thread, and gives the code of what went wrong and what is seen then.
const CALL: &str = "const [name, given, id] = arguments_; \
     const invoke = (name, given) => window.__TAURI_INTERNALS__.invoke(name, given).then(value => ({value}), error => ({code: error.code})); \
     const answer = name ? await invoke(name, given) : {}; \
     let view; \
     do { view = await invoke('open_thread', {id, around: null}) } while (view.value?.streaming); \
     if (view.code) return {code: answer.code, gone: view.code}; \
     const said = []; \
     for (const {message} of view.value.messages) \
       if (message.role === 'user') said.push((await invoke('message_text', {id, messageId: message.id})).value); \
     const history = (await invoke('list_history', {id})).value.map(entry => entry.kind); \
     return {code: answer.code, thread: view.value.thread, ids: view.value.messages.map(view => view.message.id), said, history}";

/// What the page can ask for as one call.
fn one_call(command: Command) -> Option<Command> {
    Some(match command {
        Command::Create { .. } | Command::Chain { .. } => return None,
        Command::Send { id, text, client, .. } => Command::Send { id, text, client, to: None, key: None },
        Command::Change { id, state, title, patch, .. } => {
            let title = title.filter(|_| state.is_none());
            let patch = patch.filter(|_| state.is_none() && title.is_none());
            if state.is_none() && title.is_none() && patch.is_none() {
                return None;
            }
            Command::Change { id, state, title, patch, known: Match::Any }
        }
        Command::Undelete(id, _) => Command::Undelete(id, None),
        Command::Fork(id, up_to, _) => Command::Fork(id, up_to, None),
        Command::Retry(_) | Command::Delete(..) | Command::Pin(..) => command,
    })
}

/// The page's call for a command on a thread, the messages of which have these ids.
fn call(command: &Command, id: &str, ids: &[Value]) -> Option<(&'static str, Value)> {
    Some(match command {
        Command::Send { text, client, .. } => {
            let metadata = client.as_ref().map(|client| json!({"client": client}));
            ("respond", json!({"thread": id, "text": text, "metadata": metadata}))
        }
        Command::Retry(_) => ("retry", json!({"thread": id, "messageId": ids.last()?})),
        Command::Change { state: Some(state), .. } => ("set_state", json!({"id": id, "state": state})),
        Command::Change { title: Some(title), .. } => ("rename_thread", json!({"id": id, "title": title})),
        Command::Change { patch, .. } => {
            let client = match patch.as_ref()? {
                Patch::Set(client) => json!(client),
                Patch::Remove => Value::Null,
            };
            ("change_metadata", json!({"id": id, "patch": {"client": client}}))
        }
        Command::Delete(_, confirmed) => ("delete_thread", json!({"id": id, "confirm": confirmed.then_some(id)})),
        Command::Undelete(..) => ("undelete_thread", json!({"id": id})),
        Command::Pin(_, pinned) => ("pin_thread", json!({"id": id, "pinned": pinned})),
        Command::Fork(_, up_to, _) => {
            let message = match up_to {
                UpTo::Tip => Value::Null,
                UpTo::Message(at) if !ids.is_empty() => ids[at % ids.len()].clone(),
                _ => json!("msg_none"),
            };
            ("fork_thread", json!({"id": id, "messageId": message}))
        }
        Command::Create { .. } | Command::Chain { .. } => return None,
    })
}

/// What the page shows of a thread, or why not.
fn seen(answer: &Value) -> Result<Seen, String> {
    if let Some(code) = answer["gone"].as_str() {
        return Err(code.into());
    }
    let thread = &answer["thread"];
    let text = |value: &Value| value.as_str().map(String::from);
    let kind = |kind: &Value| serde_json::from_value::<EntryKind>(kind.clone()).unwrap();
    Ok(Seen {
        state: serde_json::from_value(thread["state"].clone()).unwrap(),
        title: text(&thread["title"]),
        client: text(&thread["metadata"]["client"]),
        messages: thread["messageCount"].as_u64().unwrap() as u32,
        pinned: thread["pinned"].as_bool().unwrap(),
        said: answer["said"].as_array().unwrap().iter().filter_map(text).collect(),
        history: answer["history"].as_array().unwrap().iter().map(kind).collect(),
    })
}

async fn run(page: &Page, n: usize, commands: &[Command]) {
    let mut rules = Rules::default();
    let own = |id: &str| format!("{id}.{n}");
    for command in commands {
        let id = command.thread().unwrap();
        let before = page.js_async(CALL, vec![Value::Null, Value::Null, own(id).into()]).await;
        let ids = before["ids"].as_array().map(Vec::as_slice).unwrap_or_default();
        // Without a message there is nothing to retry, and no call for it.
        let Some((name, given)) = call(command, &own(id), ids) else { continue };
        let expected = rules.apply(command).map(|code| code.as_str().to_owned());
        let answer = page.js_async(CALL, vec![name.into(), given, own(id).into()]).await;
        let told = answer["code"].as_str().map(String::from);
        assert_eq!(told, expected, "{command:?} of {commands:?}");
        let expected = rules.seen(id, true).map_err(|code| code.as_str().to_owned());
        assert_eq!(seen(&answer), expected, "after {command:?} of {commands:?}");
    }
    for id in IDS {
        let answer = page.js_async(CALL, vec![Value::Null, Value::Null, own(id).into()]).await;
        let expected = rules.seen(id, true).map_err(|code| code.as_str().to_owned());
        assert_eq!(seen(&answer), expected, "{id} after {commands:?}");
    }
}

#[tokio::test]
async fn any_sequence_of_the_pages_calls_does_what_the_rules_say() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let window = desk.open().await;
    let sequence = prop::collection::vec(command().prop_filter_map("no call for it", one_call), 1..16);
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() });
    for n in 0..CASES {
        let commands = sequence.new_tree(&mut runner).unwrap().current();
        run(&window.page, n, &commands).await;
    }
    window.close();
}
