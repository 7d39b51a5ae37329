//! JSON as a caller wrote it, read strictly: a key that stands twice is refused rather than lost.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Reads one JSON value of up to 127 levels, in which no object has a key twice.
///
/// # Errors
/// What is wrong, and where; never a value.
pub fn read_json(json: &str) -> serde_json::Result<Value> {
    let mut read = serde_json::Deserializer::from_str(json);
    read.deserialize_any(NoDuplicates)?;
    read.end()?;
    serde_json::from_str(json)
}

/// Walks a JSON text and refuses a key that stands twice in one object, which `serde_json` takes in silence.
struct NoDuplicates;

impl<'de> Visitor<'de> for NoDuplicates {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Seed)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains(&key) {
                let shown: String = key.chars().take(40).collect();
                return Err(serde::de::Error::custom(format!("the key {shown:?} stands twice")));
            }
            map.next_value_seed(Seed)?;
            seen.insert(key);
        }
        Ok(())
    }
}

struct Seed;

impl<'de> serde::de::DeserializeSeed<'de> for Seed {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(NoDuplicates)
    }
}
