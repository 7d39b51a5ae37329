//! Chains: responses without a thread, linked by the response that each continues. They are in this
//! process's memory and nowhere else: nothing here may be written or logged.
//!
//! A link holds the one before it, so what a living response needs as its context stays as long as
//! it does, whether the older links can still be named or not; a chain that alone needs all the memory there is cannot
//! be gone on with. Time comes in from outside.

mod id;
mod link;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Millis;
use crate::store::idempotency::Once;
use crate::thread::RuleError;

pub use id::{new_id, was_given};
pub use link::{Aside, Before, Ended, Link, NewLink};

/// For how long a response of a chain can be named, in milliseconds.
pub const NAMED_FOR: Millis = 24 * 60 * 60 * 1000;
/// Bytes that all chains of a process share.
pub const BYTES: usize = 256 * 1024 * 1024;

/// Every chain of this process.
#[derive(Default)]
pub struct Chains {
    named: Mutex<Named>,
    bytes: Arc<AtomicUsize>,
}

/// The responses that can be named, and those that were asked for under a key.
#[derive(Default)]
struct Named {
    oldest_first: VecDeque<Arc<Link>>,
    by_id: HashMap<String, Arc<Link>>,
    once: HashMap<Once, Arc<Link>>,
}

impl Chains {
    /// Adds a response that is about to run. What is too old goes, and the oldest while there is no room.
    ///
    /// # Errors
    /// `response_expired` if it and what it goes on from need more than there is for all, `thread_busy` if one was asked
    /// for under the same key meanwhile, `idempotency_conflict`.
    pub fn add(&self, new: NewLink, now: Millis) -> Result<Arc<Link>, RuleError> {
        let mut named = self.named(now);
        if let Some(once) = &new.once
            && named.find_once(once)?.is_some()
        {
            return Err(RuleError::ThreadBusy);
        }
        let link = Arc::new(Link::new(new, now, self.bytes.clone()));
        // A link holds all that came before it: to let names go would make no room.
        let size = link.path_bytes();
        if size > BYTES {
            return Err(RuleError::ChainFull { size, limit: BYTES });
        }
        named.oldest_first.push_back(link.clone());
        named.by_id.insert(link.asked.id.clone(), link.clone());
        if let Some(once) = &link.once {
            named.once.insert(once.clone(), link.clone());
        }
        drop(named);
        self.make_room(now);
        Ok(link)
    }

    /// Finds a response that can be named.
    pub fn find(&self, id: &str, now: Millis) -> Option<Arc<Link>> {
        self.named(now).by_id.get(id).cloned()
    }

    /// Finds the response that was asked for under a key.
    ///
    /// # Errors
    /// `idempotency_conflict` if it was asked for with another body.
    pub fn find_once(&self, once: &Once, now: Millis) -> Result<Option<Arc<Link>>, RuleError> {
        self.named(now).find_once(once)
    }

    /// Lets the oldest responses go until there is room; the newest stays.
    pub fn make_room(&self, now: Millis) {
        let mut named = self.named(now);
        while self.bytes() > BYTES && named.oldest_first.len() > 1 {
            named.drop_oldest();
        }
    }

    /// Forgets every response of the chain that `link` is part of, and says which they were.
    pub fn forget(&self, link: &Link, now: Millis) -> VecDeque<Arc<Link>> {
        let mut named = self.named(now);
        let all = std::mem::take(&mut named.oldest_first);
        let (gone, stay): (VecDeque<_>, _) = all.into_iter().partition(|other| other.root == link.root);
        named.oldest_first = stay;
        for link in &gone {
            named.unname(link);
        }
        gone
    }

    /// Bytes that all chains take now.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    fn named(&self, now: Millis) -> MutexGuard<'_, Named> {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        while named.oldest_first.front().is_some_and(|link| link.named_until() <= now) {
            named.drop_oldest();
        }
        named
    }
}

impl Named {
    fn find_once(&self, once: &Once) -> Result<Option<Arc<Link>>, RuleError> {
        let Some(link) = self.once.get(once) else { return Ok(None) };
        let same = link.once.as_ref().is_some_and(|known| known.same_body(once));
        if same { Ok(Some(link.clone())) } else { Err(RuleError::IdempotencyConflict) }
    }

    fn drop_oldest(&mut self) {
        if let Some(link) = self.oldest_first.pop_front() {
            self.unname(&link);
        }
    }

    fn unname(&mut self, link: &Link) {
        self.by_id.remove(&link.asked.id);
        if let Some(once) = &link.once {
            self.once.remove(once);
        }
    }
}
