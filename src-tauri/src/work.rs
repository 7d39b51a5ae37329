//! Long work that the page has asked for and may stop: each piece under the name the page gave it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Flags = HashMap<String, Arc<AtomicBool>>;

/// What is being done now.
#[derive(Default)]
pub struct Work(Mutex<Flags>);

impl Work {
    /// Begins a piece of work. It can be stopped until it is dropped.
    pub fn begin(&self, name: &str) -> Piece<'_> {
        let stop = Arc::<AtomicBool>::default();
        self.flags().insert(name.into(), Arc::clone(&stop));
        Piece { work: self, name: name.into(), stop }
    }

    /// Asks a piece of work to stop. One that has ended meanwhile needs no stopping.
    pub fn stop(&self, name: &str) {
        if let Some(stop) = self.flags().get(name) {
            stop.store(true, Ordering::Relaxed);
        }
    }

    fn flags(&self) -> MutexGuard<'_, Flags> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A piece of work while it goes on.
pub struct Piece<'a> {
    work: &'a Work,
    name: String,
    stop: Arc<AtomicBool>,
}

impl Piece<'_> {
    /// Whether it was asked to stop.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Drop for Piece<'_> {
    fn drop(&mut self) {
        self.work.flags().remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_stopped_by_its_name_and_no_other() {
        let work = Work::default();
        let (one, other) = (work.begin("one"), work.begin("other"));
        work.stop("one");
        work.stop("nothing");
        assert!(one.stopped() && !other.stopped());
        drop(one);
        assert!(!work.begin("one").stopped(), "the next of that name begins anew");
    }
}
