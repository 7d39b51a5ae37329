//! One response of a chain: what was asked, what has arrived, how it ended, and the link before it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::NAMED_FOR;
use crate::clock::{Millis, rfc3339};
use crate::response::{Arrived, Asked, Chunk, End};
use crate::store::idempotency::Once;
use crate::thread::NewMessage;
use crate::wire::{Message, Response, ResponseStatus, TextPart};

/// What a response takes beside its texts, roughly.
const OVERHEAD: usize = 1024;

/// What a chain's response continues.
#[derive(Debug, Clone, Default)]
pub enum Before {
    /// Nothing: it begins a chain.
    #[default]
    Nothing,
    /// A response of a chain.
    Link(Arc<Link>),
    /// A response of a thread: it begins a chain that sees the thread up to there.
    Thread(Aside),
}

/// The response of a thread that an aside begins at.
#[derive(Debug, Clone)]
pub struct Aside {
    /// The response's id.
    pub response: String,
    /// The thread's id.
    pub thread: String,
    /// The last message that the aside sees.
    pub tip: Option<i64>,
    /// That message's id.
    pub message: Option<String>,
}

/// A response that is to run in a chain.
#[derive(Debug)]
pub struct NewLink {
    /// What was asked.
    pub asked: Asked,
    /// What it continues.
    pub before: Before,
    /// The new messages.
    pub inputs: Vec<NewMessage>,
    /// The key it was asked for under.
    pub once: Option<Once>,
}

/// A response of a chain.
#[derive(Debug)]
pub struct Link {
    /// What was asked.
    pub asked: Asked,
    /// What it continues.
    pub before: Before,
    /// The new messages.
    pub inputs: Vec<NewMessage>,
    /// When it was accepted.
    pub created_at: Millis,
    /// Id of the first response of its chain.
    pub(super) root: Arc<str>,
    /// The key it was asked for under.
    pub(super) once: Option<Once>,
    arrived: Mutex<Arrived>,
    ended: OnceLock<Ended>,
    weight: Weight,
}

/// How a response of a chain ended.
#[derive(Debug)]
pub struct Ended {
    /// The end; what had not been given out by then stands in `reply`.
    pub end: End,
    /// When.
    pub at: Millis,
    /// The reply, if it has a text.
    pub reply: Option<NewMessage>,
    /// The reasoning of one without a text.
    pub reasoning: String,
}

impl Link {
    pub(super) fn new(new: NewLink, now: Millis, all: Arc<AtomicUsize>) -> Self {
        let root = match &new.before {
            Before::Link(before) => before.root.clone(),
            Before::Nothing | Before::Thread(_) => new.asked.id.as_str().into(),
        };
        let weight = Weight { own: AtomicUsize::new(0), all };
        let texts: usize = new.inputs.iter().map(NewMessage::size).sum();
        weight.grow(OVERHEAD + texts + new.asked.parameters.len() + new.asked.receipt.len());
        Self {
            asked: new.asked,
            before: new.before,
            inputs: new.inputs,
            created_at: now,
            root,
            once: new.once,
            arrived: Mutex::default(),
            ended: OnceLock::new(),
            weight,
        }
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        self.ended.get().is_none()
    }

    /// How it ended.
    pub fn ended(&self) -> Option<&Ended> {
        self.ended.get()
    }

    /// Until when it can be named.
    pub const fn named_until(&self) -> Millis {
        self.created_at + NAMED_FOR
    }

    /// Takes what arrived.
    pub fn append(&self, chunks: &[Chunk]) {
        let mut arrived = self.lock();
        for chunk in chunks {
            arrived.push(chunk.kind, &chunk.text);
            self.weight.grow(chunk.text.len());
        }
    }

    /// What has arrived of a reply that is still running.
    pub fn arrived(&self) -> Arrived {
        self.lock().clone()
    }

    /// Ends it; once.
    pub fn finish(&self, end: &End, now: Millis) {
        self.append(&end.rest);
        let model = end.model.as_ref().unwrap_or(&self.asked.model);
        let mut arrived = std::mem::take(&mut *self.lock());
        let has_text = !arrived.text.is_empty();
        let reasoning = if has_text { String::new() } else { std::mem::take(&mut arrived.reasoning) };
        let reply = arrived.into_message(self.asked.message_id.clone().into(), model, end.status);
        let end = End { rest: Vec::new(), ..end.clone() };
        // It has ended before: that end stands.
        let _ = self.ended.set(Ended { end, at: now, reply, reasoning });
    }

    /// Every response of the chain up to this one, oldest first.
    pub fn path(self: &Arc<Self>) -> Vec<Arc<Self>> {
        let mut path = vec![self.clone()];
        while let Some(Before::Link(before)) = path.last().map(|link| &link.before) {
            path.push(before.clone());
        }
        path.reverse();
        path
    }

    /// Bytes that the chain takes up to this one.
    pub fn path_bytes(&self) -> usize {
        let mut bytes = self.weight.own.load(Ordering::Relaxed);
        let mut before = &self.before;
        while let Before::Link(link) = before {
            bytes += link.weight.own.load(Ordering::Relaxed);
            before = &link.before;
        }
        bytes
    }

    /// Its messages: what was sent, then the reply.
    pub fn messages(&self) -> impl Iterator<Item = &NewMessage> {
        self.inputs.iter().chain(self.ended().and_then(|ended| ended.reply.as_ref()))
    }

    /// Id of its last message.
    pub fn last_message(&self) -> Option<&str> {
        self.messages().last().map(|message| message.id.as_str())
    }

    /// Id of the message that its first one follows.
    pub fn parent(&self) -> Option<&str> {
        match &self.before {
            Before::Nothing => None,
            Before::Link(before) => before.last_message(),
            Before::Thread(aside) => aside.message.as_deref(),
        }
    }

    /// The response as doors show it, without its output.
    pub fn wire(&self) -> Response {
        let end = self.ended().map(|ended| &ended.end);
        let begun = || if self.lock().text.is_empty() { ResponseStatus::Pending } else { ResponseStatus::Streaming };
        Response {
            id: self.asked.id.clone(),
            object: "response".into(),
            status: end.map_or_else(begun, |end| end.status),
            finish_reason: end.and_then(|end| end.finish_reason),
            model: end.and_then(|end| end.model.as_ref()).unwrap_or(&self.asked.model).clone(),
            endpoint: self.asked.endpoint.clone(),
            thread: None,
            thread_state: None,
            previous_response_id: match &self.before {
                Before::Nothing => None,
                Before::Link(before) => Some(before.asked.id.clone()),
                Before::Thread(aside) => Some(aside.response.clone()),
            },
            output: Vec::new(),
            reasoning: self.ended().map(|ended| ended.reasoning.clone()).filter(|reasoning| !reasoning.is_empty()),
            usage: end.and_then(|end| end.usage),
            context: self.asked.context,
            error: end.and_then(|end| end.error.clone()),
            created_at: rfc3339(self.created_at),
            completed_at: self.ended().map(|ended| rfc3339(ended.at)),
        }
    }

    /// The response as doors show it, with its reply.
    pub fn shown(&self) -> Response {
        let reply = self.messages_wire().pop().filter(|message| message.response_id.is_some());
        Response { output: reply.into_iter().collect(), ..self.wire() }
    }

    /// Its messages as doors show them.
    pub fn messages_wire(&self) -> Vec<Message> {
        let ended = self.ended();
        let reply = ended.and_then(|ended| ended.reply.as_ref());
        let mut parent = self.parent().map(str::to_owned);
        let mut shown = Vec::new();
        for message in self.messages() {
            let id = message.id.to_string();
            let is_reply = reply.is_some_and(|reply| reply.id == message.id);
            shown.push(Message {
                parent_id: parent.replace(id.clone()),
                role: message.role,
                texts: message.texts.iter().map(|text| TextPart { text: text.clone() }).collect(),
                created_at: rfc3339(ended.filter(|_| is_reply).map_or(self.created_at, |ended| ended.at)),
                response_id: is_reply.then(|| self.asked.id.clone()),
                model: message.model.clone(),
                reasoning: message.reasoning.clone(),
                status: message.status,
                versions: vec![id.clone()],
                id,
                object: "message".into(),
                thread_id: None,
                copied_from: None,
            });
        }
        shown
    }

    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Link {
    /// Lets go of what came before one by one: a long chain would exhaust the stack.
    fn drop(&mut self) {
        let mut before = std::mem::take(&mut self.before);
        while let Before::Link(link) = before {
            let Some(mut link) = Arc::into_inner(link) else { break };
            before = std::mem::take(&mut link.before);
        }
    }
}

/// What a link takes of the memory that all share, until it is dropped.
#[derive(Debug)]
struct Weight {
    own: AtomicUsize,
    all: Arc<AtomicUsize>,
}

impl Weight {
    fn grow(&self, bytes: usize) {
        self.own.fetch_add(bytes, Ordering::Relaxed);
        self.all.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.all.fetch_sub(self.own.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}
