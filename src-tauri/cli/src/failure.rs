//! How a command ends when it does not succeed: a code, a person's words, and an exit code that
//! scripts can trust.

use std::io;

use skein_core::wire::{ErrorDetail, JsonObject};
use skein_core::{Code, system_words};

/// Not understood.
pub const USAGE: u8 = 2;
const RULE: u8 = 3;
const NOT_FOUND: u8 = 4;
/// The endpoint failed.
pub const ENDPOINT: u8 = 5;
/// The store or the keychain failed.
pub const STORE: u8 = 6;
/// Stopped from the keyboard, as shells say it.
pub const STOPPED: u8 = 130;

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// To be told, with the exit code.
    Told(ErrorDetail, u8),
    /// Whoever read the output has gone: there is nobody to tell, and nothing is wrong.
    Unread,
}

impl Failure {
    /// The command line makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest.as_str(), message, USAGE)
    }

    /// Something outside the core's rules.
    pub fn new(code: &str, message: impl Into<String>, exit: u8) -> Self {
        Self::Told(ErrorDetail { code: code.into(), message: message.into(), details: JsonObject::new() }, exit)
    }
}

impl From<skein_core::Error> for Failure {
    fn from(error: skein_core::Error) -> Self {
        Self::Told(error.detail(), exit_code(error.code()))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Unread;
        }
        tracing::warn!(%error, "reading or writing failed");
        Self::new("io_error", format!("Reading or writing failed: {}.", system_words(&error)), 1)
    }
}

/// The exit code of a code.
pub const fn exit_code(code: Code) -> u8 {
    match code {
        Code::InvalidRequest
        | Code::InvalidThreadId
        | Code::InvalidTitle
        | Code::InvalidMetadata
        | Code::MetadataTooLarge
        | Code::MessageTooLarge
        | Code::MethodNotAllowed => USAGE,
        Code::ConfirmationRequired
        | Code::ThreadExists
        | Code::ThreadLocked
        | Code::ThreadArchived
        | Code::ThreadBusy
        | Code::ThreadAltered
        | Code::InvalidTransition
        | Code::MessageLimitReached
        | Code::ResponseExpired
        | Code::PreconditionFailed
        | Code::IdempotencyConflict
        | Code::ContextTooLong
        | Code::Unauthorized => RULE,
        Code::NotFound
        | Code::ThreadNotFound
        | Code::ThreadDeleted
        | Code::MessageNotFound
        | Code::ResponseNotFound
        | Code::EndpointNotFound => NOT_FOUND,
        Code::ModelNotFound
        | Code::EndpointMissingKey
        | Code::EndpointRateLimited
        | Code::EndpointUnreachable
        | Code::EndpointRejected
        | Code::EndpointTimeout => ENDPOINT,
        Code::StoreNewer
        | Code::StoreReadOnly
        | Code::StoreInUse
        | Code::StorageError
        | Code::StorageFull
        | Code::KeychainUnavailable => STORE,
        Code::PdfUnavailable => 1,
    }
}

/// The exit code of a code as it is written, for errors that stand in an answer.
pub fn exit_code_of(code: &str) -> u8 {
    Code::ALL.iter().find(|known| known.as_str() == code).map_or(1, |known| exit_code(*known))
}
