//! Chains: following them, looking at them, keeping one as a thread, forgetting one. They are in
//! memory only: nothing here writes or logs what they say, until a person keeps one.

use std::sync::Arc;

use rusqlite::{Connection, Transaction};

use super::Skein;
use super::fork::Copy;
use super::respond::{add_messages, streaming_view, unknown};
use super::show::{find, wire};
use super::usage::cost_of;
use super::window_view::LAST_REPLY;
use crate::chain::{Aside, Before, Ended, Link};
use crate::clock::rfc3339;
use crate::error::{Code, Error, Result};
use crate::render;
use crate::response::{Arrived, End, Event};
use crate::store::message;
use crate::store::response::{self, NewResponse};
use crate::store::thread::{self, ThreadRow};
use crate::thread::{NewMessage, RuleError, check_room};
use crate::wire::{ChainView, FailedView, ForkedFrom, JsonObject, MessageView, Thread};

impl Skein {
    /// A chain up to a response, ready to be painted.
    ///
    /// # Errors
    /// `response_not_found`, `response_expired`.
    pub fn chain(&self, response_id: &str) -> Result<ChainView> {
        let link = self.link(response_id)?;
        let path = link.path();
        Ok(ChainView {
            messages: self.store().read(|conn| views(conn, &path, None))?,
            streaming: link.is_running().then(|| streaming_view(link.wire(), link.arrived(), false)),
            failed: link.ended().filter(|ended| ended.reply.is_none()).map(|_| failed_view(&link)),
            responses: path.iter().map(|link| link.asked.id.clone()).collect(),
            aside_of: aside(&path).and_then(|aside| {
                let message_id = aside.message.clone()?;
                Some(ForkedFrom { thread_id: aside.thread.clone(), message_id })
            }),
            expires_at: rfc3339(link.named_until()),
        })
    }

    /// A message of a chain as `chain` shows it, but whole however long it is.
    ///
    /// # Errors
    /// `message_not_found`, `response_not_found`, `response_expired`.
    pub fn chain_message(&self, response_id: &str, message_id: &str) -> Result<MessageView> {
        let path = self.link(response_id)?.path();
        let views = self.store().read(|conn| views(conn, &path, Some(message_id)))?;
        let found = views.into_iter().find(|view| view.message.id == message_id);
        Ok(found.ok_or_else(|| RuleError::MessageNotFound(message_id.into()))?)
    }

    /// The text of a message of a chain as it was written, all parts.
    ///
    /// # Errors
    /// `message_not_found`, `response_not_found`, `response_expired`.
    pub fn chain_text(&self, response_id: &str, message_id: &str) -> Result<String> {
        let path = self.link(response_id)?.path();
        let found = path.iter().flat_map(|link| link.messages()).find(|message| message.id.as_str() == message_id);
        Ok(found.ok_or_else(|| RuleError::MessageNotFound(message_id.into()))?.texts.join("\n\n"))
    }

    /// Makes a chain up to a response a thread, with its responses. An aside becomes a fork of its
    /// thread. From then on those responses are the thread's, and the chain is forgotten.
    ///
    /// # Errors
    /// `response_not_found`, `response_expired`, `thread_busy` while the response runs, `message_limit_reached`,
    /// and what making a thread can say; the chain stays then.
    pub fn keep_chain(
        &self,
        response_id: &str,
        id: Option<&str>,
        title: Option<&str>,
        metadata: Option<JsonObject>,
    ) -> Result<Thread> {
        let link = self.link(response_id)?;
        if link.is_running() {
            return Err(RuleError::ThreadBusy.into());
        }
        self.process()?;
        let path = link.path();
        let kept = self.store().write(|tx| {
            if response::find_by_id(tx, response_id)?.is_some() {
                return Err(RuleError::ResponseExpired(response_id.into()).into());
            }
            let row = match aside(&path) {
                None => self.create(tx, id, title, metadata)?,
                Some(aside) => {
                    let origin = find(tx, &aside.thread)?;
                    self.copy_path(tx, &origin, aside.tip, Copy { id, title, metadata })?
                }
            };
            self.store_links(tx, &row, &path)?;
            wire(tx, &thread::get(tx, row.seq)?)
        })?;
        self.0.chains.forget(&link, self.now());
        Ok(kept)
    }

    /// Adds a chain's messages and responses to a thread as if they had come there one by one.
    fn store_links(&self, tx: &Transaction<'_>, thread: &ThreadRow, path: &[Arc<Link>]) -> Result<()> {
        let mut parent = thread.tip;
        for link in path {
            // Only the last one could be running, and it is not.
            let Some(ended) = link.ended() else { continue };
            let now = thread::get(tx, thread.seq)?;
            check_room(now.message_count, link.inputs.len() as u32)?;
            self.title_by_first_message(tx, &now, &link.inputs)?;
            parent = add_messages(tx, thread.seq, parent, &link.inputs, link.created_at)?;
            let new = NewResponse {
                asked: &link.asked,
                thread: thread.seq,
                parent,
                thread_state: None,
                process: self.process()?.name(),
                created_at: link.created_at,
            };
            let row = response::begin(tx, &new)?;
            let end = End { rest: arrived(ended).into_chunks(), ..ended.end.clone() };
            response::finish(tx, row.seq, &end, self.0.door, ended.at, None)?;
            parent = response::message_of(tx, row.seq)?.or(parent);
        }
        Ok(thread::touch(tx, thread.seq, self.now())?)
    }

    /// Forgets the chain that a response is part of, at once, and stops what runs in it. One that is
    /// gone already stays gone.
    ///
    /// # Errors
    /// `response_not_found`.
    pub fn forget_chain(&self, response_id: &str) -> Result<()> {
        let link = match self.link(response_id) {
            Err(error) if error.code() == Code::ResponseExpired => return Ok(()),
            found => found?,
        };
        for gone in self.0.chains.forget(&link, self.now()) {
            self.0.responses.tell(&gone.asked.id, Event::Cancel);
        }
        Ok(())
    }

    /// What a chain goes on from: a response of a chain, or one of a thread.
    pub(super) fn continued(&self, id: &str) -> Result<Before> {
        match self.0.chains.find(id, self.now()) {
            Some(link) if link.is_running() => return Err(RuleError::ThreadBusy.into()),
            Some(link) => return Ok(Before::Link(link)),
            None => {}
        }
        self.unless_abandoned(|| {
            self.store().read(|conn| {
                let Some(row) = response::find_by_id(conn, id)? else { return Err(unknown(conn, id)) };
                let thread = find(conn, &thread::get(conn, row.thread)?.id)?;
                if row.is_running() {
                    return Err(RuleError::ThreadBusy.into());
                }
                let tip = response::message_of(conn, row.seq)?.or(row.parent);
                let message = tip.map(|tip| message::id_of(conn, tip)).transpose()?;
                Ok(Before::Thread(Aside { response: id.into(), thread: thread.id, tip, message }))
            })
        })
    }

    fn link(&self, id: &str) -> Result<Arc<Link>> {
        self.0.chains.find(id, self.now()).map_or_else(|| self.store().read(|conn| Err(unknown(conn, id))), Ok)
    }
}

/// Does `work` with the path up to new inputs: its last stored message, and what is in memory.
pub(super) fn with_path<T, E: From<Error>>(
    conn: &Connection,
    before: &Before,
    inputs: &[NewMessage],
    work: impl FnOnce(Option<i64>, &[&NewMessage]) -> Result<T, E>,
) -> Result<T, E> {
    let path = if let Before::Link(link) = before { link.path() } else { Vec::new() };
    let first = path.first().map_or(before, |link| &link.before);
    let tip = match first {
        Before::Thread(aside) => {
            // It may have gone to the bin since.
            find(conn, &aside.thread)?;
            aside.tip
        }
        Before::Nothing | Before::Link(_) => None,
    };
    let chain: Vec<&NewMessage> = path.iter().flat_map(|link| link.messages()).chain(inputs).collect();
    work(tip, &chain)
}

/// Where the chain began, if it is an aside.
fn aside(path: &[Arc<Link>]) -> Option<&Aside> {
    match &path.first()?.before {
        Before::Thread(aside) => Some(aside),
        Before::Nothing | Before::Link(_) => None,
    }
}

/// A response that ended without a text. In a chain none goes on with a reply.
fn failed_view(link: &Link) -> FailedView {
    FailedView {
        response: link.wire(),
        parent_id: link.last_message().map(str::to_owned).unwrap_or_default(),
        continues: false,
    }
}

/// What a reply that has ended consists of.
fn arrived(ended: &Ended) -> Arrived {
    match &ended.reply {
        Some(reply) => Arrived { text: reply.texts.concat(), reasoning: reply.reasoning.clone().unwrap_or_default() },
        None => Arrived { text: String::new(), reasoning: ended.reasoning.clone() },
    }
}

/// Of a long message only the beginning, but for the one that is wanted whole, and for a reply at the
/// end: it was seen arriving.
fn views(conn: &Connection, path: &[Arc<Link>], whole: Option<&str>) -> Result<Vec<MessageView>> {
    let mut views = Vec::new();
    for (at, link) in path.iter().enumerate() {
        let usage = link.ended().and_then(|ended| ended.end.usage);
        let cost = cost_of(conn, Some(&link.asked.endpoint_id), &link.asked.model, usage)?;
        for (written, mut message) in link.messages().zip(link.messages_wire()) {
            let response = message.response_id.is_some().then(|| link.wire());
            message.texts.clear();
            let text = written.texts.join("\n\n");
            let size = written.size() as u32;
            let last_reply = at + 1 == path.len() && response.is_some() && size <= LAST_REPLY;
            let is_whole = last_reply || whole == Some(message.id.as_str());
            let folded = if is_whole { None } else { render::beginning(&text) };
            views.push(MessageView {
                position: views.len() as u32 + 1,
                html: render::html(folded.map_or(text.as_str(), |beginning| beginning.text)),
                folded: folded.map(|beginning| beginning.lines),
                size,
                version: 1,
                cost: response.as_ref().and(cost.clone()),
                response,
                message,
            });
        }
    }
    Ok(views)
}
