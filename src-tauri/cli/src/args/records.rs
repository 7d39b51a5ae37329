//! What can be said about records: exports, seals and the key.

use std::path::PathBuf;

use clap::{ArgGroup, Subcommand};
use skein_core::wire::ExportFormat;

#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("which").required(true).args(["threads", "client", "all"])))]
pub struct ExportArgs {
    #[arg(value_name = "THREAD")]
    pub threads: Vec<String>,
    /// Every thread with this client in its metadata
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
    /// Every thread that is not in the bin
    #[arg(long)]
    pub all: bool,
    /// record, markdown (or md), text (or txt), html, pdf, json or csv
    #[arg(long, default_value = "record", value_parser = format)]
    pub format: ExportFormat,
    /// A file, or a folder; here, without it
    #[arg(long, visible_alias = "output", value_name = "PATH", default_value = ".", hide_default_value = true)]
    pub out: PathBuf,
    /// Replace files that are there already
    #[arg(long)]
    pub replace: bool,
}

#[derive(Debug, Subcommand)]
pub enum SealCommand {
    /// Show a thread's last seal
    Show { thread: String },
    /// Sign the seals that could not be signed when they were made
    Sign,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Show where the key is, and its fingerprint to read out
    Show,
    /// Print the public key
    Export,
    /// Make a new key; old seals stay valid under the old one
    Replace {
        /// Yes, on purpose
        #[arg(long)]
        confirm: bool,
    },
}

fn format(word: &str) -> Result<ExportFormat, String> {
    match word {
        "record" => Ok(ExportFormat::Record),
        "markdown" | "md" => Ok(ExportFormat::Markdown),
        "text" | "txt" => Ok(ExportFormat::Text),
        "html" => Ok(ExportFormat::Html),
        "pdf" => Ok(ExportFormat::Pdf),
        "json" => Ok(ExportFormat::Json),
        "csv" => Ok(ExportFormat::Csv),
        _ => Err("a format is record, markdown (or md), text (or txt), html, pdf, json or csv".into()),
    }
}
