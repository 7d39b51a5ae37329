//! Threads from the command line: every command, what it prints and how it ends.

use crate::support::Desk;

fn desk_with(thread: &str) -> Desk {
    let desk = Desk::new();
    assert_eq!(desk.run(&["send", thread, "Hello there"]).code, 0);
    desk
}

#[test]
fn a_thread_goes_through_its_whole_life() {
    let desk = desk_with("t");
    assert_eq!(desk.json(&["lock", "t"])["state"], "locked");
    let refused = desk.run(&["rename", "t", "New"]);
    assert_eq!((refused.code, refused.out.as_str()), (3, ""));
    assert!(refused.err.contains("locked") && refused.err.lines().count() == 1, "{refused:?}");
    assert_eq!(desk.json(&["unlock", "t"])["state"], "open");
    assert_eq!(desk.json(&["rename", "t", "A new title"])["title"], "A new title");
    assert_eq!(desk.json(&["archive", "t"])["state"], "archived");
    let refused = desk.run(&["unlock", "t", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (3, "invalid_transition"));
    let kinds: Vec<String> = desk.json(&["history", "t"])["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| format!("{} {}", entry["kind"].as_str().unwrap(), entry["door"].as_str().unwrap()))
        .collect();
    assert_eq!(kinds, ["created cli", "locked cli", "unlocked cli", "renamed cli", "archived cli"]);
}

#[test]
fn locking_twice_changes_nothing_and_succeeds() {
    let desk = desk_with("t");
    let once = desk.json(&["lock", "t"]);
    assert_eq!(desk.json(&["lock", "t"]), once);
}

#[test]
fn a_deleted_thread_comes_back_from_the_bin() {
    let desk = desk_with("t");
    assert_eq!(desk.json(&["delete", "t"]), serde_json::json!({"id": "t", "object": "thread", "deleted": true}));
    let gone = desk.run(&["show", "t", "--json"]);
    assert_eq!((gone.code, gone.error_code().as_str()), (4, "thread_deleted"));
    assert_eq!(desk.json(&["list"])["data"], serde_json::json!([]));
    assert_eq!(desk.json(&["list", "--deleted"])["data"][0]["id"], "t");
    assert_eq!(desk.json(&["undelete", "t"])["deletedAt"], serde_json::Value::Null);
    assert_eq!(desk.json(&["show", "t"])["messages"][0]["texts"][0]["text"], "Hello there");
}

#[test]
fn an_archived_thread_is_erased_only_when_confirmed() {
    let desk = desk_with("t");
    desk.json(&["archive", "t"]);
    let asked = desk.run(&["delete", "t", "--json"]);
    assert_eq!((asked.code, asked.error_code().as_str()), (3, "confirmation_required"));
    let other = desk.run(&["delete", "t", "--confirm=other", "--json"]);
    assert_eq!((other.code, other.error_code().as_str()), (3, "confirmation_required"));
    assert_eq!(desk.run(&["delete", "--confirm", "t"]).code, 0);
    let erased = desk.run(&["undelete", "t", "--json"]);
    assert_eq!((erased.code, erased.error_code().as_str()), (4, "thread_deleted"));
}

#[test]
fn a_locked_thread_is_not_deleted() {
    let desk = desk_with("t");
    desk.json(&["lock", "t"]);
    let refused = desk.run(&["delete", "t", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (3, "thread_locked"));
}

#[test]
fn a_fork_copies_the_path_up_to_a_message() {
    let desk = desk_with("t");
    desk.json(&["lock", "t"]);
    let first = desk.json(&["show", "t"])["messages"][0]["id"].as_str().unwrap().to_owned();
    let fork = desk.json(&["fork", "t", "--message", &first]);
    assert_eq!((fork["state"].as_str(), fork["messageCount"].as_u64()), (Some("open"), Some(1)));
    assert_eq!(fork["forkedFrom"], serde_json::json!({"threadId": "t", "messageId": first}));
    let whole = desk.json(&["fork", "t"]);
    assert_eq!(whole["messageCount"], 2);
    let missing = desk.run(&["fork", "t", "--message", "msg_none", "--json"]);
    assert_eq!((missing.code, missing.error_code().as_str()), (4, "message_not_found"));
}

#[test]
fn lists_are_filtered_and_paged() {
    let desk = Desk::new();
    for (id, client) in [("a", "Acme"), ("b", "Borg"), ("c", "Acme")] {
        let metadata = format!("{{\"client\": \"{client}\"}}");
        assert_eq!(desk.run(&["send", id, "Hi", "--metadata", &metadata]).code, 0);
    }
    desk.json(&["lock", "a"]);
    let ids = |args: &[&str]| -> Vec<String> {
        let page = desk.json(args);
        page["data"].as_array().unwrap().iter().map(|thread| thread["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["list"]), ["c", "b", "a"]);
    assert_eq!(ids(&["list", "--metadata", "client=Acme"]), ["c", "a"]);
    assert_eq!(ids(&["list", "--state", "locked"]), ["a"]);
    let first = desk.json(&["list", "--limit", "2"]);
    assert_eq!((first["object"].as_str(), first["hasMore"].as_bool()), (Some("list"), Some(true)));
    assert_eq!(ids(&["list", "--after", first["lastId"].as_str().unwrap()]), ["a"]);
}

#[test]
fn a_person_reads_words_without_colour_when_piped() {
    let desk = desk_with("t");
    for args in [&["list"][..], &["show", "t"], &["search", "hello"], &["endpoint", "list"], &["doctor"]] {
        let ran = desk.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        assert!(!ran.out.contains('\u{1b}') && !ran.out.is_empty(), "{args:?}: {ran:?}");
    }
    assert!(desk.run(&["list"]).out.contains("Hello there"));
    assert!(desk.run(&["show", "t"]).out.contains("You have sent 1 message"));
}

#[test]
fn searching_finds_a_message_and_marks_the_match() {
    let desk = desk_with("t");
    assert_eq!(desk.run(&["send", "other", "Nothing of the kind"]).code, 0);
    let page = desk.json(&["search", "role:user", "there"]);
    let hits = page["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 1, "{page}");
    assert_eq!((hits[0]["threadId"].as_str(), &hits[0]["snippet"][1]), (Some("t"), &"there".into()));
    let none = desk.run(&["search", "unheard-of"]);
    assert_eq!((none.code, none.out.as_str()), (0, ""));
}

#[test]
fn showing_takes_the_newest_messages() {
    let desk = desk_with("t");
    for text in ["two", "three"] {
        assert_eq!(desk.run(&["send", "t", text]).code, 0);
    }
    let shown = desk.json(&["show", "t", "--limit", "2"]);
    let texts = shown["messages"].as_array().unwrap();
    assert_eq!((texts.len(), &texts[0]["texts"][0]["text"]), (2, &"three".into()));
    assert_eq!(desk.json(&["show", "t"])["messages"].as_array().unwrap().len(), 6);
}

#[test]
fn an_export_can_be_named_as_other_programs_name_it() {
    let desk = desk_with("t");
    for (format, marked) in [("md", true), ("markdown", true), ("txt", false), ("text", false)] {
        let file = desk.home().join(format!("export.{format}"));
        let exported = desk.json(&["export", "t", "--output", file.to_str().unwrap(), "--format", format]);
        assert_eq!(exported["files"].as_array().unwrap().len(), 1);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("# ") == marked && text.contains("Hello there"), "{format}: {text}");
    }
    assert_eq!(desk.run(&["export", "t", "--format", "docx"]).code, 2);
}
