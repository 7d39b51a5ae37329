//! The command line against real stores and a scripted model: every command, its exit code and
//! the JSON it prints.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod backups;
mod certificates;
mod chatting;
mod document;
mod endpoints;
mod keychain;
mod limits;
mod many;
mod records;
mod sending;
mod serving;
mod setup;
mod support;
mod threads;
mod trouble;
