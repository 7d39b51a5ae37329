//! Words: how the enums of the wire are written in a column.

use std::fmt::Display;

use rusqlite::{Row, RowIndex};

use crate::wire::{
    ContextPolicy, Door, EntryKind, FinishReason, MessageStatus, ResponseStatus, Role, SealStatus, State,
};

/// An enum that stands in a text column under a fixed word.
pub trait Word: Sized {
    /// The word.
    fn word(self) -> &'static str;
    /// The value behind a word.
    fn from_word(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($($type:ident { $($variant:ident $word:literal),+ $(,)? })+) => {$(
        impl Word for $type {
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    )+};
}

words! {
    State { Open "open", Locked "locked", Archived "archived" }
    Role { System "system", User "user", Assistant "assistant" }
    MessageStatus {
        Completed "completed", Cancelled "cancelled", Failed "failed", Interrupted "interrupted", Altered "altered",
    }
    ResponseStatus {
        Pending "pending", Streaming "streaming", Completed "completed",
        Cancelled "cancelled", Failed "failed", Interrupted "interrupted",
    }
    FinishReason { Stop "stop", Length "length", ContentFilter "content_filter", Refusal "refusal" }
    ContextPolicy { Newest "newest", Refuse "refuse" }
    Door { Window "window", Api "api", Cli "cli", Skein "skein" }
    EntryKind {
        Created "created", Forked "forked", Renamed "renamed", MetadataChanged "metadata_changed",
        Locked "locked", Unlocked "unlocked", Archived "archived",
        Sealed "sealed", Exported "exported", Deleted "deleted", Undeleted "undeleted",
        ErasingAnnounced "erasing_announced", Erased "erased",
    }
    SealStatus { Valid "valid", Altered "altered", UnknownKey "unknown_key", Unsigned "unsigned" }
}

/// Reads a word from a column.
///
/// # Errors
/// A conversion error for a word that is not one.
pub fn get<T: Word>(row: &Row<'_>, column: impl RowIndex + Display) -> rusqlite::Result<T> {
    T::from_word(row.get_ref(column)?.as_str()?).ok_or_else(|| unknown(column))
}

/// Reads a word, or nothing, from a column.
///
/// # Errors
/// A conversion error for a word that is not one.
pub fn find<T: Word>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let word: Option<String> = row.get(column)?;
    word.map(|word| T::from_word(&word).ok_or_else(|| unknown(column))).transpose()
}

fn unknown(column: impl Display) -> rusqlite::Error {
    conversion(format!("an unknown word in column {column}"))
}

/// The error for a column whose JSON is none.
pub(super) fn unreadable(column: &str) -> rusqlite::Error {
    conversion(format!("no JSON in column {column}"))
}

fn conversion(why: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, why.into())
}
