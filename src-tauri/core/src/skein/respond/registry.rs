//! The responses that run in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};

use crate::response::Event;
use crate::wire::Response;

/// Every running response of this process, by its id.
#[derive(Default)]
pub(crate) struct Registry(Mutex<HashMap<Arc<str>, Run>>);

struct Run {
    commands: mpsc::UnboundedSender<Event>,
    done: watch::Receiver<Option<Response>>,
}

/// Where a run hears commands, where it says that it is done, and where that can be heard.
pub(super) type Lines =
    (mpsc::UnboundedReceiver<Event>, watch::Sender<Option<Response>>, watch::Receiver<Option<Response>>);

impl Registry {
    /// Adds a response that is about to run.
    pub(super) fn add(&self, id: &Arc<str>) -> Lines {
        let (commands, heard) = mpsc::unbounded_channel();
        let (done, seen) = watch::channel(None);
        self.runs().insert(id.clone(), Run { commands, done: seen.clone() });
        (heard, done, seen)
    }

    /// Tells one response something. False if it does not run here.
    pub(in crate::skein) fn tell(&self, id: &str, event: Event) -> bool {
        self.runs().get(id).is_some_and(|run| run.commands.send(event).is_ok())
    }

    /// Tells every response something, and says where their ends will be heard.
    pub(super) fn tell_all(&self, event: &Event) -> Vec<watch::Receiver<Option<Response>>> {
        let runs = self.runs();
        runs.values()
            .map(|run| {
                // One that no longer listens has ended.
                let _ = run.commands.send(event.clone());
                run.done.clone()
            })
            .collect()
    }

    /// Forgets a response that has ended.
    pub(super) fn remove(&self, id: &str) {
        self.runs().remove(id);
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<Arc<str>, Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
