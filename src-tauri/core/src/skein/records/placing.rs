//! Giving finished files their names: over nothing that may not go, and all of a thread's files or none of them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::Skein;
use super::export::{Target, unwritten};
use crate::error::Result;
use crate::record::RecordError;

impl Skein {
    /// Saves a text into a file: whole or not at all.
    ///
    /// # Errors
    /// `invalid_request` if a file is there that may not be replaced, `storage_full`, `storage_error`.
    pub fn save(&self, target: &Target, text: &str) -> Result<()> {
        let path = &target.path;
        let file = self.part_beside(path)?;
        let written = File::create(&file.path).and_then(|mut out| {
            out.write_all(text.as_bytes())?;
            out.sync_all()
        });
        written.map_err(|error| unwritten(path, error))?;
        place(&[(&file.path, path.clone())], |path| target.may_replace(path))
    }
}

/// Gives each file its name. If one of them cannot have it, none does, and what they replaced is back.
pub(in crate::skein) fn place(files: &[(&Path, PathBuf)], may_replace: impl Fn(&Path) -> bool) -> Result<()> {
    let mut placed = Placed::default();
    for (file, to) in files {
        // One alone cannot be left half done.
        let name = if !may_replace(to) {
            placed.new_name(file, to)
        } else if files.len() == 1 {
            fs::rename(file, to)
        } else {
            placed.replace(file, to)
        };
        name.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => RecordError::Exists(to.display().to_string()),
            _ => unwritten(to, error),
        })?;
    }
    placed.keep();
    Ok(())
}

/// Files that have their names, each with what had it before, which is kept beside it. Unless they are kept, they
/// go and that comes back. What a killed process leaves there is not swept: it may be somebody's only copy.
#[derive(Default)]
struct Placed(Vec<(PathBuf, Option<PathBuf>)>);

impl Placed {
    fn new_name(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        match fs::hard_link(from, to) {
            // The other name goes with the part.
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) => claim(from, to)?,
        }
        self.0.push((to.to_owned(), None));
        Ok(())
    }

    fn replace(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let before = set_aside(to)?;
        let was_there = before.is_some();
        if was_there {
            self.0.push((to.to_owned(), before));
        }
        fs::rename(from, to)?;
        if !was_there {
            self.0.push((to.to_owned(), None));
        }
        Ok(())
    }

    fn keep(mut self) {
        for before in self.0.drain(..).filter_map(|(_, before)| before) {
            drop(fs::remove_file(before));
        }
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        for (path, before) in self.0.drain(..).rev() {
            let undone = match &before {
                Some(before) => fs::rename(before, &path),
                None => fs::remove_file(&path),
            };
            if let Err(error) = undone {
                tracing::warn!(%error, "a file that was to be replaced could not be given back");
            } else if let Some(before) = before {
                // Two names of one file: giving one to the other has left both.
                drop(fs::remove_file(before));
            }
        }
    }
}

/// Where the disk knows no links: takes the name with an empty file, which is then ours to replace.
fn claim(from: &Path, to: &Path) -> io::Result<()> {
    drop(File::options().write(true).create_new(true).open(to)?);
    fs::rename(from, to).inspect_err(|_| drop(fs::remove_file(to)))
}

/// Gives the file at `path`, if there is one, another name beside the one it has; where the disk knows no links,
/// in its place.
fn set_aside(path: &Path) -> io::Result<Option<PathBuf>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        found => found?,
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!(".{name}.{}.before", uuid::Uuid::now_v7().simple()));
    fs::hard_link(path, &aside).or_else(|_| fs::rename(path, &aside))?;
    Ok(Some(aside))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn without_links_a_name_is_taken_only_where_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("part"), folder.path().join("memo.txt"));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "mine").unwrap();
        assert_eq!(claim(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(
            (fs::read_to_string(&from).unwrap(), fs::read_to_string(&to).unwrap()),
            ("new".into(), "mine".into())
        );
        fs::remove_file(&to).unwrap();
        claim(&from, &to).unwrap();
        assert_eq!((fs::read_to_string(&to).unwrap().as_str(), from.exists()), ("new", false));
        assert!(claim(&from, &folder.path().join("other.txt")).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a name that came to nothing is free again");
    }
}
