//! Freddy, by Aitronos: `POST {base}/model/response`. Its events are those of the Responses API
//! under two spellings, read in `typed_events.rs`.
//!
//! Follows <https://docs.aitronos.com/docs/api-reference/responses/create> and
//! <https://docs.aitronos.com/docs/api-reference/objects/streaming-event-object>. The key goes as
//! a bearer token or as `X-API-Key`, which is an option of the endpoint, and so is the organization.

use serde_json::json;

use super::adapter::{Adapter, role};
use super::reply::Reading;
use super::typed_events::TypedEvents;
use super::{Call, CallMessage, parameters};
use crate::wire::JsonObject;

/// What its parameters are called here.
const NAMES: [(&str, &str); 3] = [
    ("max_tokens", "max_output_synapses"),
    ("max_completion_tokens", "max_output_synapses"),
    ("reasoning_effort", "reasoning/effort"),
];

/// The protocol.
pub(super) struct Freddy;

impl Adapter for Freddy {
    fn path(&self) -> &'static [&'static str] {
        &["model", "response"]
    }

    fn body(&self, call: &Call, turns: &[CallMessage]) -> JsonObject {
        let mut body = parameters::named(&call.parameters, &NAMES);
        let inputs: Vec<_> =
            turns.iter().map(|turn| json!({"role": role(turn.role), "texts": [{"text": turn.text}]})).collect();
        body.insert("model".into(), json!(call.model));
        body.insert("inputs".into(), inputs.into());
        body.insert("stream".into(), json!(true));
        if let Some(organization) = &call.options.organization_id {
            body.insert("organization_id".into(), json!(organization));
        }
        body
    }

    fn reading(&self) -> Box<dyn Reading> {
        Box::<TypedEvents>::default()
    }
}
