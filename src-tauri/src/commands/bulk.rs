//! Many threads changed at once, in one call: the page says which and how, and hears how far it has come.

use skein_core::Skein;
use skein_core::wire::{BulkChange, BulkReport, Chosen, Progress};
use tauri::State;
use tauri::ipc::Channel;

use super::{Answer, blocking};
use crate::work::Work;

type Handle<'a> = State<'a, Skein>;

/// Changes threads. `job` names the work for `stop_work`.
#[tauri::command(async)]
pub fn change_threads(
    skein: Handle<'_>,
    work: State<'_, Work>,
    job: String,
    chosen: Chosen,
    change: BulkChange,
    progress: Channel<Progress>,
) -> Answer<BulkReport> {
    let piece = work.begin(&job);
    // A page that is gone needs to hear nothing.
    let mut tell = |at| drop(progress.send(at));
    blocking(|| skein.change_threads(&chosen, &change, &mut tell, &|| piece.stopped()))
}

/// Undoes a change to threads, by the number that its report gave. `job` names the work for `stop_work`.
#[tauri::command(async)]
pub fn undo_change(
    skein: Handle<'_>,
    work: State<'_, Work>,
    job: String,
    undo: u32,
    progress: Channel<Progress>,
) -> Answer<BulkReport> {
    let piece = work.begin(&job);
    let mut tell = |at| drop(progress.send(at));
    blocking(|| skein.undo_change(undo, &mut tell, &|| piece.stopped()))
}
