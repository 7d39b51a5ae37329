//! Records: what is sealed, byte for byte, how it is checked, and the package that carries it to
//! somebody who has no Skein. The format is written down in `docs/records.md`, and golden files
//! hold it. Where the lines come from is the store's business (`store/seal.rs`, `store/lines.rs`);
//! when to seal and what to do with an answer is decided in `skein/records.rs`.

pub mod canonical;
pub mod key;
pub mod line;
pub mod seal;
pub mod verify;

/// Names the format, in every header and every seal.
pub const FORMAT: &str = "skein-record/1";
