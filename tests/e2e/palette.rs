//! The command palette in the real window: the keyboard alone finds, does and leaves.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

/// Presses keys, the first ones held while the last is pressed.
pub async fn press(page: &Page, keys: &[char]) {
    let mut actions = KeyActions::new("keyboard".into());
    for &key in keys {
        actions = actions.then(KeyAction::Down { value: key });
    }
    for &key in keys.iter().rev() {
        actions = actions.then(KeyAction::Up { value: key });
    }
    page.0.perform_actions(actions).await.expect("keys are pressed");
}

/// Types into whatever has the focus.
pub async fn type_text(page: &Page, text: &str) {
    for key in text.chars() {
        press(page, &[key]).await;
    }
}

pub const CONTROL: char = '\u{e009}';

pub fn key(key: Key) -> char {
    key.into()
}

#[tokio::test]
async fn a_thread_and_a_command_are_found_by_typing() {
    let desk = Desk::new();
    stock::thread(&desk, "memo", Some("Acme GmbH"), &["Transfer pricing memo"]).await;
    stock::thread(&desk, "route", None, &["Route planning"]).await;
    let window = desk.open().await;
    let page = &window.page;
    press(page, &[CONTROL, 'k']).await;
    page.find("option", "Route planning").await;
    page.picture("palette").await;
    type_text(page, "pric").await;
    let first = "return document.querySelector('[role=option]').innerText.includes(arguments[0])";
    page.until("what fits best is first", first, vec!["Transfer pricing memo".into()]).await;
    page.picture("palette-typed").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("heading", "Transfer pricing memo").await;
    press(page, &[CONTROL, 'k']).await;
    type_text(page, "lock").await;
    page.until("the command is first", first, vec!["Lock".into()]).await;
    press(page, &[key(Key::Enter)]).await;
    page.see("read-only").await;
    press(page, &[CONTROL, 'k']).await;
    type_text(page, "unlo").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("textbox", "Write a message").await;
    press(page, &[CONTROL, 'k']).await;
    type_text(page, "zzz").await;
    page.see("Nothing has that name.").await;
    page.picture("palette-none").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "Command palette").await;
}

#[tokio::test]
async fn what_was_used_last_comes_first_after_a_restart_too() {
    let desk = Desk::new();
    let window = desk.open().await;
    press(&window.page, &[CONTROL, 'k']).await;
    type_text(&window.page, "compact").await;
    press(&window.page, &[key(Key::Enter)]).await;
    window.page.until("it is compact", "return document.documentElement.dataset.density === 'compact'", vec![]).await;
    press(&window.page, &[CONTROL, 'k']).await;
    type_text(&window.page, "local api").await;
    press(&window.page, &[key(Key::Enter)]).await;
    window.page.find("tab", "Local API").await;
    window.close();
    let window = desk.open().await;
    press(&window.page, &[CONTROL, 'k']).await;
    let first = "return document.querySelector('[role=option]')?.innerText.includes('Local API')";
    window.page.until("it is first", first, vec![]).await;
    window.page.until("it is compact", "return document.documentElement.dataset.density === 'compact'", vec![]).await;
}
