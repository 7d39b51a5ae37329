//! The main flows, from a first message to the settings.

use std::fs;

use fantoccini::key::Key;
use serde_json::json;
use skein_core::wire::PromptPatch;
use skein_support::keyring::Keyring;
use skein_support::model_server::{Gate, ModelServer, Reply};

use super::{command, focused, press_by_tab, tab_to, type_by_tab};
use crate::harness::Desk;
use crate::palette::{CONTROL, key, press, type_text};
use crate::stock;

#[tokio::test]
async fn a_thread_is_written_stopped_found_locked_and_unlocked_without_a_pointer() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    stock::thread(&desk, "route", None, &["Route planning"]).await;
    let gate = Gate::new();
    let window = desk.open().await;
    let page = &window.page;

    // A new thread, a message, and a reply that is stopped.
    press(page, &[CONTROL, 'n']).await;
    focused(page, "Write a message").await;
    server.queue(Reply::gated("A long reply that goes on and on", &gate));
    type_text(page, "Tell me about lighthouses").await;
    press(page, &[key(Key::Enter)]).await;
    gate.open(2);
    page.find("button", "Stop").await;
    press(page, &[key(Key::Escape)]).await;
    page.see("Stopped").await;
    page.quiet().await;

    // The list, by Tab and arrows.
    tab_to(page, "Main menu").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("menuitem", "Keyboard shortcuts").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("menuitem", "Keyboard shortcuts").await;
    tab_to(page, "Tell me about lighthouses").await;
    press(page, &[key(Key::Down)]).await;
    focused(page, "Route planning").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("heading", "Route planning").await;

    // Lock it, look at its export, unlock it.
    command(page, "Lock").await;
    page.see("read-only").await;
    command(page, "Export").await;
    page.find("dialog", "Export").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "Export").await;
    command(page, "Unlock").await;
    focused(page, "Write a message").await;

    // The settings, and the sheet of keys.
    press(page, &[CONTROL, ',']).await;
    page.find("dialog", "Settings").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "Settings").await;
    command(page, "Keyboard shortcuts").await;
    page.find("dialog", "Keyboard shortcuts").await;
    press(page, &[key(Key::Escape)]).await;
}

#[tokio::test]
async fn a_message_is_searched_for_and_gone_to_without_a_pointer() {
    let desk = Desk::new();
    stock::thread(&desk, "light", None, &["Lighthouses of the north"]).await;
    stock::thread(&desk, "route", None, &["Route planning"]).await;
    let window = desk.open().await;
    let page = &window.page;
    press(page, &[CONTROL, 'f']).await;
    focused(page, "Search everything").await;
    type_text(page, "lighthouses").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("searchbox", "Search all messages").await;
    page.until("something was found", "return document.querySelector('[data-hit]') !== null", vec![]).await;
    press(page, &[key(Key::Down)]).await;
    page.until("a hit has the focus", "return document.activeElement.matches('[data-hit]')", vec![]).await;
    press(page, &[key(Key::Enter)]).await;
    page.find("heading", "Lighthouses of the north").await;
}

#[tokio::test]
async fn an_endpoint_is_added_with_its_key_and_each_page_of_the_settings_is_reached_without_a_pointer() {
    let keyring = Keyring::unlocked();
    let mut desk = Desk::new();
    desk.use_keyring(&keyring);
    let server = ModelServer::start();
    let window = desk.open().await;
    let page = &window.page;
    press(page, &[CONTROL, ',']).await;
    page.find("dialog", "Settings").await;
    press_by_tab(page, "Add an endpoint").await;
    press_by_tab(page, "Another").await;
    type_by_tab(page, "Name", "Scripted").await;
    type_by_tab(page, "Address", &server.base_url()).await;
    type_by_tab(page, "Model", "scripted").await;
    type_by_tab(page, "Key", "canary-key").await;
    press_by_tab(page, "Add and test").await;
    page.see("scripted answers").await;
    page.see("Key in the keychain").await;
    let request = server.last_request();
    assert_eq!(request.header("authorization"), Some("Bearer canary-key"));
    // The pages, by arrows.
    tab_to(page, "Endpoints").await;
    for tab in ["Usage", "Appearance", "Retention", "Backup", "Local API", "Security", "About"] {
        press(page, &[key(Key::Right)]).await;
        focused(page, tab).await;
        page.find("tabpanel", tab).await;
    }
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "Settings").await;
}

#[tokio::test]
async fn a_message_is_edited_sent_again_compared_and_forked_from_without_a_pointer() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let text = Some("Summarise this in three lines.".into());
    let prompt = PromptPatch { name: Some("Summary".into()), text, clients: None };
    stock::core(&desk).create_prompt(&prompt).unwrap();
    let window = desk.open().await;
    let page = &window.page;
    server.queue(Reply::text("The depot is in Basel."));
    press(page, &[CONTROL, 'l']).await;
    type_text(page, "Where is the depot").await;
    press(page, &[key(Key::Enter)]).await;
    page.see("The depot is in Basel.").await;
    page.quiet().await;

    // The message before, by K, then in other words.
    tab_to(page, "2 messages").await;
    press(page, &['k']).await;
    press(page, &['k']).await;
    page.until("the question has the focus", "return document.activeElement.dataset.role === 'user'", vec![]).await;
    command(page, "Edit this message").await;
    focused(page, "Edit the message").await;
    server.queue(Reply::text("The new depot is in Muttenz."));
    type_text(page, ", the new one?").await;
    press_by_tab(page, "Send again").await;
    page.see("Muttenz").await;
    page.quiet().await;
    assert_eq!(server.last_request().messages(), [("user".to_owned(), "Where is the depot, the new one?".to_owned())]);
    press_by_tab(page, "Previous version").await;
    page.see("The depot is in Basel.").await;
    press_by_tab(page, "Next version").await;
    page.see("Muttenz").await;

    // What is known of it, a fork, and a prompt in the fork.
    type_by_tab(page, "key", "matter").await;
    press(page, &[key(Key::Tab)]).await;
    type_text(page, "4711").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("textbox", "Value of matter").await;
    let origin = page.newest_thread().await;
    command(page, "Fork into a new thread").await;
    focused(page, "Write a message").await;
    page.see("Muttenz").await;
    press(page, &['/']).await;
    page.find("option", "Summary").await;
    type_text(page, "summ").await;
    press(page, &[key(Key::Enter)]).await;
    let written = "return document.querySelector('#composer').value === 'Summarise this in three lines.'";
    page.until("the prompt stands in the field", written, vec![]).await;
    window.close();
    assert_eq!(stock::core(&desk).get_thread(&origin).unwrap().metadata["matter"], json!(4711));
}

#[tokio::test]
async fn many_threads_are_changed_exported_deleted_and_put_back_without_a_pointer() {
    let mut desk = Desk::new();
    let folder = desk.home().join("documents");
    fs::create_dir(&folder).unwrap();
    desk.set("SKEIN_SAVE_DIR", folder.to_str().unwrap());
    stock::thread(&desk, "light", None, &["Lighthouses of the north"]).await;
    stock::thread(&desk, "route", None, &["Route planning"]).await;
    let window = desk.open().await;
    let page = &window.page;

    // Several at once, from the list.
    tab_to(page, "Route planning").await;
    press(page, &[CONTROL, 'a']).await;
    page.see("2 threads chosen").await;
    command(page, "Pin the chosen threads").await;
    page.find("button", "Undo").await;
    press(page, &[key(Key::Escape)]).await;

    // One of them to a file.
    tab_to(page, "Route planning").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("heading", "Route planning").await;
    command(page, "Export…").await;
    page.find("dialog", "Export").await;
    press_by_tab(page, "Choose where…").await;
    page.see("1 file saved").await;
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);

    // To the bin, and back from the settings.
    command(page, "Delete").await;
    page.see("Moved to the bin.").await;
    command(page, "Retention").await;
    press_by_tab(page, "Put back: Route planning").await;
    page.see("The bin is empty.").await;
    press(page, &[key(Key::Escape)]).await;
    page.find("button", "Route planning").await;

    // A chat that leaves nothing.
    command(page, "Temporary chat").await;
    focused(page, "Write a message").await;
    type_text(page, "Between us").await;
    press(page, &[key(Key::Enter)]).await;
    page.see("practice model").await;
    page.quiet().await;
    press_by_tab(page, "Leave the chat").await;
    page.see("You left the temporary chat.").await;
}
