//! The local API's settings, and its token, which goes to the clipboard or into a box of the
//! system's, never to the page.

use secrecy::ExposeSecret;
use skein_core::wire::{ApiSettings, ApiState};
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

use super::clipboard::Clipboard;
use super::{Answer, answer};
use crate::api::Api;

type Handle<'a> = State<'a, Api>;

#[tauri::command]
pub async fn api_state(api: Handle<'_>) -> Answer<ApiState> {
    Ok(api.state().await)
}

#[tauri::command]
pub async fn change_api(api: Handle<'_>, enabled: bool, port: u16) -> Answer<ApiState> {
    answer(api.change(ApiSettings { enabled, port }).await)
}

#[tauri::command(async)]
pub fn copy_api_token(api: Handle<'_>, clipboard: State<'_, Clipboard>) -> Answer<()> {
    clipboard.put(answer(api.token())?.expose_secret().to_owned())
}

/// Shows the token beneath these words, in a message box that the page cannot read.
#[tauri::command(async)]
pub fn show_api_token(api: Handle<'_>, window: WebviewWindow, title: String, words: String) -> Answer<()> {
    let token = answer(api.token())?;
    let text = format!("{words}\n\n{}", token.expose_secret());
    window.dialog().message(text).title(title).kind(MessageDialogKind::Info).parent(&window).show(|_| {});
    Ok(())
}

#[tauri::command]
pub async fn renew_api_token(api: Handle<'_>) -> Answer<ApiState> {
    answer(api.renew_token().await)
}
