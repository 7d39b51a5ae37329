//! Where files go that the person has asked for, and which one is opened. The system's own dialog asks; the page can neither
//! name a file nor see one that it did not ask for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use skein_core::{Replace, Target};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};

use crate::MAIN;

/// A folder that files are saved into without asking: for machines without a file dialog, and for tests.
/// A file that is there already is then left alone, and the saving refused.
const FOLDER_VARIABLE: &str = "SKEIN_SAVE_DIR";
/// A file that is opened without asking, likewise.
const FILE_VARIABLE: &str = "SKEIN_OPEN_FILE";

/// Asks where a file is to be saved; nothing if the person thought better of it. Waits for as long as they take.
pub fn file(app: &AppHandle, name: &str) -> Option<Target> {
    if let Some(folder) = set(FOLDER_VARIABLE) {
        return Some(Target { path: folder.join(name), replace: Replace::Nothing });
    }
    let mut dialog = dialog(app).set_file_name(name);
    if let Some(extension) = Path::new(name).extension().and_then(|extension| extension.to_str()) {
        dialog = dialog.add_filter(extension.to_uppercase(), &[extension]);
    }
    // Every system's dialog asks before it answers with the name of a file that is there; about no other was asked.
    let path = dialog.blocking_save_file().and_then(into_path)?;
    Some(Target { path, replace: Replace::Named })
}

/// Asks for a folder, and makes room in it: a new folder of that name, or of that name and a number.
pub fn new_folder(app: &AppHandle, name: &str) -> Option<Target> {
    let parent = match set(FOLDER_VARIABLE) {
        Some(folder) => folder,
        None => dialog(app).blocking_pick_folder().and_then(into_path)?,
    };
    let names = std::iter::once(name.to_owned()).chain((2..).map(|n| format!("{name}-{n}")));
    let path = names.map(|name| parent.join(name)).find(|path| !path.exists())?;
    Some(Target { path, replace: Replace::Nothing })
}

/// Asks for a file that is there; nothing if the person thought better of it.
pub fn existing(app: &AppHandle) -> Option<PathBuf> {
    set(FILE_VARIABLE).or_else(|| dialog(app).blocking_pick_file().and_then(into_path))
}

fn set(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn dialog(app: &AppHandle) -> FileDialogBuilder<tauri::Wry> {
    let dialog = app.dialog().file();
    match app.get_webview_window(MAIN) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

fn into_path(path: FilePath) -> Option<PathBuf> {
    path.into_path().ok()
}

/// What was saved in this run. Only its folders are shown when the page asks for it.
#[derive(Default)]
pub struct Saved(Mutex<HashSet<PathBuf>>);

impl Saved {
    /// Remembers a file.
    pub fn add(&self, path: PathBuf) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
    }

    /// The folder of a file that was saved.
    pub fn folder_of(&self, path: &Path) -> Option<PathBuf> {
        let saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        saved.get(path).and_then(|path| path.parent()).map(Path::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folder_of_what_was_saved_is_shown() {
        let saved = Saved::default();
        saved.add("/home/anna/memo.zip".into());
        assert_eq!(saved.folder_of(Path::new("/home/anna/memo.zip")), Some("/home/anna".into()));
        assert_eq!(saved.folder_of(Path::new("/home/anna/../../etc/passwd")), None);
        assert_eq!(saved.folder_of(Path::new("/home/anna/other.zip")), None);
    }
}
