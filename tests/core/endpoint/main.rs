//! Calling models, against a server on a real socket that can be told to misbehave.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod cancelling;
mod discovery;
mod faults;
mod fuzz;
mod listing;
mod matrix;
mod parser;
mod practice;
mod privacy;
mod protocols;
mod proxies;
mod recordings;
mod refusals;
mod requests;
mod tls;
mod windows;

use std::time::Duration;

use skein_core::endpoint::{self, Call, CallEvent, CallMessage, EndpointError, Sent, Timeouts};
use skein_core::wire::{EndpointOptions, FinishReason, Protocol, Role, Usage};
use skein_support::model_server::{ModelServer, Reply};
use tokio::sync::mpsc;
use url::Url;

/// Far longer than anything here takes: a test that meets it has found a fault.
const PATIENT: Timeouts =
    Timeouts { connect: Duration::from_secs(20), first: Duration::from_secs(20), idle: Duration::from_secs(20) };

fn message(role: Role, text: &str) -> CallMessage {
    CallMessage { role, text: text.into() }
}

fn call_to(base_url: &str) -> Call {
    Call {
        protocol: Protocol::OpenaiChat,
        base_url: Some(Url::parse(base_url).unwrap()),
        allow_http: false,
        key: None,
        model: "scripted".into(),
        messages: vec![message(Role::User, "Hello, are you there?")],
        parameters: serde_json::Map::new(),
        options: EndpointOptions::default(),
        timeouts: PATIENT,
    }
}

fn call_for(server: &ModelServer) -> Call {
    call_to(&server.base_url())
}

/// What a call told from its beginning to its end.
#[derive(Debug, Clone, Default, PartialEq)]
struct Told {
    sent: Vec<Sent>,
    connected: usize,
    accepted: Vec<Option<String>>,
    text: String,
    reasoning: String,
    models: Vec<String>,
    usage: Option<Usage>,
    finish: Vec<FinishReason>,
    alive: bool,
    error: Option<EndpointError>,
}

impl Told {
    fn kind(&self) -> &'static str {
        self.error.as_ref().map_or("none", EndpointError::kind)
    }

    fn code(&self) -> &'static str {
        self.error.as_ref().map_or("none", |error| error.code().as_str())
    }

    fn words(&self) -> String {
        self.error.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

async fn tell(call: &Call) -> Told {
    let (out, mut events) = mpsc::channel(8);
    let collect = async {
        let mut told = Told::default();
        while let Some(event) = events.recv().await {
            match event {
                CallEvent::Sending(sent) => told.sent.push(sent),
                CallEvent::Connected => told.connected += 1,
                CallEvent::Accepted(id) => told.accepted.push(id),
                CallEvent::Alive => told.alive = true,
                CallEvent::Text(text) => told.text += &text,
                CallEvent::Reasoning(text) => told.reasoning += &text,
                CallEvent::Model(model) => told.models.push(model),
                CallEvent::Usage(usage) => told.usage = Some(usage),
                CallEvent::Finish(reason) => told.finish.push(reason),
            }
        }
        told
    };
    let (result, mut told) = tokio::join!(endpoint::call(call, out), collect);
    told.error = result.err();
    told
}

/// What a call tells that meets this reply.
async fn tell_of(reply: Reply) -> Told {
    let server = ModelServer::start();
    server.queue(reply);
    tell(&call_for(&server)).await
}

/// What a call tells that meets these events.
async fn tell_of_events(data: &[&str]) -> Told {
    tell_of(Reply::events(data)).await
}
