//! Every flow by the keyboard alone: nothing here is clicked, and nothing is given the focus but by
//! keys. One file a place of the window.

mod asking;
mod flows;
mod list;
mod reading;
mod settings;

use fantoccini::key::Key;
use serde_json::json;

use crate::page::Page;
use crate::palette::{CONTROL, key, press, type_text};

/// Steps that Tab may take, all around the window.
const AROUND: u32 = 120;
/// Entries that a menu may have.
const ENTRIES: u32 = 40;
const SHIFT: char = '\u{e008}';

/// Whether the thing with the focus has a name.
const FOCUSED: &str = "const now = document.activeElement; \
    const own = now.matches('button, a, li, summary, [role=button], [role=tab], [data-row]') ? now.textContent : ''; \
    const words = now.getAttribute('aria-label') ?? now.labels?.[0]?.textContent ?? own; \
    return words.includes(arguments[0])";

/// Waits until the thing with the focus has this name, and shows that it has it.
async fn focused(page: &Page, name: &str) {
    page.until(&format!("{name:?} has the focus"), FOCUSED, vec![name.into()]).await;
}

/// Walks on with Tab until the thing with the focus has this name.
async fn tab_to(page: &Page, name: &str) {
    for _ in 0..AROUND {
        if page.js(FOCUSED, vec![name.into()]).await == json!(true) {
            let outline = page.js("return getComputedStyle(document.activeElement).outlineStyle", vec![]).await;
            assert_ne!(outline, "none", "{name:?} does not show that it has the focus");
            return;
        }
        press(page, &[key(Key::Tab)]).await;
    }
    panic!("Tab never comes to {name:?}");
}

/// Walks into the list of threads with Tab, and to one of them with the arrows.
async fn to_thread(page: &Page, title: &str) {
    const IN_LIST: &str = "return document.activeElement.dataset.stop !== undefined";
    for _ in 0..AROUND {
        if page.js(IN_LIST, vec![]).await == json!(true) {
            break;
        }
        press(page, &[key(Key::Tab)]).await;
    }
    press(page, &[key(Key::Home)]).await;
    for _ in 0..ENTRIES {
        page.painted().await;
        if page.js(FOCUSED, vec![title.into()]).await == json!(true) {
            return;
        }
        press(page, &[key(Key::Down)]).await;
    }
    panic!("the list has no {title:?}: {}", page.text().await);
}

/// Walks there with Tab and presses it.
async fn press_by_tab(page: &Page, name: &str) {
    tab_to(page, name).await;
    press(page, &[key(Key::Enter)]).await;
}

/// Walks there with Tab and types into it.
async fn type_by_tab(page: &Page, name: &str, text: &str) {
    tab_to(page, name).await;
    type_text(page, text).await;
}

/// Does a command by its name in the palette.
async fn command(page: &Page, name: &str) {
    press(page, &[CONTROL, 'k']).await;
    focused(page, "Command palette").await;
    type_text(page, name).await;
    let first =
        "return document.querySelector('[role=option][aria-selected=true]')?.innerText.startsWith(arguments[0])";
    page.until(&format!("{name:?} is chosen"), first, vec![name.into()]).await;
    press(page, &[key(Key::Enter)]).await;
}

/// Opens the menu of what has the focus, and presses an entry of it.
async fn from_menu(page: &Page, name: &str) {
    press(page, &[SHIFT, key(Key::F10)]).await;
    press_in_menu(page, name).await;
}

/// Walks with the arrows to an entry of the menu that is open, and presses it.
async fn press_in_menu(page: &Page, name: &str) {
    page.until("a menu is open", "return document.activeElement.closest('[role=menu]') !== null", vec![]).await;
    for _ in 0..ENTRIES {
        if page.js(FOCUSED, vec![name.into()]).await == json!(true) {
            return press(page, &[key(Key::Enter)]).await;
        }
        press(page, &[key(Key::Down)]).await;
    }
    panic!("the menu has no {name:?}: {}", page.text().await);
}

/// Waits until a script says that it is so.
async fn holds(page: &Page, what: &str, script: &str) {
    page.until(what, &format!("return {script}"), vec![]).await;
}
