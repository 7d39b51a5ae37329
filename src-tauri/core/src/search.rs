//! The query language, and the folding that lets any script be found.
//!
//! A query is words (each finds what begins with it), `"quoted phrases"` and filters: `role:user`,
//! `state:locked`, `client:Acme`, `metadata.matter:TP-1`, `model:gpt`, `before:2026-11-01`,
//! `after:2026-10-01`. What does not parse as a filter is searched for as it stands: a query is never
//! an error. Scripts written without spaces are split into single characters, in the index and in the
//! query alike, so that a run of them is found as a phrase. The index itself is the store's.

mod fold;
mod query;
mod snippet;

pub use fold::{folded, split_unspaced};
pub use query::{Query, Term, parse};
pub use snippet::snippet;
