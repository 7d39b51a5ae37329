//! The program `skein-window`: reads its command line and opens the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Skein's window. `skein --help` lists what works without one.
#[derive(Parser)]
#[command(name = "skein-window", version)]
struct Arguments {
    /// The folder that the store lives in
    #[arg(long, value_name = "DIR", env = "SKEIN_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The thread to open; a window that is open already opens it
    #[arg(long, value_name = "ID")]
    thread: Option<String>,
    /// A backup that the window before has left beside the store, to be put in its place
    #[arg(long, value_name = "NAME", hide = true)]
    restore: Option<String>,
}

fn main() -> ExitCode {
    skein_core::no_core_dumps();
    let arguments = Arguments::parse();
    let dir = arguments.data_dir.filter(|dir| !dir.as_os_str().is_empty());
    skein_window::run(
        dir.unwrap_or_else(skein_core::Skein::default_data_dir),
        arguments.thread,
        arguments.restore.as_deref(),
    )
}
