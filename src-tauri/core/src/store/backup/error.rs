//! Why there is no backup, or why a file is not taken for one.

use serde_json::{Value, json};

use crate::error::Code;

/// What is wrong with a backup. The store and the file that was chosen are as they were.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// What was copied is not whole.
    #[error(
        "The copy is not whole, so it was not kept: the store itself may be damaged, or the disk that was chosen. \
         The store was left as it is. Try another disk, and see what `skein doctor` says."
    )]
    NotWhole,
    /// It would lie where the store lies.
    #[error(
        "That is the folder of the store itself, and what happens to it happens to a backup there. Nothing was written. Choose another folder."
    )]
    BesideTheStore,
    /// It is no store.
    #[error("{0} is not a Skein backup. It was left as it is. Choose a file that Skein has written.")]
    Foreign(String),
    /// It is a store, or was one, and cannot be relied on.
    #[error("{0} is damaged, so it is not used. It was left as it is. Choose an earlier backup.")]
    Damaged(String),
    /// A later version of the program wrote it.
    #[error(
        "{path} was written by a newer Skein (format {found}; this program knows {known}). It was left as it is. Install the newer version."
    )]
    Newer {
        /// The file.
        path: String,
        /// Its format.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// A program has it open, or did not close it in good order.
    #[error(
        "{0} is in use, or was not closed in good order. It was left as it is. Close the program that has it open, then try again."
    )]
    Open(String),
}

impl BackupError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::NotWhole => Code::StorageError,
            _ => Code::InvalidRequest,
        }
    }

    /// Which of its kind it is, with names and numbers, as an object.
    pub fn details(&self) -> Value {
        match self {
            Self::NotWhole => json!({"reason": "backup_not_whole"}),
            Self::BesideTheStore => json!({"reason": "backup_beside_the_store"}),
            Self::Foreign(path) => json!({"reason": "backup_foreign", "file": path}),
            Self::Damaged(path) => json!({"reason": "backup_damaged", "file": path}),
            Self::Newer { path, found, known } => {
                json!({"reason": "backup_newer", "file": path, "found": found, "known": known})
            }
            Self::Open(path) => json!({"reason": "backup_open", "file": path}),
        }
    }
}
