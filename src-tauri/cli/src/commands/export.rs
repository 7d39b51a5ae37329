//! Exports: how far they are, stopped by Ctrl-C, and what came of them.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use skein_core::wire::{Exported, Progress, Refused};
use skein_core::{Replace, Selection, Skein, Target};

use crate::args::ExportArgs;
use crate::failure::{Failure, STOPPED, exit_code_of};
use crate::output::{Output, note, one_line};
use crate::signals::Signals;

/// Exports threads. A thread that is not what was sealed makes no record, and the exit code says so, as it says why
/// the first of several failed.
pub async fn run(skein: &Skein, export: &ExportArgs, output: &Output) -> Result<u8, Failure> {
    let selection = match &export.client {
        _ if export.all => Selection::All,
        Some(client) => Selection::Client(client.clone()),
        None => Selection::Threads(export.threads.clone()),
    };
    let (skein, format) = (skein.clone(), export.format);
    let replace = if export.replace { Replace::Everything } else { Replace::Nothing };
    let target = Target { path: export.out.clone(), replace };
    let exported =
        stoppable(move |progress, cancel| skein.export(&selection, format, &target, progress, cancel)).await?;
    if !output.json && exported.files.is_empty() && exported.refused.is_empty() && exported.failed.is_empty() {
        note("No threads, so no files.");
    }
    for Refused { id, error, .. } in &exported.failed {
        note(&format!("skein: {id} was not exported. {}", one_line(&error.message)));
    }
    output.value(&exported, words)?;
    Ok(match (&exported, exported.failed.first()) {
        (Exported { cancelled: true, .. }, _) => STOPPED,
        (_, Some(failed)) => exit_code_of(&failed.error.code),
        (Exported { refused, .. }, None) => u8::from(!refused.is_empty()),
    })
}

/// Runs long work beside a person who may watch it and stop it.
pub async fn stoppable<T: Send + 'static>(
    work: impl FnOnce(&mut dyn FnMut(Progress), &dyn Fn() -> bool) -> skein_core::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let mut running = tokio::task::spawn_blocking(move || {
        let done = work(&mut tell, &|| stopped.load(Ordering::Relaxed));
        if io::stderr().is_terminal() {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
        }
        done
    });
    let mut signals = Signals::listen()?;
    loop {
        tokio::select! {
            done = &mut running => return Ok(done.map_err(io::Error::other)??),
            _ = signals.next() => stop.store(true, Ordering::Relaxed),
        }
    }
}

/// How far it is, where somebody can see it.
fn tell(progress: Progress) {
    if io::stderr().is_terminal() && progress.total > 0 {
        // If nobody can see it, nothing is lost.
        let _ = write!(io::stderr().lock(), "\r{} %", progress.done * 100 / progress.total);
    }
}

fn words(exported: &Exported) -> String {
    let mut lines: Vec<String> = exported
        .files
        .iter()
        .map(|file| format!("{}  {} bytes  SHA-256 {}", one_line(&file.path), file.size, file.sha256))
        .collect();
    if exported.files.iter().any(|file| file.pdf == Some(false)) {
        lines.push("There is no PDF in it: skein-pdf, the program that makes them, was not there or could not.".into());
    }
    for refused in &exported.refused {
        let thread = refused.thread_id.as_deref().unwrap_or_default();
        let why = refused.findings.first().map_or("", |finding| &finding.words);
        lines.push(format!("{thread} is not what was sealed, so no record was made of it. {}", one_line(why)));
    }
    if exported.cancelled {
        lines.push("Stopped. What is listed here is whole; nothing else was written.".into());
    }
    lines.join("\n")
}
