//! Metadata: the caller's own JSON object, kept as it was spelled, changed by merge patch.

use serde_json::Value;

use super::json::read_json;
use super::{RuleError, limits};
use crate::wire::JsonObject;

/// A thread's metadata: an object within the limits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata(JsonObject);

impl Metadata {
    /// Checks an object that is already parsed.
    ///
    /// # Errors
    /// `invalid_metadata` past 32 levels, `metadata_too_large` past 16,384 bytes.
    pub fn new(object: JsonObject) -> Result<Self, RuleError> {
        let levels = 1 + object.values().map(depth).max().unwrap_or(0);
        if levels > limits::METADATA_LEVELS {
            return Err(RuleError::MetadataTooDeep { size: levels });
        }
        let metadata = Self(object);
        let size = metadata.to_json().len();
        if size > limits::METADATA_BYTES {
            return Err(RuleError::MetadataTooLarge { size });
        }
        Ok(metadata)
    }

    /// Applies a JSON Merge Patch (RFC 7396): given keys are set, `null` removes, the rest stays.
    ///
    /// # Errors
    /// As [`Metadata::new`], for what would come out.
    pub fn merge(&self, patch: &JsonObject) -> Result<Self, RuleError> {
        let mut target = Value::Object(self.0.clone());
        merge_patch(&mut target, &Value::Object(patch.clone()));
        match target {
            Value::Object(object) => Self::new(object),
            _ => Ok(self.clone()),
        }
    }

    /// The merge patch that makes this of what somebody saw, and touches nothing else. A key with `null` is one that goes.
    pub fn patch_from(&self, seen: &JsonObject) -> JsonObject {
        difference(seen, &self.0)
    }

    /// The object.
    pub const fn as_object(&self) -> &JsonObject {
        &self.0
    }

    /// Compact JSON, as it is stored and measured.
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// The top-level keys that lists can be filtered and grouped by: strings as they are, other
    /// scalars as compact JSON, objects and arrays not at all.
    pub fn keys(&self) -> impl Iterator<Item = (&str, String)> {
        self.0.iter().filter_map(|(key, value)| match value {
            Value::String(text) => Some((key.as_str(), text.clone())),
            Value::Object(_) | Value::Array(_) | Value::Null => None,
            scalar => Some((key.as_str(), scalar.to_string())),
        })
    }
}

/// Reads metadata from JSON text, strictly.
///
/// # Errors
/// `invalid_metadata` if it is not an object, not JSON, holds a key twice or is nested too deep;
/// `metadata_too_large` past the limit.
pub fn parse_metadata(json: &str) -> Result<Metadata, RuleError> {
    let read = read_json(json)
        .map_err(|e| RuleError::InvalidMetadata(format!("The metadata cannot be read: {e}. Nothing was changed.")))?;
    match read {
        Value::Object(object) => Metadata::new(object),
        _ => Err(RuleError::InvalidMetadata(
            "Metadata is a JSON object, such as {\"client\": \"Acme\"}. Nothing was changed.".into(),
        )),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn difference(before: &JsonObject, after: &JsonObject) -> JsonObject {
    let mut patch: JsonObject =
        before.keys().filter(|key| !after.contains_key(*key)).map(|key| (key.clone(), Value::Null)).collect();
    for (key, value) in after {
        let change = match (before.get(key), value) {
            (Some(old), new) if old == new => continue,
            (Some(Value::Object(old)), Value::Object(new)) => Value::Object(difference(old, new)),
            (_, new) => new.clone(),
        };
        patch.insert(key.clone(), change);
    }
    patch
}

fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(JsonObject::new());
    }
    if let Value::Object(target) = target {
        for (key, value) in patch {
            if value.is_null() {
                target.shift_remove(key);
            } else {
                merge_patch(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
    }
}
