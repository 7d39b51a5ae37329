//! What can be said about endpoints.

use clap::Subcommand;
use skein_core::wire::{AuthHeader, EndpointOptions as Options, JsonObject, Protocol};

use super::object;

#[derive(Debug, Subcommand)]
pub enum EndpointCommand {
    /// Add an endpoint; the first one becomes the default
    Add(AddArgs),
    /// Change an endpoint, or its key
    Change(ChangeArgs),
    /// List endpoints
    List,
    /// Make one small call and say what is wrong
    Test { name: String },
    /// Look for model servers on this machine
    Discover,
    /// List the models an endpoint offers
    Models { name: String },
    /// Use an endpoint unless another is named
    Default { name: String },
    /// Remove an endpoint and its key
    Remove { name: String },
}

#[derive(Debug, clap::Args)]
pub struct AddArgs {
    pub name: String,
    /// openai-chat, openai-responses, anthropic-messages or freddy
    #[arg(long, value_parser = protocol, default_value = "openai-chat")]
    pub protocol: Protocol,
    #[arg(long, value_name = "URL", help = "Such as https://api.openai.com/v1 or http://localhost:11434/v1")]
    pub base_url: String,
    #[command(flatten)]
    pub more: EndpointOptions,
}

#[derive(Debug, clap::Args)]
pub struct ChangeArgs {
    pub name: String,
    /// A new name
    #[arg(long, value_name = "NAME")]
    pub rename: Option<String>,
    /// A new address; at another host or port the key must be entered again
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Another protocol: openai-chat, openai-responses, anthropic-messages or freddy
    #[arg(long, value_parser = protocol)]
    pub protocol: Option<Protocol>,
    /// Forget the key
    #[arg(long, conflicts_with = "key_stdin")]
    pub delete_key: bool,
    #[command(flatten)]
    pub more: EndpointOptions,
}

#[derive(Debug, clap::Args)]
pub struct EndpointOptions {
    /// Used unless another is named
    #[arg(long)]
    pub model: Option<String>,
    /// Tokens the model can take
    #[arg(long, value_name = "TOKENS")]
    pub context_window: Option<u32>,
    /// Allow plain HTTP beyond this machine: anyone on the way can read key and messages
    #[arg(long)]
    pub allow_http: bool,
    /// The header that carries the key: bearer, x-api-key or api-key; else the protocol's own
    #[arg(long, value_name = "HEADER", value_parser = auth_header)]
    pub auth_header: Option<AuthHeader>,
    /// The organization that pays
    #[arg(long, value_name = "ID")]
    pub organization: Option<String>,
    /// Seconds to wait for the first word
    #[arg(long, value_name = "SECONDS")]
    pub first_token: Option<u32>,
    #[arg(
        long,
        value_name = "URL",
        help = "The HTTP proxy that leads there, such as http://proxy.example.com:3128; an empty one is none"
    )]
    pub proxy: Option<String>,
    /// Parameters that go with every request, such as '{"temperature": 0.2}'
    #[arg(long, value_name = "JSON", value_parser = object)]
    pub parameters: Option<JsonObject>,
    /// Read the key from the first line of stdin
    #[arg(long)]
    pub key_stdin: bool,
}

impl EndpointOptions {
    /// What is peculiar to the endpoint, over what was so before.
    pub fn over(&self, before: Options) -> Options {
        Options {
            auth_header: self.auth_header.or(before.auth_header),
            organization_id: self.organization.clone().or(before.organization_id),
            first_token_seconds: self.first_token.or(before.first_token_seconds),
            proxy: self.proxy.clone().or(before.proxy),
        }
    }
}

fn protocol(word: &str) -> Result<Protocol, String> {
    match word {
        "openai-chat" => Ok(Protocol::OpenaiChat),
        "openai-responses" => Ok(Protocol::OpenaiResponses),
        "anthropic-messages" => Ok(Protocol::AnthropicMessages),
        "freddy" => Ok(Protocol::Freddy),
        "practice" => Err("there is a practice endpoint already".into()),
        _ => Err("a protocol is openai-chat, openai-responses, anthropic-messages or freddy".into()),
    }
}

fn auth_header(word: &str) -> Result<AuthHeader, String> {
    match word {
        "bearer" => Ok(AuthHeader::Bearer),
        "x-api-key" => Ok(AuthHeader::XApiKey),
        "api-key" => Ok(AuthHeader::ApiKey),
        _ => Err("a header is bearer, x-api-key or api-key".into()),
    }
}
