//! Backups: the page asks for one, and to go back to one; the person says where, and to which.

use std::path::PathBuf;

use skein_core::Skein;
use skein_core::wire::{BackedUp, Backup, BackupFile, Progress, Restored};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::{Answer, blocking, refusal};
use crate::destination::{self, Saved};
use crate::restoring::{self, Chosen, Outcome};
use crate::window;
use crate::work::Work;

type Handle<'a> = State<'a, Skein>;

/// The last backup of this store, if there ever was one.
#[tauri::command(async)]
pub fn last_backup(skein: Handle<'_>) -> Answer<Option<Backup>> {
    blocking(|| skein.last_backup())
}

/// Backs up the store; nothing if the person chose no place. `job` names the work for `stop_work`.
#[tauri::command(async)]
pub fn back_up(
    app: AppHandle,
    skein: Handle<'_>,
    work: State<'_, Work>,
    saved: State<'_, Saved>,
    job: String,
    progress: Channel<Progress>,
) -> Answer<Option<BackedUp>> {
    let asked = tokio::task::block_in_place(|| destination::file(&app, &skein.backup_name()));
    let Some(target) = asked else { return Ok(None) };
    let piece = work.begin(&job);
    // A page that is gone needs to hear nothing.
    let mut tell = |at| drop(progress.send(at));
    let done = blocking(|| skein.back_up(&target, &mut tell, &|| piece.stopped()))?;
    if let Some(made) = &done.backup {
        saved.add(PathBuf::from(&made.path));
    }
    Ok(Some(done))
}

/// Asks for a backup and looks at it; nothing if the person chose none, or stopped it. `job` names the work.
#[tauri::command(async)]
pub fn choose_backup(
    app: AppHandle,
    skein: Handle<'_>,
    work: State<'_, Work>,
    chosen: State<'_, Chosen>,
    job: String,
) -> Answer<Option<BackupFile>> {
    chosen.put(None);
    let Some(path) = tokio::task::block_in_place(|| destination::existing(&app)) else { return Ok(None) };
    let piece = work.begin(&job);
    let found = blocking(|| skein.look_at_backup(&path, &|| piece.stopped()))?;
    chosen.put(found.is_some().then_some(path));
    Ok(found)
}

/// Makes the backup that was chosen ready, and starts the program again with it; false if it was stopped before.
#[tauri::command(async)]
pub fn restore_backup(
    app: AppHandle,
    skein: Handle<'_>,
    work: State<'_, Work>,
    chosen: State<'_, Chosen>,
    job: String,
    progress: Channel<Progress>,
) -> Answer<bool> {
    let Some(path) = chosen.get() else { return Ok(false) };
    let piece = work.begin(&job);
    let mut tell = |at| drop(progress.send(at));
    let Some(ready) = blocking(|| skein.ready_backup(&path, &mut tell, &|| piece.stopped()))? else {
        return Ok(false);
    };
    blocking(|| skein.hold_alone())?;
    let dir = skein.data_dir();
    if let Err(error) = restoring::start_again(dir, &ready.leave()) {
        tracing::warn!(%error, "the program could not be started again");
        blocking(|| skein.share())?;
        return Err(refusal("not_started", "Skein could not be started again. The store is as it was."));
    }
    window::close(&app, dir);
    Ok(true)
}

/// What came of putting a backup in place at this start, once.
#[tauri::command(async)]
pub fn restored(outcome: State<'_, Outcome>) -> Option<Restored> {
    outcome.take()
}
