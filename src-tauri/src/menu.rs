//! The menu of the system, on macOS, made from the page's own table of commands. Elsewhere a menu
//! would stand inside the window, which has one of its own.
//!
//! What is chosen goes back to the page by its id, as the event `command`: the page knows whether
//! it applies now.

use serde::Deserialize;
use tauri::menu::{Menu, MenuBuilder, MenuEvent, MenuItem, Submenu, SubmenuBuilder};
use tauri::{AppHandle, Emitter, Runtime};

use crate::MAIN;

/// Commands that belong together.
#[derive(Debug, Deserialize)]
pub struct Group {
    label: String,
    items: Vec<Item>,
}

/// One command.
#[derive(Debug, Deserialize)]
struct Item {
    id: String,
    label: String,
    /// As the system's menus write it: `CmdOrCtrl+Shift+N`.
    accelerator: Option<String>,
}

/// Sets the menu.
///
/// # Errors
/// When the system refuses an item.
pub fn set(app: &AppHandle, groups: &[Group]) -> tauri::Result<()> {
    if !cfg!(target_os = "macos") {
        return Ok(());
    }
    app.set_menu(build(app, groups)?)?;
    Ok(())
}

/// Hands what was chosen in the menu to the page.
pub fn chosen(app: &AppHandle, event: &MenuEvent) {
    let _ = app.emit_to(MAIN, "command", event.id().as_ref());
}

/// The usual menus of the system (the program, editing, the window), and between them ours.
fn build<R: Runtime>(app: &AppHandle<R>, groups: &[Group]) -> tauri::Result<Menu<R>> {
    let usual = Menu::default(app)?;
    let ours = groups.iter().map(|group| submenu(app, group)).collect::<tauri::Result<Vec<_>>>()?;
    let mut menu = MenuBuilder::new(app);
    for (at, item) in usual.items()?.iter().enumerate() {
        // Ours stand after those of the program, of files and of editing.
        if at == 3 {
            menu = ours.iter().fold(menu, |menu, group| menu.item(group));
        }
        menu = menu.item(item);
    }
    menu.build()
}

fn submenu<R: Runtime>(app: &AppHandle<R>, group: &Group) -> tauri::Result<Submenu<R>> {
    let mut menu = SubmenuBuilder::new(app, &group.label);
    for item in &group.items {
        menu = menu.item(&MenuItem::with_id(app, &item.id, &item.label, true, item.accelerator.as_deref())?);
    }
    menu.build()
}
