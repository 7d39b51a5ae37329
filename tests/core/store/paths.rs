//! Paths through the tree of messages, against a walk from parent to parent.

use std::collections::HashMap;
use std::ops::ControlFlow;

use proptest::prelude::*;
use skein_core::store::message::{self, MessageRow};
use skein_core::store::path::{Path, newest_tip_through};
use skein_core::wire::Role;

use crate::support::Fixture;

/// A tree as a list of choices: each message hangs behind one of those before it, or begins anew.
fn tree() -> impl Strategy<Value = Vec<(prop::sample::Index, bool, bool)>> {
    prop::collection::vec((any::<prop::sample::Index>(), prop::bool::weighted(0.8), prop::bool::weighted(0.2)), 1..60)
}

fn build(fixture: &Fixture, choices: &[(prop::sample::Index, bool, bool)]) -> Vec<MessageRow> {
    let thread = fixture.thread("a", "{}");
    let mut rows: Vec<MessageRow> = Vec::new();
    for (n, (behind, goes_on, system)) in choices.iter().enumerate() {
        let parent = match rows.last() {
            None => None,
            Some(last) if *goes_on => Some(last.clone()),
            Some(_) if behind.index(rows.len() + 1) == rows.len() => None,
            Some(_) => Some(rows[behind.index(rows.len() + 1)].clone()),
        };
        let role = if *system { Role::System } else { Role::User };
        rows.push(fixture.message(&thread, parent.as_ref(), role, &n.to_string()));
    }
    rows
}

/// The sequence numbers from the first message to `tip`, by walking.
fn walked(rows: &[MessageRow], tip: &MessageRow) -> Vec<i64> {
    let parents: HashMap<i64, Option<i64>> = rows.iter().map(|row| (row.seq, row.parent)).collect();
    let mut path = vec![tip.seq];
    while let Some(parent) = parents[path.last().unwrap()] {
        path.push(parent);
    }
    path.reverse();
    path
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_path_is_the_one_a_walk_finds(choices in tree(), from in 1_u32..30, long in 0_u32..30) {
        let fixture = Fixture::new();
        let rows = build(&fixture, &choices);
        for tip in &rows {
            let expected = walked(&rows, tip);
            fixture.store.read(|conn| {
                let path = Path::to(conn, Some(tip.seq))?;
                assert_eq!(path.len() as usize, expected.len());
                let all: Vec<i64> = path.range(conn, 1, path.len())?.iter().map(|row| row.seq).collect();
                assert_eq!(all, expected);
                let part: Vec<i64> = path.range(conn, from, from + long)?.iter().map(|row| row.seq).collect();
                let skipped = (from as usize - 1).min(expected.len());
                let end = (skipped + long as usize + 1).min(expected.len());
                assert_eq!(part, expected[skipped..end]);
                let mut back = Vec::new();
                path.walk_back(conn, |step| { back.push(step.seq); ControlFlow::Continue(()) })?;
                back.reverse();
                assert_eq!(back, expected);
                let systems: Vec<i64> = path.systems(conn)?.iter().rev().map(|step| step.seq).collect();
                let are: Vec<i64> = expected.iter().copied()
                    .filter(|seq| rows.iter().any(|row| row.seq == *seq && row.message.role == Role::System)).collect();
                assert_eq!(systems, are);
                for row in &rows {
                    assert_eq!(path.holds(row), expected.contains(&row.seq));
                }
                Ok::<_, skein_core::store::StoreError>(())
            }).unwrap();
        }
    }

    #[test]
    fn the_newest_path_through_a_message_ends_with_the_last_written_below_it(choices in tree()) {
        let fixture = Fixture::new();
        let rows = build(&fixture, &choices);
        for row in &rows {
            let expected = rows.iter().filter(|tip| walked(&rows, tip).contains(&row.seq)).map(|tip| tip.seq).max();
            let tip = fixture.store.read(|conn| newest_tip_through(conn, row)).unwrap();
            prop_assert_eq!(Some(tip), expected);
        }
    }
}

#[test]
fn versions_are_the_messages_behind_the_same_parent() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    let first = fixture.message(&thread, None, Role::User, "question");
    let one = fixture.message(&thread, Some(&first), Role::Assistant, "one");
    let two = fixture.message(&thread, Some(&first), Role::Assistant, "two");
    let again = fixture.message(&thread, None, Role::User, "question, edited");
    let kin = fixture.store.read(|conn| message::kin_of(conn, [again.seq, two.seq])).unwrap();
    let ids = |of: &[&message::MessageRow]| of.iter().map(|row| row.message.id.to_string()).collect::<Vec<_>>();
    assert_eq!(kin.len(), 2);
    assert_eq!((kin[&two.seq].parent.as_deref(), &kin[&two.seq].response), (Some(first.message.id.as_str()), &None));
    assert_eq!(kin[&two.seq].versions, ids(&[&one, &two]));
    assert_eq!((&kin[&again.seq].parent, &kin[&again.seq].versions), (&None, &ids(&[&first, &again])));
}
