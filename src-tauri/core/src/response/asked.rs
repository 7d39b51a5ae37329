//! What stands fast about a response once it is accepted.

use crate::wire::ContextSummary;

/// What was asked for: the same in a thread and in a chain.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its id.
    pub id: String,
    /// Id of the message that the reply becomes.
    pub message_id: String,
    /// Name of the endpoint.
    pub endpoint: String,
    /// Scheme, host and port.
    pub origin: String,
    /// The model asked for.
    pub model: String,
    /// The endpoint's id.
    pub endpoint_id: String,
    /// All parameters that go with it, as JSON.
    pub parameters: String,
    /// Those of the request itself, as JSON.
    pub own_parameters: String,
    /// What exactly is sent, as JSON.
    pub receipt: String,
    /// How much of the path is sent.
    pub context: ContextSummary,
}
