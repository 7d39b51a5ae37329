//! Reads what an endpoint says when it refuses, in any shape: `{"error": {"message", "code"}}`,
//! `{"error": "..."}`, `{"detail": ...}`, a list of those, HTML, plain text, nothing. Decides
//! what it means, and cleans its words: one short line without a key and without the prompt.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::CallMessage;
use super::error::{EndpointError, Refusal};
use super::sse::{Item, Parser};

/// Characters of a server's message that are shown.
const SAID_CHARS: usize = 200;
/// Characters in a row that count as quoting the prompt.
const QUOTE_CHARS: usize = 24;

/// What must not come back in an error, and what the call was about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub key: Option<&'a SecretString>,
    pub model: &'a str,
    pub messages: &'a [CallMessage],
    /// What stands in the body, by name.
    pub fields: &'a [String],
}

/// What an error body holds.
#[derive(Debug, Default)]
struct Told {
    message: Option<String>,
    /// `code`, `type` and the like, in lower case.
    codes: Vec<String>,
    request_id: Option<String>,
    /// The field it is about: `param`, or the last step of a `loc`.
    field: Option<String>,
    tokens: Option<u64>,
    limit: Option<u64>,
}

/// The error for an answer whose status is not a success.
pub(super) fn from_status(
    status: u16,
    body: &[u8],
    request_id: Option<String>,
    retry_after: Option<Duration>,
    address: Option<String>,
    asked: Asked<'_>,
) -> EndpointError {
    let told = Told::read(body);
    let refusal = Refusal {
        status: Some(status),
        said: told.message.as_deref().and_then(|message| clean(message, asked)),
        request_id: request_id.or_else(|| told.request_id.clone()),
        address,
        in_stream: false,
    };
    classify(&told, refusal, retry_after, asked)
}

/// The error for one reported in mid-stream, or in the body of a success.
pub(super) fn from_stream(error: &str, asked: Asked<'_>) -> EndpointError {
    let told = Told::read(error.as_bytes());
    let refusal = Refusal {
        status: told.codes.iter().find_map(|code| status_of(code)),
        said: told.message.as_deref().and_then(|message| clean(message, asked)),
        request_id: told.request_id.clone(),
        address: None,
        in_stream: true,
    };
    classify(&told, refusal, None, asked)
}

/// The HTTP status that an error in mid-stream would have had: its code, if that is a number, or
/// what Anthropic (<https://docs.claude.com/en/api/errors>) and OpenAI call it.
fn status_of(code: &str) -> Option<u16> {
    match code {
        "invalid_request_error" => Some(400),
        "authentication_error" | "invalid_api_key" => Some(401),
        "billing_error" => Some(402),
        "permission_error" => Some(403),
        "not_found_error" => Some(404),
        "request_too_large" => Some(413),
        "rate_limit_error" | "rate_limit_exceeded" => Some(429),
        "api_error" | "server_error" | "internal_server_error" => Some(500),
        "timeout_error" => Some(504),
        "overloaded_error" => Some(529),
        number => number.parse().ok().filter(|status| (400..600).contains(status)),
    }
}

fn classify(told: &Told, refusal: Refusal, retry_after: Option<Duration>, asked: Asked<'_>) -> EndpointError {
    let status = refusal.status.unwrap_or_default();
    let words = told.message.as_deref().unwrap_or_default().to_lowercase();
    if told.is_context_too_long(status, &words) {
        let (tokens, limit) = told.numbers(&words);
        return EndpointError::ContextTooLong { tokens, limit };
    }
    if status == 402 || told.has_code(&["insufficient_quota", "billing_hard_limit_reached"]) {
        return EndpointError::QuotaSpent(refusal);
    }
    if told.is_unknown_model(status, &words) {
        return EndpointError::ModelNotFound { model: asked.model.into(), refusal };
    }
    match status {
        401 if asked.key.is_none() => EndpointError::MissingKey(refusal),
        401 => EndpointError::KeyRefused(refusal),
        403 if asked.key.is_some() && words.contains("key") => EndpointError::KeyRefused(refusal),
        429 => EndpointError::RateLimited { retry_after, refusal },
        400 | 422 => match told.refused_field(&words, asked.fields) {
            Some(field) => EndpointError::FieldRefused { field, refusal },
            None => EndpointError::Status { retry_after, refusal },
        },
        _ => EndpointError::Status { retry_after, refusal },
    }
}

impl Told {
    fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with("data:") || text.starts_with("event:") {
            return Self::read_stream(text);
        }
        let mut told = Self::default();
        if let Ok(json) = serde_json::from_str::<Value>(text) {
            told.take(&json, 0);
        } else if text.starts_with('<') {
            told.message = title(text);
        } else if !text.starts_with(['{', '[']) {
            // Half a piece of JSON is nothing to show.
            told.message = Some(text.into());
        }
        told
    }

    /// Some servers answer a streamed request with an event stream, whatever the status.
    fn read_stream(text: &str) -> Self {
        let mut items = Vec::new();
        let mut parser = Parser::default();
        // What came before a line without end counts.
        let _ = parser.push(text.as_bytes(), &mut items).and_then(|()| parser.finish(&mut items));
        let data = items.iter().find_map(|item| if let Item::Event { data, .. } = item { Some(data) } else { None });
        data.filter(|data| !data.starts_with("data:") && !data.starts_with("event:"))
            .map_or_else(Self::default, |data| Self::read(data.as_bytes()))
    }

    /// Looks for a message from the outside in; the innermost one wins.
    fn take(&mut self, value: &Value, depth: u8) {
        if depth > 4 {
            return;
        }
        match value {
            Value::String(text) => self.message = Some(text.clone()),
            Value::Array(items) => items.iter().take(1).for_each(|item| self.take(item, depth + 1)),
            Value::Object(fields) => {
                for name in ["code", "type", "status", "error_code"] {
                    match fields.get(name) {
                        Some(Value::String(code)) => self.codes.push(code.to_lowercase()),
                        Some(Value::Number(code)) => self.codes.push(code.to_string()),
                        _ => {}
                    }
                }
                let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
                self.field = text("param").or_else(|| last_step(fields.get("loc")?)).or_else(|| self.field.take());
                self.request_id = text("request_id").or_else(|| self.request_id.take());
                self.tokens = fields.get("n_prompt_tokens").and_then(Value::as_u64).or(self.tokens);
                self.limit = fields.get("n_ctx").and_then(Value::as_u64).or(self.limit);
                for name in ["msg", "message", "detail", "errors", "error", "response"] {
                    if let Some(inner) = fields.get(name).filter(|inner| !inner.is_null()) {
                        self.take(inner, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        self.codes.iter().any(|code| codes.contains(&code.as_str()))
    }

    /// As the servers word it: OpenAI, vLLM, Mistral and others (maximum context length), Anthropic
    /// (prompt is too long, exceed context limit), llama.cpp (context size), LM Studio (context
    /// length of only), Ollama (exceeds the context length), xAI, Gemini, Groq, `LiteLLM`.
    fn is_context_too_long(&self, status: u16, words: &str) -> bool {
        const SAID: [&str; 13] = [
            "maximum context length",
            "maximum prompt length",
            "context length exceeded",
            "exceeds the context length",
            "context size",
            "context window",
            "contextwindowexceeded",
            "context length of",
            "exceed context limit",
            "prompt is too long",
            "exceeds the maximum number of tokens",
            "reduce the length of the messages",
            "`max_new_tokens` must be <=",
        ];
        self.has_code(&["context_length_exceeded", "exceed_context_size_error", "context_window_exceeded"])
            || (matches!(status, 0 | 400 | 413 | 422 | 500) && SAID.iter().any(|said| words.contains(said)))
    }

    /// The field of the body that the endpoint does not take: what it names, or else what its
    /// message holds as a word of its own.
    fn refused_field(&self, words: &str, fields: &[String]) -> Option<String> {
        const OURS: [&str; 7] = ["model", "messages", "input", "inputs", "system", "stream", "store"];
        let mut candidates = fields.iter().filter(|field| !OURS.contains(&field.as_str()));
        if let Some(named) = &self.field
            && let Some(field) = candidates.clone().find(|field| named.split('.').next() == Some(field.as_str()))
        {
            return Some(field.clone());
        }
        let said = || words.split(|c: char| !c.is_alphanumeric() && c != '_');
        candidates.find(|field| said().any(|word| word == field.to_lowercase())).cloned()
    }

    fn is_unknown_model(&self, status: u16, words: &str) -> bool {
        const SAID: [&str; 4] = ["not found", "does not exist", "not exist", "unknown model"];
        self.has_code(&["model_not_found"])
            || (matches!(status, 400 | 404) && words.contains("invalid model name"))
            || (status == 404 && words.contains("model") && SAID.iter().any(|said| words.contains(said)))
    }

    /// Tokens needed and tokens there is room for: `a + b > limit`, or a number of tokens that came
    /// in besides those of the reply, or the first two numbers that stand alone, the larger one
    /// being what was needed.
    fn numbers(&self, words: &str) -> (Option<u64>, Option<u64>) {
        if self.limit.is_some() {
            return (self.tokens, self.limit);
        }
        let pieces: Vec<&str> = words
            .split(|c: char| c.is_whitespace() || "():;\u{201c}\u{201d}\"'`".contains(c))
            .filter(|piece| !piece.is_empty())
            .collect();
        let number = |piece: &str| piece.trim_end_matches(['.', ',']).replace(',', "").parse::<u64>().ok();
        let sum = pieces.windows(5).find_map(|five| match five {
            [a, "+", b, ">", limit] => Some((number(a)?.checked_add(number(b)?), number(limit))),
            _ => None,
        });
        let apart = pieces.windows(5).find_map(|five| match five {
            [input, "input", "tokens", "plus", output] => number(input)?.checked_add(number(output)?),
            _ => None,
        });
        let mut numbers = pieces.iter().filter_map(|piece| number(piece)).filter(|number| *number >= 16);
        match (sum, apart, numbers.next(), numbers.next()) {
            (Some(sum), ..) => sum,
            (_, Some(tokens), limit, _) => (Some(tokens), limit),
            (.., Some(a), Some(b)) => (Some(a.max(b)), Some(a.min(b))),
            (.., limit, _) => (None, limit),
        }
    }
}

/// `["body", "temperature"]` is about `temperature`.
fn last_step(loc: &Value) -> Option<String> {
    loc.as_array()?.iter().rev().find_map(Value::as_str).map(str::to_owned)
}

/// The title of an HTML page, which names the error as a rule.
fn title(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    Some(html[start..end].into())
}

/// One short line: no control characters, no key, nothing that looks like one, nothing of the
/// prompt. `None` if nothing is left to say.
fn clean(message: &str, asked: Asked<'_>) -> Option<String> {
    let head: String = message.chars().take(20 * SAID_CHARS).collect();
    let head = match asked.key.map(ExposeSecret::expose_secret).filter(|key| !key.is_empty()) {
        Some(key) => head.replace(key, "\u{2026}"),
        None => head,
    };
    let spaced: String = head.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
    let words: Vec<&str> =
        spaced.split_whitespace().map(|word| if looks_like_key(word) { "\u{2026}" } else { word }).collect();
    let line = words.join(" ");
    let mut short: String = line.chars().take(SAID_CHARS).collect();
    if quotes(&short, asked.messages) {
        return None;
    }
    if short.len() < line.len() {
        short.push('\u{2026}');
    }
    let said = short.trim_end_matches('.');
    (!said.is_empty()).then(|| said.into())
}

/// Neither a control character nor one that turns the direction of the line.
fn is_plain(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn looks_like_key(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let lower = word.to_ascii_lowercase();
    let long = word.len() >= 24
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-.*".contains(c))
        && word.contains(|c: char| c.is_ascii_digit())
        && word.contains(|c: char| c.is_ascii_alphabetic());
    long || lower.contains("key=") || ["sk-", "sk_", "key-", "gsk_"].iter().any(|start| lower.starts_with(start))
}

/// Whether a stretch of the prompt stands in `said`.
fn quotes(said: &str, messages: &[CallMessage]) -> bool {
    let starts: Vec<usize> = said.char_indices().map(|(at, _)| at).chain([said.len()]).collect();
    starts.windows(QUOTE_CHARS + 1).step_by(8).any(|window| {
        let stretch = &said[window[0]..window[QUOTE_CHARS]];
        messages.iter().any(|message| message.text.contains(stretch))
    })
}
