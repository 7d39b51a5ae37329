//! Skein's core: threads, their rules, their store, and the models that answer them.
//!
//! The story on one page. A door (window, local API, command line) holds one [`Skein`]. It asks
//! the pure rules in [`thread`] whether something may happen, writes it through [`store`], where
//! triggers refuse the same things once more, and asks a model through [`endpoint`]. What the
//! model sees is decided in [`context`]; how a response lives and ends is a pure machine in
//! [`response`]. What comes out is spelled in [`wire`] and painted by [`render`].
//!
//! The core knows no window, no HTTP server and no terminal.

pub mod chain;
pub mod clock;
pub mod context;
mod crash;
pub mod endpoint;
pub mod error;
pub mod keychain;
pub mod record;
pub mod render;
pub mod response;
pub mod search;
mod skein;
pub mod store;
pub mod thread;
pub mod wire;

pub use crash::no_core_dumps;
pub use error::{Code, Error, Result, system_words};
pub use skein::{
    ApiToken, Beginning, MessageRange, OpenOptions, Ready, Replace, RespondOptions, Running, Selection, Skein, Target,
    ThreadChange, TokenKept, UsageFilter,
};
pub use store::idempotency::Once;
