//! What leaves the core when something goes wrong: one stable code, a person's words, numbers.
//! Each layer has an error of its own; here they meet, and the one table of codes stands.

use serde_json::json;

use crate::endpoint::EndpointError;
use crate::keychain::KeychainError;
use crate::record::RecordError;
use crate::store::StoreError;
use crate::store::backup::BackupError;
use crate::thread::RuleError;
use crate::wire::{ErrorDetail, JsonObject};

macro_rules! codes {
    ($($variant:ident $name:literal $status:literal),+ $(,)?) => {
        /// The stable codes, with the HTTP status that the local API gives each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are the documentation, and domain words")]
        pub enum Code { $($variant),+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The code as it is written, such as `thread_locked`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name),+ }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Code::$variant => $status),+ }
            }
        }
    };
}

codes! {
    InvalidRequest "invalid_request" 400,
    InvalidTitle "invalid_title" 400,
    ConfirmationRequired "confirmation_required" 400,
    InvalidThreadId "invalid_thread_id" 400,
    InvalidMetadata "invalid_metadata" 400,
    Unauthorized "unauthorized" 401,
    NotFound "not_found" 404,
    MessageNotFound "message_not_found" 404,
    EndpointNotFound "endpoint_not_found" 404,
    ModelNotFound "model_not_found" 404,
    ThreadNotFound "thread_not_found" 404,
    ThreadDeleted "thread_deleted" 404,
    ResponseNotFound "response_not_found" 404,
    MethodNotAllowed "method_not_allowed" 405,
    IdempotencyConflict "idempotency_conflict" 409,
    ThreadExists "thread_exists" 409,
    ThreadLocked "thread_locked" 409,
    ThreadArchived "thread_archived" 409,
    ThreadAltered "thread_altered" 409,
    ThreadBusy "thread_busy" 409,
    InvalidTransition "invalid_transition" 409,
    MessageLimitReached "message_limit_reached" 409,
    ResponseExpired "response_expired" 410,
    PreconditionFailed "precondition_failed" 412,
    MetadataTooLarge "metadata_too_large" 413,
    MessageTooLarge "message_too_large" 413,
    ContextTooLong "context_too_long" 422,
    EndpointMissingKey "endpoint_missing_key" 424,
    EndpointRateLimited "endpoint_rate_limited" 429,
    StoreNewer "store_newer" 500,
    StoreReadOnly "store_read_only" 500,
    StorageError "storage_error" 500,
    EndpointUnreachable "endpoint_unreachable" 502,
    EndpointRejected "endpoint_rejected" 502,
    StoreInUse "store_in_use" 503,
    KeychainUnavailable "keychain_unavailable" 503,
    PdfUnavailable "pdf_unavailable" 503,
    EndpointTimeout "endpoint_timeout" 504,
    StorageFull "storage_full" 507,
}

/// Anything that can go wrong behind the [`crate::Skein`] handle.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule refused.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The endpoint could not do it.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The keychain could not do it.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// A record could not be written or read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A backup could not be made or used.
    #[error(transparent)]
    Backup(#[from] BackupError),
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Rule(e) => e.code(),
            Self::Store(e) => e.code(),
            Self::Endpoint(e) => e.code(),
            Self::Keychain(e) => e.code(),
            Self::Record(e) => e.code(),
            Self::Backup(e) => e.code(),
        }
    }

    /// The error as it is shown: code, words, numbers.
    pub fn detail(&self) -> ErrorDetail {
        let details = match self {
            Self::Rule(e) => e.details(),
            Self::Store(e) => e.details(),
            Self::Endpoint(e) => e.details(),
            Self::Keychain(e) => json!({"reason": e.reason()}),
            Self::Record(e) => e.details(),
            Self::Backup(e) => e.details(),
        };
        let details = match details {
            serde_json::Value::Object(map) => map,
            _ => JsonObject::new(),
        };
        ErrorDetail { code: self.code().as_str().into(), message: self.to_string(), details }
    }
}

/// What the system's refusal means, in a person's words; its own text and number are for the log.
pub fn system_words(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::PermissionDenied => "there is no permission to do that there",
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::AlreadyExists => "there is something of that name already",
        ErrorKind::NotADirectory => "a part of its path is a file, not a folder",
        ErrorKind::IsADirectory => "it is a folder, not a file",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "there is no room left on the disk",
        ErrorKind::ReadOnlyFilesystem => "the disk can only be read",
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => "a file cannot have that name there",
        ErrorKind::UnexpectedEof => "it ends too early",
        _ => "the system does not let it",
    }
}

/// A result with [`Error`], unless another is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;
