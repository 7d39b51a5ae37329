//! Identifiers: a caller's own thread id, and the generated ones. Ids never order anything.

use std::fmt;

use super::{RuleError, limits};

/// A new id: the prefix and a `UUIDv7` in lower-case hex without dashes.
pub fn generate(prefix: &str) -> String {
    format!("{prefix}_{}", uuid::Uuid::now_v7().simple())
}

macro_rules! generated_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// A new one.
            pub fn generate() -> Self {
                Self(generate($prefix))
            }

            /// The id as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

generated_id!(
    /// Id of a message, `msg_...`.
    MessageId, "msg"
);
generated_id!(
    /// Id of a stored prompt, `prompt_...`.
    PromptId, "prompt"
);
generated_id!(
    /// Id of a response, `resp_...`.
    ResponseId, "resp"
);
generated_id!(
    /// Id of an endpoint, `ep_...`.
    EndpointId, "ep"
);

/// Id of a thread: the caller's own, checked, or generated, `thread_...`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ThreadId(String);

impl ThreadId {
    /// A new one.
    pub fn generate() -> Self {
        Self(generate("thread"))
    }

    /// Checks a caller's own id.
    ///
    /// # Errors
    /// `invalid_thread_id`, with the offending character named.
    pub fn parse(id: &str) -> Result<Self, RuleError> {
        if id.is_empty() {
            return Err(RuleError::InvalidThreadId("The thread id is empty.".into()));
        }
        if let Some((at, bad)) = id.chars().enumerate().find(|(_, c)| !allowed(*c)) {
            return Err(RuleError::InvalidThreadId(format!(
                "Character {} of the thread id is {}, which is not allowed.",
                at + 1,
                name_of(bad)
            )));
        }
        if id.len() > limits::THREAD_ID_CHARS {
            return Err(RuleError::ThreadIdTooLong { size: id.len() });
        }
        Ok(Self(id.to_owned()))
    }

    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const fn allowed(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '0'..='9' | '.' | '_' | ':' | '@' | '~' | '+' | '=' | '-')
}

/// A character as it can be read out: itself if it can be seen, and its code point.
fn name_of(c: char) -> String {
    let point = u32::from(c);
    match c {
        ' ' => "a space (U+0020)".into(),
        c if c.is_ascii_graphic() => format!("\u{201c}{c}\u{201d} (U+{point:04X})"),
        c if c.is_alphanumeric() => format!("\u{201c}{c}\u{201d} (U+{point:04X})"),
        _ => format!("U+{point:04X}"),
    }
}
