//! What can be said about asking models: options of a thread, prompts, prices, usage.

use clap::{Subcommand, ValueEnum};
use skein_core::wire::{ContextPolicy, JsonObject, UsageBy};

use super::{object, pair};

#[derive(Debug, clap::Args)]
pub struct OptionsArgs {
    pub thread: String,
    /// newest: send the newest messages that fit; refuse: send all or nothing
    #[arg(long, value_enum)]
    pub policy: Option<Policy>,
    /// Its own parameters, such as '{"temperature": 0.2}'; they replace those it had
    #[arg(long, value_name = "JSON", value_parser = object)]
    pub parameters: Option<JsonObject>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Policy {
    Newest,
    Refuse,
}

impl From<Policy> for ContextPolicy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Newest => Self::Newest,
            Policy::Refuse => Self::Refuse,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct UsageArgs {
    /// What the rows are told by
    #[arg(long, value_enum, default_value = "month")]
    pub by: By,
    /// Only this thread
    #[arg(long, value_name = "THREAD")]
    pub thread: Option<String>,
    /// Only threads with this client in their metadata
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
    /// Only this month, such as 2026-11
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum By {
    Month,
    Client,
    Model,
    Thread,
}

impl From<By> for UsageBy {
    fn from(by: By) -> Self {
        match by {
            By::Month => Self::Month,
            By::Client => Self::Client,
            By::Model => Self::Model,
            By::Thread => Self::Thread,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum PromptCommand {
    /// List stored prompts
    List,
    /// Add a prompt, or change the one of that name
    Set {
        name: String,
        /// Its text, with {{placeholders}}
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        /// Clients whose new threads begin with it; can be given more than once, empty for none
        #[arg(long, value_name = "NAME")]
        client: Option<Vec<String>>,
    },
    /// Print a prompt with its placeholders filled
    Fill {
        name: String,
        /// What stands for each placeholder
        #[arg(value_name = "KEY=VALUE", value_parser = pair)]
        values: Vec<(String, String)>,
    },
    /// Remove a prompt
    Remove { name: String },
}

#[derive(Debug, Subcommand)]
pub enum PriceCommand {
    /// List the prices that were entered
    List,
    /// Enter what a model costs for a million tokens
    Set {
        endpoint: String,
        model: String,
        /// For a million tokens sent
        #[arg(long, value_name = "NUMBER")]
        input: String,
        /// For a million tokens received
        #[arg(long, value_name = "NUMBER")]
        output: String,
        /// Three letters
        #[arg(long, value_name = "CODE")]
        currency: String,
    },
    /// Remove a price
    Remove { endpoint: String, model: String },
}
