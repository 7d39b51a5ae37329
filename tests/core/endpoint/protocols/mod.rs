//! What each protocol sends and what it reads, beside Chat Completions.

mod bodies;
mod refused;
mod replies;

use serde_json::{Value, json};
use skein_core::endpoint::Call;
use skein_core::wire::Protocol;
use skein_support::model_server::{ModelServer, Reply, Request};

use super::{Told, call_for, tell};

async fn sent(protocol: Protocol, change: impl FnOnce(&mut Call)) -> Request {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    call.protocol = protocol;
    change(&mut call);
    tell(&call).await;
    server.last_request()
}

async fn answer(protocol: Protocol, reply: Reply) -> Told {
    let server = ModelServer::start();
    server.queue(reply);
    let mut call = call_for(&server);
    call.protocol = protocol;
    tell(&call).await
}

async fn events(protocol: Protocol, events: &[Value]) -> Told {
    let events: Vec<String> = events.iter().map(Value::to_string).collect();
    answer(protocol, Reply::events(&events.iter().map(String::as_str).collect::<Vec<_>>())).await
}

fn parameters(call: &mut Call) {
    let parameters = json!({
        "temperature": 0.5, "top_p": 0.9, "max_tokens": 77, "stop": "END", "seed": 7, "reasoning_effort": "low",
        "metadata": {"a": 1}, "reasoning": {"summary": "auto"}, "model": "x", "stream": false,
    });
    call.parameters.clone_from(parameters.as_object().unwrap());
}
