//! How a model is asked, beside the messages: parameters laid over each other, and what decides how
//! much it can be given.

use rusqlite::Connection;

use crate::context::{self, Correction, CountedBy, Wish};
use crate::endpoint::{merge_parameters, reply_tokens};
use crate::error::Result;
use crate::store::correction;
use crate::store::endpoint::EndpointRow;
use crate::wire::{ContextPolicy, JsonObject, ThreadOptions};

/// How a model is asked.
pub(in crate::skein) struct Way {
    /// The endpoint's parameters, the thread's over them, the request's own over both.
    pub(super) parameters: JsonObject,
    pub(in crate::skein) budget: u64,
    policy: ContextPolicy,
    counted_by: CountedBy,
    correction: Correction,
}

impl Way {
    pub(in crate::skein) fn of(
        conn: &Connection,
        endpoint: &EndpointRow,
        model: &str,
        options: &ThreadOptions,
        own: &JsonObject,
    ) -> Result<Self> {
        let parameters = merge_parameters(&merge_parameters(&endpoint.parameters, &options.parameters), own);
        let window = context::window(endpoint.protocol, endpoint.window_of(model), model);
        Ok(Self {
            budget: context::budget(window, reply_tokens(endpoint.protocol, model, &parameters)),
            policy: options.policy,
            counted_by: CountedBy::best_for(model),
            correction: Correction(correction::get(conn, endpoint.id.as_str(), model)?),
            parameters,
        })
    }

    /// What there is to choose by; which messages is left open.
    pub(in crate::skein) fn wish<'a>(&self) -> Wish<'a> {
        Wish {
            budget: self.budget,
            policy: self.policy,
            counted_by: self.counted_by,
            correction: self.correction,
            ..Wish::default()
        }
    }
}
