//! Seals, what checking one found, the signing key, and exports, as every door shows them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::{Refused, State, Time};

/// The four answers about a seal or a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SealStatus {
    /// Everything agrees, under a key that is known here.
    Valid,
    /// Something does not agree.
    Altered,
    /// Everything agrees, under a key that is not known here.
    UnknownKey,
    /// Everything agrees, but nobody has signed it.
    Unsigned,
}

/// What kind of thing does not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A message is not what was sealed.
    MessageChanged,
    /// A message that was sealed is not there.
    MessageMissing,
    /// A message is there that was not sealed.
    MessageAdded,
    /// A message stands in another place.
    MessageMoved,
    /// The messages are not those that were sealed; which of them cannot be told.
    MessagesChanged,
    /// The title is another.
    TitleChanged,
    /// The metadata are others.
    MetadataChanged,
    /// Something else about the thread as a whole is not what was sealed.
    ThreadChanged,
    /// The thread's history was changed.
    HistoryChanged,
    /// The seal is not what was made.
    SealChanged,
    /// There is no seal where one was made.
    SealMissing,
    /// It is not this thread's last seal, or not this thread's.
    SealReplaced,
    /// A signature does not belong to what it should have signed.
    SignatureWrong,
    /// A file is not what its manifest says.
    FileChanged,
    /// A file that a manifest names is not there.
    FileMissing,
    /// A file that no manifest names, or one that is there twice.
    FileAdded,
    /// It cannot be read as a record.
    Unreadable,
}

/// One thing that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The message's number in its thread, from 1, where it is about one.
    pub message: Option<u32>,
    /// The message's id, where it is known.
    pub message_id: Option<String>,
    /// The file, in a package.
    pub file: Option<String>,
    /// The same for a person, in English.
    pub words: String,
}

/// What checking a seal or a record found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Always `verification`.
    pub object: String,
    /// Id of the thread, as far as it can be told.
    pub thread_id: Option<String>,
    /// The file or folder, for a package.
    pub path: Option<String>,
    /// The answer.
    pub status: SealStatus,
    /// Whether the key is unknown only because the keychain cannot be asked now.
    pub keychain_unavailable: bool,
    /// What does not agree, worst first; empty unless altered.
    pub findings: Vec<Finding>,
    /// Digest of the seal, lower-case hex.
    pub digest: Option<String>,
    /// When it was sealed.
    pub sealed_at: Option<Time>,
    /// Messages under the seal.
    pub messages: u32,
    /// Fingerprint of the key, in groups to be read out.
    pub fingerprint: Option<String>,
    /// When this was found.
    pub checked_at: Time,
}

/// What checking every seal of a store found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Always `verified`.
    pub object: String,
    /// Threads checked.
    pub checked: u32,
    /// Those that are not valid, in the order they were made.
    pub troubles: Vec<Verification>,
    /// Whether it was stopped before the end.
    pub cancelled: bool,
}

/// A thread's last seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SealView {
    /// Always `seal`.
    pub object: String,
    /// The thread.
    pub thread_id: String,
    /// SHA-256 of the seal, lower-case hex.
    pub digest: String,
    /// When it was made.
    pub sealed_at: Time,
    /// The state it was made for.
    pub state: Option<State>,
    /// Messages under it.
    pub messages: u32,
    /// Digest of the thread's seal before.
    pub previous: Option<String>,
    /// Version of the program that made it.
    pub program: String,
    /// When it was signed, if it was.
    pub signed_at: Option<Time>,
    /// Fingerprint of the key that signed it, in groups to be read out.
    pub fingerprint: Option<String>,
    /// What the last check of it found.
    pub status: SealStatus,
    /// When that was.
    pub checked_at: Time,
}

/// Where the signing key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyHome {
    /// In the keychain.
    Keychain,
    /// There is none yet: the first seal makes one.
    None,
    /// The store knows its public half, but the keychain does not have it. It is not replaced unasked.
    Missing,
    /// The keychain cannot be asked now.
    Unavailable,
}

/// The key that seals are signed with. Its private half is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyView {
    /// Always `signing_key`.
    pub object: String,
    /// Where it is.
    pub home: KeyHome,
    /// SHA-256 of its public half, in groups to be read out.
    pub fingerprint: Option<String>,
    /// Its public half, in PEM.
    pub pem: Option<String>,
    /// When it was made.
    pub made_at: Option<Time>,
    /// The keys before it, latest first.
    pub earlier: Vec<EarlierKey>,
}

/// A key that was replaced; what it signed stays valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EarlierKey {
    /// In groups to be read out.
    pub fingerprint: String,
    /// When it was made.
    pub made_at: Time,
}

/// What an export writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// The record package, for auditors.
    Record,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
    /// One HTML page.
    Html,
    /// PDF, a long thread in parts.
    Pdf,
    /// JSON, in the wire's shapes.
    Json,
    /// CSV, one line a message.
    Csv,
}

/// How far a long piece of work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
}

/// One file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportedFile {
    /// The thread in it.
    pub thread_id: String,
    /// Where it is.
    pub path: String,
    /// Which part of the thread it holds, from 1.
    pub part: u32,
    /// How many parts the thread has, each in a file: 1, unless it is long and goes as PDF.
    pub parts: u32,
    /// Whether there is a PDF in it; `null` for what is no record.
    pub pdf: Option<bool>,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of it, lower-case hex.
    pub sha256: String,
    /// What was found about the thread's seal on the way; `null` for a draft.
    pub status: Option<SealStatus>,
}

/// What an export wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// Always `exported`.
    pub object: String,
    /// The files, each whole.
    pub files: Vec<ExportedFile>,
    /// Threads that are not what was sealed: no record was made of them.
    pub refused: Vec<Verification>,
    /// Of several threads, those that could not be exported, and why; nothing was left of them.
    pub failed: Vec<Refused>,
    /// Whether it was stopped before the end.
    pub cancelled: bool,
}
