//! Code in messages: coloured once somebody looks at it, because that is slow the first time.

use skein_core::render;

/// Safe HTML for the inside of a `code` element; nothing if the language is not known.
#[tauri::command(async)]
pub fn highlight(language: String, code: String) -> Option<String> {
    tokio::task::block_in_place(|| render::highlight(&language, &code))
}
