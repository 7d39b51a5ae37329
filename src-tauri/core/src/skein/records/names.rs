//! Which threads an export is about, and what its files are called.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::Skein;
use super::super::show::find;
use super::export::{Selection, Target, unwritten};
use crate::clock::{Millis, rfc3339};
use crate::error::{Error, Result};
use crate::record::RecordError;
use crate::record::package::{self, Sealed};
use crate::store::listing::{self, Order, ThreadFilter};
use crate::store::seal;
use crate::store::thread::ThreadRow;
use crate::wire::{ExportFormat, Refused, State};

impl Skein {
    /// What an export of a thread would be called.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`.
    pub fn export_name(&self, id: &str, format: ExportFormat) -> Result<String> {
        self.store().read(|conn| file_name(conn, &find(conn, id)?, format))
    }

    /// Which thread goes into which file; none of them may be there, unless it may be replaced. What stands in the
    /// way of one of several threads is told in `failed`.
    pub(super) fn plan(
        &self,
        selection: &Selection,
        format: ExportFormat,
        target: &Target,
        failed: &mut Vec<Refused>,
    ) -> Result<Vec<(ThreadRow, PathBuf)>> {
        let rows = self.store().read(|conn| selected(conn, selection, self.now(), failed))?;
        let single = selection.is_one() && !target.path.is_dir();
        if !single {
            fs::create_dir_all(&target.path).map_err(|error| unwritten(&target.path, error))?;
        }
        let mut taken = BTreeSet::new();
        let mut plan = Vec::new();
        for row in rows {
            let path = if single {
                target.path.clone()
            } else {
                let name = self.store().read(|conn| file_name(conn, &row, format))?;
                let names = std::iter::once(name.clone()).chain((2..).map(|n| format!("{n}-{name}")));
                let name = names.into_iter().find(|name| taken.insert(name.to_lowercase())).unwrap_or(name);
                target.path.join(name)
            };
            match nothing_in_the_way(target, &path) {
                Err(error) if !selection.is_one() => failed.push(refused(&row, &error)),
                free => plan.push((row, free.map(|()| path)?)),
            }
        }
        Ok(plan)
    }
}

/// Refuses if there is something already that may not go.
pub(in crate::skein) fn nothing_in_the_way(target: &Target, path: &Path) -> Result<()> {
    if path.exists() && !target.may_replace(path) {
        return Err(RecordError::Exists(path.display().to_string()).into());
    }
    Ok(())
}

/// The file of one part of several. No thread's own file has such a name.
pub(super) fn of_part(path: &Path, part: usize, parts: usize) -> PathBuf {
    if parts == 1 {
        return path.to_owned();
    }
    let width = parts.to_string().len();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem} ({part:0width$} of {parts}){ending}"))
}

/// A thread that is not exported, and why.
pub(super) fn refused(row: &ThreadRow, error: &Error) -> Refused {
    Refused { id: row.id.clone(), title: row.title.clone(), error: error.detail() }
}

fn selected(
    conn: &Connection,
    selection: &Selection,
    now: Millis,
    failed: &mut Vec<Refused>,
) -> Result<Vec<ThreadRow>> {
    let metadata = match selection {
        Selection::Threads(ids) => {
            let (mut taken, mut rows) = (BTreeSet::new(), Vec::new());
            for id in ids.iter().filter(|id| taken.insert(*id)) {
                match find(conn, id) {
                    Err(error @ Error::Rule(_)) if !selection.is_one() => {
                        failed.push(Refused { id: id.clone(), title: None, error: error.detail() });
                    }
                    found => rows.push(found?),
                }
            }
            return Ok(rows);
        }
        Selection::Client(client) => vec![("client".to_owned(), client.clone())],
        Selection::All => Vec::new(),
    };
    let mut filter = ThreadFilter { metadata, limit: 100, ..ThreadFilter::default() };
    let mut rows = Vec::new();
    loop {
        let (page, more) = listing::list(conn, &filter, now, &Skein::zone())?;
        filter.after = page.last().map(|row| listing::cursor(row, Order::Created));
        rows.extend(page);
        if !more {
            return Ok(rows);
        }
    }
}

fn file_name(conn: &Connection, row: &ThreadRow, format: ExportFormat) -> Result<String> {
    let last = seal::last(conn, row.seq)?.filter(|_| row.state != State::Open && format == ExportFormat::Record);
    let sealed = last.map(|last| Sealed { json: last.json, at: rfc3339(last.sealed_at), signed: None });
    let name = package::name(&row.id, sealed.as_ref());
    let ending = match format {
        ExportFormat::Record => return Ok(format!("{name}.zip")),
        ExportFormat::Markdown => "md",
        ExportFormat::Text => "txt",
        ExportFormat::Html => "html",
        ExportFormat::Pdf => "pdf",
        ExportFormat::Json => "json",
        ExportFormat::Csv => "csv",
    };
    Ok(format!("{}.{ending}", name.trim_end_matches("-draft")))
}
