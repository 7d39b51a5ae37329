//! The handle that every door holds: the store, the endpoints, the keychain and the running
//! responses of one data folder. Doors translate and call; what may happen is decided behind it.

mod api_access;
mod backup;
mod bulk;
mod chains;
mod endpoints;
mod fork;
mod messages;
mod once;
mod preview;
mod prompts;
mod receipts;
mod records;
pub(crate) mod respond;
mod restore;
mod retention;
mod search;
mod settings;
mod show;
mod thread_options;
mod threads;
mod usage;
mod window_view;

use std::collections::HashMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::tz::TimeZone;

use crate::chain::Chains;
use crate::clock::{Clock, Millis};
use crate::endpoint::{Timeouts, USUAL};
use crate::error::{Code, Result};
use crate::keychain::Keychain;
use crate::record::pdf::Program;
use crate::store::{ProcessLock, Store, StoreError};
use crate::wire::Door;

pub use api_access::{ApiToken, TokenKept};
pub use messages::MessageRange;
pub use records::{Replace, Selection, Target};
pub use respond::{Beginning, RespondOptions, Running};
pub use restore::Ready;
pub use threads::ThreadChange;
pub use usage::UsageFilter;

/// How to open a data folder.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The data folder.
    pub data_dir: PathBuf,
    /// The door that opens it; it stands in the history.
    pub door: Door,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where keys are kept.
    pub keychain: Keychain,
    /// Time limits of calls to endpoints.
    pub timeouts: Timeouts,
    /// The program that makes PDFs, if there is one.
    pub pdf: Option<Program>,
    /// Which ports of this machine are asked for model servers, and what usually listens there.
    pub usual_ports: Vec<(&'static str, u16)>,
}

impl OpenOptions {
    /// The machine's clock, keychain and PDF program, and the usual time limits.
    pub fn new(data_dir: impl Into<PathBuf>, door: Door) -> Self {
        Self {
            data_dir: data_dir.into(),
            door,
            clock: Clock::System,
            keychain: Keychain::system(),
            timeouts: Timeouts::default(),
            pdf: Program::find(),
            usual_ports: USUAL.into(),
        }
    }
}

/// The one handle onto a data folder; clones share it.
#[derive(Clone)]
pub struct Skein(pub(crate) Arc<Inner>);

/// What one door holds: the door's own name, and what all doors of the process share.
pub(crate) struct Inner {
    pub(crate) door: Door,
    shared: Arc<Shared>,
}

impl Deref for Inner {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) keychain: Keychain,
    pub(crate) timeouts: Timeouts,
    pub(crate) pdf: Option<Program>,
    pub(crate) usual_ports: Vec<(&'static str, u16)>,
    /// Made when this process runs its first response.
    process: OnceLock<ProcessLock>,
    pub(crate) responses: respond::Registry,
    pub(crate) chains: Chains,
    /// The running time up to which retention has counted.
    pub(crate) counted: Mutex<Millis>,
    /// How the last changes to many threads are undone.
    undos: Mutex<bulk::Undos>,
    /// The tip of the path on show of a thread, by sequence numbers, where the store can only be read.
    shown: Mutex<HashMap<i64, i64>>,
}

impl Skein {
    /// Opens a data folder, making it on first use, and marks what a crashed process left running.
    ///
    /// # Errors
    /// `store_in_use`, `store_newer`, `storage_full`, `storage_error`.
    pub fn open(options: OpenOptions) -> Result<Self> {
        let store = Store::open(&options.data_dir)?;
        let shared = Shared {
            store,
            counted: Mutex::new(options.clock.running()),
            clock: options.clock,
            keychain: options.keychain,
            timeouts: options.timeouts,
            pdf: options.pdf,
            usual_ports: options.usual_ports,
            process: OnceLock::new(),
            responses: respond::Registry::default(),
            chains: Chains::default(),
            undos: Mutex::default(),
            shown: Mutex::default(),
        };
        let skein = Self(Arc::new(Inner { door: options.door, shared: Arc::new(shared) }));
        if !skein.store().is_read_only() {
            // A disk that is full, say, is no reason not to let a person read. Whoever meets such a
            // response tries again.
            if let Err(error) = skein.recover() {
                tracing::warn!(code = error.code().as_str(), "what a crash left running could not be ended yet");
            }
            if let Err(error) = skein.seal_what_was_closed() {
                tracing::warn!(code = error.code().as_str(), "threads locked before there were seals have none yet");
            }
            skein.sweep();
            skein.scrub();
        }
        Ok(skein)
    }

    /// The same data folder through another door of this process: what it does stands so in the history.
    #[must_use]
    pub fn through(&self, door: Door) -> Self {
        Self(Arc::new(Inner { door, shared: self.0.shared.clone() }))
    }

    /// Where data is kept unless a person names another folder.
    pub fn default_data_dir() -> PathBuf {
        use etcetera::BaseStrategy;
        etcetera::choose_base_strategy().map_or_else(|_| PathBuf::from("."), |places| places.data_dir()).join("skein")
    }

    /// A number that differs whenever anybody, in this process or another, has written to the store.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn data_version(&self) -> Result<i64> {
        Ok(self.store().data_version()?)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn now(&self) -> Millis {
        self.0.clock.now()
    }

    /// The lock that tells others this process is alive.
    pub(crate) fn process(&self) -> Result<&ProcessLock, StoreError> {
        if let Some(lock) = self.0.process.get() {
            return Ok(lock);
        }
        let lock = ProcessLock::create(self.store().dir())?;
        Ok(self.0.process.get_or_init(|| lock))
    }

    /// Repeats `work` once if it was refused because of a response, which may be one whose process is
    /// gone, or one that somebody else has just ended.
    pub(crate) fn unless_abandoned<T>(&self, work: impl Fn() -> Result<T>) -> Result<T> {
        match work() {
            Err(error) if error.code() == Code::ThreadBusy => {
                self.recover()?;
                work()
            }
            result => result,
        }
    }

    /// The time zone in which a person means a date.
    pub(crate) fn zone() -> TimeZone {
        TimeZone::system()
    }
}

impl std::fmt::Debug for Skein {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Skein").field("dir", &self.store().dir()).finish_non_exhaustive()
    }
}
