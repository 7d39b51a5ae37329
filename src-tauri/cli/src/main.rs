//! The program `skein`: the terminal's door. It parses, calls the core and prints; it links no
//! web view. Alone it starts the window, which is a program of its own.

mod args;
mod commands;
mod failure;
mod output;
mod reply;
mod signals;

use std::process::ExitCode;

use clap::Parser;

use args::Args;
use failure::{Failure, USAGE};
use output::Output;

fn main() -> ExitCode {
    skein_core::no_core_dumps();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return ExitCode::from(misunderstood(&error)),
    };
    log_to_stderr();
    let output = Output::new(args.json);
    let done = runtime().and_then(|runtime| {
        let result = runtime.block_on(commands::run(&args, &output));
        // A thread that reads the terminal would otherwise be waited for.
        runtime.shutdown_background();
        result
    });
    ExitCode::from(done.unwrap_or_else(|failure| output.failure(&failure)))
}

/// Tells what was not understood, as JSON where that was asked for; or prints help and version.
fn misunderstood(error: &clap::Error) -> u8 {
    let json = std::env::args_os().any(|arg| arg == "--json");
    if json && error.use_stderr() {
        let words = error.render().to_string();
        let words = words.trim_start_matches("error: ").lines().next().unwrap_or_default();
        return Output::new(true).failure(&Failure::usage(words));
    }
    // If it cannot be printed, the exit code still says it.
    let _ = error.print();
    if error.use_stderr() { USAGE } else { 0 }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Quiet unless `SKEIN_LOG` asks, such as `SKEIN_LOG=skein_core=debug`.
fn log_to_stderr() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("SKEIN_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}
