//! What is stored before a model is called: the thread found or made, the inputs, the response and
//! its receipt, all in one transaction.

use rusqlite::Transaction;

use super::tip_on_show;
use crate::context::{self, Context, Wish};
use crate::endpoint::CallMessage;
use crate::error::{Error, Result};
use crate::skein::Skein;
use crate::skein::show::{find, find_message};
use crate::store::StoreError;
use crate::store::endpoint::EndpointRow;
use crate::store::entry;
use crate::store::message::{self, MessageRow, NewInsert};
use crate::store::response::{self, NewResponse, ResponseRow};
use crate::store::thread::{self, ThreadRow};
use crate::thread::{Action, MessageId, Metadata, NewMessage, ResponseId, RuleError, ThreadId, check_room, permit};
use crate::wire::{JsonObject, Response, State, ThreadChoice};

/// What is asked for, whichever button it came from.
pub(super) struct Ask {
    pub(super) thread: ThreadChoice,
    pub(super) inputs: Vec<NewMessage>,
    pub(super) place: Place,
    /// A last turn for the model that is not stored.
    pub(super) unsaved: Option<&'static str>,
    pub(super) thread_state: Option<State>,
    pub(super) parameters: JsonObject,
    pub(super) endpoint: EndpointRow,
    pub(super) model: String,
}

/// Where the inputs, or the reply if there are none, go.
pub(super) enum Place {
    /// Behind the tip of the active path.
    Tip,
    /// Behind the tip of the path on show.
    Shown,
    /// Behind nothing.
    Beginning,
    /// Behind the message with this id.
    Behind(String),
    /// Beside the message with this id.
    Beside(String),
}

/// A response that is stored and can be asked for.
pub(super) struct Accepted {
    pub(super) seq: i64,
    pub(super) thread: ThreadRow,
    pub(super) response: Response,
    pub(super) endpoint: EndpointRow,
    pub(super) model: String,
    pub(super) messages: Vec<CallMessage>,
    pub(super) parameters: JsonObject,
}

impl Skein {
    /// Stores everything that must survive whatever happens next.
    pub(super) fn accept(&self, ask: &Ask) -> Result<Accepted> {
        if self.store().is_read_only() {
            return Err(StoreError::ReadOnly.into());
        }
        // Before the transaction: from here on, others can tell that this process is alive.
        self.process()?;
        self.unless_abandoned(|| self.store().write(|tx| self.write(tx, ask)))
    }

    fn write(&self, tx: &Transaction<'_>, ask: &Ask) -> Result<Accepted> {
        let thread = self.thread_for(tx, ask)?;
        if response::running_of(tx, thread.seq)?.is_some() {
            return Err(RuleError::ThreadBusy.into());
        }
        check_room(thread.message_count, ask.inputs.len() as u32)?;
        let parent = match &ask.place {
            Place::Tip => thread.tip,
            Place::Shown => tip_on_show(tx, &thread)?,
            Place::Beginning => None,
            Place::Behind(id) => Some(find_message(tx, &thread, id)?.seq),
            Place::Beside(id) => find_message(tx, &thread, id)?.parent,
        };
        let parent = self.add_inputs(tx, &thread, parent, &ask.inputs)?;
        self.title_by_first_message(tx, &thread, &ask.inputs)?;
        let window = context::window(ask.endpoint.protocol, ask.endpoint.window_of(&ask.model), &ask.model);
        let wish = Wish {
            tip: parent,
            needed: ask.inputs.len().max(1) as u32,
            unsaved: ask.unsaved,
            budget: context::budget(window, &ask.parameters),
        };
        let context = context::choose(tx, &wish)?;
        let row = self.begin(tx, ask, &thread, &wish, &context)?;
        let thread = thread::get(tx, thread.seq)?;
        Ok(Accepted {
            seq: row.seq,
            response: response::wire(&row, &thread),
            thread,
            endpoint: ask.endpoint.clone(),
            model: ask.model.clone(),
            messages: context.messages,
            parameters: ask.parameters.clone(),
        })
    }

    /// The thread that is named, made if there is none, and open.
    fn thread_for(&self, tx: &Transaction<'_>, ask: &Ask) -> Result<ThreadRow> {
        let (id, metadata) = match &ask.thread {
            ThreadChoice::Id(id) => (id, None),
            ThreadChoice::Object { id, metadata } => (id, metadata.as_ref()),
        };
        let thread = match find(tx, id) {
            Err(Error::Rule(RuleError::ThreadNotFound(_))) => {
                let metadata = Metadata::new(metadata.cloned().unwrap_or_default())?;
                return self.insert_thread(tx, &ThreadId::parse(id)?, None, &metadata);
            }
            found => found?,
        };
        if (thread.state, ask.thread_state) == (State::Locked, Some(State::Open)) {
            entry::transition(tx, thread.seq, State::Open, self.0.door, self.now(), None)?;
            return Ok(thread::get(tx, thread.seq)?);
        }
        permit(thread.state, Action::Write, id)?;
        Ok(thread)
    }

    /// Adds the inputs one behind the other and says what the reply will follow.
    fn add_inputs(
        &self,
        tx: &Transaction<'_>,
        thread: &ThreadRow,
        parent: Option<i64>,
        inputs: &[NewMessage],
    ) -> Result<Option<i64>> {
        let now = self.now();
        let mut last: Option<MessageRow> = None;
        for message in inputs {
            let parent = last.map_or(parent, |last| Some(last.seq));
            let new = NewInsert { thread: thread.seq, parent, message, created_at: now, response: None };
            last = Some(message::insert(tx, &new)?);
        }
        match last {
            Some(last) => {
                thread::set_tip(tx, &last, now)?;
                Ok(Some(last.seq))
            }
            None => Ok(parent),
        }
    }

    fn begin(
        &self,
        tx: &Transaction<'_>,
        ask: &Ask,
        thread: &ThreadRow,
        wish: &Wish<'_>,
        context: &Context,
    ) -> Result<ResponseRow> {
        let origin = ask.endpoint.origin().unwrap_or_else(|| ask.endpoint.name.clone());
        let receipt = context.receipt(wish, &ask.model, &origin);
        Ok(response::begin(
            tx,
            &NewResponse {
                id: &ResponseId::generate(),
                message_id: MessageId::generate().as_str(),
                thread: thread.seq,
                parent: wish.tip,
                endpoint: &ask.endpoint.name,
                origin: &origin,
                model: &ask.model,
                thread_state: ask.thread_state,
                parameters: &serde_json::json!(ask.parameters).to_string(),
                receipt: &serde_json::json!(receipt).to_string(),
                sent: context.sent,
                left_out: context.left_out,
                process: self.process()?.name(),
                created_at: self.now(),
            },
        )?)
    }
}
