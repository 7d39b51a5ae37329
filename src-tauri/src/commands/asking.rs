//! How a thread asks its models: its parameters, what happens when not all fits, its system prompt.

use skein_core::Skein;
use skein_core::wire::{Asking, ThreadOptions};
use tauri::State;

use super::{Answer, blocking};

type Handle<'a> = State<'a, Skein>;

/// How a thread asks; without one, how a new thread for that client would.
#[tauri::command(async)]
pub fn asking(skein: Handle<'_>, thread: Option<String>, client: Option<String>) -> Answer<Asking> {
    blocking(|| skein.asking(thread.as_deref(), client.as_deref()))
}

#[tauri::command(async)]
pub fn set_thread_options(skein: Handle<'_>, id: String, options: ThreadOptions) -> Answer<ThreadOptions> {
    blocking(|| skein.set_thread_options(&id, options))
}
