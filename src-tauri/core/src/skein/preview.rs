//! What a model would be given if a draft were sent now, in a thread or in a chain.

use super::Skein;
use super::chains::with_path;
use super::respond::{Way, tip_on_show};
use super::show::find;
use crate::chain::Before;
use crate::context::{self, Unchosen, Wish};
use crate::error::{Error, Result};
use crate::store::endpoint::EndpointRow;
use crate::store::thread_option;
use crate::thread::RuleError;
use crate::wire::{ContextPreview, JsonObject, ThreadOptions};

impl Skein {
    /// What a model would be given if `draft` were sent now.
    ///
    /// # Errors
    /// `endpoint_not_found`, `thread_not_found`, `thread_deleted`, `storage_error` for a message that was altered.
    pub fn preview_context(&self, thread: Option<&str>, model: Option<&str>, draft: &str) -> Result<ContextPreview> {
        let (endpoint, model) = self.resolve_endpoint(model)?;
        context::ready(|| {
            self.store().read(|conn| {
                let (tip, options) = match thread.map(|id| find(conn, id)).transpose()? {
                    Some(row) => (tip_on_show(conn, &row)?, thread_option::get(conn, row.seq)?),
                    None => (None, ThreadOptions::default()),
                };
                let way = Way::of(conn, &endpoint, &model, &options, &JsonObject::new())?;
                preview(&endpoint, &model, &way, draft, |wish| context::choose(conn, &Wish { tip, ..wish }))
            })
        })
    }

    /// The same for a thread that is yet to be made and will ask like this.
    ///
    /// # Errors
    /// `endpoint_not_found`.
    pub fn preview_beginning(
        &self,
        options: &ThreadOptions,
        model: Option<&str>,
        draft: &str,
    ) -> Result<ContextPreview> {
        let (endpoint, model) = self.resolve_endpoint(model)?;
        context::ready(|| {
            self.store().read(|conn| {
                let way = Way::of(conn, &endpoint, &model, options, &JsonObject::new())?;
                preview(&endpoint, &model, &way, draft, |wish| context::choose(conn, &wish))
            })
        })
    }

    /// The same behind a response, outside of any thread, asked like this; without one, at the beginning of a chain.
    ///
    /// # Errors
    /// `endpoint_not_found`, `response_not_found`, `response_expired`, `thread_busy` while that response
    /// runs, `thread_deleted` for an aside from a thread that is gone.
    pub fn preview_chain(
        &self,
        previous: Option<&str>,
        options: &ThreadOptions,
        model: Option<&str>,
        draft: &str,
    ) -> Result<ContextPreview> {
        let (endpoint, model) = self.resolve_endpoint(model)?;
        let before = previous.map_or(Ok(Before::Nothing), |id| self.continued(id))?;
        context::ready(|| {
            self.store().read(|conn| {
                with_path(conn, &before, &[], |tip, chain| {
                    let way = Way::of(conn, &endpoint, &model, options, &JsonObject::new())?;
                    preview(&endpoint, &model, &way, draft, |wish| context::choose(conn, &Wish { tip, chain, ..wish }))
                })
            })
        })
    }
}

fn preview<'a>(
    endpoint: &EndpointRow,
    model: &str,
    way: &Way,
    draft: &'a str,
    choose: impl FnOnce(Wish<'a>) -> Result<context::Context, Unchosen>,
) -> Result<ContextPreview, Unchosen> {
    let unsaved = (!draft.trim().is_empty()).then_some(draft);
    let (sent, left_out, tokens) = match choose(Wish { unsaved, ..way.wish() }) {
        Ok(context) => (context.sent, context.left_out, context.tokens),
        Err(Unchosen::Error(Error::Rule(RuleError::ContextTooLong { tokens, .. }))) => (0, 0, tokens),
        Err(error) => return Err(error),
    };
    let (endpoint, model) = (endpoint.name.clone(), model.to_owned());
    Ok(ContextPreview { messages: sent, left_out, tokens, budget: way.budget, endpoint, model })
}
