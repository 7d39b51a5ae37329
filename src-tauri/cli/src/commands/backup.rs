//! Backups: how far one is, stopped by Ctrl-C, and what is in it.

use std::path::Path;

use skein_core::wire::BackedUp;
use skein_core::{Replace, Skein, Target};

use super::export::stoppable;
use crate::failure::{Failure, STOPPED};
use crate::output::{Output, minute, one_line};

/// Backs up the whole store.
pub async fn run(skein: &Skein, file: &Path, replace: bool, output: &Output) -> Result<u8, Failure> {
    let replace = if replace { Replace::Everything } else { Replace::Nothing };
    let (skein, target) = (skein.clone(), Target { path: file.to_owned(), replace });
    let done = stoppable(move |progress, cancel| skein.back_up(&target, progress, cancel)).await?;
    output.value(&done, words)?;
    Ok(if done.cancelled { STOPPED } else { 0 })
}

fn words(done: &BackedUp) -> String {
    let Some(made) = &done.backup else { return "Stopped. Nothing was left.".into() };
    format!(
        "{}  {} bytes\n{} and {}, as they were at {}\nKeys are not in it: they stay in your keychain.",
        one_line(&made.path),
        made.size,
        counted(made.threads, "thread"),
        counted(made.messages, "message"),
        minute(&made.made_at),
    )
}

fn counted(n: u64, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}
