//! What the page has of the desktop around it: threads asked for from outside, notifications,
//! and the menu of systems that have one.

use skein_core::Skein;
use tauri::{AppHandle, State};

use super::{Answer, blocking};
use crate::menu::{self, Group};
use crate::notice;
use crate::wanted::Wanted;

/// The thread that somebody outside the page asked for, once.
#[tauri::command(async)]
pub fn wanted_thread(wanted: State<'_, Wanted>) -> Option<String> {
    wanted.take()
}

/// Tells of a reply that ended while the window was away, unless the person wants none of it. The
/// page gives the words around; the title, where somebody chose one, is the store's.
#[tauri::command(async)]
pub fn tell_of_reply(
    app: AppHandle,
    skein: State<'_, Skein>,
    thread: String,
    untitled: String,
    words: String,
) -> Answer<()> {
    if blocking(|| skein.settings())?.notify {
        let title = blocking(|| skein.chosen_title(&thread))?.unwrap_or(untitled);
        notice::show(app, thread, &title, &words);
    }
    Ok(())
}

/// Puts the page's commands into the menu of the system, where it has one outside the window.
#[tauri::command(async)]
pub fn set_menu(app: AppHandle, groups: Vec<Group>) {
    if let Err(error) = menu::set(&app, &groups) {
        tracing::warn!(%error, "the menu could not be made");
    }
}
