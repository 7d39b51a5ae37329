//! A response as server-sent events, and the sink that feeds them. Also what happens when the
//! caller goes away: a thread's response runs on, a chain's is cancelled.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use hyper::body::{Body, Frame};
use skein_core::Skein;
use skein_core::response::{Happening, Sink, SinkEvent};
use skein_core::wire::{ApiEvent, Response, ResponseStatus};
use tokio::sync::mpsc;

/// Hears a response and hands on what happens: to its caller, and to whoever watches.
pub struct Told {
    watch: Option<Arc<dyn Sink>>,
    caller: Arc<Caller>,
    to: mpsc::UnboundedSender<Happening>,
}

impl Told {
    /// A sink, and what comes out of it.
    pub fn new(watch: Option<Arc<dyn Sink>>, caller: Arc<Caller>) -> (Arc<Self>, mpsc::UnboundedReceiver<Happening>) {
        let (to, told) = mpsc::unbounded_channel();
        (Arc::new(Self { watch, caller, to }), told)
    }
}

impl Sink for Told {
    fn emit(&self, event: SinkEvent) {
        match &event.what {
            Happening::Started(_) => self.caller.started(&event.response_id),
            Happening::Ended(_) => self.caller.ended(),
            _ => {}
        }
        // Nobody listens once the caller is gone.
        let _ = self.to.send(event.what.clone());
        if let Some(watch) = &self.watch {
            watch.emit(event);
        }
    }
}

/// Whether the caller is there, and which response is theirs alone.
pub struct Caller {
    skein: Skein,
    /// Nothing of it is kept, so that without its caller it is of no use.
    fleeting: bool,
    state: Mutex<CallerState>,
}

#[derive(Default)]
struct CallerState {
    gone: bool,
    running: Option<Arc<str>>,
}

impl Caller {
    /// A caller who waits for a response, of a chain if it is `fleeting`.
    pub fn new(skein: &Skein, fleeting: bool) -> Arc<Self> {
        Arc::new(Self { skein: skein.clone(), fleeting, state: Mutex::default() })
    }

    fn started(&self, id: &Arc<str>) {
        let mut state = self.state();
        state.running = Some(id.clone());
        if state.gone {
            self.cancel(id.clone());
        }
    }

    fn ended(&self) {
        self.state().running = None;
    }

    fn left(&self) {
        let mut state = self.state();
        state.gone = true;
        if let Some(id) = &state.running {
            self.cancel(id.clone());
        }
    }

    fn cancel(&self, id: Arc<str>) {
        if !self.fleeting {
            return;
        }
        let skein = self.skein.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            // It may have ended just now; then there is nothing to stop.
            runtime.spawn_blocking(move || drop(skein.cancel(&id)));
        }
    }

    fn state(&self) -> MutexGuard<'_, CallerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held for as long as the caller waits.
pub struct Waiting(pub Arc<Caller>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.left();
    }
}

/// The body of a streamed response.
pub struct Events {
    told: mpsc::UnboundedReceiver<Happening>,
    response_id: String,
    over: bool,
    _waiting: Waiting,
}

impl Events {
    /// Everything that is told of a response, from now on.
    pub const fn new(told: mpsc::UnboundedReceiver<Happening>, response_id: String, waiting: Waiting) -> Self {
        Self { told, response_id, over: false, _waiting: waiting }
    }

    /// Writes what happened, and all that has happened since; text that follows on text is one event.
    fn write(&mut self, first: Happening) -> String {
        let mut happened = VecDeque::from([first]);
        while let Ok(next) = self.told.try_recv() {
            match (happened.back_mut(), next) {
                (Some(Happening::Text(text)), Happening::Text(more)) => text.push_str(&more),
                (_, next) => happened.push_back(next),
            }
        }
        let mut out = String::new();
        for event in happened.into_iter().filter_map(|what| spell(what, &self.response_id)) {
            push(&mut out, &event);
            if matches!(event, ApiEvent::Completed { .. } | ApiEvent::Failed { .. }) {
                self.over = true;
                out.push_str("data: [DONE]\n\n");
            }
        }
        out
    }
}

fn spell(what: Happening, response_id: &str) -> Option<ApiEvent> {
    match what {
        Happening::Started(response) => Some(ApiEvent::Created { response: *response }),
        Happening::Text(delta) if !delta.is_empty() => Some(ApiEvent::Delta { response_id: response_id.into(), delta }),
        Happening::Ended(response) => Some(last(*response)),
        _ => None,
    }
}

fn last(response: Response) -> ApiEvent {
    match response.status {
        ResponseStatus::Completed => ApiEvent::Completed { response },
        _ => ApiEvent::Failed { response },
    }
}

/// Writes an event as text/event-stream says it (WHATWG HTML, 9.2). JSON has no line breaks.
fn push(out: &mut String, event: &ApiEvent) {
    let json = serde_json::json!(event).to_string();
    for part in ["event: ", event.name(), "\ndata: ", &json, "\n\n"] {
        out.push_str(part);
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        while !self.over {
            let Some(what) = ready!(self.told.poll_recv(cx)) else { break };
            let out = self.write(what);
            if !out.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(out.into()))));
            }
        }
        Poll::Ready(None)
    }
}
