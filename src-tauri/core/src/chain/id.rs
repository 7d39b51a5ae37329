//! Ids of responses in chains. Nothing is kept of a response that has gone, so its id itself tells
//! that it was given once: its last eight digits are a hash of the rest and of the store's id.

use sha2::{Digest, Sha256};

use crate::store::setting::hex;
use crate::thread::ResponseId;

/// Digits of the hash at the end.
const MARK: usize = 8;

/// A new id: a generated one but for its last digits.
pub fn new_id(store: &str) -> String {
    let id = ResponseId::generate();
    let start = &id.as_str()[..id.as_str().len() - MARK];
    format!("{start}{}", mark(store, start))
}

/// Whether an id was given to a response of a chain, by whichever process of this store.
pub fn was_given(store: &str, id: &str) -> bool {
    let (Some(at), Some("resp_")) = (id.len().checked_sub(MARK), id.get(..5)) else { return false };
    matches!((id.get(..at), id.get(at..)), (Some(start), Some(end)) if mark(store, start) == end)
}

fn mark(store: &str, start: &str) -> String {
    let digest = Sha256::new().chain_update(store).chain_update(start).finalize();
    hex(&digest[..MARK / 2])
}
