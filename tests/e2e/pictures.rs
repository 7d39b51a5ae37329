//! The pictures of the documents, taken from the running program with a store that was lived in.
//! `make screenshots` keeps them; without a folder for pictures this only walks the same way.

use std::sync::Arc;

use serde_json::{Value, json};
use skein_core::wire::{Input, NewEndpoint, Protocol, ResponseRequest, Role, State, TextPart, ThreadChoice};
use skein_core::{RespondOptions, Skein};
use skein_support::model_server::{Gate, ModelServer, Reply, chat_chunk};

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

const MODEL: &str = "gpt-oss";
const OUTLINE: &str = "Here is a one-page outline. Three documents are still missing: the **intercompany agreement**, \
    the **2025 benchmark study** and the **functional analysis**.\n\n\
    To check the arm's-length range yourself, the quartiles over the comparables are enough:\n\n\
    ```python\nimport statistics\n\nmargins = sorted(m.operating_margin for m in comparables)\n\
    q1, median, q3 = statistics.quantiles(margins, n=4)  # both ends included\n```";
const EMAIL: &str = "Subject: Three documents to finish your memo\n\nDear Ms Keller,\n\nthank you for the quick answers last \
    week. To finish the memo we need three more things from your side.";
const MEMO: &str = "Draft the outline of a transfer pricing memo for the Swiss entity. Keep it to one page, and name the \
    documents we still need from the client.";

/// Threads that lie there: title, client, days ago, state.
const LYING: &[(&str, Option<&str>, i64, State)] = &[
    ("Rust lifetimes, slowly", None, 3, State::Open),
    ("Sourdough hydration maths", None, 2, State::Open),
    ("Incident 4471 review", Some("Helvetia Logistics"), 13, State::Locked),
    ("Route planning: Basel depot", Some("Helvetia Logistics"), 1, State::Open),
    ("Onboarding workshop", Some("Acme GmbH"), 79, State::Archived),
    ("Q3 audit questions", Some("Acme GmbH"), 10, State::Locked),
];

async fn ask(skein: &Skein, id: &str, text: &str, metadata: Value, model: &str) {
    let request = ResponseRequest {
        model: Some(model.into()),
        inputs: vec![Input { role: Role::User, texts: vec![TextPart { text: text.into() }], content: None }],
        thread: Some(ThreadChoice::Object { id: id.into(), metadata: metadata.as_object().cloned() }),
        ..ResponseRequest::default()
    };
    let running = skein.respond(request, RespondOptions::default(), Arc::new(())).await.unwrap();
    running.done().await;
}

/// The outline, by the model that the person chose.
fn outline() -> Reply {
    let usage = json!({"prompt_tokens": 38, "completion_tokens": 112, "total_tokens": 150});
    let usage = json!({"object": "chat.completion.chunk", "model": "scripted", "choices": [], "usage": usage});
    let text = chat_chunk(&json!({"role": "assistant", "content": OUTLINE}), None);
    let events = [text, chat_chunk(&json!({}), Some("stop")), usage.to_string()];
    let events = events.map(|event| event.replace("scripted", MODEL));
    Reply::events(&[&events[0], &events[1], &events[2], "[DONE]"])
}

async fn fill(desk: &Desk, server: &ModelServer) {
    for (title, client, days_ago, state) in LYING {
        let skein = stock::core_before(desk, *days_ago);
        let id = title.replace([' ', ',', ':'], "_");
        let metadata = client.map_or(json!({}), |client| json!({"client": client}));
        ask(&skein, &id, title, metadata, "practice/practice").await;
        skein.set_state(&id, *state).unwrap();
    }
    let skein = stock::core_before(desk, 0);
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
    let metadata = json!({"client": "Acme GmbH", "matter": "TP-2026-031", "priority": "high"});
    ask(&skein, "acme_tp_2026_11", MEMO, metadata, &format!("Local model/{MODEL}")).await;
    skein.rename_thread("acme_tp_2026_11", "Transfer pricing memo").unwrap();
}

/// The picture in both themes.
async fn take(page: &Page, name: &str) {
    for theme in ["light", "dark"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        page.picture(&format!("{name}-{theme}")).await;
    }
}

#[tokio::test]
async fn a_store_that_was_lived_in_can_be_shown() {
    let desk = Desk::new();
    let server = ModelServer::start();
    server.queue(outline());
    fill(&desk, &server).await;
    let gate = Gate::new();
    server.queue(Reply::gated(EMAIL, &gate));
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    page.send("Good. Now turn the missing documents into an email to the client, friendly and short.").await;
    gate.open(20);
    page.see("To finish the memo").await;
    take(page, "thread").await;
    gate.open_for_good();
    page.quiet().await;
    page.resize(420, 800).await;
    page.find("button", "Show threads").await;
    take(page, "narrow").await;
    page.resize(1280, 800).await;
    page.click("button", "Lock").await;
    page.see("read-only").await;
    // What was just done is said for a while; the pictures are of what stays.
    page.js("document.querySelector('.toasts').replaceChildren()", vec![]).await;
    take(page, "locked").await;
}
