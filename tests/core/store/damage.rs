//! A changed byte is noticed: the message is named, never shown as true, and the rest is readable.

use skein_core::keychain::Keychain;
use skein_core::store::message;
use skein_core::store::path::Path;
use skein_core::wire::{Door, MessageStatus, Role};
use skein_core::{Code, OpenOptions, Skein};

use crate::support::Fixture;

#[test]
fn a_message_that_changed_behind_our_back_reads_as_altered() {
    for change in [
        "texts = replace(texts, 'ten', 'two')",
        "texts = 'no list'",
        "role = 'system'",
        "model = 'another'",
        "status = 'failed'",
        "created_at = created_at + 1",
        "reasoning = ''",
        "hash = zeroblob(32)",
    ] {
        let fixture = Fixture::new();
        let thread = fixture.thread("a", "{}");
        let first = fixture.message(&thread, None, Role::User, "ten");
        let second = fixture.message(&thread, Some(&first), Role::User, "also ten");
        let foreign = fixture.foreign();
        foreign.execute_batch("DROP TRIGGER message_never_changes").unwrap();
        foreign.execute_batch(&format!("UPDATE message SET {change} WHERE seq = {}", first.seq)).unwrap();
        let rows = fixture.store.read(|conn| Path::to(conn, Some(second.seq))?.range(conn, 1, 2)).unwrap();
        assert_eq!(message::shown_status(&rows[0]), MessageStatus::Altered, "{change}");
        assert_eq!(rows[0].message.id, first.message.id);
        assert!(rows[1].intact, "{change}: the other message is what it was");
    }
}

#[test]
fn an_altered_message_is_neither_copied_nor_quoted() {
    let fixture = Fixture::new();
    let thread = fixture.thread("a", "{}");
    let message = fixture.message(&thread, None, Role::User, "pay ten pounds");
    let foreign = fixture.foreign();
    foreign.execute_batch("DROP TRIGGER message_never_changes").unwrap();
    foreign.execute_batch("UPDATE message SET texts = replace(texts, 'ten', 'two')").unwrap();
    let options = OpenOptions { keychain: Keychain::memory(), ..OpenOptions::new(fixture.dir.path(), Door::Cli) };
    let skein = Skein::open(options).unwrap();
    let error = skein.message_text("a", message.message.id.as_str()).unwrap_err();
    assert_eq!(error.code(), Code::StorageError);
    assert_eq!(error.detail().details["message"], message.message.id.as_str());
    let hits = skein.search("pay", None, 10).unwrap().hits;
    assert_eq!(hits.len(), 1, "it is found, so that a person can look at it");
    assert_eq!(hits[0].snippet.concat(), "");
}
