//! Sealing: with every transition that closes a thread, signed or not, and checked at any later time.

use skein_core::keychain::Keychain;
use skein_core::record::key::SigningKey;
use skein_core::store::entry::{self, NewEntry};
use skein_core::store::{Store, response, seal, signing_key, thread};
use skein_core::wire::{Door, EntryKind, FindingKind, JsonObject, KeyHome, Progress, SealStatus, State};
use skein_core::{Code, ThreadChange};

use crate::support::{Desk, NOW, begin, end, open};

#[test]
fn locking_and_archiving_seal_and_sign() {
    let desk = Desk::new();
    desk.thread("a", 6);
    let locked = desk.skein.set_state("a", State::Locked).unwrap();
    let first = locked.seal.unwrap();
    assert_eq!(first.status, SealStatus::Valid);
    let found = desk.skein.verify_thread("a").unwrap();
    assert_eq!((found.status, found.messages, found.findings.len()), (SealStatus::Valid, 6, 0), "{found:?}");
    let archived = desk.skein.set_state("a", State::Archived).unwrap();
    let view = desk.skein.seal("a").unwrap().unwrap();
    assert_eq!(view.previous.as_ref(), Some(&first.digest), "each new seal names the one before");
    assert_eq!((view.digest, view.state), (archived.seal.unwrap().digest, Some(State::Archived)));
    assert_eq!(view.fingerprint, desk.skein.signing_key().unwrap().fingerprint);
    assert_eq!(desk.skein.verify_thread("a").unwrap().status, SealStatus::Valid);
}

#[test]
fn an_old_seal_stays_valid_after_unlocking_renaming_and_new_messages() {
    let desk = Desk::new();
    desk.thread("a", 3);
    desk.skein.set_state("a", State::Locked).unwrap();
    let patch = JsonObject::from_iter([("client".into(), "Borg".into())]);
    let change = ThreadChange {
        state: Some(State::Open),
        title: Some("Another".into()),
        metadata: Some(patch),
        ..ThreadChange::default()
    };
    desk.skein.change_thread("a", &change).unwrap();
    assert_eq!(desk.skein.verify_thread("a").unwrap().status, SealStatus::Valid);
    desk.skein.set_state("a", State::Locked).unwrap();
    assert_eq!(desk.skein.verify_thread("a").unwrap().status, SealStatus::Valid);
}

#[test]
fn a_thread_that_was_never_sealed_has_nothing_to_check() {
    let desk = Desk::new();
    desk.thread("a", 1);
    assert_eq!(desk.skein.verify_thread("a").unwrap_err().code(), Code::NotFound);
    assert_eq!(desk.skein.get_thread("a").unwrap().seal, None);
    assert_eq!(desk.skein.seal("a").unwrap(), None);
    assert_eq!(desk.skein.verify_all(&mut |_| {}, &|| false).unwrap().checked, 0);
}

#[test]
fn without_a_keychain_a_seal_is_unsigned_and_can_be_signed_later() {
    let desk = Desk::with(Keychain::memory());
    desk.thread("a", 2);
    desk.thread("b", 2);
    for id in ["a", "b"] {
        assert_eq!(desk.skein.set_state(id, State::Locked).unwrap().seal.unwrap().status, SealStatus::Unsigned);
    }
    assert_eq!(desk.skein.verify_thread("a").unwrap().status, SealStatus::Unsigned);
    assert_eq!(desk.skein.sign_pending().unwrap_err().code(), Code::KeychainUnavailable);
    desk.intruder().execute("UPDATE message SET role = 'system' WHERE id = 'msg_b_1'", []).unwrap();
    let skein = open(desk.dir.path(), &Keychain::own());
    assert_eq!(skein.sign_pending().unwrap(), 1, "what was altered meanwhile is not signed");
    assert_eq!(skein.verify_thread("a").unwrap().status, SealStatus::Valid);
    assert_eq!(skein.verify_thread("b").unwrap().status, SealStatus::Altered);
    assert!(skein.seal("a").unwrap().unwrap().signed_at.is_some());
}

#[test]
fn a_thread_whose_history_was_changed_is_not_signed_later() {
    let desk = Desk::with(Keychain::memory());
    desk.thread("a", 2);
    desk.skein.set_state("a", State::Locked).unwrap();
    let intruder = desk.intruder();
    let detail = "DELETE FROM entry_detail WHERE entry = (SELECT seq FROM entry WHERE kind = 'renamed')";
    intruder.execute_batch(detail).unwrap();
    assert_eq!(intruder.execute("DELETE FROM entry WHERE kind = 'renamed'", []).unwrap(), 1);
    let skein = open(desk.dir.path(), &Keychain::own());
    assert_eq!(skein.sign_pending().unwrap(), 0);
    let seal = skein.seal("a").unwrap().unwrap();
    assert_eq!((seal.signed_at, seal.status), (None, SealStatus::Unsigned), "and lists do not say that it is valid");
    assert_eq!(skein.verify_thread("a").unwrap().status, SealStatus::Altered);
}

#[test]
fn an_earlier_seal_is_signed_later_whatever_the_thread_has_become() {
    let desk = Desk::with(Keychain::memory());
    desk.thread("a", 2);
    desk.skein.set_state("a", State::Locked).unwrap();
    desk.skein.set_state("a", State::Open).unwrap();
    desk.skein.rename_thread("a", "Another").unwrap();
    let store = Store::open(desk.dir.path()).unwrap();
    let row = store.read(|conn| thread::get(conn, 1)).unwrap();
    let begun = store.write(|tx| begin(tx, &row, row.tip, 4, NOW, None)).unwrap();
    store.write(|tx| response::finish(tx, begun.seq, &end(4), Door::Cli, NOW, None)).unwrap();
    drop(store);
    desk.skein.set_state("a", State::Archived).unwrap();
    let skein = open(desk.dir.path(), &Keychain::own());
    assert_eq!(skein.sign_pending().unwrap(), 2, "both of its seals");
    let found = skein.verify_thread("a").unwrap();
    assert_eq!((found.status, found.messages), (SealStatus::Valid, 3));
}

#[test]
fn a_keychain_that_cannot_be_asked_knows_no_key_and_says_so() {
    let desk = Desk::new();
    desk.thread("a", 2);
    desk.skein.set_state("a", State::Locked).unwrap();
    let package = desk.dir.path().join("a.zip");
    crate::support_package::export(&desk.skein, "a", &package);
    let found = desk.skein.verify_thread("a").unwrap();
    assert_eq!((found.status, found.keychain_unavailable), (SealStatus::Valid, false));
    let skein = open(desk.dir.path(), &Keychain::memory());
    for found in [skein.verify_thread("a").unwrap(), skein.verify_record(&package, None).unwrap()] {
        assert_eq!((found.status, found.keychain_unavailable), (SealStatus::UnknownKey, true));
    }
    assert_eq!(
        skein.get_thread("a").unwrap().seal.unwrap().status,
        SealStatus::Valid,
        "no answer, so no news for lists"
    );
    let key = desk.skein.signing_key().unwrap().fingerprint.unwrap();
    assert_eq!(skein.verify_record(&package, Some(&key)).unwrap().status, SealStatus::Valid, "told from outside");
}

#[test]
fn a_lost_key_is_never_replaced_unasked_and_its_seals_are_not_taken_for_ours() {
    let desk = Desk::new();
    desk.thread("a", 2);
    desk.thread("b", 2);
    desk.skein.set_state("a", State::Locked).unwrap();
    let before = desk.skein.signing_key().unwrap();
    let skein = open(desk.dir.path(), &Keychain::own());
    assert_eq!(skein.set_state("b", State::Locked).unwrap().seal.unwrap().status, SealStatus::Unsigned);
    let lost = skein.signing_key().unwrap();
    assert_eq!((lost.home, &lost.fingerprint), (KeyHome::Missing, &before.fingerprint));
    assert_eq!(skein.verify_thread("a").unwrap().status, SealStatus::UnknownKey);
    let new = skein.replace_signing_key().unwrap();
    assert!(new.home == KeyHome::Keychain && new.fingerprint != before.fingerprint);
    assert_eq!(new.earlier[0].fingerprint, before.fingerprint.unwrap());
    assert_eq!(skein.sign_pending().unwrap(), 1);
}

#[test]
fn after_the_key_is_replaced_old_seals_stay_valid_under_the_old_one() {
    let desk = Desk::new();
    desk.thread("a", 2);
    desk.thread("b", 2);
    desk.skein.set_state("a", State::Locked).unwrap();
    let old = desk.skein.signing_key().unwrap().fingerprint;
    let new = desk.skein.replace_signing_key().unwrap().fingerprint;
    desk.skein.set_state("b", State::Locked).unwrap();
    let (a, b) = (desk.skein.verify_thread("a").unwrap(), desk.skein.verify_thread("b").unwrap());
    assert_eq!((a.status, a.fingerprint), (SealStatus::Valid, old));
    assert_eq!((b.status, b.fingerprint), (SealStatus::Valid, new));
}

#[test]
fn two_first_seals_at_once_share_one_key() {
    let desk = Desk::new();
    for n in 0..6 {
        desk.thread(&format!("t{n}"), 1);
    }
    std::thread::scope(|scope| {
        for n in 0..6 {
            let skein = open(desk.dir.path(), &desk.keychain);
            scope.spawn(move || skein.set_state(&format!("t{n}"), State::Locked).unwrap());
        }
    });
    let store = Store::open(desk.dir.path()).unwrap();
    assert_eq!(store.read(signing_key::list).unwrap().len(), 1);
    assert_eq!(desk.skein.verify_all(&mut |_| {}, &|| false).unwrap().troubles, []);
}

#[test]
fn what_was_altered_is_not_sealed() {
    let desk = Desk::new();
    desk.thread("a", 2);
    desk.intruder().execute("UPDATE message SET texts = '[\"other\"]' WHERE id = 'msg_a_1'", []).unwrap();
    assert_eq!(desk.skein.set_state("a", State::Locked).unwrap_err().code(), Code::StorageError);
    assert_eq!(desk.skein.get_thread("a").unwrap().state, State::Open);
}

#[test]
fn the_store_itself_refuses_to_lock_what_is_not_sealed() {
    let desk = Desk::new();
    let row = desk.thread("a", 2);
    desk.thread("b", 2);
    desk.skein.set_state("b", State::Locked).unwrap();
    let foreign = rusqlite::Connection::open(desk.dir.path().join("skein.db")).unwrap();
    let lock = |seal: &str| {
        foreign.execute_batch(&format!(
            "INSERT INTO entry (thread, kind, from_state, to_state, door, at, detail_digest, store_prev, thread_prev, hash, seal)
             VALUES ({}, 'locked', 'open', 'locked', 'cli', 1, x'', x'', x'', zeroblob(32), {seal})",
            row.seq
        ))
    };
    for seal in ["NULL", "zeroblob(32)", "(SELECT digest FROM seal LIMIT 1)"] {
        assert!(lock(seal).unwrap_err().to_string().contains("not_sealed"), "{seal}");
    }
    for change in [
        "UPDATE seal SET json = ''",
        "DELETE FROM seal",
        "UPDATE signature SET signed_at = 0",
        "DELETE FROM signature",
        "DELETE FROM signing_key",
        "REPLACE INTO seal SELECT * FROM seal",
        "REPLACE INTO signature SELECT * FROM signature",
        "UPDATE signing_key SET public = zeroblob(32)",
    ] {
        assert!(foreign.execute_batch(change).is_err(), "{change}");
    }
    assert_eq!(desk.skein.get_thread("a").unwrap().state, State::Open);
}

#[test]
fn a_thread_locked_before_there_were_seals_is_sealed_when_the_store_is_opened() {
    let desk = Desk::new();
    desk.thread("a", 2);
    desk.intruder()
        .execute_batch(
            "UPDATE thread SET state = 'locked';
             INSERT INTO setting (key, value) VALUES ('store.seal', 'due');",
        )
        .unwrap();
    let store = Store::open(desk.dir.path()).unwrap();
    let locked = NewEntry::new(1, EntryKind::Locked, Door::Cli, NOW);
    let locked = NewEntry { states: Some((State::Open, State::Locked)), ..locked };
    store.write(|tx| entry::append(tx, &locked)).unwrap();
    assert!(store.read(|conn| seal::list(conn, 1)).unwrap().is_empty());
    let skein = open(desk.dir.path(), &desk.keychain);
    let sealed = skein.get_thread("a").unwrap().seal.unwrap();
    assert_eq!(sealed.status, SealStatus::Unsigned);
    assert_eq!(skein.sign_pending().unwrap(), 1);
}

#[test]
fn an_erased_thread_leaves_the_digest_of_its_seal_on_its_tombstone() {
    let desk = Desk::new();
    desk.thread("a", 2);
    let digest = desk.skein.set_state("a", State::Archived).unwrap().seal.unwrap().digest;
    desk.skein.delete_thread("a", Some("a")).unwrap();
    let conn = rusqlite::Connection::open(desk.dir.path().join("skein.db")).unwrap();
    let left: String = conn.query_row("SELECT lower(hex(seal)) FROM tombstone", [], |row| row.get(0)).unwrap();
    assert_eq!(left, digest);
    for table in ["seal", "signature", "verification"] {
        let rows: i64 = conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}

#[test]
fn checking_everything_tells_how_far_it_is_and_can_be_stopped() {
    let desk = Desk::new();
    for n in 0..5 {
        desk.thread(&format!("t{n}"), 2);
        desk.skein.set_state(&format!("t{n}"), State::Locked).unwrap();
    }
    let mut steps = Vec::new();
    let all = desk.skein.verify_all(&mut |step| steps.push((step.done, step.total)), &|| false).unwrap();
    assert_eq!((all.checked, all.cancelled, all.troubles.len()), (5, false, 0));
    assert_eq!((steps.first(), steps.last()), (Some(&(0, 5)), Some(&(5, 5))));
    let stopped = desk.skein.verify_all(&mut |_| {}, &|| true).unwrap();
    assert_eq!((stopped.checked, stopped.cancelled), (0, true));
}

#[test]
fn checking_everything_goes_on_past_what_cannot_be_read_and_what_is_gone() {
    let desk = Desk::new();
    for n in 0..5 {
        desk.thread(&format!("t{n}"), 2);
        desk.skein.set_state(&format!("t{n}"), State::Archived).unwrap();
    }
    let mut kept = None;
    let mut meanwhile = |step: Progress| match step.done {
        0 => {
            desk.skein.delete_thread("t3", Some("t3")).unwrap();
            let intruder = desk.intruder();
            intruder.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
            intruder.execute("UPDATE message SET role = 'system' WHERE id = 'msg_t0_1'", []).unwrap();
            intruder.execute("UPDATE thread SET state = 'lost' WHERE id = 't1'", []).unwrap();
        }
        1 => kept = desk.skein.get_thread("t0").unwrap().seal,
        _ => {}
    };
    let all = desk.skein.verify_all(&mut meanwhile, &|| false).unwrap();
    assert_eq!((all.checked, all.cancelled), (4, false), "one is gone");
    let troubles =
        all.troubles.iter().map(|found| (found.thread_id.as_deref().unwrap(), found.status, found.findings[0].kind));
    let troubles: Vec<_> = troubles.collect();
    let altered = SealStatus::Altered;
    assert_eq!(troubles, [("t0", altered, FindingKind::MessageChanged), ("t1", altered, FindingKind::Unreadable)]);
    assert_eq!(kept.unwrap().status, altered, "lists have each answer as it comes");
}

#[test]
fn a_reply_that_should_lock_is_sealed_with_it_and_stored_even_if_it_cannot_be() {
    let desk = Desk::new();
    let key = SigningKey::from_seed(&[1; 32]);
    for (id, alter) in [("a", false), ("b", true)] {
        let row = desk.thread(id, 2);
        if alter {
            let foreign = rusqlite::Connection::open(desk.dir.path().join("skein.db")).unwrap();
            let change = "UPDATE message SET texts = '[\"other\"]' WHERE id = 'msg_b_1'";
            foreign.execute_batch(&format!("DROP TRIGGER message_never_changes; {change}")).unwrap();
        }
        let store = Store::open(desk.dir.path()).unwrap();
        store
            .write(|tx| {
                let tip = thread::get(tx, row.seq)?.tip;
                let begun = begin(tx, &row, tip, 4, NOW, Some(State::Locked))?;
                response::finish(tx, begun.seq, &end(4), Door::Cli, NOW, Some(&key))
            })
            .unwrap();
        let after = desk.skein.get_thread(id).unwrap();
        assert_eq!(after.message_count, 3, "the reply is stored");
        assert_eq!(after.state, if alter { State::Open } else { State::Locked });
        assert_eq!(after.seal.is_some(), !alter);
    }
    let found = desk.skein.verify_thread("a").unwrap();
    assert_eq!((found.status, found.messages), (SealStatus::UnknownKey, 3), "signed, but by no key of this machine");
}
