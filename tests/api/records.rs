//! Seals over the API: shown, checked, and altered rows found.

use serde_json::json;

use crate::support::Desk;

fn sealed() -> Desk {
    let desk = Desk::new();
    desk.ask("memo", "Draft the outline");
    desk.ask("memo", "And the missing documents");
    assert_eq!(desk.call("PATCH", "/v1/threads/memo", Some(&json!({"state": "locked"}))).status, 200);
    desk
}

#[test]
fn a_seal_is_shown_and_checked() {
    let desk = sealed();
    let seal = desk.get("/v1/threads/memo/seal");
    assert_eq!((&seal["state"], &seal["messages"], &seal["previous"]), (&json!("locked"), &json!(4), &json!(null)));
    assert_eq!(desk.get("/v1/threads/memo")["seal"]["digest"], seal["digest"]);
    let found = desk.get("/v1/threads/memo/verify");
    assert_eq!((&found["status"], &found["findings"]), (&json!("valid"), &json!([])));
    assert_eq!((&found["digest"], &found["fingerprint"]), (&seal["digest"], &seal["fingerprint"]));

    desk.call("PATCH", "/v1/threads/memo", Some(&json!({"state": "archived"})));
    let next = desk.get("/v1/threads/memo/seal");
    assert_eq!((&next["state"], &next["previous"]), (&json!("archived"), &seal["digest"]), "it names the one before");
}

#[test]
fn an_altered_message_is_named() {
    let desk = sealed();
    let store = rusqlite::Connection::open(desk.dir.path().join("skein.db")).unwrap();
    store.execute_batch("DROP TRIGGER message_never_changes").unwrap();
    store.execute("UPDATE message SET texts = '[\"Another outline\"]' WHERE seq = 2", []).unwrap();
    let id: String = store.query_row("SELECT id FROM message WHERE seq = 2", [], |row| row.get(0)).unwrap();
    let found = desk.get("/v1/threads/memo/verify");
    assert_eq!(found["status"], "altered");
    let finding = &found["findings"][0];
    assert_eq!((&finding["kind"], &finding["message"]), (&json!("message_changed"), &json!(2)));
    assert_eq!(finding["messageId"], json!(id));
    assert_eq!(desk.get("/v1/threads/memo")["seal"]["status"], "altered", "lists say so from then on");
    assert_eq!(desk.get("/v1/threads/memo/messages")["data"].as_array().unwrap().len(), 4, "it stays readable");
}

#[test]
fn what_was_never_sealed_or_is_not_there_says_so() {
    let desk = Desk::new();
    desk.post("/v1/threads", &json!({"id": "open"}));
    for (path, code) in [
        ("/v1/threads/open/seal", "not_found"),
        ("/v1/threads/open/verify", "invalid_request"),
        ("/v1/threads/nowhere/seal", "thread_not_found"),
        ("/v1/threads/nowhere/verify", "thread_not_found"),
        ("/v1/threads/open/seal?x=1", "invalid_request"),
    ] {
        assert_eq!(desk.call("GET", path, None).code(), code, "{path}");
    }
    assert_eq!(desk.call("POST", "/v1/threads/open/verify", None).status, 405);
}
