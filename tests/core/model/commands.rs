//! Commands at random, on a few threads so that they meet.

use proptest::prelude::*;
use skein_core::wire::State;

use super::rules::{Command, Key, Match, Patch, Previous, UpTo};

/// The threads that commands name.
pub const IDS: [&str; 3] = ["a", "b", "c"];
/// What titles, texts and clients are called.
pub const WORDS: [&str; 3] = ["one", "two", "three"];

fn id() -> impl Strategy<Value = String> {
    prop::sample::select(&IDS[..]).prop_map(String::from)
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(&WORDS[..]).prop_map(String::from)
}

fn some(chance: f64) -> impl Strategy<Value = Option<String>> {
    prop::option::weighted(chance, word())
}

fn state(chance: f64) -> impl Strategy<Value = Option<State>> {
    prop::option::weighted(chance, prop::sample::select(vec![State::Open, State::Locked, State::Archived]))
}

fn key() -> impl Strategy<Value = Key> {
    prop::option::weighted(0.3, 0..2_u8)
}

fn patch() -> impl Strategy<Value = Option<Patch>> {
    prop::option::weighted(0.4, prop_oneof![2 => word().prop_map(Patch::Set), 1 => Just(Patch::Remove)])
}

fn up_to() -> impl Strategy<Value = (UpTo, Key)> {
    prop_oneof![
        2 => key().prop_map(|key| (UpTo::Tip, key)),
        2 => (0..8_usize).prop_map(|at| (UpTo::Message(at), None)),
        1 => Just((UpTo::Unknown, None)),
    ]
}

fn known() -> impl Strategy<Value = Match> {
    prop_oneof![3 => Just(Match::Any), 1 => Just(Match::Current), 1 => Just(Match::Stale)]
}

fn previous() -> impl Strategy<Value = Previous> {
    prop_oneof![1 => Just(Previous::Nothing), 3 => Just(Previous::Last), 1 => Just(Previous::Unknown)]
}

/// One command.
pub fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        1 => (id(), some(0.5), some(0.3), key()).prop_map(|(id, title, client, key)| Command::Create { id, title, client, key }),
        4 => (id(), word(), some(0.2), state(0.2), key())
            .prop_map(|(id, text, client, to, key)| Command::Send { id, text, client, to, key }),
        1 => (word(), previous(), prop::option::weighted(0.2, id()))
            .prop_map(|(text, previous, beside)| Command::Chain { text, previous, beside }),
        1 => id().prop_map(Command::Retry),
        4 => (id(), state(0.7), some(0.3), patch(), known())
            .prop_map(|(id, state, title, patch, known)| Command::Change { id, state, title, patch, known }),
        2 => (id(), any::<bool>()).prop_map(|(id, confirmed)| Command::Delete(id, confirmed)),
        1 => (id(), key()).prop_map(|(id, key)| Command::Undelete(id, key)),
        1 => (id(), any::<bool>()).prop_map(|(id, pinned)| Command::Pin(id, pinned)),
        1 => (id(), up_to()).prop_map(|(id, (up_to, key))| Command::Fork(id, up_to, key)),
    ]
}
