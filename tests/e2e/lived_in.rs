//! A store that somebody lived in: forty threads for five clients, in
//! `tests/fixtures/lived-in.json`, answered by a scripted model and sealed with a key.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use skein_core::wire::{Input, NewEndpoint, Protocol, ResponseRequest, Role, State, TextPart, ThreadChoice};
use skein_core::{RespondOptions, Skein};
use skein_support::model_server::{ModelServer, Reply, chat_chunk};

use crate::harness::Desk;
use crate::stock;

/// The model that the person chose.
pub const MODEL: &str = "gpt-oss";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lived {
    title: String,
    client: Option<String>,
    matter: Option<String>,
    days_ago: i64,
    state: State,
    pinned: bool,
    /// Question and reply.
    turns: Vec<[String; 2]>,
}

/// Fills a desk whose keychain can be used. The scripted server stays the default endpoint.
pub async fn fill(desk: &Desk, server: &ModelServer) {
    let mut threads: Vec<Lived> = serde_json::from_str(include_str!("../fixtures/lived-in.json")).unwrap();
    threads.sort_by_key(|thread| -thread.days_ago);
    local_model(&stock::core(desk), server);
    for thread in threads {
        put(&stock::core_before(desk, thread.days_ago), server, &thread).await;
    }
    let signed = desk.skein(&["seal", "sign"]);
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
}

fn local_model(skein: &Skein, server: &ModelServer) {
    let new = NewEndpoint {
        name: "Local model".into(),
        protocol: Protocol::OpenaiChat,
        base_url: server.base_url(),
        model: Some(MODEL.into()),
        context_window: Some(131_072),
        allow_http: false,
        ..NewEndpoint::default()
    };
    let endpoint = skein.add_endpoint(new).unwrap();
    skein.set_default_endpoint(&endpoint.id).unwrap();
}

async fn put(skein: &Skein, server: &ModelServer, thread: &Lived) {
    let id = thread.title.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let metadata = json!({"client": thread.client, "matter": thread.matter});
    let mut metadata = metadata.as_object().cloned().unwrap();
    metadata.retain(|_, value| !value.is_null());
    for [question, reply] in &thread.turns {
        server.queue(said(question, reply));
        let request = ResponseRequest {
            model: Some(format!("Local model/{MODEL}")),
            inputs: vec![Input { role: Role::User, texts: vec![TextPart { text: question.clone() }], content: None }],
            thread: Some(ThreadChoice::Object { id: id.clone(), metadata: Some(metadata.clone()) }),
            ..ResponseRequest::default()
        };
        let running = skein.respond(request, RespondOptions::default(), Arc::new(())).await.unwrap();
        running.done().await;
    }
    skein.rename_thread(&id, &thread.title).unwrap();
    if thread.pinned {
        skein.pin_thread(&id, true).unwrap();
    }
    if thread.state != State::Open {
        skein.set_state(&id, thread.state).unwrap();
    }
}

/// A reply with what it used.
fn said(question: &str, reply: &str) -> Reply {
    let (asked, answered) = (question.len() / 4 + 9, reply.len() / 4 + 1);
    let usage = json!({"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered});
    let usage = json!({"object": "chat.completion.chunk", "model": "scripted", "choices": [], "usage": usage});
    let text = chat_chunk(&json!({"role": "assistant", "content": reply}), None);
    Reply::events(&[&text, &chat_chunk(&json!({}), Some("stop")), &usage.to_string(), "[DONE]"]).by(MODEL)
}
