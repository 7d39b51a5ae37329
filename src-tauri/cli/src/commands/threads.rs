//! Threads: listing them, and what can be done with one.

use skein_core::Skein;
use skein_core::store::listing::{Order, ThreadFilter};
use skein_core::wire::{Page, State, Thread};

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
        deleted: list.deleted,
        order: Order::Activity,
        limit: list.limit,
        after: list.after.clone(),
        before: list.before.clone(),
        ..ThreadFilter::default()
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
    if let (true, Some(last)) = (page.has_more, &page.last_id) {
        lines.push(output.faint(&format!("There are more: skein list --after {last}")));
    }
    lines.join("\n")
}

fn title_of(thread: &Thread) -> String {
    one_line(thread.title.as_deref().unwrap_or("(no title)"))
}
