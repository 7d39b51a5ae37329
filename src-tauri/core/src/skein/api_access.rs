//! The local API's token: made once, kept in the keychain under the store's id. Who is let in with
//! it is decided in `skein-api`.

use secrecy::SecretString;

use super::Skein;
use crate::error::Result;
use crate::keychain::{Found, KeySlot, KeychainError};
use crate::store::StoreError;
use crate::store::setting::{hex, store_id};
use crate::wire::{KeyState, KeychainState};

/// Set: the token of this run, whatever is kept.
const VARIABLE: &str = "SKEIN_API_TOKEN";
/// Bytes of chance in a token.
const BYTES: usize = 32;

/// Where a token comes from, and so how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKept {
    /// In the OS keychain, until it is renewed.
    Keychain,
    /// In memory: there is no keychain.
    ThisRun,
    /// In memory, while the keychain cannot be asked. A token that it holds stays, and is the one of a later run.
    WhileLocked,
    /// From `SKEIN_API_TOKEN`, for this run.
    Environment,
}

/// The token that opens the local API.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// The token.
    pub token: SecretString,
    /// How long it lasts.
    pub kept: TokenKept,
}

impl Skein {
    /// The token of the local API, made on first use. Asks the keychain, which can take seconds.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn api_token(&self) -> Result<ApiToken> {
        let slot = self.token_slot()?;
        let state = match self.0.keychain.find(&slot) {
            Ok(Found::Key(token, state)) => return Ok(ApiToken { token, kept: kept(state) }),
            Ok(Found::Nothing | Found::OtherOrigin) => return self.keep_token(&slot),
            // A keychain that cannot be asked is no reason to stay closed, and none to replace a token that it may hold.
            Err(KeychainError::Locked | KeychainError::Silent) => KeyState::Unknown,
            Err(_) => KeyState::ThisRun,
        };
        let token = new_token()?;
        self.0.keychain.set_for_this_run(&slot, &token, state);
        Ok(ApiToken { token, kept: kept(state) })
    }

    /// Replaces the token; the one before opens nothing from the next start of the API on. One from
    /// the environment stays. While the keychain cannot be asked, what it holds stays too, for later runs.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn renew_api_token(&self) -> Result<ApiToken> {
        let slot = self.token_slot()?;
        match slot.environment() {
            Some(token) => Ok(ApiToken { token, kept: TokenKept::Environment }),
            None => self.keep_token(&slot),
        }
    }

    /// Makes a token and has the keychain keep it, if it can.
    fn keep_token(&self, slot: &KeySlot) -> Result<ApiToken> {
        let token = new_token()?;
        let mut state = self.0.keychain.set(slot, &token);
        if state == KeyState::ThisRun
            && matches!(self.0.keychain.state(), KeychainState::Locked | KeychainState::Silent)
        {
            state = KeyState::Unknown;
            self.0.keychain.set_for_this_run(slot, &token, state);
        }
        Ok(ApiToken { token, kept: kept(state) })
    }

    fn token_slot(&self) -> Result<KeySlot> {
        let store = self.store().read(store_id)?;
        Ok(KeySlot {
            store,
            endpoint: "api-token".into(),
            variable: VARIABLE.into(),
            origin: "http://127.0.0.1".into(),
        })
    }
}

fn new_token() -> Result<SecretString> {
    let mut chance = [0; BYTES];
    getrandom::fill(&mut chance).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
    Ok(SecretString::from(format!("skein_{}", hex(&chance))))
}

const fn kept(state: KeyState) -> TokenKept {
    match state {
        KeyState::Keychain => TokenKept::Keychain,
        KeyState::Environment => TokenKept::Environment,
        KeyState::Unknown => TokenKept::WhileLocked,
        _ => TokenKept::ThisRun,
    }
}
