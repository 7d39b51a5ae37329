//! Locking and what follows: through the window, past it, and through the other doors.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{Desk, Window};
use crate::stock;

/// What a locked or archived thread says to every way of changing it, past the page's own buttons.
async fn refused(window: &Window, id: &str, code: &str) {
    let reply = first_reply(window, id).await;
    for (command, arguments) in [
        ("respond", json!({"thread": id, "text": "one more"})),
        ("retry", json!({"thread": id, "messageId": reply})),
        ("continue_reply", json!({"thread": id, "messageId": reply})),
        ("rename_thread", json!({"id": id, "title": "another"})),
        ("change_metadata", json!({"id": id, "patch": {"client": "another"}})),
    ] {
        let answer = window.page.invoke(command, arguments).await;
        assert_eq!(answer.expect_err(command)["code"], code, "{command}");
    }
}

async fn first_reply(window: &Window, id: &str) -> Value {
    let view = window.page.invoke("open_thread", json!({"id": id, "around": null})).await.unwrap();
    view["messages"].as_array().unwrap().iter().find(|view| view["message"]["role"] == "assistant").unwrap()["message"]
        ["id"]
        .clone()
}

/// Every row of the store that says something about the thread, as text.
fn rows(desk: &Desk) -> Vec<String> {
    let store = Connection::open(desk.store().join("skein.db")).unwrap();
    ["thread", "message", "metadata", "entry"]
        .iter()
        .flat_map(|table| {
            let mut rows = store.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = rows.column_count();
            rows.query_map([], |row| {
                (0..columns).map(|i| Ok(format!("{:?}", row.get_ref(i)?))).collect::<Result<String, _>>()
            })
            .unwrap()
            .map(Result::unwrap)
            .collect::<Vec<_>>()
        })
        .collect()
}

#[tokio::test]
async fn a_locked_thread_is_changed_by_nobody_until_it_is_unlocked() {
    let desk = Desk::new();
    stock::thread(&desk, "memo", Some("Acme GmbH"), &["Transfer pricing memo"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    page.find("textbox", "Write a message").await;
    page.click("button", "Lock").await;
    page.see("read-only").await;
    page.find_gone("textbox", "Write a message").await;
    page.find_gone("button", "Retry").await;
    page.find_gone("button", "Edit").await;
    page.picture("locked").await;
    let locked = rows(&desk);

    refused(&window, "memo", "thread_locked").await;
    let deletion = page.invoke("delete_thread", json!({"id": "memo", "confirm": null})).await;
    assert_eq!(deletion.unwrap_err()["code"], "thread_locked");

    let sent = desk.skein(&["send", "memo", "one more", "--json"]);
    assert!(!sent.status.success());
    assert!(String::from_utf8_lossy(&[sent.stdout, sent.stderr].concat()).contains("thread_locked"));

    let store = Connection::open(desk.store().join("skein.db")).unwrap();
    for statement in [
        "UPDATE thread SET state = 'open'",
        "UPDATE thread SET title = 'another'",
        "UPDATE message SET role = 'system'",
        "DELETE FROM message",
        "DELETE FROM thread",
        "DELETE FROM entry",
        "DELETE FROM metadata",
        "INSERT OR REPLACE INTO message SELECT * FROM message",
    ] {
        assert!(store.execute(statement, []).is_err(), "{statement}");
    }
    drop(store);
    assert_eq!(rows(&desk), locked, "something changed");

    page.click("button", "Unlock").await;
    page.find("textbox", "Write a message").await;
    page.send("And it goes on").await;
    page.quiet().await;
}

#[tokio::test]
async fn archiving_says_what_it_means_and_is_for_good() {
    let desk = Desk::new();
    stock::thread(&desk, "audit", None, &["Audit questions"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Audit questions").await;
    page.click("button", "More actions").await;
    page.click("menuitem", "Archive…").await;
    page.see("This is permanent.").await;
    page.click("button", "Cancel").await;
    page.find("textbox", "Write a message").await;
    page.click("button", "More actions").await;
    page.click("menuitem", "Archive…").await;
    page.click("button", "Archive for good").await;
    page.see("read-only for good").await;
    page.find_gone("textbox", "Write a message").await;
    page.find_gone("button", "Unlock").await;
    page.picture("archived").await;
    refused(&window, "audit", "thread_archived").await;
    let opened = page.invoke("set_state", json!({"id": "audit", "state": "open"})).await;
    assert_eq!(opened.unwrap_err()["code"], "invalid_transition");

    page.click("button", "Fork to go on").await;
    page.find("textbox", "Write a message").await;
    page.see("Audit questions").await;
    page.send("In the fork").await;
    page.quiet().await;
}

#[tokio::test]
async fn a_deleted_thread_comes_back_with_undo_and_from_the_bin() {
    let desk = Desk::new();
    stock::thread(&desk, "notes", None, &["Rust lifetimes"]).await;
    let window = desk.open().await;
    let page = &window.page;
    for way_back in ["Undo", "Put back"] {
        page.open_thread("Rust lifetimes").await;
        page.click("button", "More actions").await;
        page.click("menuitem", "Delete").await;
        page.see("Moved to the bin.").await;
        page.find_gone("button", "Rust lifetimes").await;
        if way_back == "Put back" {
            page.click("button", "Bin").await;
            page.find("button", "Rust lifetimes").await;
            page.picture("bin").await;
            // It can be read before it is decided on.
            page.click("button", "Rust lifetimes").await;
            page.see("practice model").await;
            page.see("It can be read and put back").await;
            page.find_gone("textbox", "Write a message").await;
            assert_eq!(page.js("return document.querySelectorAll('[role=alert]').length", vec![]).await, 0);
        }
        page.click("button", way_back).await;
        page.find("textbox", "Write a message").await;
        page.click("button", "All").await;
        page.find("button", "Rust lifetimes").await;
        page.see("practice model").await;
    }
}

#[tokio::test]
async fn what_another_program_does_shows_up_in_the_window() {
    let desk = Desk::new();
    stock::thread(&desk, "memo", None, &["A shared thread"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("A shared thread").await;
    let sent = desk.skein(&["send", "memo", "From the command line"]);
    assert!(sent.status.success(), "{sent:?}");
    page.see("From the command line").await;
    let locked = desk.skein(&["lock", "memo"]);
    assert!(locked.status.success(), "{locked:?}");
    page.see("read-only").await;
}
