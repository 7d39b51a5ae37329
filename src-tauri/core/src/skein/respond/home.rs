//! Where a response lives while it runs and when it has ended: in a thread of the store, or in a
//! chain in memory.

use std::sync::Arc;

use super::shown;
use crate::chain::Link;
use crate::error::Result;
use crate::response::{Chunk, End};
use crate::skein::Skein;
use crate::store::{StoreError, response, thread};
use crate::wire::{Response, ResponseStatus};

#[derive(Clone)]
pub(super) enum Home {
    /// The response's sequence number.
    Thread(i64),
    /// Nothing of it may be written or logged.
    Chain(Arc<Link>),
}

impl Home {
    /// Keeps what arrived.
    pub(super) fn append(&self, skein: &Skein, chunks: &[Chunk]) -> Result<(), StoreError> {
        match self {
            Self::Thread(seq) => skein.store().write(|tx| response::append(tx, *seq, chunks)),
            Self::Chain(link) => {
                link.append(chunks);
                Ok(())
            }
        }
    }

    /// Whether another process asks for a stop; none knows of a chain.
    pub(super) fn cancel_requested(&self, skein: &Skein) -> Result<bool, StoreError> {
        match self {
            Self::Thread(seq) => skein.store().read(|conn| response::cancel_requested(conn, *seq)),
            Self::Chain(_) => Ok(false),
        }
    }

    /// Keeps the end; the response as it ended.
    pub(super) fn finish(&self, skein: &Skein, end: &End) -> Result<Response> {
        match self {
            Self::Thread(seq) => {
                // Before the transaction: the keychain can take its time.
                let wanted = skein.store().read(|conn| response::get(conn, *seq))?.thread_state;
                let key = skein.key_for_seal(wanted.filter(|_| end.status == ResponseStatus::Completed));
                skein.store().write(|tx| {
                    let row = response::finish(tx, *seq, end, skein.0.door, skein.now(), key.as_ref())?;
                    shown(tx, &row, &thread::get(tx, row.thread)?)
                })
            }
            Self::Chain(link) => {
                link.finish(end, skein.now());
                skein.0.chains.make_room(skein.now());
                Ok(link.shown())
            }
        }
    }
}
