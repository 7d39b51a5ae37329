//! The store against real files: what it keeps, what it refuses, what it finds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod attacks;
mod backups;
mod bulk;
mod damage;
mod erasing;
mod files;
mod lists;
mod paths;
mod restoring;
mod retention;
mod searching;
mod settings;
mod sidebar;
mod starting;
mod support;
