//! Starting: several at once, beside a file that is being written, and after a crash that cannot be tidied up yet.

use std::sync::{Arc, Barrier};

use skein_core::Code;
use skein_core::response::{Asked, End};
use skein_core::store::Store;
use skein_core::store::response::{self, NewResponse, ResponseRow};
use skein_core::store::thread::ThreadRow;
use skein_core::thread::ResponseId;
use skein_core::wire::{ContextSummary, Door, ResponseStatus, Role, Usage};

use crate::support::{Fixture, NOW, open};

/// A response that runs in a process which is gone.
fn left_running(fixture: &Fixture, thread: &ThreadRow) -> ResponseRow {
    let asked = Asked {
        id: ResponseId::generate().to_string(),
        message_id: "msg_left".into(),
        endpoint: "practice".into(),
        endpoint_id: "ep_practice".into(),
        origin: "practice".into(),
        model: "practice".into(),
        parameters: "{}".into(),
        own_parameters: "{}".into(),
        receipt: "{}".into(),
        context: ContextSummary { sent: 1, left_out: 0 },
    };
    let new = NewResponse {
        asked: &asked,
        thread: thread.seq,
        parent: fixture.get(thread).tip,
        thread_state: None,
        process: "gone",
        created_at: NOW,
    };
    fixture.store.write(|tx| response::begin(tx, &new)).unwrap()
}

#[test]
fn many_first_starts_at_once_all_get_the_store() {
    for _ in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        let together = Arc::new(Barrier::new(6));
        let starts: Vec<_> = (0..6)
            .map(|_| {
                let (path, together) = (dir.path().to_owned(), together.clone());
                std::thread::spawn(move || {
                    together.wait();
                    let store = Store::open(&path)?;
                    // Nobody leaves before all have come: a store that is held must not stop the others.
                    together.wait();
                    store.read(skein_core::store::setting::store_id)
                })
            })
            .collect();
        let ids: Vec<_> = starts.into_iter().map(|start| start.join().unwrap().unwrap()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
}

#[test]
fn a_file_that_somebody_writes_is_in_use_and_not_read_behind_their_back() {
    let dir = tempfile::tempdir().unwrap();
    let theirs = rusqlite::Connection::open(dir.path().join("skein.db")).unwrap();
    theirs.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(Store::open(dir.path()).unwrap_err().code(), Code::StoreInUse);
}

#[test]
fn a_reply_that_cannot_be_recovered_yet_keeps_nobody_out() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    fixture.message(&thread, None, Role::User, "asked");
    let left = left_running(&fixture, &thread);
    let foreign = fixture.foreign();
    let full = "CREATE TRIGGER full BEFORE UPDATE ON response BEGIN SELECT RAISE(ABORT, 'no room'); END";
    foreign.execute_batch(full).unwrap();
    let skein = open(&fixture);
    assert_eq!(skein.open_thread("a", None).unwrap().length, 1, "what is stored can be read");
    foreign.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(skein.recover().unwrap(), 1);
    assert_eq!(skein.get_response(&left.id).unwrap().status, ResponseStatus::Interrupted);
}

#[test]
fn stopping_a_reply_whose_process_is_gone_ends_it() {
    let fixture = Fixture::new();
    let skein = open(&fixture);
    let thread = fixture.thread("a", "{}");
    fixture.message(&thread, None, Role::User, "asked");
    let left = left_running(&fixture, &thread);
    skein.cancel(&left.id).unwrap();
    assert_eq!(skein.get_response(&left.id).unwrap().status, ResponseStatus::Interrupted);
}

#[test]
fn no_number_that_an_endpoint_tells_closes_a_thread() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    fixture.message(&thread, None, Role::User, "asked");
    for tokens in [u64::MAX, i64::MAX.cast_unsigned(), i64::MAX.cast_unsigned(), 7] {
        let left = left_running(&fixture, &thread);
        let end = End {
            status: ResponseStatus::Cancelled,
            finish_reason: None,
            error: None,
            usage: Some(Usage { input_tokens: tokens, output_tokens: tokens, total_tokens: tokens }),
            model: None,
            trace: Box::default(),
            rest: Vec::new(),
        };
        fixture.store.write(|tx| response::finish(tx, left.seq, &end, Door::Cli, NOW, None)).unwrap();
    }
    let usage = open(&fixture).open_thread("a", None).unwrap().usage.unwrap();
    assert!(usage.total_tokens >= 1 << 62, "{usage:?}");
}
