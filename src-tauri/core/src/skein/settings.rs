//! Settings of the store, and what the program knows about itself.

use super::Skein;
use crate::error::Result;
use crate::store::setting;
use crate::thread::retention::check_policy;
use crate::wire::{About, Settings};

/// Key under which the settings stand.
const KEY: &str = "settings";

impl Skein {
    /// What the person has set; the defaults for the rest.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn settings(&self) -> Result<Settings> {
        let json = self.store().read(|conn| setting::find(conn, KEY))?;
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    /// Sets everything a person can set.
    ///
    /// # Errors
    /// `invalid_request` for days that the retention policy cannot have, `store_read_only`, `storage_full`, `storage_error`.
    pub fn change_settings(&self, settings: &Settings) -> Result<()> {
        check_policy(&settings.retention)?;
        let json = serde_json::json!(settings).to_string();
        Ok(self.store().write(|tx| setting::set(tx, KEY, &json))?)
    }

    /// What the program knows about itself. Asks the keychain, which can take seconds.
    pub fn about(&self) -> About {
        About {
            version: env!("CARGO_PKG_VERSION").into(),
            data_dir: self.store().dir().display().to_string(),
            keychain: self.0.keychain.state(),
            read_only: self.store().is_read_only(),
            pdf: self.0.pdf.is_some(),
        }
    }
}
