//! What can go wrong in the store, told apart by what a person can do about it.

use rusqlite::ErrorCode;
use serde_json::{Value, json};

use crate::error::{Code, Error, system_words};
use crate::thread::RuleError;

/// An error of the store. A failed write changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A trigger refused what a rule refuses.
    #[error(transparent)]
    Refused(RuleError),
    /// Another process needs the store alone, or is writing for too long.
    #[error("Another Skein is using the store. Close it, or wait for it to finish, then try again.")]
    InUse,
    /// A later version of the program wrote the store.
    #[error(
        "This store was written by a newer Skein (format {found}; this program knows {known}). Nothing was changed. Install the newer version."
    )]
    Newer {
        /// The store's format.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// The store can only be read.
    #[error("The store can only be read, so nothing was changed. Check who may write to its folder.")]
    ReadOnly,
    /// The disk is full.
    #[error("The disk is full. What was stored is safe; the last change was not kept. Make room and try again.")]
    Full,
    /// A message is not what was written.
    #[error(
        "Message {0} is not what was written: the stored text has changed. It is not used. The other messages can be read."
    )]
    Altered(String),
    /// The file is damaged or is no store.
    #[error(
        "The store is damaged, or is not a Skein store: {0}. The file was left as it is. Put a backup in its place, or use another data folder."
    )]
    Damaged(String),
    /// Anything else that SQLite reports.
    #[error(
        "The store could not do that, so nothing was changed; what was stored is kept. Try again. If it stays so, see what `skein doctor` says."
    )]
    Sqlite(#[source] rusqlite::Error),
    /// Files or folders.
    #[error(
        "The data folder cannot be used: {}. What is in it is kept as it was. See who may use the folder, and try again.",
        system_words(.0)
    )]
    Io(#[source] std::io::Error),
}

impl StoreError {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::Refused(rule) => rule.code(),
            Self::InUse => Code::StoreInUse,
            Self::Newer { .. } => Code::StoreNewer,
            Self::ReadOnly => Code::StoreReadOnly,
            Self::Full => Code::StorageFull,
            Self::Altered(_) | Self::Damaged(_) | Self::Sqlite(_) | Self::Io(_) => Code::StorageError,
        }
    }

    /// What SQLite says is for the log: a person cannot act on it.
    fn unexpected(error: rusqlite::Error) -> Self {
        tracing::warn!(%error, code = error.sqlite_error().map(|failure| failure.extended_code), "SQLite failed");
        Self::Sqlite(error)
    }

    /// Numbers and names, as an object.
    pub fn details(&self) -> Value {
        match self {
            Self::Refused(rule) => rule.details(),
            Self::Newer { found, known } => json!({"found": found, "known": known}),
            Self::Altered(id) => json!({"message": id}),
            _ => json!({}),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Self::unexpected(error);
        };
        match failure.code {
            ErrorCode::ConstraintViolation => match refusal(message.as_deref().unwrap_or_default()) {
                Some(rule) => Self::Refused(rule),
                None => Self::unexpected(error),
            },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                tracing::warn!(code = failure.extended_code, "SQLite finds the file damaged");
                Self::Damaged("it, or a part of it, cannot be read".into())
            }
            _ => Self::unexpected(error),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        tracing::warn!(%error, "the data folder cannot be used");
        Self::Io(error)
    }
}

/// The rule behind what a trigger said.
fn refusal(said: &str) -> Option<RuleError> {
    Some(match said {
        "thread_locked" => RuleError::ThreadLocked,
        "thread_archived" => RuleError::ThreadArchived,
        "thread_busy" | "UNIQUE constraint failed: response.thread" => RuleError::ThreadBusy,
        "thread_deleted" => RuleError::ThreadDeleted(String::new()),
        "message_limit_reached" => RuleError::MessageLimitReached { count: crate::thread::limits::MESSAGES, needed: 1 },
        _ => return None,
    })
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
