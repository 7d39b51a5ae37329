//! Why nothing was chosen, and what can be done about it: a tokenizer is made where nobody waits.

use super::CountedBy;
use crate::error::Error;

/// Why nothing was chosen.
#[derive(Debug)]
pub enum Unchosen {
    /// It cannot be.
    Error(Error),
    /// Only the model's own tokenizer can tell, and it is not ready: [`ready`] makes it.
    NotReady(CountedBy),
}

impl<E: Into<Error>> From<E> for Unchosen {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// Does `work`, and if that needs a tokenizer that is not ready, makes it and does the work again.
/// Not for the inside of a transaction: `work` has its own.
///
/// # Errors
/// What `work` returns.
pub fn ready<T>(work: impl Fn() -> Result<T, Unchosen>) -> Result<T, Error> {
    loop {
        match work() {
            Ok(done) => return Ok(done),
            Err(Unchosen::Error(error)) => return Err(error),
            Err(Unchosen::NotReady(by)) => by.get_ready(),
        }
    }
}
