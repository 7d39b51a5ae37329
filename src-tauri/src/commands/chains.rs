//! Chains: what a temporary chat is made of. They are in this process's memory only, and the page
//! keeps nothing of them either.

use std::sync::Arc;

use skein_core::wire::{
    ChainView, ContextPreview, Input, MessageView, Response, ResponseRequest, Role, TextPart, Thread, ThreadOptions,
};
use skein_core::{Beginning, RespondOptions, Skein, render};
use tauri::State;

use super::clipboard::Clipboard;
use super::{Answer, answer, blocking};
use crate::sink::WindowSink;

type Handle<'a> = State<'a, Skein>;
type Ear<'a> = State<'a, Arc<WindowSink>>;

/// Sends a message behind a response, or at the beginning of a chain, with a new system prompt before it if there is one.
#[tauri::command]
#[allow(clippy::too_many_arguments, reason = "each is an argument of the page or a state of the program")]
pub async fn respond_in_chain(
    skein: Handle<'_>,
    sink: Ear<'_>,
    previous: Option<String>,
    text: String,
    system: Option<String>,
    model: Option<String>,
    options: ThreadOptions,
) -> Answer<Response> {
    let message = |role, text| Input { role, texts: vec![TextPart { text }], content: None };
    let system = system.map(|text| message(Role::System, text));
    let request = ResponseRequest {
        model,
        inputs: system.into_iter().chain([message(Role::User, text)]).collect(),
        previous_response_id: previous,
        ..ResponseRequest::default()
    };
    let beginning = Beginning { options: Some(options), ..Beginning::default() };
    let options = RespondOptions { beginning, ..RespondOptions::default() };
    let running = skein.respond(request, options, sink.inner().clone()).await;
    answer(running).map(|running| running.response)
}

#[tauri::command(async)]
pub fn open_chain(skein: Handle<'_>, sink: Ear<'_>, response_id: String) -> Answer<ChainView> {
    let mut view = blocking(|| skein.chain(&response_id))?;
    sink.bring_up_to_date(&mut view.streaming);
    Ok(view)
}

#[tauri::command(async)]
pub fn preview_chain(
    skein: Handle<'_>,
    previous: Option<String>,
    options: ThreadOptions,
    model: Option<String>,
    draft: String,
) -> Answer<ContextPreview> {
    blocking(|| skein.preview_chain(previous.as_deref(), &options, model.as_deref(), &draft))
}

#[tauri::command(async)]
pub fn copy_chain_message(
    skein: Handle<'_>,
    clipboard: State<'_, Clipboard>,
    response_id: String,
    message_id: String,
    plain: bool,
) -> Answer<()> {
    let text = blocking(|| skein.chain_text(&response_id, &message_id))?;
    clipboard.put(if plain { render::plain(&text) } else { text })
}

/// A message of a chain, whole however long it is.
#[tauri::command(async)]
pub fn chain_message(skein: Handle<'_>, response_id: String, message_id: String) -> Answer<MessageView> {
    blocking(|| skein.chain_message(&response_id, &message_id))
}

/// The Markdown of a message of a chain, as it was written.
#[tauri::command(async)]
pub fn chain_text(skein: Handle<'_>, response_id: String, message_id: String) -> Answer<String> {
    blocking(|| skein.chain_text(&response_id, &message_id))
}

/// Makes a thread of the chain. From then on it is kept like any other.
#[tauri::command(async)]
pub fn keep_chain(skein: Handle<'_>, response_id: String) -> Answer<Thread> {
    blocking(|| skein.keep_chain(&response_id, None, None, None))
}

#[tauri::command(async)]
pub fn forget_chain(skein: Handle<'_>, response_id: String) -> Answer<()> {
    blocking(|| skein.forget_chain(&response_id))
}
