//! The rules once more, as small as they can be written.

use std::collections::HashMap;

use skein_core::Code;
use skein_core::wire::{EntryKind, State};

/// The `client` in a thread's metadata, as a merge patch changes it.
#[derive(Debug, Clone)]
pub enum Patch {
    Set(String),
    Remove,
}

/// Whether a change names the revision that it is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    Any,
    Current,
    Stale,
}

/// What a response without a thread goes on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Previous {
    Nothing,
    Last,
    Unknown,
}

/// Up to where a thread is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpTo {
    Tip,
    /// One of the messages of its path, counted round and round.
    Message(usize),
    Unknown,
}

/// The number of an idempotency key, if a request has one.
pub type Key = Option<u8>;

#[derive(Debug, Clone)]
pub enum Command {
    Create { id: String, title: Option<String>, client: Option<String>, key: Key },
    Send { id: String, text: String, client: Option<String>, to: Option<State>, key: Key },
    Chain { text: String, previous: Previous, beside: Option<String> },
    Retry(String),
    Change { id: String, state: Option<State>, title: Option<String>, patch: Option<Patch>, known: Match },
    Delete(String, bool),
    Undelete(String, Key),
    Pin(String, bool),
    Fork(String, UpTo, Key),
}

impl Command {
    /// The thread that it is about.
    #[allow(dead_code, reason = "asked for by the requests of the API and the window, which share this file")]
    pub fn thread(&self) -> Option<&String> {
        match self {
            Self::Create { id, .. }
            | Self::Send { id, .. }
            | Self::Change { id, .. }
            | Self::Retry(id)
            | Self::Delete(id, _)
            | Self::Undelete(id, _)
            | Self::Pin(id, _)
            | Self::Fork(id, ..) => Some(id),
            Self::Chain { beside, .. } => beside.as_ref(),
        }
    }

    /// Its key, and the thread that the first answer is about, if that can go.
    fn key(&self) -> Option<(u8, Option<&String>)> {
        match self {
            Self::Create { id, key, .. } | Self::Send { id, key, .. } | Self::Undelete(id, key) => {
                key.map(|key| (key, Some(id)))
            }
            Self::Fork(_, _, key) => key.map(|key| (key, None)),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub state: State,
    pub title: Option<String>,
    pub client: Option<String>,
    pub messages: u32,
    pub pinned: bool,
    /// What the person said on the active path.
    pub said: Vec<String>,
    pub history: Vec<EntryKind>,
}

#[derive(Debug, Clone)]
enum Place {
    Here(Seen),
    InBin(Seen),
    Erased,
}

/// A request that was carried out under a key, and the thread that its answer is about.
type Made = (String, Option<String>);

#[derive(Debug, Default)]
pub struct Rules {
    threads: HashMap<String, Place>,
    keys: HashMap<u8, Made>,
    /// Messages that the model saw for the last response without a thread.
    pub chained: u32,
}

fn new(title: Option<String>, client: Option<String>) -> Seen {
    Seen {
        state: State::Open,
        title,
        client,
        messages: 0,
        pinned: false,
        said: Vec::new(),
        history: vec![EntryKind::Created],
    }
}

const fn closed(state: State) -> Option<Code> {
    match state {
        State::Open => None,
        State::Locked => Some(Code::ThreadLocked),
        State::Archived => Some(Code::ThreadArchived),
    }
}

impl Rules {
    /// What is seen of a thread; of one in the bin by those alone who read there.
    pub fn seen(&self, id: &str, even_in_bin: bool) -> Result<Seen, Code> {
        match self.threads.get(id) {
            None => Err(Code::ThreadNotFound),
            Some(Place::Here(seen)) => Ok(seen.clone()),
            Some(Place::InBin(seen)) if even_in_bin => Ok(seen.clone()),
            Some(_) => Err(Code::ThreadDeleted),
        }
    }

    /// The threads that a list has which shows those in the bin, or those that are as `wanted`.
    pub fn listed(&self, deleted: bool, wanted: impl Fn(&Seen) -> bool) -> Vec<String> {
        let listed = self.threads.iter().filter(|(_, place)| match place {
            Place::Here(seen) => !deleted && wanted(seen),
            Place::InBin(seen) => deleted && wanted(seen),
            Place::Erased => false,
        });
        let mut ids: Vec<String> = listed.map(|(id, _)| id.clone()).collect();
        ids.sort();
        ids
    }

    /// Changes the model, or says why not.
    pub fn apply(&mut self, command: &Command) -> Option<Code> {
        let Some((key, thread)) = command.key() else { return self.try_apply(command).err() };
        if let Some((request, thread)) = self.keys.get(&key) {
            if *request != format!("{command:?}") {
                return Some(Code::IdempotencyConflict);
            }
            return thread.as_ref().and_then(|id| self.seen(id, false).err());
        }
        let refused = self.try_apply(command).err();
        if refused.is_none() {
            self.keys.insert(key, (format!("{command:?}"), thread.cloned()));
        }
        refused
    }

    fn try_apply(&mut self, command: &Command) -> Result<(), Code> {
        match command {
            Command::Create { id, title, client, .. } => match self.threads.get(id) {
                None => self.put(id, new(title.clone(), client.clone())),
                Some(Place::Here(_)) => return Err(Code::ThreadExists),
                Some(_) => return Err(Code::ThreadDeleted),
            },
            Command::Chain { beside: Some(_), previous: Previous::Last | Previous::Unknown, .. } => {
                return Err(Code::InvalidRequest);
            }
            Command::Chain { text, beside: Some(id), .. } => self.send(id, text, None, None)?,
            Command::Chain { previous: Previous::Nothing, .. } => self.chained = 1,
            Command::Chain { previous: Previous::Last, .. } if self.chained > 0 => self.chained += 2,
            Command::Chain { .. } => return Err(Code::ResponseNotFound),
            Command::Send { id, text, client, to, .. } => self.send(id, text, client.as_ref(), *to)?,
            Command::Retry(id) => {
                let mut seen = self.seen(id, false)?;
                if seen.messages > 0 {
                    closed(seen.state).map_or(Ok(()), Err)?;
                    seen.messages += 1;
                }
                self.put(id, seen);
            }
            Command::Change { id, state, title, patch, known } => {
                let mut seen = self.seen(id, false)?;
                if *known == Match::Stale {
                    return Err(Code::PreconditionFailed);
                }
                if *state == Some(State::Open) {
                    transition(&mut seen, State::Open)?;
                }
                if title.is_some() || patch.is_some() {
                    closed(seen.state).map_or(Ok(()), Err)?;
                }
                if title.is_some() && seen.title != *title {
                    seen.title.clone_from(title);
                    seen.history.push(EntryKind::Renamed);
                }
                let client = match patch {
                    None => seen.client.clone(),
                    Some(Patch::Set(client)) => Some(client.clone()),
                    Some(Patch::Remove) => None,
                };
                if seen.client != client {
                    seen.client = client;
                    seen.history.push(EntryKind::MetadataChanged);
                }
                if let Some(state) = state {
                    transition(&mut seen, *state)?;
                }
                self.put(id, seen);
            }
            Command::Delete(id, confirmed) => {
                let mut seen = self.seen(id, false)?;
                match (seen.state, confirmed) {
                    (State::Open, _) => {
                        seen.history.push(EntryKind::Deleted);
                        self.threads.insert(id.clone(), Place::InBin(seen));
                    }
                    (State::Locked, _) => return Err(Code::ThreadLocked),
                    (State::Archived, true) => {
                        self.threads.insert(id.clone(), Place::Erased);
                        self.keys.retain(|_, (_, thread)| thread.as_ref() != Some(id));
                    }
                    (State::Archived, false) => return Err(Code::ConfirmationRequired),
                }
            }
            Command::Undelete(id, _) => match self.threads.get(id).cloned() {
                None => return Err(Code::ThreadNotFound),
                Some(Place::Erased) => return Err(Code::ThreadDeleted),
                Some(Place::Here(_)) => {}
                Some(Place::InBin(mut seen)) => {
                    seen.history.push(EntryKind::Undeleted);
                    self.put(id, seen);
                }
            },
            Command::Pin(id, pinned) => {
                let mut seen = self.seen(id, false)?;
                seen.pinned = *pinned;
                self.put(id, seen);
            }
            Command::Fork(id, up_to, _) => {
                let seen = self.seen(id, false)?;
                let known = match up_to {
                    UpTo::Tip => true,
                    UpTo::Message(_) => seen.messages > 0,
                    UpTo::Unknown => false,
                };
                if !known {
                    return Err(Code::MessageNotFound);
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, id: &str, text: &str, client: Option<&String>, to: Option<State>) -> Result<(), Code> {
        let mut seen = match self.seen(id, false) {
            Err(Code::ThreadNotFound) => new(None, client.cloned()),
            known => known?,
        };
        if to == Some(State::Open) && seen.state == State::Locked {
            transition(&mut seen, State::Open)?;
        }
        closed(seen.state).map_or(Ok(()), Err)?;
        seen.title.get_or_insert_with(|| text.to_owned());
        seen.said.push(text.to_owned());
        seen.messages += 2;
        if let Some(to) = to {
            transition(&mut seen, to)?;
        }
        self.put(id, seen);
        Ok(())
    }

    fn put(&mut self, id: &str, seen: Seen) {
        self.threads.insert(id.to_owned(), Place::Here(seen));
    }
}

fn transition(seen: &mut Seen, to: State) -> Result<(), Code> {
    let kind = match (seen.state, to) {
        (from, to) if from == to => return Ok(()),
        (State::Archived, _) => return Err(Code::InvalidTransition),
        (_, State::Locked) => EntryKind::Locked,
        (_, State::Open) => EntryKind::Unlocked,
        (_, State::Archived) => EntryKind::Archived,
    };
    seen.state = to;
    seen.history.push(kind);
    Ok(())
}
