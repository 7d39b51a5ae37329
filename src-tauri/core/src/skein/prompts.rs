//! Stored prompts: the library, filling one, and the one that a client's new threads begin with.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction};

use super::Skein;
use crate::clock::rfc3339;
use crate::error::Result;
use crate::store::metadata;
use crate::store::prompt::{self, PromptRow};
use crate::store::thread::ThreadRow;
use crate::thread::prompt::{check_prompt_name, check_prompt_text, fill, placeholders};
use crate::thread::{Metadata, NewMessage, PromptId, RuleError};
use crate::wire::{FilledPrompt, PlaceholderValues, Prompt, PromptPatch, Role, SystemPrompt};

impl Skein {
    /// Every prompt, by name.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn list_prompts(&self) -> Result<Vec<Prompt>> {
        self.store().read(|conn| prompt::list(conn)?.iter().map(|row| wire(conn, row)).collect())
    }

    /// Gets a prompt by its id or its name.
    ///
    /// # Errors
    /// `not_found`.
    pub fn get_prompt(&self, id_or_name: &str) -> Result<Prompt> {
        self.store().read(|conn| wire(conn, &found(conn, id_or_name)?))
    }

    /// Adds a prompt.
    ///
    /// # Errors
    /// `invalid_request` without a text, or without a name that no other has.
    pub fn create_prompt(&self, new: &PromptPatch) -> Result<Prompt> {
        self.store().write(|tx| write_prompt(tx, None, new, self.now()))
    }

    /// Changes a prompt. Threads that began with it stay as they are.
    ///
    /// # Errors
    /// `not_found`, `invalid_request`.
    pub fn change_prompt(&self, id_or_name: &str, patch: &PromptPatch) -> Result<Prompt> {
        self.store().write(|tx| write_prompt(tx, Some(found(tx, id_or_name)?), patch, self.now()))
    }

    /// Removes a prompt. Threads that began with it stay as they are.
    ///
    /// # Errors
    /// `not_found`.
    pub fn delete_prompt(&self, id_or_name: &str) -> Result<()> {
        self.store().write(|tx| Ok(prompt::delete(tx, found(tx, id_or_name)?.seq)?))
    }

    /// A prompt's text with its placeholders filled, and which had no value.
    ///
    /// # Errors
    /// `not_found`.
    pub fn fill_prompt(&self, id_or_name: &str, values: &PlaceholderValues) -> Result<FilledPrompt> {
        let row = self.store().read(|conn| found(conn, id_or_name))?;
        let missing = placeholders(&row.text).into_iter().filter(|name| !values.contains_key(*name));
        Ok(FilledPrompt { missing: missing.map(str::to_owned).collect(), text: fill(&row.text, values) })
    }
}

/// The system message that a thread without messages begins with: its client's prompt, filled
/// from its metadata, unless the inputs bring one of their own.
pub(super) fn opening(conn: &Connection, thread: &ThreadRow, inputs: &[NewMessage]) -> Result<Option<NewMessage>> {
    if thread.message_count > 0 || inputs.is_empty() || inputs.iter().any(|input| input.role == Role::System) {
        return Ok(None);
    }
    let begun = of_metadata(conn, &metadata::get(conn, thread.seq)?)?;
    Ok(begun.map(|system| NewMessage::new(Role::System, system.text)))
}

/// The prompt of a client's new threads, filled from what such a thread has as metadata.
pub(super) fn of_metadata(conn: &Connection, metadata: &Metadata) -> Result<Option<SystemPrompt>> {
    let values: BTreeMap<_, _> = metadata.keys().map(|(key, value)| (key.to_owned(), value)).collect();
    let Some(client) = values.get("client") else { return Ok(None) };
    let Some(row) = prompt::of_client(conn, client)? else { return Ok(None) };
    let missing = placeholders(&row.text).into_iter().filter(|name| !values.contains_key(*name));
    let missing = missing.map(str::to_owned).collect();
    Ok(Some(SystemPrompt { text: fill(&row.text, &values), prompt: Some(row.name), missing }))
}

fn write_prompt(tx: &Transaction<'_>, row: Option<PromptRow>, patch: &PromptPatch, now: i64) -> Result<Prompt> {
    let (id, name, text) = row.map_or_else(
        || (PromptId::generate().to_string(), String::new(), String::new()),
        |row| (row.id, row.name, row.text),
    );
    let name = check_prompt_name(patch.name.as_ref().unwrap_or(&name))?;
    let text = patch.text.as_ref().unwrap_or(&text);
    check_prompt_text(text)?;
    if prompt::find(tx, &name)?.is_some_and(|other| other.id != id) {
        let said = format!("There is a prompt {name} already. Nothing was changed. Choose another name.");
        return Err(RuleError::Unfit { reason: "prompt_taken", said }.into());
    }
    let row = prompt::write(tx, &id, &name, text, now)?;
    if let Some(clients) = &patch.clients {
        let clients: Vec<_> = clients.iter().map(|client| client.trim().to_owned()).filter(|c| !c.is_empty()).collect();
        prompt::set_clients(tx, row.seq, &clients)?;
    }
    wire(tx, &row)
}

fn found(conn: &Connection, id_or_name: &str) -> Result<PromptRow> {
    prompt::find(conn, id_or_name)?.ok_or_else(|| RuleError::PromptNotFound(id_or_name.into()).into())
}

fn wire(conn: &Connection, row: &PromptRow) -> Result<Prompt> {
    Ok(Prompt {
        id: row.id.clone(),
        object: "prompt".into(),
        name: row.name.clone(),
        text: row.text.clone(),
        placeholders: placeholders(&row.text).into_iter().map(str::to_owned).collect(),
        clients: prompt::clients(conn, row.seq)?,
        created_at: rfc3339(row.created_at),
        updated_at: rfc3339(row.updated_at),
    })
}
