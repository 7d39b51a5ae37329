//! Writing: stored prompts, parameters, the system prompt, the model, what Enter does, and a
//! temporary chat that is kept.

use fantoccini::key::Key;
use serde_json::json;
use skein_support::model_server::{ModelServer, Reply};

use super::{SHIFT, command, focused, holds, press_by_tab, press_in_menu, type_by_tab};
use crate::harness::Desk;
use crate::palette::{CONTROL, key, press, type_text};
use crate::stock;

const WRITTEN: &str = "document.querySelector('#composer').value";

#[tokio::test]
async fn a_prompt_is_stored_and_sent_with_parameters_and_a_system_prompt_to_a_chosen_model() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let window = desk.open().await;
    let page = &window.page;

    // Into the library, and from there into the field.
    command(page, "All prompts").await;
    page.find("dialog", "Prompts").await;
    press_by_tab(page, "Add a prompt").await;
    focused(page, "Name").await;
    type_text(page, "Email").await;
    type_by_tab(page, "Text", "Write to {{who}}.").await;
    press_by_tab(page, "Save").await;
    page.find("button", "Email").await;
    press_by_tab(page, "Insert").await;
    focused(page, "who").await;
    type_text(page, "Ms Keller").await;
    press(page, &[key(Key::Enter)]).await;
    holds(page, "the prompt is filled in", &format!("{WRITTEN} === 'Write to Ms Keller.'")).await;

    // How it is asked.
    command(page, "Parameters").await;
    type_by_tab(page, "Temperature", "0.3").await;
    press(page, &[key(Key::Escape)]).await;
    page.find("button", "Parameters: 1 set").await;
    command(page, "System prompt").await;
    focused(page, "System prompt").await;
    type_text(page, "Be brief.").await;
    press_by_tab(page, "Use it").await;
    command(page, "Choose the model").await;
    press_in_menu(page, "practice").await;
    page.find("button", "Model: practice").await;
    focused(page, "Model: practice").await;
    press(page, &[key(Key::Enter)]).await;
    press_in_menu(page, "scripted").await;
    page.find("button", "Model: scripted").await;

    // Enter breaks the line once that is set.
    command(page, "Enter breaks the line").await;
    press(page, &[CONTROL, 'l']).await;
    focused(page, "Write a message").await;
    press(page, &[key(Key::Enter)]).await;
    type_text(page, "Today").await;
    server.queue(Reply::text("Dear Ms Keller"));
    press(page, &[SHIFT, key(Key::Enter)]).await;
    page.see("Dear Ms Keller").await;
    page.quiet().await;
    let sent = server.last_request();
    let said: Vec<(String, String)> =
        [("system", "Be brief."), ("user", "Write to Ms Keller.\nToday")].map(|(a, b)| (a.into(), b.into())).into();
    assert_eq!(sent.messages(), said);
    assert_eq!(sent.json()["temperature"], json!(0.3));
}

#[tokio::test]
async fn a_temporary_chat_is_asked_again_and_kept_as_a_thread() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let window = desk.open().await;
    let page = &window.page;
    press(page, &[CONTROL, SHIFT, 'n']).await;
    focused(page, "Write a message").await;
    server.queue(Reply::text("A reply worth keeping."));
    type_text(page, "Worth it?").await;
    press(page, &[key(Key::Enter)]).await;
    page.see("A reply worth keeping.").await;
    page.quiet().await;
    server.queue(Reply::text("A better reply."));
    press_by_tab(page, "Retry").await;
    page.see("A better reply.").await;
    page.quiet().await;
    press_by_tab(page, "Keep as thread").await;
    page.find("heading", "Worth it?").await;
    page.find("button", "Lock").await;
}
