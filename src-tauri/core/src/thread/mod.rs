//! The rules of threads: ids, lifecycle, metadata, messages, limits. Pure: no I/O, no clock.
//! The store asks these rules before it writes; its triggers refuse the same things again.

mod error;
mod id;
mod json;
pub mod lifecycle;
pub mod limits;
mod message;
mod metadata;
pub mod prompt;
pub mod retention;
mod title;

pub use error::RuleError;
pub use id::{EndpointId, MessageId, PromptId, ResponseId, ThreadId, generate};
pub use json::read_json;
pub use lifecycle::{Action, Transition, permit, transition};
pub use message::{NewMessage, Place, check_inputs, check_room, content_hash};
pub use metadata::{Metadata, parse_metadata};
pub use title::{check_title, title_from};
