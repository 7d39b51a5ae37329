//! Seals over the API: shown, checked, and altered rows found.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::{Desk, TOKEN};

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
fn a_record_is_fetched_with_curl_and_checked_with_python_alone() {
    let desk = sealed();
    let folder = tempfile::tempdir().unwrap();
    let run = |program: &str, arguments: &[&str], at: &Path| {
        let output = Command::new(program).args(arguments).current_dir(at).output().unwrap();
        assert!(output.status.success(), "{program}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let url = format!("http://{}/v1/threads/memo/record", desk.address);
    let token = format!("Authorization: Bearer {TOKEN}");
    run("curl", &["-sS", "--fail", "--noproxy", "*", "-OJ", &url, "-H", &token], folder.path());
    let zip = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let name = zip.file_name().unwrap().to_str().unwrap();
    let digest = desk.get("/v1/threads/memo/seal")["digest"].as_str().unwrap()[..8].to_owned();
    assert_eq!(name, format!("skein-memo-{digest}.zip"), "it is named after thread and seal");
    run("python3", &["-m", "zipfile", "-e", name, "."], folder.path());
    let said = run("python3", &["verify.py"], &zip.with_extension(""));
    assert!(said.contains("valid"), "{said}");
    let entries = desk.get("/v1/threads/memo/events")["data"].clone();
    let last = entries.as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["kind"], &last["door"], &last["detail"]["file"]),
        (&json!("exported"), &json!("api"), &json!(name))
    );
}

#[test]
fn there_is_no_record_of_what_was_altered() {
    let desk = sealed();
    let store = rusqlite::Connection::open(desk.dir.path().join("skein.db")).unwrap();
    store
        .execute_batch("DROP TRIGGER message_never_changes; UPDATE message SET role = 'system' WHERE seq = 1")
        .unwrap();
    let answer = desk.call("GET", "/v1/threads/memo/record", None);
    assert_eq!((answer.status, answer.code().as_str()), (409, "thread_altered"));
    assert!(answer.message().contains("Message 1"), "{}", answer.message());
    assert!(!desk.get("/v1/threads/memo/events").to_string().contains("exported"));
}

#[test]
fn what_was_never_sealed_or_is_not_there_says_so() {
    let desk = Desk::new();
    desk.post("/v1/threads", &json!({"id": "open"}));
    for (path, code) in [
        ("/v1/threads/open/seal", "not_found"),
        ("/v1/threads/open/verify", "not_found"),
        ("/v1/threads/nowhere/seal", "thread_not_found"),
        ("/v1/threads/nowhere/verify", "thread_not_found"),
        ("/v1/threads/nowhere/record", "thread_not_found"),
        ("/v1/threads/open/seal?x=1", "invalid_request"),
    ] {
        assert_eq!(desk.call("GET", path, None).code(), code, "{path}");
    }
    assert_eq!(desk.call("POST", "/v1/threads/open/verify", None).status, 405);
}
