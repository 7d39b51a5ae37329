//! The rules once more, as small as they can be written.

use std::collections::HashMap;

use skein_core::Code;
use skein_core::wire::{EntryKind, State};

#[derive(Debug, Clone)]
pub enum Command {
    Create(String, Option<String>),
    Send(String, String, Option<State>),
    Retry(String),
    Change(String, Option<State>, Option<String>, Option<String>),
    Delete(String, bool),
    Undelete(String),
    Pin(String, bool),
    Fork(String),
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

#[derive(Debug, Default)]
pub struct Rules(HashMap<String, Place>);

fn new(title: Option<String>) -> Seen {
    Seen {
        state: State::Open,
        title,
        client: None,
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
    pub fn seen(&self, id: &str) -> Result<Seen, Code> {
        match self.0.get(id) {
            None => Err(Code::ThreadNotFound),
            Some(Place::Here(seen)) => Ok(seen.clone()),
            Some(_) => Err(Code::ThreadDeleted),
        }
    }

    /// Changes the model, or says why not.
    pub fn apply(&mut self, command: &Command) -> Option<Code> {
        self.try_apply(command).err()
    }

    fn try_apply(&mut self, command: &Command) -> Result<(), Code> {
        match command {
            Command::Create(id, title) => match self.0.get(id) {
                None => self.put(id, new(title.clone())),
                Some(Place::Here(_)) => return Err(Code::ThreadExists),
                Some(_) => return Err(Code::ThreadDeleted),
            },
            Command::Send(id, text, to) => self.send(id, text, *to)?,
            Command::Retry(id) => {
                let mut seen = self.seen(id)?;
                if seen.messages > 0 {
                    closed(seen.state).map_or(Ok(()), Err)?;
                    seen.messages += 1;
                }
                self.put(id, seen);
            }
            Command::Change(id, state, title, client) => {
                let mut seen = self.seen(id)?;
                if *state == Some(State::Open) {
                    transition(&mut seen, State::Open)?;
                }
                if title.is_some() || client.is_some() {
                    closed(seen.state).map_or(Ok(()), Err)?;
                }
                if title.is_some() && seen.title != *title {
                    seen.title.clone_from(title);
                    seen.history.push(EntryKind::Renamed);
                }
                if client.is_some() && seen.client != *client {
                    seen.client.clone_from(client);
                    seen.history.push(EntryKind::MetadataChanged);
                }
                if let Some(state) = state {
                    transition(&mut seen, *state)?;
                }
                self.put(id, seen);
            }
            Command::Delete(id, confirmed) => {
                let mut seen = self.seen(id)?;
                match (seen.state, confirmed) {
                    (State::Open, _) => {
                        seen.history.push(EntryKind::Deleted);
                        self.0.insert(id.clone(), Place::InBin(seen));
                    }
                    (State::Locked, _) => return Err(Code::ThreadLocked),
                    (State::Archived, true) => drop(self.0.insert(id.clone(), Place::Erased)),
                    (State::Archived, false) => return Err(Code::ConfirmationRequired),
                }
            }
            Command::Undelete(id) => match self.0.get(id).cloned() {
                None => return Err(Code::ThreadNotFound),
                Some(Place::Erased) => return Err(Code::ThreadDeleted),
                Some(Place::Here(_)) => {}
                Some(Place::InBin(mut seen)) => {
                    seen.history.push(EntryKind::Undeleted);
                    self.put(id, seen);
                }
            },
            Command::Pin(id, pinned) => {
                let mut seen = self.seen(id)?;
                seen.pinned = *pinned;
                self.put(id, seen);
            }
            Command::Fork(id) => drop(self.seen(id)?),
        }
        Ok(())
    }

    fn send(&mut self, id: &str, text: &str, to: Option<State>) -> Result<(), Code> {
        let mut seen = match self.seen(id) {
            Err(Code::ThreadNotFound) => new(None),
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
        self.0.insert(id.to_owned(), Place::Here(seen));
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
