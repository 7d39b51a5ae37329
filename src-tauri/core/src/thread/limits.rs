//! The numbers that bound a thread, as the published design and `docs` state them.

/// Messages in a thread, all versions counted.
pub const MESSAGES: u32 = 10_000;
/// Bytes of a thread's metadata as compact UTF-8 JSON.
pub const METADATA_BYTES: usize = 16 * 1024;
/// Levels of nesting in metadata; the object itself is the first.
pub const METADATA_LEVELS: usize = 32;
/// Bytes of one message's text, all parts together.
pub const MESSAGE_BYTES: usize = 4 * 1024 * 1024;
/// Characters of a title.
pub const TITLE_CHARS: usize = 200;
/// Characters of a caller's own thread id.
pub const THREAD_ID_CHARS: usize = 128;
/// Days without activity after which a thread is due for clean-up.
pub const INACTIVE_DAYS: u32 = 90;
/// Days after its creation when a thread is due for clean-up.
pub const AGE_DAYS: u32 = 365;
/// The most days a person can set for either.
pub const RETENTION_DAYS: u32 = 36_500;
/// Days that the bin keeps a thread.
pub const BIN_DAYS: u32 = 30;
