//! What a message looks like, and what it can never do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::format_collect)]

mod allowed;
mod beginning;
mod compare;
mod highlight;
mod hostile;
mod limits;
mod markdown;
mod mathematics;
mod plain;
mod stream;
