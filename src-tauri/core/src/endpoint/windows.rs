//! Context windows that a list of models does not tell. The servers that people run themselves know
//! them, each in its own way, and are known by the owner that their lists name. They are asked on
//! the endpoint's own origin, within a bound of time; what they do not say stays unknown.
//!
//! Follows <https://docs.ollama.com/api/ps> and <https://github.com/ollama/ollama/blob/main/docs/api.md>,
//! <https://lmstudio.ai/docs/developer/rest/endpoints>, and
//! <https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md>.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use url::Url;

use super::error::EndpointError;
use super::http::{self, Line, Post};
use super::models::{Listed, tokens};
use crate::context::UNKNOWN_WINDOW;

/// How long all these questions may take together.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an answer.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Models that are asked for one by one.
const ONE_BY_ONE: usize = 50;

/// Asks for the windows that are missing. Whatever goes wrong, the list stays as it is.
pub(super) async fn ask(line: Line<'_>, models: &mut [Listed]) {
    if models.iter().all(|model| model.window.is_some()) {
        return;
    }
    let Some(root) = line.base_url.map(root) else { return };
    let line = Line { base_url: Some(&root), ..line };
    let owned_by = |owner: &str| models.iter().any(|model| model.owner.as_deref() == Some(owner));
    let (ollama, lm_studio, llama_cpp) = (owned_by("library"), owned_by("organization_owner"), owned_by("llamacpp"));
    let asked = async {
        if ollama {
            ask_ollama(line, models).await
        } else if lm_studio {
            ask_lm_studio(line, models).await
        } else if llama_cpp {
            ask_llama_cpp(line, models).await
        } else {
            Ok(())
        }
    };
    // What was learned until something went wrong counts.
    let _ = tokio::time::timeout(PATIENCE.min(line.timeouts.first), asked).await;
}

/// Where a server's own calls begin: the base URL without its version.
fn root(base: &Url) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty();
    }
    if url.path().ends_with("/v1")
        && let Ok(mut path) = url.path_segments_mut()
    {
        path.pop();
    }
    url
}

/// Models that are loaded have the window they were loaded with. For others it is what their
/// makers set; else the server decides when it loads them.
async fn ask_ollama(line: Line<'_>, models: &mut [Listed]) -> Result<(), EndpointError> {
    let loaded = get(line, &["api", "ps"]).await?;
    for model in models.iter_mut().filter(|model| model.window.is_none()) {
        let row = row(&loaded, "models", &["model", "name"], &model.id);
        model.window = tokens(row.and_then(|row| row.get("context_length")));
    }
    for model in models.iter_mut().filter(|model| model.window.is_none()).take(ONE_BY_ONE) {
        let Ok(shown) = post(line, &["api", "show"], &json!({"model": model.id})).await else { continue };
        let set = shown.get("parameters").and_then(Value::as_str).and_then(num_ctx);
        let facts = shown.get("model_info").and_then(Value::as_object);
        let trained = facts.and_then(|facts| facts.iter().find(|(name, _)| name.ends_with(".context_length")));
        model.window = set.or_else(|| no_more_than(tokens(trained.map(|(_, value)| value))));
    }
    Ok(())
}

/// `num_ctx` among the parameters, which are lines of a name and a value.
fn num_ctx(parameters: &str) -> Option<u32> {
    let value = parameters.lines().find_map(|line| line.trim().strip_prefix("num_ctx"))?;
    value.trim().parse().ok().filter(|tokens| *tokens > 0)
}

async fn ask_lm_studio(line: Line<'_>, models: &mut [Listed]) -> Result<(), EndpointError> {
    let known = get(line, &["api", "v0", "models"]).await?;
    for model in models.iter_mut().filter(|model| model.window.is_none()) {
        let Some(row) = row(&known, "data", &["id"], &model.id) else { continue };
        let loaded = tokens(row.get("loaded_context_length"));
        model.window = loaded.or_else(|| no_more_than(tokens(row.get("max_context_length"))));
    }
    Ok(())
}

/// Its properties are those of the one model it was started with.
async fn ask_llama_cpp(line: Line<'_>, models: &mut [Listed]) -> Result<(), EndpointError> {
    if let [model] = models {
        let properties = get(line, &["props"]).await?;
        model.window = tokens(properties.pointer("/default_generation_settings/n_ctx"));
    }
    Ok(())
}

/// What a model was trained for says only that it takes no more: how it is loaded is often far
/// less. So it is of use where it is less than what is assumed of a model nothing is known about.
fn no_more_than(trained: Option<u32>) -> Option<u32> {
    trained.filter(|tokens| *tokens < UNKNOWN_WINDOW)
}

fn row<'a>(answer: &'a Value, list: &str, names: &[&str], id: &str) -> Option<&'a Value> {
    let is_it = |row: &&Value| names.iter().any(|name| row.get(name).and_then(Value::as_str) == Some(id));
    answer.get(list)?.as_array()?.iter().find(is_it)
}

async fn get(line: Line<'_>, path: &[&str]) -> Result<Value, EndpointError> {
    read(line, http::send(line, path, None).await?).await
}

async fn post(line: Line<'_>, path: &[&str], body: &Value) -> Result<Value, EndpointError> {
    let (out, _) = mpsc::channel(1);
    read(
        line,
        http::send(line, path, Some(Post { body: body.to_string().into_bytes(), most_tokens: None, out: &out }))
            .await?,
    )
    .await
}

async fn read(line: Line<'_>, answer: http::Answer) -> Result<Value, EndpointError> {
    let whole = answer.whole(line.timeouts.first, ANSWER_BYTES).await?;
    Ok(serde_json::from_slice(&whole).unwrap_or_default())
}
