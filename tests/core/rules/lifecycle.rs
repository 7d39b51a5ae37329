//! The lifecycle table and what each state permits, cell by cell.

use skein_core::Code;
use skein_core::thread::{Action, Transition, permit, transition};
use skein_core::wire::EntryKind;
use skein_core::wire::State::{Archived, Locked, Open};

#[test]
fn the_lifecycle_table() {
    use EntryKind as Kind;
    for (from, to, expected) in [
        (Open, Open, Some(Transition::Same)),
        (Open, Locked, Some(Transition::Step(Kind::Locked))),
        (Open, Archived, Some(Transition::Step(Kind::Archived))),
        (Locked, Open, Some(Transition::Step(Kind::Unlocked))),
        (Locked, Locked, Some(Transition::Same)),
        (Locked, Archived, Some(Transition::Step(Kind::Archived))),
        (Archived, Open, None),
        (Archived, Locked, None),
        (Archived, Archived, Some(Transition::Same)),
    ] {
        match (transition(from, to), expected) {
            (Ok(step), Some(expected)) => assert_eq!(step, expected, "{from:?} to {to:?}"),
            (Err(error), None) => assert_eq!(error.code(), Code::InvalidTransition, "{from:?} to {to:?}"),
            (result, _) => panic!("{from:?} to {to:?} gave {result:?}"),
        }
    }
}

#[test]
fn what_each_state_permits() {
    use Action::{CleanUp, Delete, DeleteConfirmed, Describe, Fork, Read, View, Write};
    let (ok, locked, archived, confirm) =
        (None, Some(Code::ThreadLocked), Some(Code::ThreadArchived), Some(Code::ConfirmationRequired));
    let table = [
        (Read, [ok, ok, ok]),
        (Fork, [ok, ok, ok]),
        (View, [ok, ok, ok]),
        (Write, [ok, locked, archived]),
        (Describe, [ok, locked, archived]),
        (Delete, [ok, locked, confirm]),
        (DeleteConfirmed, [ok, locked, ok]),
        (CleanUp, [ok, locked, archived]),
    ];
    assert_eq!(table.len(), Action::ALL.len(), "every action has a row");
    for (action, expected) in table {
        for (state, expected) in [Open, Locked, Archived].into_iter().zip(expected) {
            let code = permit(state, action, "id").err().map(|error| error.code());
            assert_eq!(code, expected, "{action:?} while {state:?}");
        }
    }
}
