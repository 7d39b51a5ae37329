//! The list of models an endpoint offers, `GET {base}/models`, with the context window where the
//! server tells it: every server has a name of its own for it. What a list does not tell is asked
//! in `windows.rs`.

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use super::error::{EndpointError, Oddity};
use super::http::{self, Line};
use super::windows;
use crate::wire::Protocol;

/// Bytes of a list, or of one page of it.
const LIST_BYTES: usize = 16 * 1024 * 1024;
/// Models of a list.
const LIST_LENGTH: usize = 10_000;
/// Models of a page, where lists come in pages; no more can be asked for.
const PAGE_LENGTH: usize = 1_000;

/// Where servers put the context window, the most exact first.
const WINDOWS: [&str; 8] = [
    "/meta/n_ctx",
    "/n_ctx",
    "/max_model_len",
    "/loaded_context_length",
    "/context_length",
    "/context_window",
    "/max_context_length",
    "/max_input_tokens",
];

/// A model of a list.
#[derive(Debug)]
pub(super) struct Listed {
    pub id: String,
    /// Its window, where the server tells it.
    pub window: Option<u32>,
    /// The window it was trained for; how it is served can be less.
    trained: Option<u32>,
    /// Whose it is, by which some servers are known.
    pub owner: Option<String>,
}

/// Lists the models of an endpoint. See [`super::list_models`].
pub(super) async fn list(line: Line<'_>) -> Result<Vec<(String, Option<u32>)>, EndpointError> {
    let mut models = match line.protocol {
        Protocol::AnthropicMessages => all_pages(line).await?,
        _ => read(&page(line).await?)?,
    };
    models.truncate(LIST_LENGTH);
    windows::ask(line, &mut models).await;
    Ok(models.into_iter().map(|model| (model.id, model.window.or(model.trained))).collect())
}

/// Every page of a list that comes in pages (<https://docs.claude.com/en/api/models-list>). A page
/// that brings nothing new is the last one, whatever it says.
async fn all_pages(line: Line<'_>) -> Result<Vec<Listed>, EndpointError> {
    let Some(base) = line.base_url else { return read(&page(line).await?) };
    let mut models: Vec<Listed> = Vec::new();
    let mut after = None;
    loop {
        let url = page_address(base, after.as_deref());
        let json = page(Line { base_url: Some(&url), ..line }).await?;
        let known: HashSet<&str> = models.iter().map(|model| model.id.as_str()).collect();
        let new: Vec<_> = read(&json)?.into_iter().filter(|model| !known.contains(model.id.as_str())).collect();
        let is_last = new.is_empty() || json.get("has_more") != Some(&Value::Bool(true));
        models.extend(new);
        after = json.get("last_id").and_then(Value::as_str).map(str::to_owned);
        if is_last || after.is_none() || models.len() >= LIST_LENGTH {
            return Ok(models);
        }
    }
}

fn page_address(base: &Url, after: Option<&str>) -> Url {
    let mut url = base.clone();
    url.query_pairs_mut().append_pair("limit", &PAGE_LENGTH.to_string());
    if let Some(after) = after {
        url.query_pairs_mut().append_pair("after_id", after);
    }
    url
}

async fn page(line: Line<'_>) -> Result<Value, EndpointError> {
    let answer = http::send(line, &["models"], None).await?;
    json(&answer.whole(line.timeouts.first, LIST_BYTES).await?)
}

/// Reads an answer as JSON.
fn json(body: &[u8]) -> Result<Value, EndpointError> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err(EndpointError::Empty(None)),
        Some(b'<') => Err(EndpointError::NotUnderstood(Oddity::WebPage)),
        Some(_) => serde_json::from_slice(body).map_err(|_| EndpointError::NotUnderstood(Oddity::Garbled)),
    }
}

/// Reads a list: `{"data": [...]}`, `{"models": [...]}` or the bare list, in the server's order,
/// each model once.
fn read(json: &Value) -> Result<Vec<Listed>, EndpointError> {
    let rows = [json.get("data"), json.get("models"), Some(json)].into_iter().flatten().find_map(Value::as_array);
    let rows = rows.ok_or(EndpointError::NotUnderstood(Oddity::Garbled))?;
    let mut met = HashSet::new();
    let models = rows.iter().filter_map(|row| {
        let id = ["id", "name"].iter().find_map(|name| row.get(name)?.as_str())?;
        met.insert(id).then(|| Listed {
            id: id.to_owned(),
            window: WINDOWS.iter().find_map(|place| tokens(row.pointer(place))),
            trained: tokens(row.pointer("/meta/n_ctx_train")),
            owner: row.get("owned_by").and_then(Value::as_str).map(str::to_owned),
        })
    });
    Ok(models.take(LIST_LENGTH).collect())
}

/// A number of tokens, if this is one.
pub(super) fn tokens(value: Option<&Value>) -> Option<u32> {
    let tokens = value?.as_u64().filter(|tokens| *tokens > 0)?;
    Some(u32::try_from(tokens).unwrap_or(u32::MAX))
}
