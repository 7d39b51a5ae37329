//! Which model servers run on this machine: the usual ports are tried, those only, on loopback
//! only, and asked for nothing but their models and how much these take. What to do with them is the person's.

use std::time::Duration;

use url::Url;

use super::{Timeouts, list_models};
use crate::wire::{EndpointOptions, Protocol};

/// Where the usual servers listen unless they are told otherwise: Ollama
/// (<https://docs.ollama.com/faq>), LM Studio (<https://lmstudio.ai/docs/developer>) and
/// llama.cpp (<https://github.com/ggml-org/llama.cpp/tree/master/tools/server>).
pub const USUAL: [(&str, u16); 3] = [("Ollama", 11_434), ("LM Studio", 1234), ("llama.cpp", 8080)];

/// Whoever is there answers at once.
const PATIENCE: Duration = Duration::from_secs(2);

/// A server that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What usually listens there.
    pub name: String,
    /// Its base URL.
    pub base_url: String,
    /// Its models, each with its context window in tokens where it tells.
    pub models: Vec<(String, Option<u32>)>,
}

/// Tries the ports, all at once, and says who answers as a model server does, in their order.
pub async fn discover(ports: &[(&str, u16)]) -> Vec<Found> {
    let mut tried = tokio::task::JoinSet::new();
    for (place, (name, port)) in ports.iter().enumerate() {
        let (name, port) = ((*name).to_owned(), *port);
        tried.spawn(async move { (place, ask(name, port).await) });
    }
    let mut found = Vec::new();
    while let Some(answer) = tried.join_next().await {
        found.extend(answer.ok().and_then(|(place, server)| Some((place, server?))));
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, server)| server).collect()
}

async fn ask(name: String, port: u16) -> Option<Found> {
    let base_url = format!("http://127.0.0.1:{port}/v1");
    let url = Url::parse(&base_url).ok()?;
    let timeouts = Timeouts { connect: PATIENCE, first: PATIENCE, idle: PATIENCE };
    let options = EndpointOptions::default();
    let models = list_models(Protocol::OpenaiChat, Some(&url), None, false, &options, timeouts).await.ok()?;
    Some(Found { name, base_url, models })
}
