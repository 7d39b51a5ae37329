//! Receipts: what was sent for a response. A request may be large, so the page gets it a stretch at a
//! time, and the whole of it is copied and saved from here.

use skein_core::Skein;
use skein_core::wire::{Receipt, RequestPage};
use tauri::{AppHandle, State};

use super::clipboard::Clipboard;
use super::exports::save;
use super::{Answer, blocking};
use crate::destination::Saved;

type Handle<'a> = State<'a, Skein>;

#[tauri::command(async)]
pub fn get_receipt(skein: Handle<'_>, id: String) -> Answer<Receipt> {
    blocking(|| skein.receipt(&id))
}

#[tauri::command(async)]
pub fn request_page(skein: Handle<'_>, id: String, page: u32) -> Answer<RequestPage> {
    blocking(|| skein.request_page(&id, page))
}

/// Copies the whole request, as it was sent.
#[tauri::command(async)]
pub fn copy_request(skein: Handle<'_>, clipboard: State<'_, Clipboard>, id: String) -> Answer<()> {
    clipboard.put(blocking(|| skein.sent_request(&id))?.body)
}

/// Saves the whole request, as it was sent, where the person says; its path, or nothing.
#[tauri::command(async)]
pub fn save_request(app: AppHandle, skein: Handle<'_>, saved: State<'_, Saved>, id: String) -> Answer<Option<String>> {
    let request = blocking(|| skein.sent_request(&id))?;
    save(&app, &skein, &saved, &format!("{}-request.json", request.response), &request.body)
}
