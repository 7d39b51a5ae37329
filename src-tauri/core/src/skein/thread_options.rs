//! How a thread asks its models: its own parameters, and what happens when not all fits.

use super::Skein;
use super::endpoints::check;
use super::show::find;
use crate::error::Result;
use crate::store::thread_option;
use crate::thread::{Action, permit};
use crate::wire::ThreadOptions;

impl Skein {
    /// How a thread asks its models.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`.
    pub fn thread_options(&self, id: &str) -> Result<ThreadOptions> {
        self.store().read(|conn| Ok(thread_option::get(conn, find(conn, id)?.seq)?))
    }

    /// Sets how a thread asks its models. No part of the thread: each receipt says what was asked.
    ///
    /// # Errors
    /// `invalid_request` for parameters past 16 KB, `thread_locked`, `thread_archived`, `thread_not_found`, `thread_deleted`.
    pub fn set_thread_options(&self, id: &str, options: ThreadOptions) -> Result<ThreadOptions> {
        let options = ThreadOptions { parameters: check::parameters(options.parameters)?, ..options };
        self.store().write(|tx| {
            let row = find(tx, id)?;
            permit(row.state, Action::Write, id)?;
            thread_option::set(tx, row.seq, &options)?;
            Ok(options)
        })
    }
}
