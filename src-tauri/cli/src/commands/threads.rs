//! Threads: listing them, and what can be done with one.

use serde_json::Value;
use skein_core::store::listing::ThreadFilter;
use skein_core::thread::parse_metadata;
use skein_core::wire::{JsonObject, Page, State, Thread};
use skein_core::{Skein, ThreadChange};

use super::show;
use crate::args::{Command, ListArgs};
use crate::failure::Failure;
use crate::output::{Output, minute, note, one_line};

/// Runs a command about threads.
pub fn run(skein: &Skein, command: &Command, output: &Output) -> Result<u8, Failure> {
    match command {
        Command::List(list) => print_list(skein, list, output)?,
        Command::Lock { thread } => set_state(skein, thread, State::Locked, output)?,
        Command::Unlock { thread } => set_state(skein, thread, State::Open, output)?,
        Command::Archive { thread } => set_state(skein, thread, State::Archived, output)?,
        Command::Rename { thread, title } => {
            let thread = skein.rename_thread(thread, title)?;
            output.value(&thread, |thread| format!("{} is called {}.", thread.id, title_of(thread)))?;
        }
        Command::Create { thread, title, metadata } => {
            let metadata = metadata.as_deref().map(parse_metadata).transpose().map_err(skein_core::Error::from)?;
            let metadata = metadata.map(|metadata| metadata.as_object().clone());
            let thread = skein.create_thread(thread.as_deref(), title.as_deref(), metadata)?;
            output.value(&thread, |thread| format!("{} was made.", thread.id))?;
        }
        Command::Metadata { thread, set, remove, patch } => {
            let metadata = Some(merge_patch(set, remove, patch.as_deref())?);
            let thread = skein.change_thread(thread, &ThreadChange { metadata, ..ThreadChange::default() })?;
            output.value(&thread, |thread| one_line(&serde_json::json!(thread.metadata).to_string()))?;
        }
        Command::Pin { thread } => pin(skein, thread, true, output)?,
        Command::Unpin { thread } => pin(skein, thread, false, output)?,
        Command::Erase { thread, confirm } => {
            let confirm = confirm.as_ref().map(|named| named.as_deref().unwrap_or(thread));
            let erased = skein.erase_thread(thread, confirm)?;
            output.value(&erased, |erased| format!("{} is erased.", erased.id))?;
        }
        Command::EmptyBin { confirm } => {
            let erased = skein.empty_bin(*confirm)?;
            output.value(&erased, |erased| format!("The bin is empty; {} threads are erased.", erased.data.len()))?;
        }
        Command::Delete { thread, confirm } => delete(skein, thread, confirm.as_ref(), output)?,
        Command::Undelete { thread } => {
            let thread = skein.undelete_thread(thread)?;
            output.value(&thread, |thread| format!("{} is back from the bin.", thread.id))?;
        }
        Command::Fork { thread, message } => {
            let fork = skein.fork_thread(thread, message.as_deref())?;
            output.value(&fork, |fork| format!("{thread} was copied to {}.", fork.id))?;
        }
        _ => unreachable!("every other command has a file of its own"),
    }
    Ok(0)
}

/// What to change: values set and keys removed, or a patch as it was given.
fn merge_patch(set: &[(String, String)], remove: &[String], patch: Option<&str>) -> Result<JsonObject, Failure> {
    if let Some(patch) = patch {
        return Ok(parse_metadata(patch).map_err(skein_core::Error::from)?.as_object().clone());
    }
    let removed = remove.iter().map(|key| (key.clone(), Value::Null));
    Ok(removed.chain(set.iter().map(|(key, value)| (key.clone(), value.as_str().into()))).collect())
}

fn pin(skein: &Skein, thread: &str, pinned: bool, output: &Output) -> Result<(), Failure> {
    let thread = skein.pin_thread(thread, pinned)?;
    let word = if pinned { "pinned" } else { "not pinned" };
    Ok(output.value(&thread, |thread| format!("{} is {word}.", thread.id))?)
}

fn set_state(skein: &Skein, thread: &str, state: State, output: &Output) -> Result<(), Failure> {
    let thread = skein.set_state(thread, state)?;
    Ok(output.value(&thread, |thread| format!("{} is {}.", thread.id, show::word(thread.state)))?)
}

fn delete(skein: &Skein, thread: &str, confirm: Option<&Option<String>>, output: &Output) -> Result<(), Failure> {
    let confirm = confirm.map(|named| named.as_deref().unwrap_or(thread));
    let deleted = skein.delete_thread(thread, confirm)?;
    let back = match skein.list_history(thread) {
        Ok(_) => format!("It is in the bin; to have it back: skein undelete {thread}"),
        Err(_) => "It is erased.".into(),
    };
    Ok(output.value(&deleted, |deleted| format!("{} was deleted. {back}", deleted.id))?)
}

fn print_list(skein: &Skein, list: &ListArgs, output: &Output) -> Result<(), Failure> {
    let page = skein.list_threads(&ThreadFilter {
        state: list.state,
        metadata: list.metadata.clone(),
        text: list.text.clone(),
        older_than: list.older_than,
        pinned: list.pinned.then_some(true),
        deleted: list.deleted,
        order: list.order,
        limit: list.limit,
        after: list.after.clone(),
        before: list.before.clone(),
    })?;
    if !output.json && page.data.is_empty() {
        note("No threads.");
    }
    Ok(output.value(&page, |page| table(page, output))?)
}

fn table(page: &Page<Thread>, output: &Output) -> String {
    let width = page.data.iter().map(|thread| thread.id.len()).max().unwrap_or(0);
    let mut lines: Vec<String> = page
        .data
        .iter()
        .map(|thread| {
            let facts = format!(
                "{:<8} {} {:>5}",
                show::word(thread.state),
                minute(&thread.last_activity_at),
                thread.message_count
            );
            format!("{:<width$}  {}  {}", thread.id, output.faint(&facts), output.strong(&title_of(thread)))
        })
        .collect();
    lines.extend(show::more(page, output));
    lines.join("\n")
}

fn title_of(thread: &Thread) -> String {
    one_line(thread.title.as_deref().unwrap_or("(no title)"))
}
