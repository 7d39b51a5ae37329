//! Random commands through the handle, against a small model of the rules: same answers, same threads.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod commands;
mod rules;

use std::sync::Arc;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::response::{Sink, SinkEvent};
use skein_core::store::listing::ThreadFilter;
use skein_core::wire::{
    Door, Input, JsonObject, Response, ResponseRequest, ResponseStatus, Role, TextPart, ThreadChoice,
};
use skein_core::{Code, Error, MessageRange, Once, OpenOptions, RespondOptions, Skein, ThreadChange};

use commands::{IDS, command};
use rules::{Command, Key, Match, Patch, Previous, Rules, UpTo};

/// Nobody listens.
struct Quiet;

impl Sink for Quiet {
    fn emit(&self, _: SinkEvent) {}
}

fn input(text: &str) -> Input {
    Input { role: Role::User, texts: vec![TextPart { text: text.into() }], content: None }
}

/// A store, and what has to be remembered between commands.
struct Case {
    skein: Skein,
    /// The last response without a thread, and how many messages were sent for it.
    last: Option<String>,
    chained: u32,
}

impl Case {
    /// Does a command for real; what went wrong, if anything did.
    async fn perform(&mut self, command: &Command) -> Result<(), Error> {
        let skein = &self.skein;
        let once = |key: &Key| {
            let request = Sha256::digest(format!("{command:?}")).into();
            key.map(|key| Once::new(&key.to_string(), request))
        };
        let metadata = |client: &Option<String>| {
            client.as_ref().map(|client| JsonObject::from_iter([("client".into(), client.clone().into())]))
        };
        match command {
            Command::Create { id, title, client, key } => match once(key) {
                None => drop(skein.create_thread(Some(id), title.as_deref(), metadata(client))?),
                Some(once) => {
                    drop(skein.create_thread_once(&once, Some(id), title.as_deref(), metadata(client).as_ref())?);
                }
            },
            Command::Send { id, text, client, to, key } => {
                let thread = match metadata(client) {
                    None => ThreadChoice::Id(id.clone()),
                    metadata => ThreadChoice::Object { id: id.clone(), metadata },
                };
                let request = ResponseRequest { thread: Some(thread), thread_state: *to, ..asking(text) };
                drop(self.respond(request, once(key)).await?);
            }
            Command::Chain { text, previous, beside } => {
                let previous_response_id = match previous {
                    Previous::Nothing => None,
                    Previous::Last => Some(self.last.clone().unwrap_or_else(|| "resp_none".into())),
                    Previous::Unknown => Some("resp_none".into()),
                };
                let thread = beside.clone().map(ThreadChoice::Id);
                let chained = thread.is_none();
                let done = self.respond(ResponseRequest { thread, previous_response_id, ..asking(text) }, None).await?;
                if chained {
                    (self.last, self.chained) = (Some(done.id), done.context.sent);
                }
            }
            Command::Retry(id) => {
                let range = MessageRange { newest_first: true, limit: 1, ..MessageRange::default() };
                let last = skein.list_messages(id, &range)?;
                if let Some(reply) = last.data.first() {
                    skein.retry(id, &reply.id, None, Arc::new(Quiet)).await?.done().await;
                }
            }
            Command::Change { id, state, title, patch, known } => {
                let patch = patch.as_ref().map(|patch| match patch {
                    Patch::Set(client) => client.as_str().into(),
                    Patch::Remove => serde_json::Value::Null,
                });
                let if_revision = match known {
                    Match::Any => None,
                    Match::Current => Some(skein.get_thread(id).map_or(1, |thread| thread.revision)),
                    Match::Stale => Some(0),
                };
                let metadata = patch.map(|client| JsonObject::from_iter([("client".into(), client)]));
                let change = ThreadChange { state: *state, title: title.clone(), metadata, if_revision };
                drop(skein.change_thread(id, &change)?);
            }
            Command::Delete(id, confirmed) => drop(skein.delete_thread(id, confirmed.then_some(id.as_str()))?),
            Command::Undelete(id, key) => match once(key) {
                None => drop(skein.undelete_thread(id)?),
                Some(once) => drop(skein.undelete_thread_once(&once, id)?),
            },
            Command::Pin(id, pinned) => drop(skein.pin_thread(id, *pinned)?),
            Command::Fork(id, up_to, key) => {
                let range = MessageRange { limit: 100, ..MessageRange::default() };
                let path = skein.list_messages(id, &range).map(|page| page.data).unwrap_or_default();
                let (message, copied) = match up_to {
                    UpTo::Tip => (None, path.len()),
                    UpTo::Message(at) if !path.is_empty() => {
                        (Some(path[at % path.len()].id.as_str()), at % path.len() + 1)
                    }
                    _ => (Some("msg_none"), 0),
                };
                match once(key) {
                    None => assert_eq!(skein.fork_thread(id, message)?.message_count as usize, copied),
                    Some(once) => drop(skein.fork_thread_once(&once, id, message)?),
                }
            }
        }
        Ok(())
    }

    async fn respond(&self, request: ResponseRequest, once: Option<Once>) -> Result<Response, Error> {
        let options = RespondOptions { once, ..RespondOptions::default() };
        let done = self.skein.respond(request, options, Arc::new(Quiet)).await?.done().await;
        assert_eq!(done.status, ResponseStatus::Completed);
        Ok(done)
    }
}

fn asking(text: &str) -> ResponseRequest {
    ResponseRequest { inputs: vec![input(text)], ..ResponseRequest::default() }
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_sequence_of_commands_does_what_the_rules_say(commands in prop::collection::vec(command(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let mut options = OpenOptions::new(dir.path(), Door::Cli);
            options.clock = Clock::at(1_795_000_000_000);
            options.keychain = Keychain::memory();
            let mut case = Case { skein: Skein::open(options).unwrap(), last: None, chained: 0 };
            let mut rules = Rules::default();
            for command in &commands {
                let expected = rules.apply(command);
                let answered = case.perform(command).await.err().map(|error| error.code());
                assert_eq!((answered, case.chained), (expected, rules.chained), "{command:?}");
                for id in IDS {
                    assert_eq!(seen(&case.skein, id), rules.seen(id, false), "{id} after {command:?}");
                }
            }
            for deleted in [false, true] {
                let filter = ThreadFilter { deleted, limit: 100, ..ThreadFilter::default() };
                let listed = case.skein.list_threads(&filter).unwrap().data;
                let ours = IDS.iter().filter(|id| listed.iter().any(|thread| thread.id == **id));
                assert_eq!(ours.map(|id| (*id).to_owned()).collect::<Vec<_>>(), rules.listed(deleted, |_| true));
            }
        });
    }
}
