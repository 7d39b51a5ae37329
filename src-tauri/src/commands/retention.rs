//! Retention: what is due for clean-up, the bin, and what a clean-up did. Keeping, archiving and
//! deleting a thread are commands of `threads.rs`.

use skein_core::Skein;
use skein_core::wire::{DueThread, Page, RetentionReport};
use tauri::State;

use super::{Answer, blocking};
use crate::cleaning::Cleaning;

#[tauri::command(async)]
pub fn due_threads(skein: State<'_, Skein>, after: Option<String>, limit: u32) -> Answer<Page<DueThread>> {
    blocking(|| skein.due_threads(after.as_deref(), limit))
}

/// Erases everything in the bin, and says how many threads that were.
#[tauri::command(async)]
pub fn empty_bin(skein: State<'_, Skein>, confirmed: bool) -> Answer<usize> {
    blocking(|| skein.empty_bin(confirmed)).map(|erased| erased.data.len())
}

/// What was cleaned up since the person looked last; nothing if nothing was.
#[tauri::command(async)]
pub fn retention_notice(cleaning: State<'_, Cleaning>) -> Option<RetentionReport> {
    cleaning.notice()
}

#[tauri::command(async)]
pub fn dismiss_retention_notice(cleaning: State<'_, Cleaning>) {
    cleaning.dismiss();
}
