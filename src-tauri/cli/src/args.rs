//! What can be said on the command line.

mod asking;
mod endpoints;
mod records;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use skein_core::store::listing::Order;
use skein_core::wire::{JsonObject, RetentionMode, State};

pub use asking::{OptionsArgs, PriceCommand, PromptCommand, UsageArgs};
pub use endpoints::{AddArgs, ChangeArgs, EndpointCommand};
pub use records::{ExportArgs, KeyCommand, SealCommand};

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 anything else, 2 not understood, 3 refused by a rule (locked, archived, busy, ...), \
4 not found, 5 the endpoint failed, 6 the store or the keychain failed, 130 stopped.

Without a command, skein opens the window.";

/// Conversations with models as threads that you can name, lock and keep.
#[derive(Debug, Parser)]
#[command(name = "skein", version, after_help = EXIT_CODES)]
pub struct Args {
    /// Folder of the store, in place of the platform's data folder
    #[arg(long, global = true, env = "SKEIN_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print JSON, errors too
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Talk to a model here in the terminal
    Chat {
        /// Thread to go on with; a new one is made without it
        thread: Option<String>,
        /// ENDPOINT/MODEL, or a model
        #[arg(long)]
        model: Option<String>,
    },
    /// List threads, latest first
    List(ListArgs),
    /// Show a thread and its messages
    Show {
        thread: String,
        /// Only this many, the newest
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
        /// Every version of every message, in the order they were written
        #[arg(long)]
        all_versions: bool,
    },
    /// Show what happened to a thread, oldest first
    History {
        thread: String,
        /// At most this many, up to 100
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: u32,
        /// Go on where the last page ended
        #[arg(long, value_name = "CURSOR")]
        after: Option<String>,
    },
    /// Make an empty thread
    Create {
        /// Its id; one is made up without it
        thread: Option<String>,
        #[arg(long)]
        title: Option<String>,
        #[arg(long, value_name = "JSON")]
        metadata: Option<String>,
    },
    /// Send a message and print the reply; the thread is made if there is none of that name
    Send(SendArgs),
    /// Make a thread read-only
    Lock { thread: String },
    /// Open a locked thread again
    Unlock { thread: String },
    /// Make a thread read-only for good: an archived thread never opens again
    Archive { thread: String },
    /// Give a thread a title
    Rename { thread: String, title: String },
    /// Set and remove a thread's metadata, all or nothing
    Metadata {
        thread: String,
        /// What to set, each a string
        #[arg(value_name = "KEY=VALUE", value_parser = pair, required_unless_present_any = ["remove", "patch"])]
        set: Vec<(String, String)>,
        /// A key to remove; can be given more than once
        #[arg(long, value_name = "KEY")]
        remove: Vec<String>,
        /// A JSON merge patch, for values of any kind
        #[arg(long, value_name = "JSON", conflicts_with_all = ["set", "remove"])]
        patch: Option<String>,
    },
    /// Keep a thread at the top, and out of every clean-up
    Pin { thread: String },
    /// Let go of a pinned thread
    Unpin { thread: String },
    /// Move a thread to the bin
    Delete {
        thread: String,
        /// Erase an archived thread, which cannot be undone
        #[arg(long, value_name = "THREAD", num_args = 0..=1, require_equals = true)]
        #[expect(clippy::option_option, reason = "absent, bare, and with a value are three things")]
        confirm: Option<Option<String>>,
    },
    /// Take a thread back out of the bin
    Undelete { thread: String },
    /// Erase a thread in the bin, or an archived one, which cannot be undone
    Erase {
        thread: String,
        /// Yes, for good
        #[arg(long, value_name = "THREAD", num_args = 0..=1, require_equals = true)]
        #[expect(clippy::option_option, reason = "absent, bare, and with a value are three things")]
        confirm: Option<Option<String>>,
    },
    /// Erase everything in the bin, which cannot be undone
    EmptyBin {
        /// Yes, for good
        #[arg(long)]
        confirm: bool,
    },
    /// Copy a thread into a new, open one
    Fork {
        thread: String,
        /// Copy up to this message; the last one otherwise
        #[arg(long, value_name = "ID")]
        message: Option<String>,
    },
    /// Search every message
    Search {
        /// Words, "a phrase", role:user, state:locked, client:Acme, before:DATE, after:DATE
        #[arg(required = true)]
        query: Vec<String>,
        /// At most this many
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: u32,
        /// Go on where the last page ended
        #[arg(long, value_name = "CURSOR")]
        after: Option<String>,
    },
    /// Write threads to files: a record that others can check, or formats for people
    Export(ExportArgs),
    /// Copy the whole store into one file while it is in use; keys stay in the keychain
    Backup {
        /// A file that is to be made, or a folder
        file: PathBuf,
        /// Replace a file that is there already
        #[arg(long)]
        replace: bool,
    },
    /// Check seals and records: threads by their ids, record files, folders of them
    Verify {
        /// A thread, a record's file, a folder that one was unpacked into, or a folder of records
        #[arg(required_unless_present = "all")]
        what: Vec<String>,
        /// Every sealed thread of the store
        #[arg(long, conflicts_with_all = ["what", "key"])]
        all: bool,
        /// Take only this key for known, in records: its fingerprint, as it was read out to you
        #[arg(long, value_name = "FINGERPRINT")]
        key: Option<String>,
    },
    /// Seals of locked and archived threads
    #[command(subcommand)]
    Seal(SealCommand),
    /// The key that seals are signed with
    #[command(subcommand)]
    Key(KeyCommand),
    /// What becomes of threads that nobody uses any more
    #[command(subcommand)]
    Retention(RetentionCommand),
    /// Show what exactly was sent for a response
    Receipt {
        /// The response, or the message that is its reply
        #[arg(value_name = "RESPONSE|MESSAGE")]
        id: String,
        /// The request itself, made anew and held against the hash of what was sent
        #[arg(long)]
        request: bool,
    },
    /// Show how a thread asks its models, or set it
    Options(OptionsArgs),
    /// Sum tokens, and what they cost where a price was entered
    Usage(UsageArgs),
    /// Stored prompts
    #[command(subcommand)]
    Prompt(PromptCommand),
    /// What models cost
    #[command(subcommand)]
    Price(PriceCommand),
    /// Where models answer
    #[command(subcommand)]
    Endpoint(EndpointCommand),
    /// Serve the local API until you stop it with Ctrl-C; the first line says where
    Serve {
        /// Port on 127.0.0.1, in place of the one in the settings; 0 takes any free one
        #[arg(long, value_name = "N")]
        port: Option<u16>,
    },
    /// Check the store, the keychain and the endpoints
    Doctor,
}

#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// open, locked or archived
    #[arg(long, value_parser = state)]
    pub state: Option<State>,
    /// Only threads with this metadata; can be given more than once
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub metadata: Vec<(String, String)>,
    /// Only threads with a message or title that matches, in the words of a search
    #[arg(long, value_name = "QUERY")]
    pub text: Option<String>,
    /// Only threads without activity for more than this many days
    #[arg(long, value_name = "DAYS")]
    pub older_than: Option<u32>,
    /// Only pinned threads
    #[arg(long)]
    pub pinned: bool,
    /// What is in the bin
    #[arg(long)]
    pub deleted: bool,
    /// activity or created, the latest first
    #[arg(long, default_value = "activity", value_parser = order)]
    pub order: Order,
    /// At most this many, up to 100
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub limit: u32,
    /// Those after this cursor
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    /// Those before this cursor
    #[arg(long, value_name = "CURSOR", conflicts_with = "after")]
    pub before: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct SendArgs {
    pub thread: String,
    /// The message; `-` or nothing reads it from stdin
    pub text: Option<String>,
    /// ENDPOINT/MODEL, or a model
    #[arg(long)]
    pub model: Option<String>,
    /// Instructions to the model, sent before the message
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,
    /// Metadata, if the thread is made by this
    #[arg(long, value_name = "JSON")]
    pub metadata: Option<String>,
    /// open: unlock it first; locked or archived: do that with the reply
    #[arg(long, value_name = "STATE", value_parser = state)]
    pub thread_state: Option<State>,
}

#[derive(Debug, Subcommand)]
pub enum RetentionCommand {
    /// List what is due for clean-up, and why
    List {
        /// At most this many, up to 100
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: u32,
        /// Go on where the last page ended
        #[arg(long, value_name = "CURSOR")]
        after: Option<String>,
    },
    /// Apply the policy now
    Run,
    /// Show the policy, or change it
    Policy {
        /// review or automatic
        #[arg(long, value_parser = mode)]
        mode: Option<RetentionMode>,
        /// Days without activity after which a thread is due
        #[arg(long, value_name = "DAYS")]
        inactivity_days: Option<u32>,
        /// Days after its creation when a thread is due
        #[arg(long, value_name = "DAYS")]
        age_days: Option<u32>,
    },
}

fn state(word: &str) -> Result<State, String> {
    match word {
        "open" => Ok(State::Open),
        "locked" => Ok(State::Locked),
        "archived" => Ok(State::Archived),
        _ => Err("a state is open, locked or archived".into()),
    }
}

fn order(word: &str) -> Result<Order, String> {
    match word {
        "activity" => Ok(Order::Activity),
        "created" => Ok(Order::Created),
        _ => Err("threads are ordered by activity or created".into()),
    }
}

fn mode(word: &str) -> Result<RetentionMode, String> {
    match word {
        "review" => Ok(RetentionMode::Review),
        "automatic" => Ok(RetentionMode::Automatic),
        _ => Err("a mode is review or automatic".into()),
    }
}

fn object(text: &str) -> Result<JsonObject, String> {
    serde_json::from_str(text).map_err(|_| "write a JSON object, such as {\"temperature\": 0.2}".into())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE, such as client=Acme")?;
    Ok((key.to_owned(), value.to_owned()))
}
