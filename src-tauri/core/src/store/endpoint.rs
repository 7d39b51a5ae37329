//! Endpoints: where models answer. Keys are not here; they stand in the keychain.
//!
//! The practice endpoint has no row: it is always there, and it is the default until a row is.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use super::word::unreadable;
use super::{StoreError, Word, word};
use crate::clock::Millis;
use crate::thread::EndpointId;
use crate::wire::{EndpointOptions, JsonObject, Protocol};

/// Id of the practice endpoint.
pub const PRACTICE_ID: &str = "ep_practice";
/// Name of the practice endpoint, and of its one model.
pub const PRACTICE: &str = "practice";

const COLUMNS: &str = "id, name, protocol, base_url, model, context_window, allow_http, is_default, models, created_at, \
                       options, parameters";

/// A model that an endpoint was found to offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownModel {
    /// Its name at the endpoint.
    pub id: String,
    /// Tokens it can take, where the endpoint told.
    pub context_window: Option<u32>,
}

/// Where a model answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointRow {
    /// Its id.
    pub id: EndpointId,
    /// The person's name for it.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Checked when it was written, without a trailing slash; empty for practice.
    pub base_url: String,
    /// Used unless a request names another.
    pub model: Option<String>,
    /// Tokens the model can take, as the person set it.
    pub context_window: Option<u32>,
    /// Whether plain HTTP beyond this machine was confirmed.
    pub allow_http: bool,
    /// Whether requests that name no endpoint go here.
    pub is_default: bool,
    /// The models it offered when it was last asked.
    pub models: Vec<KnownModel>,
    /// When it was added.
    pub created_at: Millis,
    /// What is peculiar to it.
    pub options: EndpointOptions,
    /// Parameters that go with every request, under those of the request itself.
    pub parameters: JsonObject,
}

impl EndpointRow {
    /// The practice endpoint.
    pub fn practice(is_default: bool) -> Self {
        Self {
            id: EndpointId::from(PRACTICE_ID.to_owned()),
            name: PRACTICE.into(),
            protocol: Protocol::Practice,
            base_url: String::new(),
            model: Some(PRACTICE.into()),
            context_window: None,
            allow_http: false,
            is_default,
            models: vec![KnownModel { id: PRACTICE.into(), context_window: None }],
            created_at: 0,
            options: EndpointOptions::default(),
            parameters: JsonObject::new(),
        }
    }

    /// Whether it is the practice endpoint.
    pub fn is_practice(&self) -> bool {
        self.id.as_str() == PRACTICE_ID
    }

    /// Its address; `None` for practice.
    pub fn url(&self) -> Option<Url> {
        Url::parse(&self.base_url).ok()
    }

    /// Scheme, host and port, such as `https://api.openai.com`; `None` for practice.
    pub fn origin(&self) -> Option<String> {
        self.url().map(|url| url.origin().ascii_serialization())
    }

    /// Whether it offered `model` when it was last asked.
    pub fn offers(&self, model: &str) -> bool {
        self.models.iter().any(|known| known.id == model)
    }

    /// Tokens that `model` can take here: as the person set it, else as the endpoint told.
    pub fn window_of(&self, model: &str) -> Option<u32> {
        self.context_window.or_else(|| self.models.iter().find(|known| known.id == model)?.context_window)
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let [models, options, parameters] =
            [row.get::<_, String>("models")?, row.get("options")?, row.get("parameters")?];
        Ok(Self {
            id: EndpointId::from(row.get::<_, String>("id")?),
            name: row.get("name")?,
            protocol: word::get(row, "protocol")?,
            base_url: row.get("base_url")?,
            model: row.get("model")?,
            context_window: row.get("context_window")?,
            allow_http: row.get("allow_http")?,
            is_default: row.get("is_default")?,
            // A list that cannot be read is only asked for again.
            models: serde_json::from_str(&models).unwrap_or_default(),
            created_at: row.get("created_at")?,
            options: serde_json::from_str(&options).map_err(|_| unreadable("options"))?,
            parameters: serde_json::from_str(&parameters).map_err(|_| unreadable("parameters"))?,
        })
    }
}

impl Word for Protocol {
    fn word(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiResponses => "openai-responses",
            Self::AnthropicMessages => "anthropic-messages",
            Self::Freddy => "freddy",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Practice, Self::OpenaiChat, Self::OpenaiResponses, Self::AnthropicMessages, Self::Freddy];
        all.into_iter().find(|protocol| protocol.word() == word)
    }
}

/// Every endpoint: practice, then the others as they were added. Exactly one is the default.
///
/// # Errors
/// `storage_error`.
pub fn list(conn: &Connection) -> Result<Vec<EndpointRow>, StoreError> {
    let mut read = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM endpoint ORDER BY seq"))?;
    let added = read.query_map([], EndpointRow::from_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let practice = EndpointRow::practice(!added.iter().any(|row| row.is_default));
    Ok(std::iter::once(practice).chain(added).collect())
}

/// Finds an endpoint by its id or its name.
///
/// # Errors
/// `storage_error`.
pub fn find(conn: &Connection, id_or_name: &str) -> Result<Option<EndpointRow>, StoreError> {
    if [PRACTICE_ID, PRACTICE].contains(&id_or_name) {
        return Ok(list(conn)?.into_iter().next());
    }
    let mut read = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM endpoint WHERE id = ?1 OR name = ?1 ORDER BY id = ?1 DESC LIMIT 1"
    ))?;
    Ok(read.query_row([id_or_name], EndpointRow::from_row).optional()?)
}

/// Adds an endpoint.
///
/// # Errors
/// `storage_error`.
pub fn insert(tx: &Transaction<'_>, row: &EndpointRow) -> Result<(), StoreError> {
    tx.prepare_cached(&format!(
        "INSERT INTO endpoint ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
    ))?
    .execute(params![
        row.id.as_str(),
        row.name,
        row.protocol.word(),
        row.base_url,
        row.model,
        row.context_window,
        row.allow_http,
        row.is_default,
        models_json(&row.models),
        row.created_at,
        json!(row.options).to_string(),
        json!(row.parameters).to_string(),
    ])?;
    Ok(())
}

/// Writes what can change about an endpoint; whether it is the default is [`set_default`]'s.
///
/// # Errors
/// `storage_error`.
pub fn update(tx: &Transaction<'_>, row: &EndpointRow) -> Result<(), StoreError> {
    tx.prepare_cached(
        "UPDATE endpoint SET name = ?2, base_url = ?3, model = ?4, context_window = ?5, allow_http = ?6, models = ?7,
         protocol = ?8, options = ?9, parameters = ?10
         WHERE id = ?1",
    )?
    .execute(params![
        row.id.as_str(),
        row.name,
        row.base_url,
        row.model,
        row.context_window,
        row.allow_http,
        models_json(&row.models),
        row.protocol.word(),
        json!(row.options).to_string(),
        json!(row.parameters).to_string(),
    ])?;
    Ok(())
}

/// Makes an endpoint the default, and no other; the practice endpoint by there being no other.
///
/// # Errors
/// `storage_error`.
pub fn set_default(tx: &Transaction<'_>, id: &EndpointId) -> Result<(), StoreError> {
    tx.execute("UPDATE endpoint SET is_default = 0 WHERE is_default = 1", [])?;
    tx.execute("UPDATE endpoint SET is_default = 1 WHERE id = ?1", [id.as_str()])?;
    Ok(())
}

/// Removes an endpoint.
///
/// # Errors
/// `storage_error`.
pub fn delete(tx: &Transaction<'_>, id: &EndpointId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM endpoint WHERE id = ?1", [id.as_str()])?;
    Ok(())
}

fn models_json(models: &[KnownModel]) -> String {
    json!(models).to_string()
}
