//! The Responses API: `POST {base}/responses` with the whole conversation each time and
//! `store: false`, so that nothing is kept there. Its typed events are read in `typed_events.rs`.
//!
//! Follows <https://platform.openai.com/docs/api-reference/responses/create>. It has no `stop` and
//! no `seed`; who sets them hears from the endpoint that it does not take them.

use serde_json::json;

use super::adapter::{Adapter, role};
use super::reply::Reading;
use super::typed_events::TypedEvents;
use super::{Call, CallMessage, parameters};
use crate::wire::JsonObject;

/// What its parameters are called here.
const NAMES: [(&str, &str); 3] = [
    ("max_tokens", "max_output_tokens"),
    ("max_completion_tokens", "max_output_tokens"),
    ("reasoning_effort", "reasoning/effort"),
];

/// The protocol.
pub(super) struct OpenaiResponses;

impl Adapter for OpenaiResponses {
    fn path(&self) -> &'static [&'static str] {
        &["responses"]
    }

    fn body(&self, call: &Call, turns: &[CallMessage]) -> JsonObject {
        let mut body = parameters::named(&call.parameters, &NAMES);
        let input: Vec<_> = turns.iter().map(|turn| json!({"role": role(turn.role), "content": turn.text})).collect();
        body.insert("model".into(), json!(call.model));
        body.insert("input".into(), input.into());
        body.insert("stream".into(), json!(true));
        body.insert("store".into(), json!(false));
        body
    }

    fn reading(&self) -> Box<dyn Reading> {
        Box::<TypedEvents>::default()
    }
}
