//! Records: what is sealed, byte for byte, how it is checked, and the package that carries it to
//! somebody who has no Skein. The format is written down in `docs/records.md`, and golden files
//! hold it. Where the lines come from is the store's business (`store/seal.rs`, `store/lines.rs`);
//! when to seal and what to do with an answer is decided in `skein/records.rs`.

pub mod canonical;
pub mod key;
pub mod line;
pub mod package;
pub mod pdf;
pub mod seal;
pub mod transcript;
pub mod verify;

use serde_json::{Value, json};

use crate::error::{Code, system_words};

/// Names the format, in every header and every seal.
pub const FORMAT: &str = "skein-record/1";

/// Why an export was not made. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is a file of that name, and nobody said that it may go.
    #[error("There is a file {0} already. It was left as it is. Choose another name, or say that it may be replaced.")]
    Exists(String),
    /// It could not be written.
    #[error("{path} could not be written: {}. Nothing was left there.", said(.error))]
    Write {
        /// The file.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// There is no program that makes PDFs.
    #[error(
        "The program that makes PDFs, skein-pdf, is not beside this one. Nothing was written. Install it, or export as HTML and print that."
    )]
    NoPdfProgram,
    /// The program that makes PDFs could not make this one.
    #[error("No PDF was made: {0}. Nothing was left there. Export as HTML and print that.")]
    NotPrinted(#[source] pdf::PdfError),
    /// It is not what was sealed, so there is no record of it.
    #[error("{0} No record was made of it; it can still be read.")]
    Altered(String),
    /// It could not be read.
    #[error("{path} could not be read: {}. It was left as it is.", said(.error))]
    Read {
        /// The file or folder.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
}

impl RecordError {
    /// Names, and which of its kind it is where its code does not say that, as an object.
    pub fn details(&self) -> Value {
        match self {
            Self::Exists(path) => json!({"file": path, "reason": "exists"}),
            Self::Write { path, .. } => json!({"file": path, "reason": "unwritable"}),
            Self::Read { path, .. } => json!({"file": path, "reason": "unreadable"}),
            Self::NoPdfProgram | Self::NotPrinted(_) | Self::Altered(_) => json!({}),
        }
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Exists(_) | Self::Read { .. } => Code::InvalidRequest,
            Self::Write { error, .. } if error.kind() == std::io::ErrorKind::StorageFull => Code::StorageFull,
            Self::Write { .. } => Code::StorageError,
            Self::NoPdfProgram | Self::NotPrinted(_) => Code::PdfUnavailable,
            Self::Altered(_) => Code::ThreadAltered,
        }
    }
}

/// What is wrong with a file: our own words, or what the system's error means.
fn said(error: &std::io::Error) -> String {
    error.get_ref().map_or_else(|| system_words(error).to_owned(), ToString::to_string)
}
