//! The list of models an endpoint offers, `GET {base}/models`, with the context window where the
//! server tells it: every server has a name of its own for it.

use std::collections::HashSet;

use serde_json::Value;

use super::error::{EndpointError, Oddity};
use super::http::{self, Line};

/// Bytes of a list.
const LIST_BYTES: usize = 16 * 1024 * 1024;
/// Models of a list.
const LIST_LENGTH: usize = 10_000;

/// Where servers put the context window, the most exact first.
const WINDOWS: [&str; 9] = [
    "/meta/n_ctx",
    "/n_ctx",
    "/max_model_len",
    "/loaded_context_length",
    "/context_length",
    "/context_window",
    "/max_context_length",
    "/max_input_tokens",
    "/meta/n_ctx_train",
];

/// Lists the models of an endpoint. See [`super::list_models`].
pub(super) async fn list(line: Line<'_>) -> Result<Vec<(String, Option<u32>)>, EndpointError> {
    let answer = http::send(line, &["models"], None).await?;
    read(&answer.whole(line.timeouts.first, LIST_BYTES).await?)
}

/// Reads a list: `{"data": [...]}`, `{"models": [...]}` or the bare list, in the server's order,
/// each model once.
fn read(body: &[u8]) -> Result<Vec<(String, Option<u32>)>, EndpointError> {
    let start = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let json: Value = match start {
        None => return Err(EndpointError::Empty(None)),
        Some(b'<') => return Err(EndpointError::NotUnderstood(Oddity::WebPage)),
        Some(_) => serde_json::from_slice(body).map_err(|_| EndpointError::NotUnderstood(Oddity::Garbled))?,
    };
    let rows = [json.get("data"), json.get("models"), Some(&json)].into_iter().flatten().find_map(Value::as_array);
    let rows = rows.ok_or(EndpointError::NotUnderstood(Oddity::Garbled))?;
    let mut met = HashSet::new();
    let models = rows.iter().filter_map(|row| {
        let id = ["id", "name"].iter().find_map(|name| row.get(name)?.as_str())?;
        met.insert(id).then(|| (id.to_owned(), window(row)))
    });
    Ok(models.take(LIST_LENGTH).collect())
}

fn window(row: &Value) -> Option<u32> {
    WINDOWS
        .iter()
        .find_map(|place| row.pointer(place)?.as_u64().filter(|tokens| *tokens > 0))
        .map(|tokens| u32::try_from(tokens).unwrap_or(u32::MAX))
}
