//! Responses whose process is gone: what they had saved becomes a message, marked interrupted.

use std::collections::HashMap;

use crate::error::Result;
use crate::response::End;
use crate::skein::Skein;
use crate::store::{process_is_gone, response};
use crate::wire::ResponseStatus;

impl Skein {
    /// Ends the responses of processes that are gone, and says how many there were. One whose
    /// process still holds its lock file is left alone, wherever it runs.
    ///
    /// # Errors
    /// `storage_error`, `storage_full`.
    pub fn recover(&self) -> Result<u32> {
        let running = self.store().read(response::list_running)?;
        let mut gone: HashMap<&str, bool> = HashMap::new();
        let mut recovered = 0;
        for row in running.iter().filter(|row| !self.is_ours(row)) {
            let dir = self.store().dir();
            if !*gone.entry(&row.process).or_insert_with(|| process_is_gone(dir, &row.process)) {
                continue;
            }
            let ended = self.store().write(|tx| {
                let still = response::get(tx, row.seq)?.is_running();
                response::finish(tx, row.seq, &interrupted(), self.0.door, self.now(), None)?;
                Ok::<_, crate::Error>(still)
            })?;
            recovered += u32::from(ended);
        }
        Ok(recovered)
    }
}

fn interrupted() -> End {
    End {
        status: ResponseStatus::Interrupted,
        finish_reason: None,
        error: None,
        usage: None,
        model: None,
        trace: Box::default(),
        rest: Vec::new(),
    }
}
