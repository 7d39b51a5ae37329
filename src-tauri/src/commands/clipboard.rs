//! The clipboard. Text goes there from Rust; nothing is ever read from it.

use std::sync::{Mutex, PoisonError};

use skein_core::{Skein, render};
use tauri::State;

use super::{Answer, blocking, refusal};

/// The hold on the clipboard: on some systems the text is there only while somebody offers it.
#[derive(Default)]
pub struct Clipboard(Mutex<Option<arboard::Clipboard>>);

impl Clipboard {
    /// Puts a text there.
    ///
    /// # Errors
    /// When the system's clipboard cannot be used.
    pub fn put(&self, text: String) -> Answer<()> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = match held.take() {
            Some(clipboard) => Ok(clipboard),
            None => arboard::Clipboard::new(),
        }
        .and_then(|mut clipboard| clipboard.set_text(text).map(|()| clipboard));
        *held = Some(result.map_err(|error| {
            tracing::warn!(%error, "the clipboard refused");
            refusal("clipboard", "The clipboard cannot be used now. Nothing was copied.")
        })?);
        Ok(())
    }
}

/// Copies a message: as plain text, or as the Markdown it was written in.
#[tauri::command(async)]
pub fn copy_message(
    skein: State<'_, Skein>,
    clipboard: State<'_, Clipboard>,
    id: String,
    message_id: String,
    plain: bool,
) -> Answer<()> {
    let text = blocking(|| skein.message_text(&id, &message_id))?;
    clipboard.put(if plain { render::plain(&text) } else { text })
}

#[tauri::command(async)]
pub fn copy_text(clipboard: State<'_, Clipboard>, text: String) -> Answer<()> {
    clipboard.put(text)
}
