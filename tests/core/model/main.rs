//! Random commands through the handle, against a small model of the rules: same answers, same threads.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod rules;

use std::sync::Arc;

use proptest::prelude::*;
use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::response::{Sink, SinkEvent};
use skein_core::wire::{Door, Input, JsonObject, ResponseRequest, ResponseStatus, Role, State, TextPart, ThreadChoice};
use skein_core::{Code, Error, MessageRange, OpenOptions, RespondOptions, Skein, ThreadChange};

use rules::{Command, Rules};

/// Nobody listens.
struct Quiet;

impl Sink for Quiet {
    fn emit(&self, _: SinkEvent) {}
}

fn input(text: &str) -> Input {
    Input { role: Role::User, texts: vec![TextPart { text: text.into() }], content: None }
}

/// Does a command for real; what went wrong, if anything did.
async fn perform(skein: &Skein, command: &Command) -> Result<(), Error> {
    match command {
        Command::Create(id, title) => drop(skein.create_thread(Some(id), title.as_deref(), None)?),
        Command::Send(id, text, state) => {
            let request = ResponseRequest {
                inputs: vec![input(text)],
                thread: Some(ThreadChoice::Id(id.clone())),
                thread_state: *state,
                ..ResponseRequest::default()
            };
            let done = skein.respond(request, RespondOptions::default(), Arc::new(Quiet)).await?.done().await;
            assert_eq!(done.status, ResponseStatus::Completed);
        }
        Command::Retry(id) => {
            let range = MessageRange { newest_first: true, limit: 1, ..MessageRange::default() };
            let last = skein.list_messages(id, &range)?;
            if let Some(reply) = last.data.first() {
                skein.retry(id, &reply.id, None, Arc::new(Quiet)).await?.done().await;
            }
        }
        Command::Change(id, state, title, client) => {
            let metadata =
                client.as_ref().map(|client| JsonObject::from_iter([("client".into(), client.clone().into())]));
            let change = ThreadChange { state: *state, title: title.clone(), metadata, if_revision: None };
            drop(skein.change_thread(id, &change)?);
        }
        Command::Delete(id, confirmed) => drop(skein.delete_thread(id, confirmed.then_some(id.as_str()))?),
        Command::Undelete(id) => drop(skein.undelete_thread(id)?),
        Command::Pin(id, pinned) => drop(skein.pin_thread(id, *pinned)?),
        Command::Fork(id) => drop(skein.fork_thread(id, None)?),
    }
    Ok(())
}

/// What a person can see of a thread, or why not.
fn seen(skein: &Skein, id: &str) -> Result<rules::Seen, Code> {
    let thread = skein.get_thread(id).map_err(|error| error.code())?;
    let range = MessageRange { limit: 100, ..MessageRange::default() };
    let path = skein.list_messages(id, &range).map_err(|error| error.code())?.data;
    let history = skein.list_history(id).map_err(|error| error.code())?;
    Ok(rules::Seen {
        state: thread.state,
        title: thread.title,
        client: thread.metadata.get("client").and_then(|client| client.as_str().map(String::from)),
        messages: thread.message_count,
        pinned: thread.pinned,
        said: path
            .iter()
            .filter(|message| message.role == Role::User)
            .map(|message| message.texts[0].text.clone())
            .collect(),
        history: history.into_iter().map(|entry| entry.kind).collect(),
    })
}

fn command() -> impl Strategy<Value = Command> {
    let id = || prop::sample::select(vec!["a", "b", "c"]).prop_map(String::from);
    let word = || prop::sample::select(vec!["one", "two", "three"]).prop_map(String::from);
    let state = || prop::sample::select(vec![State::Open, State::Locked, State::Archived]);
    prop_oneof![
        1 => (id(), prop::option::of(word())).prop_map(|(id, title)| Command::Create(id, title)),
        4 => (id(), word(), prop::option::weighted(0.2, state())).prop_map(|(id, text, to)| Command::Send(id, text, to)),
        1 => id().prop_map(Command::Retry),
        4 => (id(), prop::option::weighted(0.7, state()), prop::option::weighted(0.3, word()), prop::option::weighted(0.3, word()))
            .prop_map(|(id, state, title, client)| Command::Change(id, state, title, client)),
        2 => (id(), any::<bool>()).prop_map(|(id, confirmed)| Command::Delete(id, confirmed)),
        1 => id().prop_map(Command::Undelete),
        1 => (id(), any::<bool>()).prop_map(|(id, pinned)| Command::Pin(id, pinned)),
        1 => id().prop_map(Command::Fork),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_sequence_of_commands_does_what_the_rules_say(commands in prop::collection::vec(command(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let mut options = OpenOptions::new(dir.path(), Door::Cli);
            options.clock = Clock::at(1_795_000_000_000);
            options.keychain = Keychain::memory();
            let skein = Skein::open(options).unwrap();
            let mut rules = Rules::default();
            for command in &commands {
                let expected = rules.apply(command);
                let answered = perform(&skein, command).await.err().map(|error| error.code());
                assert_eq!(answered, expected, "{command:?}");
                for id in ["a", "b", "c"] {
                    assert_eq!(seen(&skein, id), rules.seen(id), "{id} after {command:?}");
                }
            }
        });
    }
}
