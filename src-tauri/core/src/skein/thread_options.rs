//! How a thread asks its models: its own parameters, and what happens when not all fits.

use super::endpoints::check;
use super::respond::tip_on_show;
use super::show::find;
use super::{Skein, prompts};
use crate::error::Result;
use crate::store::message::{self, MessageRow};
use crate::store::path::Path;
use crate::store::{StoreError, metadata, thread_option};
use crate::thread::{Action, Metadata, permit};
use crate::wire::{Asking, SystemPrompt, ThreadOptions};

impl Skein {
    /// How a thread asks its models.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`.
    pub fn thread_options(&self, id: &str) -> Result<ThreadOptions> {
        self.store().read(|conn| Ok(thread_option::get(conn, find(conn, id)?.seq)?))
    }

    /// How a thread asks its models, with the system prompt on the path on show; without a thread,
    /// what a new one would begin with if it were for `client`.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`, `storage_error` for a message that was altered.
    pub fn asking(&self, thread: Option<&str>, client: Option<&str>) -> Result<Asking> {
        self.store().read(|conn| {
            let Some(id) = thread else {
                let client = client.map(|client| ("client".into(), client.into()));
                let system = prompts::of_metadata(conn, &Metadata::new(client.into_iter().collect())?)?;
                return Ok(Asking { options: ThreadOptions::default(), system });
            };
            let row = find(conn, id)?;
            let options = thread_option::get(conn, row.seq)?;
            let system = match Path::to(conn, tip_on_show(conn, &row)?)?.systems(conn)?.first() {
                Some(step) => Some(written(&message::get(conn, step.seq)?)?),
                None if row.message_count == 0 => prompts::of_metadata(conn, &metadata::get(conn, row.seq)?)?,
                None => None,
            };
            Ok(Asking { options, system })
        })
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

/// A system message as a prompt that can be written anew.
fn written(row: &MessageRow) -> Result<SystemPrompt> {
    if !row.intact {
        return Err(StoreError::Altered(row.message.id.to_string()).into());
    }
    Ok(SystemPrompt { text: row.message.texts.join("\n\n"), prompt: None, missing: Vec::new() })
}
