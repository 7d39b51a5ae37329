//! What lies in a store before the window opens: threads made through the core, and endpoints
//! that lead to a scripted model.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use skein_core::clock::Clock;
use skein_core::keychain::Keychain;
use skein_core::wire::{Door, Input, NewEndpoint, Protocol, ResponseRequest, Role, State, TextPart, ThreadChoice};
use skein_core::{OpenOptions, RespondOptions, Skein};
use skein_support::model_server::ModelServer;

use crate::harness::Desk;

/// The desk's store, opened from here.
pub fn core(desk: &Desk) -> Skein {
    let options = OpenOptions { keychain: Keychain::memory(), ..OpenOptions::new(desk.store(), Door::Cli) };
    Skein::open(options).expect("the store opens")
}

/// Locks a thread with a signing key that ends with the handle, as on another machine.
pub fn locked_with_a_key(desk: &Desk, id: &str) {
    let options = OpenOptions { keychain: Keychain::own(), ..OpenOptions::new(desk.store(), Door::Cli) };
    Skein::open(options).and_then(|skein| skein.set_state(id, State::Locked)).expect("a locked thread");
}

/// The same, as it was some days ago.
pub fn core_before(desk: &Desk, days: i64) -> Skein {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_millis() as i64;
    let options = OpenOptions::new(desk.store(), Door::Window);
    let clock = Clock::at(now - days * 86_400_000);
    Skein::open(OpenOptions { keychain: Keychain::memory(), clock, ..options }).expect("the store opens")
}

/// Makes a scripted model the one that answers.
pub fn answer_with(desk: &Desk, server: &ModelServer) {
    answer_within(desk, server, None);
}

/// The same, with room for whatever a thread holds.
pub fn answer_with_room(desk: &Desk, server: &ModelServer) {
    answer_within(desk, server, Some(10_000_000));
}

fn answer_within(desk: &Desk, server: &ModelServer, context_window: Option<u32>) {
    let skein = core(desk);
    let new = NewEndpoint {
        name: "Scripted".into(),
        protocol: Protocol::OpenaiChat,
        base_url: server.base_url(),
        model: Some("scripted".into()),
        context_window,
        ..NewEndpoint::default()
    };
    let endpoint = skein.add_endpoint(new).expect("an endpoint");
    skein.set_default_endpoint(&endpoint.id).expect("the default");
}

/// A thread with some questions, each answered by the practice model.
pub async fn thread(desk: &Desk, id: &str, client: Option<&str>, questions: &[&str]) {
    ask(&core(desk), id, client, questions).await;
}

/// The same, in a store that is open already.
pub async fn ask(skein: &Skein, id: &str, client: Option<&str>, questions: &[&str]) {
    for question in questions {
        let metadata = client.map(|client| json!({"client": client}).as_object().cloned().expect("an object"));
        let request = ResponseRequest {
            model: Some("practice/practice".into()),
            inputs: vec![Input { role: Role::User, texts: vec![TextPart { text: (*question).into() }], content: None }],
            thread: Some(ThreadChoice::Object { id: id.into(), metadata }),
            ..ResponseRequest::default()
        };
        let running = skein.respond(request, RespondOptions::default(), Arc::new(())).await.expect("accepted");
        running.done().await;
    }
}
