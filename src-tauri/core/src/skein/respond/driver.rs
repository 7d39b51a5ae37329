//! One task a response: it brings the machine its events and does what the machine says. Nothing
//! is decided here.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

use super::accept::Accepted;
use super::blocking;
use super::home::Home;
use crate::clock::Millis;
use crate::endpoint::{self, Call, CallEvent, Retry};
use crate::error::{Error, Result};
use crate::response::{Chunk, Effect, End, Event, Failure, Happening, Machine, SAVE_MILLIS, Sink, SinkEvent};
use crate::skein::Skein;
use crate::store::StoreError;
use crate::wire::{ErrorDetail, Response, ResponseStatus};

/// Events of a call that may wait to be taken.
const WAITING: usize = 64;
/// How long to wait before an end that could not be written is tried again, doubled each time up to the last.
const END_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(32));

/// What was to be saved, and whether it is.
type Saved = (Vec<Chunk>, Result<(), StoreError>);

/// A response on its way.
pub(super) struct Driver {
    skein: Skein,
    accepted: Accepted,
    sink: Arc<dyn Sink>,
    thread_id: Option<Arc<str>>,
    id: Arc<str>,
    machine: Machine,
    calling: Option<Calling>,
    again_at: Option<Instant>,
    saving: Option<JoinHandle<Saved>>,
    asking: Option<JoinHandle<Result<bool, StoreError>>>,
}

impl Driver {
    pub(super) fn new(
        skein: Skein,
        accepted: Accepted,
        sink: Arc<dyn Sink>,
        thread_id: Option<Arc<str>>,
        id: Arc<str>,
    ) -> Self {
        let mut seed = [0; 8];
        // Without chance, the waiting times are only less spread out.
        let _ = getrandom::fill(&mut seed);
        Self {
            skein,
            accepted,
            sink,
            thread_id,
            id,
            machine: Machine::new(u64::from_le_bytes(seed)),
            calling: None,
            again_at: None,
            saving: None,
            asking: None,
        }
    }

    /// Runs the response to its end.
    pub(super) async fn run(
        mut self,
        mut commands: mpsc::UnboundedReceiver<Event>,
        done: watch::Sender<Option<Response>>,
    ) {
        let mut ticks = tokio::time::interval(Duration::from_millis(SAVE_MILLIS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut end = self.happen(Event::Begin);
        while end.is_none() {
            let event = tokio::select! {
                biased;
                Some(command) = commands.recv() => command,
                saved = finished(&mut self.saving) => match saved {
                    (_, Ok(())) => Event::Saved,
                    (chunks, Err(error)) => Event::SaveFailed(chunks, Error::from(error).detail()),
                },
                asked = finished(&mut self.asking) => match asked {
                    Ok(true) => Event::CancelSeen,
                    // What cannot be read now can be read at the next tick.
                    Ok(false) | Err(_) => continue,
                },
                _ = ticks.tick() => {
                    self.ask_for_cancel();
                    Event::SaveDue
                }
                () = reached(self.again_at) => Event::RetryDue,
                event = next(&mut self.calling), if !self.machine.is_full() => event,
            };
            end = self.happen(event);
        }
        if let Some(end) = end {
            self.settle(end, &done).await;
        }
    }

    /// Brings the machine an event and does what it says; `Some` at the end.
    fn happen(&mut self, event: Event) -> Option<End> {
        match event {
            Event::CallEnded(_) => self.calling = None,
            Event::RetryDue => self.again_at = None,
            _ => {}
        }
        let now = self.skein.now();
        for effect in self.machine.step(event, now) {
            match effect {
                Effect::Call { .. } => self.calling = Some(self.call()),
                Effect::CloseConnection => self.calling = None,
                Effect::Wait { until } => self.again_at = Some(Instant::now() + span(now, until)),
                Effect::Save(chunks) => self.saving = Some(self.save(chunks)),
                Effect::Emit(what) => self.emit(what),
                Effect::End(end) => return Some(end),
            }
        }
        None
    }

    /// Makes the call. The key is asked for each time and goes with the call.
    fn call(&self) -> Calling {
        let (sender, events) = mpsc::channel(WAITING);
        let (skein, endpoint) = (self.skein.clone(), self.accepted.endpoint.clone());
        let mut call = Call {
            protocol: endpoint.protocol,
            base_url: endpoint.url(),
            allow_http: endpoint.allow_http,
            key: None,
            model: self.accepted.model.clone(),
            messages: self.accepted.messages.clone(),
            parameters: self.accepted.parameters.clone(),
            options: endpoint.options.clone(),
            timeouts: skein.0.timeouts.of(&endpoint.options),
        };
        let future = async move {
            let key = blocking(move || skein.key_for(&endpoint)).await.map_err(Error::from).flatten();
            call.key = key.map_err(|error| failure(&error))?;
            endpoint::call(&call, sender).await.map_err(|error| failure(&error.into()))
        };
        Calling { future: Box::pin(future), events, ended: None }
    }

    fn save(&self, chunks: Vec<Chunk>) -> JoinHandle<Saved> {
        let (skein, home) = (self.skein.clone(), self.accepted.home.clone());
        tokio::task::spawn_blocking(move || {
            let result = home.append(&skein, &chunks);
            (chunks, result)
        })
    }

    /// Looks whether another process asks for a stop.
    fn ask_for_cancel(&mut self) {
        let (skein, home) = (self.skein.clone(), self.accepted.home.clone());
        self.asking.get_or_insert_with(|| tokio::task::spawn_blocking(move || home.cancel_requested(&skein)));
    }

    fn emit(&self, what: Happening) {
        self.sink.emit(SinkEvent { thread_id: self.thread_id.clone(), response_id: self.id.clone(), what });
    }

    /// Writes the end, then tells everybody. If it cannot be written (the disk is full, say), that
    /// is told, and it is tried again for as long as the program runs.
    async fn settle(mut self, mut end: End, done: &watch::Sender<Option<Response>>) {
        if let Some(save) = self.saving.take()
            && let Ok((chunks, Err(_))) = save.await
        {
            end.rest.splice(0..0, chunks);
        }
        let (skein, home, end) = (self.skein.clone(), self.accepted.home.clone(), Arc::new(end));
        let first = keep(skein.clone(), home.clone(), end.clone()).await;
        let written = first.is_ok();
        let response = first.unwrap_or_else(|error| self.failed(error.detail()));
        skein.0.responses.remove(&self.id);
        done.send_replace(Some(response.clone()));
        self.emit(Happening::Ended(Box::new(response)));
        let (mut pause, longest) = END_AGAIN;
        if written {
            return;
        }
        loop {
            tokio::time::sleep(pause).await;
            if keep(skein.clone(), home.clone(), end.clone()).await.is_ok() {
                return;
            }
            pause = longest.min(pause * 2);
        }
    }

    fn failed(&self, error: ErrorDetail) -> Response {
        Response { status: ResponseStatus::Failed, error: Some(error), ..self.accepted.response.clone() }
    }
}

/// Keeps the end and says how the response ended.
async fn keep(skein: Skein, home: Home, end: Arc<End>) -> Result<Response> {
    blocking(move || home.finish(&skein, &end)).await?
}

/// A running call. Dropping it closes the connection.
struct Calling {
    future: Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>,
    events: mpsc::Receiver<CallEvent>,
    ended: Option<Result<(), Failure>>,
}

impl Calling {
    /// What the call tells next; its end comes after everything it told.
    async fn next(&mut self) -> Event {
        if self.ended.is_none() {
            tokio::select! {
                biased;
                Some(event) = self.events.recv() => return Event::Call(event),
                result = &mut self.future => self.ended = Some(result),
            }
        }
        match (self.events.recv().await, &self.ended) {
            (Some(event), _) => Event::Call(event),
            (None, Some(result)) => Event::CallEnded(result.clone()),
            (None, None) => std::future::pending().await,
        }
    }
}

async fn next(calling: &mut Option<Calling>) -> Event {
    match calling {
        Some(calling) => calling.next().await,
        None => std::future::pending().await,
    }
}

/// The result of a task, which is then gone; waits for ever without one.
async fn finished<T>(task: &mut Option<JoinHandle<T>>) -> T {
    if let Some(running) = task {
        let result = running.await;
        *task = None;
        if let Ok(result) = result {
            return result;
        }
    }
    // Either there is none, or the runtime is ending and takes this task with it.
    std::future::pending().await
}

async fn reached(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn span(from: Millis, to: Millis) -> Duration {
    Duration::from_millis(to.saturating_sub(from).max(0).cast_unsigned())
}

fn failure(error: &Error) -> Failure {
    let retry = match error {
        Error::Endpoint(error) => error.retry(),
        _ => Retry::No,
    };
    Failure { code: error.code(), error: error.detail(), retry }
}
