//! The only serialised shapes. The window's TypeScript types are generated from them, the
//! command line prints them with `--json`; nobody writes a wire type twice.
//!
//! Times are RFC 3339 UTC with milliseconds (see [`Time`]). A field without a value is `null`,
//! never absent. What a shape means is decided elsewhere: this room only spells.

mod backup;
mod bulk;
mod calls;
mod chain;
mod endpoint;
mod error;
mod history;
mod message;
mod page;
mod prompt;
mod receipt;
mod record;
mod request;
mod response;
mod retention;
mod search;
mod settings;
mod sidebar;
mod stream;
mod thread;
mod usage;
mod window;

pub use backup::{BackedUp, Backup, BackupFile, Restored};
pub use bulk::{BulkChange, BulkReport, Chosen, Refused};
pub use calls::{ApiEvent, FailedResponse, ForkRequest, NewThread, NotCompleted, ThreadPatch};
pub use chain::ChainView;
pub use endpoint::{
    AuthHeader, Endpoint, EndpointOptions, EndpointPatch, EndpointTest, FoundEndpoint, KeyState, Model, NewEndpoint,
    Protocol,
};
pub use error::{ErrorBody, ErrorDetail};
pub use history::{Door, Entry, EntryKind};
pub use message::{Message, MessageStatus, Role, TextPart};
pub use page::Page;
pub use prompt::{FilledPrompt, PlaceholderValues, Prompt, PromptPatch};
pub use receipt::{
    ContextPolicy, Receipt, ReceiptTimes, RequestPage, SentMessages, SentRequest, ThreadOptions, TokenCounts,
};
pub use record::{
    EarlierKey, ExportFormat, Exported, ExportedFile, Finding, FindingKind, KeyHome, KeyView, Progress, SealStatus,
    SealView, Verification, Verified,
};
pub use request::{Input, ResponseRequest, ThreadChoice};
pub use response::{ContextSummary, FinishReason, Response, ResponseStatus, Usage};
pub use retention::{CleanedThread, DueReason, DueThread, Retention, RetentionMode, RetentionReport};
pub use search::{FoundInThread, SearchHit, SearchPage, SearchTerm, ThreadHit};
pub use settings::{About, ApiSettings, Appearance, Density, KeychainState, Panes, Settings, Theme};
pub use sidebar::{SidebarGroup, SidebarListing, SidebarPage, SidebarRow, SidebarSort};
pub use stream::StreamEvent;
pub use thread::{Deleted, ForkedFrom, SealSummary, State, Thread};
pub use usage::{Cost, Price, UsageAround, UsageBy, UsageReport, UsageSum};
pub use window::{
    ApiState, ApiStatus, Asking, ComparedPiece, ComparedRow, Comparison, ContextPreview, Draft, FailedView,
    MessageView, StreamingView, SystemPrompt, ThreadDay, ThreadView,
};

/// A moment on the wire: RFC 3339 UTC with milliseconds, such as `2026-11-22T09:12:00.000Z`.
pub type Time = String;

/// A JSON object as the caller gave it.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;
