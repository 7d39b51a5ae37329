//! A transcript in PDF, printed part by part into files beside the place where they are wanted.

use std::io;

use super::part::Part;
use super::ready::Ready;
use super::steps::Stored;
use crate::record::line::Header;
use crate::record::package::Messages;
use crate::record::pdf::{PdfError, Program};
use crate::record::transcript::pdf::{self, Parts};
use crate::record::transcript::{Facts, Outline};
use crate::store::StoreError;

/// How a thread is divided, found on a way through its messages.
pub(super) struct Layout {
    header: Header,
    outline: Outline,
    parts: Parts,
}

impl Layout {
    pub fn of(header: &str, messages: &Stored<'_, '_>) -> Result<Self, StoreError> {
        let header: Header = serde_json::from_str(header).map_err(io::Error::from)?;
        let (mut outline, mut parts) = (Outline::default(), Parts::default());
        messages.visit(&mut |message| {
            outline.add(&message);
            parts.add(&message);
            Ok(())
        })?;
        outline.finish(header.active_tip.as_deref());
        Ok(Self { header, outline, parts: parts.finish() })
    }

    /// How many parts there are, each of which is a file.
    pub fn parts(&self) -> usize {
        self.parts.count()
    }

    /// Prints each part into its file; the other way if the program could not.
    pub fn print(
        &self,
        program: &Program,
        ready: &Ready,
        messages: &Stored<'_, '_>,
        made: &str,
        files: &[Part],
    ) -> Result<Result<(), PdfError>, StoreError> {
        let (sealed, events) = (ready.sealed.as_ref(), &ready.events[..]);
        let facts = Facts { header: &self.header, sealed, events, outline: &self.outline };
        let (mut left, mut refused) = (files.iter(), None);
        let printed = pdf::write(&facts, messages, &self.parts, made, &mut |part, count| {
            let Some(file) = left.next() else { return Ok(()) };
            if let Err(error) = program.print(&part, &file.path, &|| messages.is_stopped()) {
                // The way through the messages ends here; why is told below.
                refused = Some(error);
                return Err(io::Error::other("not printed").into());
            }
            messages.printed(count)
        });
        match refused {
            None | Some(PdfError::Stopped) => printed.map(Ok),
            Some(error) => Ok(Err(error)),
        }
    }
}
