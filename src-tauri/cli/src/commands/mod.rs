//! One file a topic; each translates a command into calls of the core and prints what comes back.

mod asking;
mod backup;
mod chat;
mod doctor;
mod endpoint;
mod export;
mod records;
mod retention;
mod search;
mod send;
mod serve;
mod show;
mod threads;
mod window;

use skein_core::wire::Door;
use skein_core::{OpenOptions, Skein};

use crate::args::{Args, Command};
use crate::failure::Failure;
use crate::output::Output;

/// Runs a command. Answers the exit code.
pub async fn run(args: &Args, output: &Output) -> Result<u8, Failure> {
    let Some(command) = &args.command else { return window::start(args) };
    if let Command::Doctor = command {
        return doctor::run(args, output).await;
    }
    let skein = open(args)?;
    match command {
        Command::Chat { thread, model } => chat::run(&skein, thread.as_deref(), model.as_deref(), output).await,
        Command::Send(send) => send::run(&skein, send, output).await,
        Command::Serve { port } => serve::run(&skein, *port, output).await,
        Command::Endpoint(command) => endpoint::run(&skein, command, output).await,
        Command::Search { query, limit, after } => {
            search::run(&skein, &query.join(" "), *limit, after.as_deref(), output)
        }
        Command::History { thread, limit, after } => show::history(&skein, thread, after.as_deref(), *limit, output),
        Command::Receipt { id, request } => asking::receipt(&skein, id, *request, output),
        Command::Options(args) => asking::options(&skein, args, output),
        Command::Usage(args) => asking::usage(&skein, args, output),
        Command::Prompt(command) => asking::prompt(&skein, command, output),
        Command::Price(command) => asking::price(&skein, command, output),
        Command::Backup { file, replace } => backup::run(&skein, file, *replace, output).await,
        Command::Export(export) => export::run(&skein, export, output).await,
        Command::Verify { what, all, key } => records::verify(&skein, what, *all, key.as_deref(), output).await,
        Command::Seal(command) => records::seal(&skein, command, output),
        Command::Key(command) => records::key(&skein, command, output),
        Command::Retention(command) => retention::run(&skein, command, output),
        Command::Show { thread, limit, all_versions } => show::run(&skein, thread, *limit, *all_versions, output),
        command => threads::run(&skein, command, output),
    }
}

/// Opens the store that was named.
pub fn open(args: &Args) -> Result<Skein, Failure> {
    Ok(Skein::open(OpenOptions::new(data_dir(args), Door::Cli))?)
}

/// The store's folder: as it was named, else the platform's.
pub fn data_dir(args: &Args) -> std::path::PathBuf {
    args.data_dir.clone().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or_else(Skein::default_data_dir)
}
