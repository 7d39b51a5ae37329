//! The local API over real sockets: every call, the guard, and what a hostile or clumsy caller sends.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod asking;
mod chains;
mod description;
mod documents;
mod guard;
mod input;
mod many;
mod model;
mod published;
mod receipts;
mod records;
mod support;
mod threads;
