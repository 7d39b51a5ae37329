//! The PDF of a record: printed part by part beside the record, and gone when the record holds it.

use std::path::{Path, PathBuf};

use super::export::Stored;
use super::part::Part;
use crate::record::line::Header;
use crate::record::package::{Messages, Sealed};
use crate::record::pdf::{PdfError, Program};
use crate::record::transcript::{Facts, Outline, pdf};
use crate::store::StoreError;

/// The parts of a transcript, with their names in the record.
#[derive(Default)]
pub(super) struct Pages {
    /// Names and files.
    pub files: Vec<(String, PathBuf)>,
    kept: Vec<Part>,
}

/// Prints a thread, if the program for it is there and manages; without it a record is whole too.
pub(super) fn print(
    header: &str,
    sealed: Option<&Sealed>,
    messages: &Stored<'_, '_>,
    made: &str,
    record: &Path,
) -> Result<Pages, StoreError> {
    let Some(program) = Program::find() else { return Ok(Pages::default()) };
    let header: Header = serde_json::from_str(header).map_err(std::io::Error::from)?;
    let (mut outline, mut parts) = (Outline::default(), pdf::Parts::default());
    messages.visit(&mut |message| {
        outline.add(&message);
        parts.add(&message);
        Ok(())
    })?;
    outline.finish(header.active_tip.as_deref());
    let ends = parts.finish();
    let facts = Facts { header: &header, sealed, events: &[], outline: &outline };
    let mut pages = Pages::default();
    let mut refused = None;
    let printed = pdf::write(&facts, messages, &ends, made, &mut |part| {
        let file = Part::beside(record).map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidFilename))?;
        if let Err(error) = program.print(&part, &file.0, &|| messages.is_stopped()) {
            let told = std::io::Error::other(error.to_string());
            refused = Some(error);
            return Err(told.into());
        }
        pages.files.push((pdf::name(pages.files.len() + 1, ends.len()), file.0.clone()));
        pages.kept.push(file);
        Ok(())
    });
    match refused {
        None | Some(PdfError::Stopped) => printed.map(|()| pages),
        Some(error) => {
            tracing::warn!(%error, "no PDF in this record");
            Ok(Pages::default())
        }
    }
}
