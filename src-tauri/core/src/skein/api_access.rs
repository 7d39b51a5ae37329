//! The local API's token: made once, kept in the keychain under the store's id. Who is let in with
//! it is decided in `skein-api`.

use secrecy::SecretString;

use super::Skein;
use crate::error::Result;
use crate::keychain::{Found, KeySlot};
use crate::store::StoreError;
use crate::store::setting::{hex, store_id};
use crate::wire::KeyState;

/// Set: the token of this run, whatever is kept.
const VARIABLE: &str = "SKEIN_API_TOKEN";
/// Bytes of chance in a token.
const BYTES: usize = 32;

/// Where a token comes from, and so how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKept {
    /// In the OS keychain, until it is renewed.
    Keychain,
    /// In memory: there is no keychain, or it cannot be used now.
    ThisRun,
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
        // A keychain that cannot be asked is no reason to stay closed: the token is this run's then.
        match self.0.keychain.find(&slot) {
            Ok(Found::Key(token, state)) => Ok(ApiToken { token, kept: kept(state) }),
            _ => self.make_token(&slot),
        }
    }

    /// Replaces the token; the one before opens nothing from the next start of the API on. One from
    /// the environment stays.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn renew_api_token(&self) -> Result<ApiToken> {
        let slot = self.token_slot()?;
        match slot.environment() {
            Some(token) => Ok(ApiToken { token, kept: TokenKept::Environment }),
            None => self.make_token(&slot),
        }
    }

    fn make_token(&self, slot: &KeySlot) -> Result<ApiToken> {
        let mut chance = [0; BYTES];
        getrandom::fill(&mut chance).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
        let token = SecretString::from(format!("skein_{}", hex(&chance)));
        let kept = kept(self.0.keychain.set(slot, &token));
        Ok(ApiToken { token, kept })
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

const fn kept(state: KeyState) -> TokenKept {
    match state {
        KeyState::Keychain => TokenKept::Keychain,
        KeyState::Environment => TokenKept::Environment,
        _ => TokenKept::ThisRun,
    }
}
