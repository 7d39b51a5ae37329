//! What goes out: the exact bytes of a request's body, named by their hash, and the moment they
//! begin to leave, which is the moment that the connection stands.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

/// A body that was sent, without repeating it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// SHA-256 of the exact bytes.
    pub sha256: [u8; 32],
    /// How many bytes.
    pub bytes: u64,
    /// The most tokens of a reply that it asks for, where it says so.
    pub most_tokens: Option<u64>,
}

impl Sent {
    /// Of these bytes, which ask for a reply of at most `most_tokens`.
    pub fn of(body: &[u8], most_tokens: Option<u64>) -> Self {
        Self { sha256: Sha256::digest(body).into(), bytes: body.len() as u64, most_tokens }
    }
}

/// A body on its way, in one piece. It says when it is first asked for, which a client does once
/// it has a connection to write it to.
pub(super) struct Outgoing {
    body: Option<Bytes>,
    begun: Option<oneshot::Sender<()>>,
}

impl Outgoing {
    /// The body, and what hears that it begins to go out.
    pub fn new(body: Vec<u8>) -> (Self, oneshot::Receiver<()>) {
        let (begun, heard) = oneshot::channel();
        (Self { body: Some(body.into()), begun: Some(begun) }, heard)
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        if let Some(begun) = this.begun.take() {
            // Nobody hears it if the call was stopped just now.
            let _ = begun.send(());
        }
        Poll::Ready(this.body.take().map(|body| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}
