//! What is kept before a model is called: the thread found or made, the inputs, the response and its
//! receipt, all in one transaction; or, in a chain, the same in memory.

use rusqlite::{Connection, Transaction};

use super::home::Home;
use super::way::Way;
use super::{Beginning, tip_on_show};
use crate::chain::{self, Before, NewLink};
use crate::clock::Millis;
use crate::context::receipt::Stored;
use crate::context::{self, Context, Unchosen, Wish};
use crate::endpoint::CallMessage;
use crate::error::{Error, Result};
use crate::response::Asked;
use crate::skein::Skein;
use crate::skein::chains::with_path;
use crate::skein::endpoints::check;
use crate::skein::prompts::opening;
use crate::skein::show::{find, find_message};
use crate::store::endpoint::EndpointRow;
use crate::store::idempotency::{self, Made, Once};
use crate::store::message::{self, MessageRow, NewInsert};
use crate::store::response::{self, NewResponse};
use crate::store::thread::{self, ThreadRow};
use crate::store::{StoreError, entry, setting, thread_option};
use crate::thread::{Action, MessageId, Metadata, NewMessage, ResponseId, RuleError, ThreadId, check_room, permit};
use crate::wire::{ContextSummary, JsonObject, Protocol, Response, State, ThreadChoice, ThreadOptions};

/// What is asked for, whichever button it came from.
pub(super) struct Ask {
    pub(super) to: To,
    pub(super) inputs: Vec<NewMessage>,
    pub(super) beginning: Beginning,
    /// A last turn for the model that is not stored.
    pub(super) unsaved: Option<&'static str>,
    pub(super) parameters: JsonObject,
    pub(super) endpoint: EndpointRow,
    pub(super) model: String,
    /// The key it is asked for under.
    pub(super) once: Option<Once>,
}

/// Where what is asked belongs.
pub(super) enum To {
    Thread {
        choice: ThreadChoice,
        place: Place,
        state: Option<State>,
    },
    /// Behind the response with this id, if any.
    Chain(Option<String>),
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

/// A response that is kept and can be asked for.
pub(super) struct Accepted {
    pub(super) home: Home,
    pub(super) response: Response,
    pub(super) endpoint: EndpointRow,
    pub(super) model: String,
    pub(super) messages: Vec<CallMessage>,
    pub(super) parameters: JsonObject,
}

impl Ask {
    /// How it is asked where a thread has these options.
    fn way(&self, conn: &Connection, options: &ThreadOptions) -> Result<Way> {
        Way::of(conn, &self.endpoint, &self.model, options, &self.parameters)
    }

    fn asked(&self, id: String, way: &Way, wish: &Wish<'_>, context: &Context) -> Asked {
        let origin = self.endpoint.origin().unwrap_or_else(|| self.endpoint.name.clone());
        let receipt = Stored {
            organization: self.organization(),
            ..context.receipt(wish, &self.model, &origin, self.endpoint.protocol)
        };
        Asked {
            id,
            message_id: MessageId::generate().to_string(),
            endpoint: self.endpoint.name.clone(),
            endpoint_id: self.endpoint.id.to_string(),
            receipt: receipt.to_json(),
            origin,
            model: self.model.clone(),
            parameters: serde_json::json!(way.parameters).to_string(),
            own_parameters: serde_json::json!(self.parameters).to_string(),
            context: ContextSummary { sent: context.sent, left_out: context.left_out },
        }
    }

    /// The organization that the body names; where a header does, it is no part of the request.
    fn organization(&self) -> Option<String> {
        let named = self.endpoint.protocol == Protocol::Freddy;
        self.endpoint.options.organization_id.clone().filter(|_| named)
    }

    fn accepted(&self, home: Home, response: Response, way: Way, messages: Vec<CallMessage>) -> Accepted {
        let (endpoint, model, parameters) = (self.endpoint.clone(), self.model.clone(), way.parameters);
        Accepted { home, response, endpoint, model, messages, parameters }
    }
}

impl Skein {
    /// Keeps everything that must survive whatever happens next.
    pub(super) fn accept(&self, ask: &Ask) -> Result<Accepted> {
        let (choice, place, state) = match &ask.to {
            To::Chain(previous) => return self.accept_in_chain(ask, previous.as_deref()),
            To::Thread { choice, place, state } => (choice, place, *state),
        };
        if self.store().is_read_only() {
            return Err(StoreError::ReadOnly.into());
        }
        // Before the transaction: from here on, others can tell that this process is alive.
        self.process()?;
        self.unless_abandoned(|| {
            context::ready(|| {
                self.store().write(|tx| {
                    if let Some(once) = &ask.once
                        && idempotency::find(tx, once, self.now())?.is_some()
                    {
                        // It was not there a moment ago: the same request is under way.
                        return Err(RuleError::ThreadBusy.into());
                    }
                    let thread = self.thread_for(tx, choice, state)?;
                    self.write(tx, ask, &thread, place, state)
                })
            })
        })
    }

    fn write(
        &self,
        tx: &Transaction<'_>,
        ask: &Ask,
        thread: &ThreadRow,
        place: &Place,
        state: Option<State>,
    ) -> Result<Accepted, Unchosen> {
        if response::running_of(tx, thread.seq)?.is_some() {
            return Err(RuleError::ThreadBusy.into());
        }
        let first = begin(tx, thread, &ask.inputs, &ask.beginning)?;
        check_room(thread.message_count, (first.iter().len() + ask.inputs.len()) as u32)?;
        let parent = match place {
            Place::Tip => thread.tip,
            Place::Shown => tip_on_show(tx, thread)?,
            Place::Beginning => None,
            Place::Behind(id) => Some(find_message(tx, thread, id)?.seq),
            Place::Beside(id) => find_message(tx, thread, id)?.parent,
        };
        let now = self.now();
        let parent = add_messages(tx, thread.seq, parent, first.as_slice(), now)?;
        let parent = add_messages(tx, thread.seq, parent, &ask.inputs, now)?;
        self.title_by_first_message(tx, thread, &ask.inputs)?;
        let needed = ask.inputs.len().max(1) as u32;
        let way = ask.way(tx, &thread_option::get(tx, thread.seq)?)?;
        let wish = Wish { tip: parent, needed, unsaved: ask.unsaved, ..way.wish() };
        let context = context::choose(tx, &wish)?;
        let new = NewResponse {
            asked: &ask.asked(ResponseId::generate().to_string(), &way, &wish, &context),
            thread: thread.seq,
            parent,
            thread_state: state,
            process: self.process()?.name(),
            created_at: now,
        };
        let row = response::begin(tx, &new)?;
        if let Some(once) = &ask.once {
            idempotency::insert(tx, once, Made { thread: thread.seq, response: Some(row.seq) }, now)?;
        }
        let response = response::wire(&row, &thread::get(tx, thread.seq)?);
        Ok(ask.accepted(Home::Thread(row.seq), response, way, context.messages))
    }

    /// Keeps what is asked in memory, and nowhere else.
    fn accept_in_chain(&self, ask: &Ask, previous: Option<&str>) -> Result<Accepted> {
        let before = previous.map_or(Ok(Before::Nothing), |id| self.continued(id))?;
        let needed = ask.inputs.len() as u32;
        let (asked, way, messages) = context::ready(|| {
            self.store().read(|conn| {
                with_path(conn, &before, &ask.inputs, |tip, chain| {
                    let way = ask.way(conn, &checked(ask.beginning.options.as_ref())?)?;
                    let wish = Wish { tip, chain, needed, unsaved: ask.unsaved, ..way.wish() };
                    let context = context::choose(conn, &wish)?;
                    let id = chain::new_id(&setting::store_id(conn)?);
                    Ok::<_, Unchosen>((ask.asked(id, &way, &wish, &context), way, context.messages))
                })
            })
        })?;
        let new = NewLink { asked, before, inputs: ask.inputs.clone(), once: ask.once.clone() };
        let link = self.0.chains.add(new, self.now())?;
        let response = link.wire();
        Ok(ask.accepted(Home::Chain(link), response, way, messages))
    }

    /// The thread that is named, made if there is none, and open.
    fn thread_for(&self, tx: &Transaction<'_>, choice: &ThreadChoice, state: Option<State>) -> Result<ThreadRow> {
        let (id, metadata) = match choice {
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
        if (thread.state, state) == (State::Locked, Some(State::Open)) {
            entry::transition(tx, thread.seq, State::Open, self.0.door, self.now(), None)?;
            return Ok(thread::get(tx, thread.seq)?);
        }
        permit(thread.state, Action::Write, id)?;
        Ok(thread)
    }
}

/// What a thread without messages begins with. How it is to ask is kept.
fn begin(
    tx: &Transaction<'_>,
    thread: &ThreadRow,
    inputs: &[NewMessage],
    beginning: &Beginning,
) -> Result<Option<NewMessage>> {
    if thread.message_count > 0 {
        return Ok(None);
    }
    if beginning.options.is_some() {
        thread_option::set(tx, thread.seq, &checked(beginning.options.as_ref())?)?;
    }
    if beginning.without_prompt { Ok(None) } else { opening(tx, thread, inputs) }
}

/// How it is to be asked, the usual way if nothing is said.
fn checked(options: Option<&ThreadOptions>) -> Result<ThreadOptions> {
    let options = options.cloned().unwrap_or_default();
    Ok(ThreadOptions { parameters: check::parameters(options.parameters)?, ..options })
}

/// Adds messages one behind the other and says what will follow them.
pub(in crate::skein) fn add_messages(
    tx: &Transaction<'_>,
    thread: i64,
    parent: Option<i64>,
    messages: &[NewMessage],
    at: Millis,
) -> Result<Option<i64>> {
    let mut last: Option<MessageRow> = None;
    for message in messages {
        let parent = last.map_or(parent, |last| Some(last.seq));
        last = Some(message::insert(tx, &NewInsert { thread, parent, message, created_at: at, response: None })?);
    }
    match last {
        Some(last) => {
            thread::set_tip(tx, &last, at)?;
            Ok(Some(last.seq))
        }
        None => Ok(parent),
    }
}
