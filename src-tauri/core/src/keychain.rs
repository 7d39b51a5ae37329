//! Where keys live: the OS keychain, or memory for this run, and nowhere else.
//!
//! A key is kept with the origin (scheme, host, port) it was entered for and is given out for
//! that origin only, so neither a changed nor a tampered address gets it. Every call to the
//! system runs on a thread of its own with a time limit: a keychain that hangs blocks nobody.
//! Which endpoint has which origin is known to `skein/endpoints.rs`.

mod signing;

use std::collections::HashMap;
use std::fmt;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use keyring::v1::Entry;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::Code;
use crate::wire::{KeyState, KeychainState};

pub use signing::SigningKeys;

/// How long the keychain may take to answer.
const LIMIT: Duration = Duration::from_secs(5);
/// The service that all entries stand under.
const SERVICE: &str = "skein";
/// Set, and not empty: this machine's keychain is left alone, as if there were none.
const NONE_VARIABLE: &str = "SKEIN_NO_KEYCHAIN";

const INSTALL: &str = if cfg!(any(target_os = "macos", target_os = "windows")) {
    "Check the system's keychain settings"
} else {
    "Install gnome-keyring or KWallet"
};

/// Why the keychain cannot be used now. Nothing here ever holds a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// There is none, or none that works.
    #[error(
        "This machine has no keychain, so keys cannot be kept. {INSTALL} and start Skein again. Until then a key \
         lasts for one run (SKEIN_KEY_NAME gives one from outside, with the endpoint's name); everything else works."
    )]
    Missing,
    /// It is there, but locked or without a keyring to write to.
    #[error(
        "The keychain is locked, so keys can be neither read nor kept. Unlock it, or make a default keyring if it \
         has none, and try again. Until then a key lasts for one run (SKEIN_KEY_NAME gives one from outside, with \
         the endpoint's name); everything else works."
    )]
    Locked,
    /// It did not answer in time.
    #[error(
        "The keychain did not answer within 5 seconds. It may be asking for its password: look for its prompt, then \
         try again. Until then a key lasts for one run; everything else works."
    )]
    Silent,
    /// The keychain works, but the key in it is for another address.
    #[error(
        "The key of endpoint {0} was entered for another address, so it was not sent. Nothing is lost. Enter the key \
         again, for the address it has now."
    )]
    OtherOrigin(String),
    /// The keychain works, but the key that seals were signed with is not in it any more.
    #[error(
        "The key that signs seals is not in the keychain any more, so nothing was signed. What it signed stays \
         valid. Restore the keychain's entry, or make a new key on purpose: skein key replace --confirm"
    )]
    SigningKeyLost,
}

impl KeychainError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::OtherOrigin(_) => Code::EndpointMissingKey,
            Self::Missing | Self::Locked | Self::Silent | Self::SigningKeyLost => Code::KeychainUnavailable,
        }
    }

    /// Which of its kind it is, in a word that stays the same.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Locked => "locked",
            Self::Silent => "silent",
            Self::OtherOrigin(_) => "other_origin",
            Self::SigningKeyLost => "signing_key_lost",
        }
    }

    /// What is wrong with a keychain in this state; `None` if nothing is.
    pub const fn from_state(state: KeychainState) -> Option<Self> {
        match state {
            KeychainState::Ready => None,
            KeychainState::Missing => Some(Self::Missing),
            KeychainState::Locked => Some(Self::Locked),
            KeychainState::Silent => Some(Self::Silent),
        }
    }

    /// The same, as a state.
    pub const fn state(&self) -> KeychainState {
        match self {
            Self::OtherOrigin(_) | Self::SigningKeyLost => KeychainState::Ready,
            Self::Missing => KeychainState::Missing,
            Self::Locked => KeychainState::Locked,
            Self::Silent => KeychainState::Silent,
        }
    }
}

impl From<keyring::Error> for KeychainError {
    fn from(error: keyring::Error) -> Self {
        // Only the kind is looked at: some variants carry the secret's bytes.
        match error {
            keyring::Error::NoStorageAccess(_) => Self::Locked,
            _ => Self::Missing,
        }
    }
}

/// Whose key is meant, and for where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySlot {
    /// Id of the store: two stores never share a key.
    pub store: String,
    /// Id of the endpoint, or what else has a key.
    pub endpoint: String,
    /// The environment variable that gives it for one run; see [`key_variable`] for an endpoint's.
    pub variable: String,
    /// Scheme, host and port that the key is for, such as `https://api.openai.com`.
    pub origin: String,
}

impl KeySlot {
    fn entry(&self) -> String {
        format!("{}/{}", self.store, self.endpoint)
    }

    /// The key that the environment gives, if it does.
    pub fn environment(&self) -> Option<SecretString> {
        std::env::var(&self.variable)
            .ok()
            .map(|key| key.trim().to_owned())
            .filter(|key| !key.is_empty())
            .map(SecretString::from)
    }
}

/// The environment variable that gives an endpoint its key for one run: `SKEIN_KEY_` and the
/// name in capitals, with `_` for everything that is no letter or digit.
pub fn key_variable(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    format!("SKEIN_KEY_{}", name.to_uppercase())
}

/// What looking for a key found.
#[derive(Debug, Clone)]
pub enum Found {
    /// There is none.
    Nothing,
    /// There is one, entered for another origin; it is not given out.
    OtherOrigin,
    /// The key, and where it came from.
    Key(SecretString, KeyState),
}

impl Found {
    /// Whether there is a key, never which.
    pub const fn state(&self) -> KeyState {
        match self {
            Self::Nothing => KeyState::None,
            Self::OtherOrigin => KeyState::OtherOrigin,
            Self::Key(_, state) => *state,
        }
    }
}

/// What an entry holds, as JSON.
#[derive(Clone, Serialize, Deserialize)]
struct Secret {
    origin: String,
    key: String,
}

impl Secret {
    fn found(self, origin: &str, state: KeyState) -> Found {
        if self.origin == origin { Found::Key(self.key.into(), state) } else { Found::OtherOrigin }
    }
}

/// The keys of one process. Clones share them.
#[derive(Clone)]
pub struct Keychain(Arc<Inner>);

struct Inner {
    /// Whether there is a system keychain to ask.
    system: bool,
    /// What stands in for the system's, in tests: signing keys by the name of their entry.
    own: Option<Mutex<HashMap<String, SecretString>>>,
    /// Keys that could not be kept, for as long as this process runs, and what is known of each.
    this_run: Mutex<HashMap<String, (SecretString, KeyState)>>,
    /// A call that is past its limit; alive for as long as it hangs.
    overdue: Mutex<Weak<()>>,
}

impl fmt::Debug for Keychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.system { "Keychain(system)" } else { "Keychain(memory)" })
    }
}

impl Keychain {
    /// The system's keychain: Secret Service, macOS Keychain, Windows Credential Manager. With
    /// `SKEIN_NO_KEYCHAIN=1` in the environment, [`Keychain::memory`].
    pub fn system() -> Self {
        let wanted = std::env::var_os(NONE_VARIABLE).is_none_or(|value| value.is_empty());
        Self::new(wanted, false)
    }

    /// No keychain at all: keys last for this run. For tests, and machines without one.
    pub fn memory() -> Self {
        Self::new(false, false)
    }

    /// No system keychain either, but one of its own that keeps signing keys for as long as a clone of it lives.
    /// For tests.
    pub fn own() -> Self {
        Self::new(false, true)
    }

    fn new(system: bool, own: bool) -> Self {
        let own = own.then(Mutex::default);
        Self(Arc::new(Inner { system, own, this_run: Mutex::default(), overdue: Mutex::default() }))
    }

    /// Whether keys can be kept. Finds out by keeping something for a moment: a keychain without
    /// an unlocked keyring answers a read as if all were well.
    pub fn state(&self) -> KeychainState {
        const WORD: &str = "skein was here";
        let entry = format!("probe/{}", std::process::id());
        let asked = self.ask(move || {
            let entry = Entry::new(SERVICE, &entry)?;
            entry.set_password(WORD)?;
            let read = entry.get_password();
            entry.delete_credential()?;
            read
        });
        match asked {
            Ok(read) if read == WORD => KeychainState::Ready,
            Ok(_) => KeychainState::Missing,
            Err(error) => error.state(),
        }
    }

    /// Keeps a key in place of the one before, in the keychain or, if that cannot be used, for
    /// this run. Says which: `Keychain` or `ThisRun`.
    pub fn set(&self, slot: &KeySlot, key: &SecretString) -> KeyState {
        let name = slot.entry();
        let secret = spell(slot, key);
        let (entry, written) = (name.clone(), secret.clone());
        let asked = self.ask(move || {
            let entry = Entry::new(SERVICE, &entry)?;
            entry.set_password(written.expose_secret())?;
            Ok(entry.get_password()? == written.expose_secret())
        });
        let mut this_run = lock(&self.0.this_run);
        if asked == Ok(true) {
            this_run.remove(&name);
            return KeyState::Keychain;
        }
        this_run.insert(name, (secret, KeyState::ThisRun));
        KeyState::ThisRun
    }

    /// Has a key for this run only, and leaves what the keychain holds as it is. `state` is what is known of
    /// the keychain: [`KeyState::ThisRun`] if there is none, [`KeyState::Unknown`] if it cannot be asked.
    pub fn set_for_this_run(&self, slot: &KeySlot, key: &SecretString, state: KeyState) {
        lock(&self.0.this_run).insert(slot.entry(), (spell(slot, key), state));
    }

    /// Looks for a key: in the environment, then among those of this run, then in the keychain.
    ///
    /// # Errors
    /// When the keychain cannot be asked, so that nobody knows whether there is a key.
    pub fn find(&self, slot: &KeySlot) -> Result<Found, KeychainError> {
        if let Some(key) = slot.environment() {
            return Ok(Found::Key(key, KeyState::Environment));
        }
        let name = slot.entry();
        if let Some((secret, state)) = lock(&self.0.this_run).get(&name) {
            return Ok(read(secret).map_or(Found::Nothing, |s| s.found(&slot.origin, *state)));
        }
        let asked = self.ask(move || match Entry::new(SERVICE, &name)?.get_password() {
            Ok(secret) => Ok(Some(SecretString::from(secret))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        });
        let secret = asked?.as_ref().and_then(read);
        Ok(secret.map_or(Found::Nothing, |s| s.found(&slot.origin, KeyState::Keychain)))
    }

    /// Forgets a key. There being none is fine.
    ///
    /// # Errors
    /// When the keychain is there but cannot be asked: the key may still be in it.
    pub fn delete(&self, slot: &KeySlot) -> Result<(), KeychainError> {
        let name = slot.entry();
        lock(&self.0.this_run).remove(&name);
        let asked = self.ask(move || match Entry::new(SERVICE, &name)?.delete_credential() {
            Err(keyring::Error::NoEntry) => Ok(()),
            done => done,
        });
        match asked {
            Err(KeychainError::Missing) => Ok(()),
            done => done,
        }
    }

    /// Asks the system, on a thread of its own, and waits no longer than the limit. While a call
    /// hangs, others are not added to it.
    fn ask<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> keyring::Result<T> + Send + 'static,
    ) -> Result<T, KeychainError> {
        if !self.0.system {
            return Err(KeychainError::Missing);
        }
        if lock(&self.0.overdue).strong_count() > 0 {
            return Err(KeychainError::Silent);
        }
        let running = Arc::new(());
        let watch = Arc::downgrade(&running);
        let (answer, wait) = sync_channel(1);
        std::thread::Builder::new()
            .name("keychain".into())
            .spawn(move || {
                // Nobody may be waiting any more; then the answer is of no use.
                let _ = answer.send(call());
                drop(running);
            })
            .map_err(|_| KeychainError::Silent)?;
        if let Ok(answer) = wait.recv_timeout(LIMIT) {
            return Ok(answer?);
        }
        *lock(&self.0.overdue) = watch;
        Err(KeychainError::Silent)
    }
}

/// What an entry holds of a key.
fn spell(slot: &KeySlot, key: &SecretString) -> SecretString {
    let secret = Secret { origin: slot.origin.clone(), key: key.expose_secret().into() };
    SecretString::from(serde_json::json!(secret).to_string())
}

fn read(secret: &SecretString) -> Option<Secret> {
    serde_json::from_str(secret.expose_secret()).ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
