//! Exports: the page says which threads and in which format; the person says where.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use skein_core::clock::{Clock, rfc3339};
use skein_core::wire::{ExportFormat, Exported, Progress};
use skein_core::{Selection, Skein, Target};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::{Answer, blocking, refusal};
use crate::destination::{self, Saved};
use crate::opening;
use crate::work::Work;

type Handle<'a> = State<'a, Skein>;

/// Which threads the page wants exported.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Wanted {
    Threads { ids: Vec<String> },
    Client { client: String },
    All,
}

impl From<Wanted> for Selection {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Threads { ids } => Self::Threads(ids),
            Wanted::Client { client } => Self::Client(client),
            Wanted::All => Self::All,
        }
    }
}

/// Exports threads; nothing if the person chose no place. `job` names the work for `stop_work`.
#[tauri::command(async)]
#[allow(clippy::too_many_arguments, reason = "each is an argument of the page or a state of the program")]
pub fn export(
    app: AppHandle,
    skein: Handle<'_>,
    work: State<'_, Work>,
    saved: State<'_, Saved>,
    job: String,
    wanted: Wanted,
    format: ExportFormat,
    progress: Channel<Progress>,
) -> Answer<Option<Exported>> {
    let selection = Selection::from(wanted);
    let Some(target) = ask(&app, &skein, &selection, format)? else { return Ok(None) };
    let piece = work.begin(&job);
    // A page that is gone needs to hear nothing.
    let mut tell = |at| drop(progress.send(at));
    let exported = blocking(|| skein.export(&selection, format, &target, &mut tell, &|| piece.stopped()))?;
    for file in &exported.files {
        saved.add(PathBuf::from(&file.path));
    }
    Ok(Some(exported))
}

/// Asks where one file goes, or the folder for more.
fn ask(app: &AppHandle, skein: &Skein, selection: &Selection, format: ExportFormat) -> Answer<Option<Target>> {
    if let Selection::Threads(ids) = selection
        && let [id] = &ids[..]
    {
        let name = blocking(|| skein.export_name(id, format))?;
        return Ok(tokio::task::block_in_place(|| destination::file(app, &name)));
    }
    let day: String = rfc3339(Clock::System.now()).chars().take(10).collect();
    Ok(tokio::task::block_in_place(|| destination::new_folder(app, &format!("skein-export-{day}"))))
}

/// Saves the public half of the signing key where the person says; its path, or nothing.
#[tauri::command(async)]
pub fn export_public_key(app: AppHandle, skein: Handle<'_>, saved: State<'_, Saved>) -> Answer<Option<String>> {
    let Some(pem) = blocking(|| skein.signing_key())?.pem else { return Ok(None) };
    save(&app, &skein, &saved, "skein-signing-key.pub.pem", &pem)
}

/// Saves a text where the person says; its path, or nothing.
pub fn save(app: &AppHandle, skein: &Skein, saved: &Saved, name: &str, text: &str) -> Answer<Option<String>> {
    let asked = tokio::task::block_in_place(|| destination::file(app, name));
    let Some(target) = asked else { return Ok(None) };
    blocking(|| skein.save(&target, text)).map_err(|error| {
        tracing::warn!(code = error.code, "a file could not be written");
        // It is the place that was chosen, not the store, that cannot be written.
        if error.code == "storage_error" { refusal("unwritable", &error.message) } else { error }
    })?;
    let shown = target.path.display().to_string();
    saved.add(target.path);
    Ok(Some(shown))
}

/// Opens the folder of a file that was saved in this run.
#[tauri::command(async)]
pub fn show_in_folder(saved: State<'_, Saved>, path: String) -> Answer<()> {
    let folder = saved
        .folder_of(Path::new(&path))
        .ok_or_else(|| refusal("not_saved", "Nothing was saved there in this run."))?;
    opening::open(folder).map_err(|error| {
        tracing::warn!(%error, "no file manager took the folder");
        refusal("no_file_manager", "No file manager could be opened.")
    })
}
