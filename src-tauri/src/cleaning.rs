//! Runs the retention policy at start and every hour, off the window's thread, and holds what it
//! did until the person has seen it. What is done, and when, the core decides.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use skein_core::Skein;
use skein_core::wire::RetentionReport;
use tauri::{AppHandle, Emitter, Manager};

use crate::MAIN;

/// From one run to the next.
const PAUSE: Duration = Duration::from_hours(1);

/// What was done that nobody has seen yet.
#[derive(Default)]
pub struct Cleaning(Mutex<Option<RetentionReport>>);

impl Cleaning {
    /// What the runs since the last [`Cleaning::dismiss`] did, if anything.
    pub fn notice(&self) -> Option<RetentionReport> {
        self.lock().clone()
    }

    /// The person has seen it.
    pub fn dismiss(&self) {
        *self.lock() = None;
    }

    /// Adds what a run did, if it did anything that is to be said.
    fn add(&self, mut report: RetentionReport) {
        if report.binned.is_empty() && report.noticed.is_empty() {
            return;
        }
        let mut held = self.lock();
        if let Some(before) = held.take() {
            report.binned.splice(0..0, before.binned);
            report.noticed.splice(0..0, before.noticed);
        }
        *held = Some(report);
    }

    fn lock(&self) -> MutexGuard<'_, Option<RetentionReport>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts running the policy, for as long as the program runs. The page hears `cleaned`.
///
/// # Errors
/// When no thread can be started.
pub fn start(app: AppHandle, skein: Skein) -> std::io::Result<()> {
    std::thread::Builder::new().name("cleaning".into()).spawn(move || {
        loop {
            match skein.run_retention() {
                Ok(report) => app.state::<Cleaning>().add(report),
                // It is tried again; a store in trouble says so where it is used.
                Err(error) => tracing::warn!(code = error.code().as_str(), "the clean-up did not run"),
            }
            let _ = app.emit_to(MAIN, "cleaned", ());
            std::thread::sleep(PAUSE);
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use skein_core::wire::{CleanedThread, RetentionMode};

    use super::*;

    fn report(binned: &[&str]) -> RetentionReport {
        let cleaned = |id: &&str| CleanedThread { id: (*id).into(), title: None, erases_at: None };
        RetentionReport {
            object: "retention_report".into(),
            mode: RetentionMode::Automatic,
            binned: binned.iter().map(cleaned).collect(),
            noticed: Vec::new(),
            erased: Vec::new(),
            held_until: None,
        }
    }

    #[test]
    fn what_several_runs_did_is_said_together_until_it_was_seen() {
        let cleaning = Cleaning::default();
        cleaning.add(report(&[]));
        assert_eq!(cleaning.notice(), None);
        cleaning.add(report(&["a"]));
        cleaning.add(report(&[]));
        cleaning.add(report(&["b", "c"]));
        let named: Vec<_> = cleaning.notice().into_iter().flat_map(|said| said.binned).map(|each| each.id).collect();
        assert_eq!(named, ["a", "b", "c"]);
        cleaning.dismiss();
        assert_eq!(cleaning.notice(), None);
    }
}
