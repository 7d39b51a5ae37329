//! Settings of the store, and what the program knows about itself.

use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use super::Skein;
use crate::error::Result;
use crate::store::setting;
use crate::thread::RuleError;
use crate::thread::retention::check_policy;
use crate::wire::{About, JsonObject, Settings};

/// Key under which the settings stand.
const KEY: &str = "settings";

impl Skein {
    /// What the person has set; the defaults for the rest.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn settings(&self) -> Result<Settings> {
        self.store().read(stored)
    }

    /// Sets what is given and leaves the rest as it stands, whoever set it; how it all stands then.
    ///
    /// # Errors
    /// `invalid_request` for what no setting can be, `store_read_only`, `storage_full`, `storage_error`.
    pub fn patch_settings(&self, patch: JsonObject) -> Result<Settings> {
        self.store().write(|tx| {
            let mut all = serde_json::json!(stored(tx)?);
            lay_over(&mut all, Value::Object(patch));
            let settings: Settings = serde_json::from_value(all).map_err(|why| {
                RuleError::InvalidRequest(format!("No setting can be that: {why}. Nothing was changed."))
            })?;
            check_policy(&settings.retention)?;
            setting::set(tx, KEY, &serde_json::json!(settings).to_string())?;
            Ok(settings)
        })
    }

    /// Where the store is.
    pub fn data_dir(&self) -> &Path {
        self.store().dir()
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

fn stored(conn: &Connection) -> Result<Settings> {
    let json = setting::find(conn, KEY)?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// Puts the values of `patch` in place of those of `all`, object by object. Null is a value, too.
fn lay_over(all: &mut Value, patch: Value) {
    match (all, patch) {
        (Value::Object(all), Value::Object(patch)) => {
            for (key, value) in patch {
                lay_over(all.entry(key).or_insert(Value::Null), value);
            }
        }
        (all, patch) => *all = patch,
    }
}
