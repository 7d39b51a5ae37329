//! Asking for a response: what is asked, and what can be done while it runs and after it ended.
//! What is stored before the call stands in `respond/accept.rs`, the run itself in
//! `respond/driver.rs`, and which responses run in this process in `respond/registry.rs`.

mod accept;
mod driver;
mod home;
mod recover;
mod registry;
mod way;

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use super::Skein;
use super::show::{find, find_message, message_wire};
use crate::chain;
use crate::context::GO_ON;
use crate::error::Result;
use crate::render::Stream;
use crate::response::{Arrived, Event, Happening, Sink, SinkEvent};
use crate::store::idempotency::Once;
use crate::store::message::{self, MessageRow};
use crate::store::response::{self, ResponseRow};
use crate::store::thread::{self, ThreadRow};
use crate::store::{StoreError, endpoint, setting, view};
use crate::thread::{Action, RuleError, check_inputs, permit};
use crate::wire::{
    FinishReason, Response, ResponseRequest, ResponseStatus, Role, StreamingView, ThreadChoice, ThreadOptions,
};

pub(super) use accept::add_messages;
use accept::{Ask, Place, To};
pub(crate) use registry::Registry;
pub(super) use way::Way;

/// How long a shutdown waits for running responses to be saved.
const SHUTDOWN: Duration = Duration::from_secs(2);

/// Where the first input goes, if not behind the tip of the active path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RespondOptions {
    /// Id of the message that it replaces: it becomes another version of it.
    pub replaces: Option<String>,
    /// Id of the message that it follows; empty for a new beginning.
    pub parent: Option<String>,
    /// Go on from the path on show, which may be an earlier version.
    pub from_view: bool,
    /// The key under which this is done once, however often it is asked for.
    pub once: Option<Once>,
    /// How a thread begins that has no messages yet; in a chain, how this response is asked for.
    pub beginning: Beginning,
}

/// How a thread begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beginning {
    /// How it asks its models from then on; without it, as it does already.
    pub options: Option<ThreadOptions>,
    /// Whether it begins without its client's prompt.
    pub without_prompt: bool,
}

impl RespondOptions {
    fn place(self) -> Place {
        match (self.replaces, self.parent) {
            (Some(id), _) => Place::Beside(id),
            (None, Some(id)) if id.is_empty() => Place::Beginning,
            (None, Some(id)) => Place::Behind(id),
            (None, None) if self.from_view => Place::Shown,
            (None, None) => Place::Tip,
        }
    }
}

/// A response that was accepted and runs on by itself, whether anybody listens or not.
#[derive(Debug)]
pub struct Running {
    /// As it was accepted.
    pub response: Response,
    /// Whether it is the first answer to a request that has come again: nothing was done, and no sink hears of it.
    pub again: bool,
    done: watch::Receiver<Option<Response>>,
}

impl Running {
    /// The first answer, which has ended.
    fn again(response: Response) -> Self {
        let done = watch::channel(Some(response.clone())).1;
        Self { response, again: true, done }
    }

    /// Tells a sink of a response that has ended, as if it came now.
    pub fn replay(&self, sink: &dyn Sink) {
        let response = &self.response;
        let (thread_id, response_id) = (response.thread.as_deref().map(Arc::from), Arc::from(response.id.as_str()));
        let texts = response.output.iter().flat_map(|message| &message.texts);
        let text = Happening::Text(texts.map(|part| part.text.as_str()).collect());
        let ends = [Happening::Started, Happening::Ended].map(|what| what(Box::new(response.clone())));
        let [started, ended] = ends;
        for what in [started, text, ended] {
            sink.emit(SinkEvent { thread_id: thread_id.clone(), response_id: Arc::clone(&response_id), what });
        }
    }

    /// Waits until it has ended and is stored.
    pub async fn done(mut self) -> Response {
        // Without a sender its runtime is gone, and with it the run: it is as it was accepted.
        let ended = self.done.wait_for(Option::is_some).await.ok().and_then(|ended| ended.clone());
        ended.unwrap_or(self.response)
    }
}

impl Skein {
    /// Stores the inputs and asks a model for a response. Returns once both are stored; what
    /// follows goes to `sink`. Needs a tokio runtime. Without a thread, all of it stays in memory.
    ///
    /// # Errors
    /// `response_not_found`, `response_expired`, `idempotency_conflict`, `thread_busy`, `thread_locked`, `thread_archived`, `thread_deleted`, `message_limit_reached`,
    /// `message_too_large`, `context_too_long`, `endpoint_not_found`, `invalid_request` and what
    /// making a thread can say; nothing is stored then. What goes wrong later ends the response.
    pub async fn respond(
        &self,
        request: ResponseRequest,
        options: RespondOptions,
        sink: Arc<dyn Sink>,
    ) -> Result<Running> {
        if let Some(once) = options.once.clone() {
            let skein = self.clone();
            if let Some(response) = blocking(move || skein.find_once(&once)).await?? {
                return Ok(Running::again(response));
            }
        }
        let (endpoint, model) = self.resolve_endpoint(request.model.as_deref())?;
        let (once, beginning) = (options.once.clone(), options.beginning.clone());
        let ask = Ask {
            to: destination(&request, options)?,
            inputs: check_inputs(request.inputs)?,
            beginning,
            unsaved: None,
            parameters: request.parameters,
            endpoint,
            model,
            once,
        };
        self.start(ask, sink).await
    }

    /// Asks once more for an answer to the same message: the new reply becomes another version.
    /// `message_id` names the reply, or the message whose answer failed without a text. Without a
    /// model, the one that was asked before is asked again.
    ///
    /// # Errors
    /// As [`Skein::respond`], and `message_not_found`.
    pub async fn retry(
        &self,
        thread: &str,
        message_id: &str,
        model: Option<&str>,
        sink: Arc<dyn Sink>,
    ) -> Result<Running> {
        let (parent, before) = self.store().read(|conn| {
            let row = find(conn, thread)?;
            answered_and_before(conn, &row, &find_message(conn, &row, message_id)?)
        })?;
        self.start(self.again(thread, parent, before, model, None)?, sink).await
    }

    /// Asks the model to go on with a reply that was cut off; what it adds becomes a message behind it.
    ///
    /// # Errors
    /// As [`Skein::respond`], `message_not_found`, and `invalid_request` for a reply that is whole.
    pub async fn continue_reply(&self, thread: &str, message_id: &str, sink: Arc<dyn Sink>) -> Result<Running> {
        let before = self.store().read(|conn| {
            let row = find(conn, thread)?;
            let message = find_message(conn, &row, message_id)?;
            permit(row.state, Action::Write, thread)?;
            if message.message.role != Role::Assistant {
                return Err(RuleError::InvalidRequest("Only a reply can be continued.".into()).into());
            }
            let before = message.response.map(|seq| response::get(conn, seq)).transpose()?;
            if before.as_ref().is_some_and(is_whole) {
                let why = "This reply is whole: the model had said everything, so there is nothing to continue. Send a message instead.";
                return Err(RuleError::InvalidRequest(why.into()).into());
            }
            Ok::<_, crate::Error>(before)
        })?;
        self.start(self.again(thread, message_id.into(), before, None, Some(GO_ON))?, sink).await
    }

    /// Stops a response, in whichever process it runs. One that has ended stays as it is.
    ///
    /// # Errors
    /// `response_not_found`, `storage_error`.
    pub fn cancel(&self, response_id: &str) -> Result<()> {
        if self.0.responses.tell(response_id, Event::Cancel) {
            return Ok(());
        }
        if self.0.chains.find(response_id, self.now()).is_some() {
            return Ok(());
        }
        let known = self.store().write(|tx| response::request_cancel(tx, response_id))?;
        if !known {
            return self.store().read(|conn| Err(unknown(conn, response_id)));
        }
        // Its process may be gone, and then nobody else would end it.
        self.recover()?;
        Ok(())
    }

    /// Gets a response, with its reply once there is one.
    ///
    /// # Errors
    /// `response_not_found`, `response_expired`, `thread_deleted`.
    pub fn get_response(&self, id: &str) -> Result<Response> {
        if let Some(link) = self.0.chains.find(id, self.now()) {
            return Ok(link.shown());
        }
        self.store().read(|conn| {
            let Some(row) = response::find_by_id(conn, id)? else { return Err(unknown(conn, id)) };
            let thread = find(conn, &thread::get(conn, row.thread)?.id)?;
            shown(conn, &row, &thread)
        })
    }

    /// The response that runs in a thread, as far as it is saved.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`.
    pub fn running(&self, thread: &str) -> Result<Option<StreamingView>> {
        self.store().read(|conn| self.running_in(conn, &find(conn, thread)?))
    }

    /// The same, as a part of reading more.
    pub(super) fn running_in(&self, conn: &Connection, thread: &ThreadRow) -> Result<Option<StreamingView>> {
        let Some(row) = response::running_of(conn, thread.seq)? else { return Ok(None) };
        let arrived = response::arrived(conn, row.seq)?;
        Ok(Some(streaming_view(response::wire(&row, thread), arrived, !self.is_ours(&row))))
    }

    /// Stops every response of this process and saves what it has, within two seconds.
    pub async fn shutdown(&self) {
        let running = self.0.responses.tell_all(&Event::Shutdown);
        let all_done = async {
            for mut done in running {
                // No sender: that one is over.
                let _ = done.wait_for(Option::is_some).await;
            }
        };
        // Whatever takes longer is recovered at the next start.
        let _ = tokio::time::timeout(SHUTDOWN, all_done).await;
    }

    /// An ask without inputs, behind a message that is there already.
    fn again(
        &self,
        thread: &str,
        parent: String,
        before: Option<ResponseRow>,
        model: Option<&str>,
        unsaved: Option<&'static str>,
    ) -> Result<Ask> {
        let same = before.as_ref().map(|row| self.same_model(row)).transpose()?.flatten();
        let (endpoint, model) = self.resolve_endpoint(model.or(same.as_deref()))?;
        let parameters = before.and_then(|row| serde_json::from_str(&row.own_parameters).ok()).unwrap_or_default();
        Ok(Ask {
            to: To::Thread { choice: ThreadChoice::Id(thread.into()), place: Place::Behind(parent), state: None },
            inputs: Vec::new(),
            beginning: Beginning::default(),
            unsaved,
            parameters,
            endpoint,
            model,
            once: None,
        })
    }

    /// The endpoint and model that were asked, unless that endpoint is gone.
    fn same_model(&self, row: &ResponseRow) -> Result<Option<String>> {
        let there = self.store().read(|conn| endpoint::find(conn, &row.endpoint))?;
        Ok(there.map(|endpoint| format!("{}/{}", endpoint.name, row.model_asked)))
    }

    /// Stores what is asked, tells the sink, and lets it run: in one go, so that a caller who
    /// stops waiting leaves nothing stored that does not run.
    async fn start(&self, ask: Ask, sink: Arc<dyn Sink>) -> Result<Running> {
        let skein = self.clone();
        blocking(move || {
            let accepted = skein.accept(&ask)?;
            let id: Arc<str> = accepted.response.id.as_str().into();
            let thread_id: Option<Arc<str>> = accepted.response.thread.as_deref().map(Arc::from);
            let response = accepted.response.clone();
            let (commands, done_sender, done) = skein.0.responses.add(&id);
            let what = Happening::Started(Box::new(response.clone()));
            sink.emit(SinkEvent { thread_id: thread_id.clone(), response_id: id.clone(), what });
            tokio::spawn(driver::Driver::new(skein, accepted, sink, thread_id, id).run(commands, done_sender));
            Ok(Running { response, again: false, done })
        })
        .await?
    }

    fn is_ours(&self, row: &ResponseRow) -> bool {
        self.0.process.get().is_some_and(|process| process.name() == row.process)
    }
}

/// Runs work that may wait for the disk or for a lock off the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Io(std::io::Error::other(error)))
}

/// Where a request belongs.
fn destination(request: &ResponseRequest, options: RespondOptions) -> Result<To, RuleError> {
    let refuse = |why: &str| Err(RuleError::InvalidRequest(why.into()));
    match (&request.thread, &request.previous_response_id) {
        (Some(_), Some(_)) => refuse("Name either `thread` or `previousResponseId`, not both. Nothing was sent."),
        (Some(thread), None) => {
            Ok(To::Thread { choice: thread.clone(), place: options.place(), state: request.thread_state })
        }
        (None, _) if request.thread_state.is_some() => refuse("`threadState` needs a `thread`. Nothing was sent."),
        (None, previous) => Ok(To::Chain(previous.clone())),
    }
}

/// Whether the model had said everything.
fn is_whole(row: &ResponseRow) -> bool {
    (row.status, row.finish_reason) == (ResponseStatus::Completed, Some(FinishReason::Stop))
}

/// The message that a retry answers, and the response that tried before.
fn answered_and_before(
    conn: &Connection,
    thread: &ThreadRow,
    row: &MessageRow,
) -> Result<(String, Option<ResponseRow>)> {
    match (row.message.role, row.parent) {
        (Role::Assistant, Some(parent)) => {
            let before = row.response.map(|seq| response::get(conn, seq)).transpose()?;
            Ok((message::id_of(conn, parent)?, before))
        }
        (Role::User, _) => Ok((row.message.id.to_string(), response::last_answering(conn, thread.seq, row.seq)?)),
        _ => Err(RuleError::InvalidRequest("This message is no answer, so there is nothing to retry.".into()).into()),
    }
}

/// A response as doors show it, with its reply, or else with the reasoning that came to none.
pub(super) fn shown(conn: &Connection, row: &ResponseRow, thread: &ThreadRow) -> Result<Response> {
    let mut response = response::wire(row, thread);
    if let Some(seq) = response::message_of(conn, row.seq)? {
        response.output.push(message_wire(conn, &thread.id, &message::get(conn, seq)?)?);
    } else if !row.is_running() {
        let reasoning = response::arrived(conn, row.seq)?.reasoning;
        response.reasoning = (!reasoning.is_empty()).then_some(reasoning);
    }
    Ok(response)
}

/// A running response as far as it has come.
pub(super) fn streaming_view(response: Response, arrived: Arrived, elsewhere: bool) -> StreamingView {
    let mut blocks = Stream::new();
    blocks.push(&arrived.text);
    let (closed, tail) = blocks.snapshot();
    StreamingView { response, closed, tail, reasoning: arrived.reasoning, elsewhere }
}

/// Why there is no response with that id: it is gone, or there never was one.
pub(super) fn unknown(conn: &Connection, id: &str) -> crate::Error {
    match setting::store_id(conn) {
        Ok(store) if chain::was_given(&store, id) => RuleError::ResponseExpired(id.into()).into(),
        Ok(_) => RuleError::ResponseNotFound(id.into()).into(),
        Err(error) => error.into(),
    }
}

pub(super) fn tip_on_show(conn: &Connection, row: &ThreadRow) -> Result<Option<i64>> {
    Ok(view::get(conn, row.seq)?.shown_tip.or(row.tip))
}
