//! Responses from asking to their end, against a scripted model server over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod asides;
mod asking;
mod chains;
mod context;
mod faults;
mod machine;
mod once;
mod options;
mod painting;
mod processes;
mod prompts;
mod reasoning;
mod receipts;
mod side_by_side;
mod stopping;
mod support;
mod tokenizers;
mod traces;
mod usage;
mod versions;
mod writers;
