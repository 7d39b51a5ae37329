//! Settings of this store, and what the program knows about itself.

use skein_core::Skein;
use skein_core::wire::{About, JsonObject, Settings};
use tauri::{AppHandle, State};

use super::{Answer, blocking};

type Handle<'a> = State<'a, Skein>;

#[tauri::command(async)]
pub fn get_settings(skein: Handle<'_>) -> Answer<Settings> {
    blocking(|| skein.settings())
}

#[tauri::command(async)]
pub fn patch_settings(skein: Handle<'_>, patch: JsonObject) -> Answer<Settings> {
    blocking(|| skein.patch_settings(patch))
}

#[tauri::command(async)]
pub fn about(skein: Handle<'_>) -> Answer<About> {
    blocking(|| Ok(skein.about()))
}

/// The page has saved what was being typed: the program may end.
#[tauri::command(async)]
pub fn leave(app: AppHandle) {
    app.exit(0);
}
