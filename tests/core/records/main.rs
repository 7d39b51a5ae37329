//! Records: sealing, checking, and the packages that carry them, against the programs that auditors have.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod canonical;
mod exports;
mod golden;
mod hostile;
mod html;
mod package;
mod printing;
mod program;
mod sealing;
mod support;
mod support_package;
mod tampered_package;
mod tampered_store;
