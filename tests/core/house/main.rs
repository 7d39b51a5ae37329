//! The rules of the house, checked: what ARCHITECTURE.md says is so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bindings;
mod rooms;

use std::path::{Path, PathBuf};

/// The root of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
