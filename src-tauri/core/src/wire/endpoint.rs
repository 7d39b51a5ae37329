//! An endpoint and its models, as every door shows them. A key is never among them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{ErrorDetail, JsonObject};

/// How an endpoint is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// An in-process model that needs no network.
    Practice,
    /// Chat Completions, as most servers speak it.
    #[default]
    OpenaiChat,
    /// OpenAI's Responses.
    OpenaiResponses,
    /// Anthropic's Messages.
    AnthropicMessages,
    /// Freddy, by Aitronos.
    Freddy,
}

/// The header that carries an endpoint's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum AuthHeader {
    /// `Authorization: Bearer ...`.
    Bearer,
    /// `X-API-Key: ...`.
    XApiKey,
    /// `api-key: ...`.
    ApiKey,
}

/// What is peculiar to an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointOptions {
    /// The header that carries its key; `null` takes the protocol's own.
    pub auth_header: Option<AuthHeader>,
    /// The organization that pays.
    pub organization_id: Option<String>,
    /// Seconds to wait for the first word; `null` takes 120.
    pub first_token_seconds: Option<u32>,
    /// The HTTP proxy that leads there, such as `http://proxy.example.com:3128`; `null` uses none. What is on this
    /// machine is reached without it.
    pub proxy: Option<String>,
}

/// Whether an endpoint has a key, never which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// There is none.
    None,
    /// In the OS keychain.
    Keychain,
    /// In memory, for this run only.
    ThisRun,
    /// From the environment, for this run only.
    Environment,
    /// There is one, but for another address: it must be entered again.
    OtherOrigin,
    /// The keychain cannot be asked now.
    Unknown,
}

/// Where a model answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Generated, `ep_...`.
    pub id: String,
    /// The person's name for it; unique.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Such as `https://api.openai.com/v1`; empty for practice.
    pub base_url: String,
    /// Used unless a request names another.
    pub model: Option<String>,
    /// Tokens the model can take, as the person set it; `null` takes what is known of the model.
    pub context_window: Option<u32>,
    /// Whether plain HTTP beyond this machine was confirmed.
    pub allow_http: bool,
    /// What is peculiar to it.
    pub options: EndpointOptions,
    /// Parameters that go with every request, under those of the request itself.
    #[ts(type = "Record<string, unknown>")]
    pub parameters: JsonObject,
    /// Whether it has a key.
    pub key: KeyState,
    /// Whether requests that name no endpoint go here.
    pub is_default: bool,
}

/// An endpoint to be added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NewEndpoint {
    /// The person's name for it.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Its address.
    #[serde(default)]
    pub base_url: String,
    /// Used unless a request names another.
    #[serde(default)]
    pub model: Option<String>,
    /// Tokens the model can take.
    #[serde(default)]
    pub context_window: Option<u32>,
    /// Confirms plain HTTP beyond this machine.
    #[serde(default)]
    pub allow_http: bool,
    /// What is peculiar to it.
    #[serde(default)]
    #[ts(optional, as = "Option<EndpointOptions>")]
    pub options: EndpointOptions,
    /// Parameters that go with every request.
    #[serde(default)]
    #[ts(optional, type = "Record<string, unknown>")]
    pub parameters: JsonObject,
}

/// What is to change about an endpoint; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct EndpointPatch {
    /// A new name.
    pub name: Option<String>,
    /// A new address.
    pub base_url: Option<String>,
    /// A new default model.
    pub model: Option<String>,
    /// Tokens the model can take.
    pub context_window: Option<u32>,
    /// Confirms plain HTTP beyond this machine.
    pub allow_http: Option<bool>,
    /// Another way to be spoken to.
    pub protocol: Option<Protocol>,
    /// All that is peculiar to it.
    pub options: Option<EndpointOptions>,
    /// All parameters that go with every request.
    #[ts(type = "Record<string, unknown>")]
    pub parameters: Option<JsonObject>,
}

/// A model server that was found on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundEndpoint {
    /// What usually listens there.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Its address.
    pub base_url: String,
    /// What it offers.
    pub models: Vec<Model>,
}

/// What testing an endpoint found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EndpointTest {
    /// Whether it answered.
    pub ok: bool,
    /// The model that answered.
    pub model: Option<String>,
    /// From sending to the first text, in milliseconds.
    pub first_text_ms: Option<u64>,
    /// What is wrong, and what to do.
    pub error: Option<ErrorDetail>,
}

/// A model that an endpoint offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its name at the endpoint.
    pub id: String,
    /// Always `model`.
    pub object: String,
    /// The endpoint's name.
    pub endpoint: String,
    /// Tokens it can take, where that is known.
    pub context_window: Option<u32>,
}
