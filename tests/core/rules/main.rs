//! The rules of threads, as tables.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ids;
mod lifecycle;
mod messages;
mod metadata;
mod queries;
mod retention;
mod titles;
