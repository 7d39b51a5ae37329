//! Threads: listing, opening, changing, searching, drafts.

use std::sync::Arc;

use skein_core::Skein;
use skein_core::wire::{
    Comparison, Deleted, Draft, Entry, ErrorDetail, FoundInThread, JsonObject, MessageView, SearchPage, SidebarListing,
    SidebarPage, State as ThreadState, Thread, ThreadDay, ThreadView,
};
use tauri::{State, WebviewWindow};

use super::{Answer, blocking};
use crate::sink::WindowSink;

/// Hits on a page of search results.
const HITS: u32 = 50;

type Handle<'a> = State<'a, Skein>;

#[tauri::command(async)]
pub fn sidebar(skein: Handle<'_>, listing: SidebarListing, offset: u32, limit: u32) -> Answer<SidebarPage> {
    blocking(|| skein.sidebar(&listing, offset, limit))
}

#[tauri::command(async)]
pub fn sidebar_ids(skein: Handle<'_>, listing: SidebarListing, offset: u32, limit: u32) -> Answer<Vec<String>> {
    blocking(|| skein.sidebar_ids(&listing, offset, limit))
}

#[tauri::command(async)]
pub fn place_of_title(skein: Handle<'_>, listing: SidebarListing, from: u32, text: String) -> Answer<Option<u32>> {
    blocking(|| skein.place_of_title(&listing, from, &text))
}

#[tauri::command(async)]
pub fn metadata_keys(skein: Handle<'_>) -> Answer<Vec<String>> {
    blocking(|| skein.metadata_keys())
}

#[tauri::command(async)]
pub fn metadata_values(skein: Handle<'_>, key: String) -> Answer<Vec<String>> {
    blocking(|| skein.metadata_values(&key))
}

#[tauri::command(async)]
pub fn open_thread(
    skein: Handle<'_>,
    sink: State<'_, Arc<WindowSink>>,
    id: String,
    around: Option<String>,
) -> Answer<ThreadView> {
    let mut view = blocking(|| skein.open_thread(&id, around.as_deref()))?;
    sink.bring_up_to_date(&mut view.streaming);
    Ok(view)
}

#[tauri::command(async)]
pub fn message_views(skein: Handle<'_>, id: String, from: u32, to: u32, whole: bool) -> Answer<Vec<MessageView>> {
    blocking(|| skein.message_views(&id, from, to, whole))
}

#[tauri::command(async)]
pub fn compare_messages(skein: Handle<'_>, id: String, left: String, right: String) -> Answer<Comparison> {
    blocking(|| skein.compare_messages(&id, &left, &right))
}

#[tauri::command(async)]
pub fn thread_days(skein: Handle<'_>, id: String, zone: String) -> Answer<Vec<ThreadDay>> {
    blocking(|| skein.thread_days(&id, &zone))
}

/// Opens the system's print dialog on the page as it is laid out for paper.
#[tauri::command(async)]
pub fn print_page(window: WebviewWindow) -> Answer<()> {
    window.print().map_err(|error| {
        tracing::warn!(%error, "the page cannot be printed");
        ErrorDetail {
            code: "unexpected".into(),
            message: "The page cannot be printed here.".into(),
            details: JsonObject::new(),
        }
    })
}

/// The Markdown of a message, as it was written.
#[tauri::command(async)]
pub fn message_text(skein: Handle<'_>, id: String, message_id: String) -> Answer<String> {
    blocking(|| skein.message_text(&id, &message_id))
}

#[tauri::command(async)]
pub fn rename_thread(skein: Handle<'_>, id: String, title: String) -> Answer<Thread> {
    blocking(|| skein.rename_thread(&id, &title))
}

#[tauri::command(async)]
pub fn change_metadata(skein: Handle<'_>, id: String, patch: JsonObject) -> Answer<Thread> {
    let change = skein_core::ThreadChange { metadata: Some(patch), ..Default::default() };
    blocking(|| skein.change_thread(&id, &change))
}

/// Sets the metadata that a person wrote as JSON, going on from what they saw.
#[tauri::command(async)]
pub fn write_metadata(skein: Handle<'_>, id: String, seen: JsonObject, json: String) -> Answer<Thread> {
    blocking(|| skein.write_metadata(&id, &seen, &json))
}

#[tauri::command(async)]
pub fn set_state(skein: Handle<'_>, id: String, state: ThreadState) -> Answer<Thread> {
    blocking(|| skein.set_state(&id, state))
}

#[tauri::command(async)]
pub fn delete_thread(skein: Handle<'_>, id: String, confirm: Option<String>) -> Answer<Deleted> {
    blocking(|| skein.delete_thread(&id, confirm.as_deref()))
}

#[tauri::command(async)]
pub fn undelete_thread(skein: Handle<'_>, id: String) -> Answer<Thread> {
    blocking(|| skein.undelete_thread(&id))
}

#[tauri::command(async)]
pub fn fork_thread(skein: Handle<'_>, id: String, message_id: Option<String>) -> Answer<Thread> {
    blocking(|| skein.fork_thread(&id, message_id.as_deref()))
}

#[tauri::command(async)]
pub fn pin_thread(skein: Handle<'_>, id: String, pinned: bool) -> Answer<Thread> {
    blocking(|| skein.pin_thread(&id, pinned))
}

#[tauri::command(async)]
pub fn choose_version(
    skein: Handle<'_>,
    sink: State<'_, Arc<WindowSink>>,
    id: String,
    message_id: String,
) -> Answer<ThreadView> {
    blocking(|| skein.choose_version(&id, &message_id))?;
    open_thread(skein, sink, id, Some(message_id))
}

#[tauri::command(async)]
pub fn list_history(skein: Handle<'_>, id: String) -> Answer<Vec<Entry>> {
    blocking(|| skein.list_history(&id))
}

#[tauri::command(async)]
pub fn search(skein: Handle<'_>, query: String, after: Option<String>) -> Answer<SearchPage> {
    blocking(|| skein.search(&query, after.as_deref(), HITS))
}

#[tauri::command(async)]
pub fn search_thread(skein: Handle<'_>, id: String, query: String) -> Answer<FoundInThread> {
    blocking(|| skein.search_thread(&id, &query))
}

#[tauri::command(async)]
pub fn save_draft(skein: Handle<'_>, id: Option<String>, draft: Draft) -> Answer<()> {
    blocking(|| skein.save_draft(id.as_deref(), &draft))
}

#[tauri::command(async)]
pub fn get_draft(skein: Handle<'_>, id: Option<String>) -> Answer<Draft> {
    blocking(|| skein.draft(id.as_deref()))
}
