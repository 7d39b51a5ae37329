//! The signing key's entry: the key in use and those before it, which still sign what they sealed.

use keyring::v1::Entry;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Keychain, KeychainError, SERVICE, lock};
use crate::record::key::{PublicKey, SigningKey};

/// The keys of one store, the one in use first.
#[derive(Debug, Clone)]
pub struct SigningKeys(pub Vec<SigningKey>);

/// As the entry holds them, in hex.
#[derive(Serialize, Deserialize)]
struct Kept {
    signing: Vec<String>,
}

impl SigningKeys {
    /// The key in use.
    pub fn current(&self) -> Option<&SigningKey> {
        self.0.first()
    }

    /// The key with that public half.
    pub fn with(&self, public: PublicKey) -> Option<&SigningKey> {
        self.0.iter().find(|key| key.public() == public)
    }

    fn write(&self) -> SecretString {
        let signing = self.0.iter().map(|key| key.to_hex().expose_secret().to_owned()).collect();
        serde_json::json!(Kept { signing }).to_string().into()
    }

    fn read(secret: &SecretString) -> Option<Self> {
        let kept: Kept = serde_json::from_str(secret.expose_secret()).ok()?;
        Some(Self(kept.signing.iter().map(|hex| SigningKey::from_hex(hex)).collect::<Option<_>>()?))
    }
}

impl Keychain {
    /// The signing keys of a store; `None` if the keychain has none.
    ///
    /// # Errors
    /// When the keychain cannot be asked, so that nobody knows.
    pub fn signing_keys(&self, store: &str) -> Result<Option<SigningKeys>, KeychainError> {
        let name = entry(store);
        if let Some(own) = &self.0.own {
            return Ok(lock(own).get(&name).and_then(SigningKeys::read));
        }
        let asked = self.ask(move || match Entry::new(SERVICE, &name)?.get_password() {
            Ok(secret) => Ok(Some(SecretString::from(secret))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        });
        Ok(asked?.as_ref().and_then(SigningKeys::read))
    }

    /// Keeps the signing keys of a store, and reads them back. They are kept here or nowhere: a key
    /// that is lost with the process must not sign.
    ///
    /// # Errors
    /// When they cannot be kept.
    pub fn keep_signing_keys(&self, store: &str, keys: &SigningKeys) -> Result<(), KeychainError> {
        let (name, secret) = (entry(store), keys.write());
        if let Some(own) = &self.0.own {
            lock(own).insert(name, secret);
            return Ok(());
        }
        let kept = self.ask(move || {
            let entry = Entry::new(SERVICE, &name)?;
            entry.set_password(secret.expose_secret())?;
            Ok(entry.get_password()? == secret.expose_secret())
        })?;
        if kept { Ok(()) } else { Err(KeychainError::Missing) }
    }
}

fn entry(store: &str) -> String {
    format!("{store}/signing")
}
