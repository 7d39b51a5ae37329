//! What can go wrong in the store, told apart by what a person can do about it.

use rusqlite::ErrorCode;
use serde_json::{Value, json};

use crate::error::{Code, Error};
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
    #[error("The store is damaged, or is not a Skein store. The file was left as it is: {0}")]
    Damaged(String),
    /// Anything else that SQLite reports.
    #[error("The store could not do that: {0}")]
    Sqlite(rusqlite::Error),
    /// Files or folders.
    #[error("The data folder cannot be used: {0}")]
    Io(#[from] std::io::Error),
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
            return Self::Sqlite(error);
        };
        match failure.code {
            ErrorCode::ConstraintViolation => match refusal(message.as_deref().unwrap_or_default()) {
                Some(rule) => Self::Refused(rule),
                None => Self::Sqlite(error),
            },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                Self::Damaged(message.clone().unwrap_or_else(|| failure.to_string()))
            }
            _ => Self::Sqlite(error),
        }
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
