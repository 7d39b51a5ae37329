//! Which thread was asked for from outside the page: on the command line, by a second start, or
//! by a click on a notification. The page fetches it when it is ready, so that none is lost.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Emitter, Manager};

use crate::{MAIN, window};

/// The thread that the page is to open next.
#[derive(Default)]
pub struct Wanted(Mutex<Option<String>>);

impl Wanted {
    /// A thread to begin with.
    pub fn new(thread: Option<String>) -> Self {
        Self(Mutex::new(thread))
    }

    /// What is to be opened, once.
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, thread: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    }
}

/// Brings the window forward, with a thread if one is asked for.
pub fn bring(app: &AppHandle, thread: Option<String>) {
    window::raise(app);
    if let Some(thread) = thread {
        app.state::<Wanted>().put(thread);
        // A page that is not there yet asks when it starts.
        let _ = app.emit_to(MAIN, "wanted", ());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_asked_for_once_and_the_last_one_counts() {
        let wanted = Wanted::new(Some("first".into()));
        wanted.put("second".into());
        assert_eq!(wanted.take().as_deref(), Some("second"));
        assert_eq!(wanted.take(), None);
    }
}
