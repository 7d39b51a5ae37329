//! A changed byte is noticed: the message is named, never shown as true, and the rest is readable.

use skein_core::store::message;
use skein_core::store::path::Path;
use skein_core::wire::{MessageStatus, Role};

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
