//! Testing an endpoint: a call that ends with the first words, and, where nobody answers at the
//! protocol's address, the question which protocol is spoken there.

use tokio::sync::mpsc;

use super::error::{EndpointError, Oddity};
use super::{Call, CallEvent, call};
use crate::wire::Protocol;

/// Protocols that an address may speak in place of the one it was asked in, the likeliest first.
const OTHERS: [Protocol; 4] =
    [Protocol::OpenaiChat, Protocol::AnthropicMessages, Protocol::OpenaiResponses, Protocol::Freddy];

/// Makes a call until its first words, and says which model they came from.
///
/// # Errors
/// As for [`call`], and `WrongProtocol` if another protocol is spoken there.
pub async fn test(asked: &Call) -> Result<String, EndpointError> {
    let error = match first_words(asked).await {
        Err(error) if may_be_another(&error) => error,
        answer => return answer,
    };
    for speaks in OTHERS.into_iter().filter(|protocol| *protocol != asked.protocol) {
        if is_spoken(first_words(&Call { protocol: speaks, ..asked.clone() }).await.as_ref().err()) {
            return Err(EndpointError::WrongProtocol { asked: asked.protocol, speaks });
        }
    }
    Err(error)
}

/// Nobody is at the protocol's address, or who is there says what makes no sense in it.
fn may_be_another(error: &EndpointError) -> bool {
    match error {
        EndpointError::Status { refusal, .. } => matches!(refusal.status, Some(404 | 405)),
        EndpointError::NotUnderstood(oddity) => *oddity == Oddity::Garbled,
        _ => false,
    }
}

/// Whoever answers, or asks for a key or for another model, speaks the protocol.
fn is_spoken(error: Option<&EndpointError>) -> bool {
    error.is_none_or(|error| {
        matches!(
            error,
            EndpointError::MissingKey(_)
                | EndpointError::KeyRefused(_)
                | EndpointError::ModelNotFound { .. }
                | EndpointError::FieldRefused { .. }
                | EndpointError::RateLimited { .. }
                | EndpointError::QuotaSpent(_)
        )
    })
}

async fn first_words(asked: &Call) -> Result<String, EndpointError> {
    let (out, mut events) = mpsc::channel(16);
    let mut model = asked.model.clone();
    let mut running = std::pin::pin!(call(asked, out));
    let mut ended = None;
    loop {
        tokio::select! {
            biased;
            event = events.recv() => match event {
                Some(CallEvent::Text(_) | CallEvent::Reasoning(_)) => return Ok(model),
                Some(CallEvent::Model(name)) => model = name,
                Some(_) => {}
                None => {
                    let result = match ended {
                        Some(result) => result,
                        None => running.as_mut().await,
                    };
                    return result.and(Err(EndpointError::Empty(None)));
                }
            },
            result = &mut running, if ended.is_none() => ended = Some(result),
        }
    }
}
