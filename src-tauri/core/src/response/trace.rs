//! What a call told about itself on its way.

use crate::clock::Millis;
use crate::endpoint::{CallEvent, Sent};

/// How the last attempt went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// How often the model was called.
    pub attempts: u32,
    /// The body that went out.
    pub sent: Option<Sent>,
    /// When the connection stood.
    pub connected_at: Option<Millis>,
    /// When the first byte of the answer came.
    pub first_byte_at: Option<Millis>,
    /// When the last one came.
    pub last_byte_at: Option<Millis>,
    /// The endpoint's own id of the request.
    pub request_id: Option<String>,
}

impl Trace {
    /// A new attempt.
    pub(super) fn again(&mut self) {
        *self = Self { attempts: self.attempts + 1, ..Self::default() };
    }

    /// Takes what a call tells at `now`.
    pub(super) fn hear(&mut self, event: &CallEvent, now: Millis) {
        match event {
            CallEvent::Sending(sent) => self.sent = Some(*sent),
            CallEvent::Connected => self.connected_at = Some(now),
            CallEvent::Accepted(request_id) => {
                self.first_byte_at = Some(now);
                self.request_id.clone_from(request_id);
            }
            _ => {}
        }
        if self.first_byte_at.is_some() {
            self.last_byte_at = Some(now);
        }
    }
}
