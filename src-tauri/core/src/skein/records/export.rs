//! Exports: whole or not at all, over nothing that may not go; each one stands in the history.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::Skein;
use super::super::show::find;
use super::names::{self, nothing_in_the_way, of_part};
use super::pages::Layout;
use super::part::Part;
use super::placing::place;
use super::ready::{Ready, draft};
use super::sheets;
use super::steps::{self, Steps, Stored};
use crate::clock::rfc3339;
use crate::error::{Code, Result};
use crate::record::RecordError;
use crate::record::line::Header;
use crate::record::package::{self, Contents, Messages};
use crate::record::pdf::PdfError;
use crate::record::transcript::{Facts, Outline, html, markdown, pdf, text};
use crate::store::entry::{self, NewEntry};
use crate::store::thread::ThreadRow;
use crate::store::{StoreError, make_private_dir, setting};
use crate::wire::{EntryKind, ExportFormat, Exported, ExportedFile, JsonObject, Progress, SealStatus, Verification};

/// Which threads to export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These, by their ids.
    Threads(Vec<String>),
    /// All of a client: those with this `client` in their metadata.
    Client(String),
    /// All that are not in the bin.
    All,
}

impl Selection {
    /// Whether it is one thread by its id, so that whatever goes wrong with it is what went wrong.
    pub(super) fn is_one(&self) -> bool {
        matches!(self, Self::Threads(ids) if ids.len() == 1)
    }
}

/// Where an export goes: to a file or, for more than one thread, into a folder, which is made if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The file or folder.
    pub path: PathBuf,
    /// Which files that are there may be replaced.
    pub replace: Replace,
}

/// Which files an export may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// None.
    Nothing,
    /// The file at the very path that was named, about which somebody was asked.
    Named,
    /// Any that is in its way.
    Everything,
}

impl Target {
    /// Whether a file that is at `path` may go.
    pub(in crate::skein) fn may_replace(&self, path: &Path) -> bool {
        match self.replace {
            Replace::Nothing => false,
            Replace::Named => path == self.path,
            Replace::Everything => true,
        }
    }
}

/// A thread's files, written and not yet in their places.
struct Made {
    files: Vec<Part>,
    status: Option<SealStatus>,
    pdf: Option<bool>,
}

impl Skein {
    /// Exports threads. `cancel` is asked on the way; what was finished by then stays. Of several, one that cannot be
    /// exported does not hold up the others, unless the disk is full.
    ///
    /// # Errors
    /// Of one thread: `invalid_request` if a file is there already, `thread_not_found`, `thread_deleted`,
    /// `keychain_unavailable` for a record that was signed and cannot be signed now, `storage_full`. Of any:
    /// `pdf_unavailable`, `storage_error`.
    pub fn export(
        &self,
        selection: &Selection,
        format: ExportFormat,
        target: &Target,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<Exported> {
        if format == ExportFormat::Pdf && self.0.pdf.is_none() {
            return Err(RecordError::NoPdfProgram.into());
        }
        self.sweep();
        let mut failed = Vec::new();
        let plan = self.plan(selection, format, target, &mut failed)?;
        let each = steps::of_message(format, self.0.pdf.is_some());
        let total = plan.iter().map(|(row, _)| u64::from(row.message_count) * each).sum();
        let mut steps = Steps::new(total, progress, cancel);
        let (files, refused) = (Vec::new(), Vec::new());
        let mut exported = Exported { object: "exported".into(), files, refused, failed, cancelled: false };
        let mut plan = plan.into_iter();
        for (row, path) in plan.by_ref() {
            match self.export_one(&row, format, (target, &path), &mut steps) {
                Ok(Ok(files)) => exported.files.extend(files),
                Ok(Err(refused)) => exported.refused.push(refused),
                Err(_) if steps.cancelled => break,
                Err(error) if selection.is_one() => return Err(error),
                Err(error) => {
                    exported.failed.push(names::refused(&row, &error));
                    if error.code() == Code::StorageFull {
                        exported.failed.extend(plan.map(|(row, _)| names::refused(&row, &error)));
                        break;
                    }
                }
            }
        }
        exported.cancelled = steps.cancelled;
        steps.finish();
        Ok(exported)
    }

    /// A thread's record in memory, and what its file is called. `cancel` is asked on the way.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`, `thread_altered`, `keychain_unavailable`, `storage_full`, `storage_error`.
    pub fn record(&self, id: &str, cancel: &dyn Fn() -> bool) -> Result<(String, Vec<u8>)> {
        let folder = self.part_beside(&std::env::temp_dir().join("skein-record"))?;
        make_private_dir(&folder.path).map_err(|error| told_of(&folder.path, error.into()))?;
        let target = Target { path: folder.path.clone(), replace: Replace::Nothing };
        let which = Selection::Threads(vec![id.to_owned()]);
        let exported = self.export(&which, ExportFormat::Record, &target, &mut |_| {}, cancel)?;
        let Some(file) = exported.files.first() else {
            let found = exported.refused.into_iter().flat_map(|found| found.findings).next();
            return Err(RecordError::Altered(found.map(|finding| finding.words).unwrap_or_default()).into());
        };
        let path = Path::new(&file.path);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, fs::read(path).map_err(StoreError::Io)?))
    }

    fn export_one(
        &self,
        row: &ThreadRow,
        format: ExportFormat,
        (target, path): (&Target, &Path),
        steps: &mut Steps<'_>,
    ) -> Result<Result<Vec<ExportedFile>, Verification>> {
        let known = self.known_keys()?;
        let key = if format == ExportFormat::Record { self.key_of_record(row)? } else { None };
        let made = self.store().read(|conn| {
            let ready = match self.ready(conn, row, &known, key)? {
                Ok(ready) => ready,
                Err(found) if format == ExportFormat::Record => return Ok(Err(found)),
                Err(found) => Ready { status: Some(found.status), ..draft(conn, row)? },
            };
            let steps = RefCell::new(steps);
            let messages = Stored { conn, thread: ready.row.seq, count: ready.count, steps: &steps };
            let made = match format {
                ExportFormat::Pdf => self.make_pdf(&ready, (target, path), &messages),
                _ => self.make(conn, &ready, (format, path), &messages),
            };
            made.map(Ok).map_err(|error| told_of(path, error))
        })?;
        match made {
            Ok(made) => self.place(row, format, (target, path), &made).map(Ok),
            Err(found) => Ok(Err(found)),
        }
    }

    /// Writes a thread into one file.
    fn make(
        &self,
        conn: &Connection,
        ready: &Ready,
        (format, path): (ExportFormat, &Path),
        messages: &Stored<'_, '_>,
    ) -> Result<Made> {
        let file = self.part_beside(path)?;
        let mut out = BufWriter::new(File::create(&file.path).map_err(|error| unwritten(path, error))?);
        let mut pdf = None;
        match format {
            ExportFormat::Record => {
                let printed = self.print(ready, messages, path)?;
                pdf = Some(!printed.is_empty());
                out = self.write_package(conn, out, ready, messages, &printed)?;
            }
            ExportFormat::Json => sheets::json(&mut out, conn, &ready.row, messages)?,
            ExportFormat::Csv => sheets::csv(&mut out, &ready.row, messages)?,
            _ => write_transcript(&mut out, format, ready, messages)?,
        }
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(StoreError::Io)?;
        Ok(Made { files: vec![file], status: ready.status, pdf })
    }

    /// Prints a thread into as many files as it has parts.
    fn make_pdf(&self, ready: &Ready, (target, path): (&Target, &Path), messages: &Stored<'_, '_>) -> Result<Made> {
        let program = self.0.pdf.as_ref().ok_or(RecordError::NoPdfProgram)?;
        let layout = Layout::of(&ready.header, messages)?;
        let mut files = Vec::new();
        for n in 1..=layout.parts() {
            let path = of_part(path, n, layout.parts());
            nothing_in_the_way(target, &path)?;
            files.push(self.part_beside(&path)?);
        }
        let at = rfc3339(self.now());
        let made = ready.sealed.as_ref().map_or(&at, |sealed| &sealed.at);
        layout.print(program, ready, messages, made, &files)?.map_err(not_printed)?;
        Ok(Made { files, status: ready.status, pdf: None })
    }

    /// Prints what goes into a record, if the program for it is there and manages; without it a record is whole too.
    fn print(&self, ready: &Ready, messages: &Stored<'_, '_>, record: &Path) -> Result<Vec<Part>> {
        let Some(program) = &self.0.pdf else { return Ok(Vec::new()) };
        let layout = Layout::of(&ready.header, messages)?;
        let files = (0..layout.parts()).map(|_| self.part_beside(record)).collect::<Result<Vec<_>>>()?;
        let at = rfc3339(self.now());
        let made = ready.sealed.as_ref().map_or(&at, |sealed| &sealed.at);
        match layout.print(program, ready, messages, made, &files)? {
            Ok(()) => Ok(files),
            Err(PdfError::Io(error)) if error.kind() == io::ErrorKind::StorageFull => Err(StoreError::Io(error).into()),
            Err(error) => {
                tracing::warn!(%error, "no PDF in this record");
                Ok(Vec::new())
            }
        }
    }

    fn write_package(
        &self,
        conn: &Connection,
        out: BufWriter<File>,
        ready: &Ready,
        messages: &Stored<'_, '_>,
        printed: &[Part],
    ) -> Result<BufWriter<File>> {
        let name = |(n, part): (usize, &Part)| (pdf::name(n + 1, printed.len()), part.path.clone());
        let pdf: Vec<_> = printed.iter().enumerate().map(name).collect();
        let contents = Contents {
            store: &setting::store_id(conn)?,
            header: &ready.header,
            messages,
            events: &ready.events,
            sealed: ready.sealed.as_ref(),
            key: ready.key.as_ref(),
            at: rfc3339(self.now()),
            program: env!("CARGO_PKG_VERSION"),
            pdf: &pdf,
        };
        Ok(package::write(out, &contents)?)
    }

    /// Notes what was written and brings it into its place, all of it or nothing.
    fn place(
        &self,
        row: &ThreadRow,
        format: ExportFormat,
        (target, path): (&Target, &Path),
        made: &Made,
    ) -> Result<Vec<ExportedFile>> {
        let parts = made.files.len();
        let mut files = Vec::new();
        let mut exported = Vec::new();
        for (n, file) in made.files.iter().enumerate() {
            let to = of_part(path, n + 1, parts);
            nothing_in_the_way(target, &to)?;
            let (size, sha256) = file.measured().map_err(|error| unwritten(&to, error))?;
            exported.push(ExportedFile {
                thread_id: row.id.clone(),
                path: to.display().to_string(),
                part: n as u32 + 1,
                parts: parts as u32,
                pdf: made.pdf,
                size,
                sha256,
                status: made.status,
            });
            files.push((file.path.as_path(), to));
        }
        self.note_export(row, format, &exported)?;
        place(&files, |path| target.may_replace(path))?;
        Ok(exported)
    }

    /// Notes an export in the thread's history, file by file: there is no file without its entry.
    fn note_export(&self, row: &ThreadRow, format: ExportFormat, files: &[ExportedFile]) -> Result<()> {
        if self.store().is_read_only() {
            return Ok(());
        }
        self.store().write(|tx| {
            find(tx, &row.id)?;
            for file in files {
                let name = Path::new(&file.path).file_name().unwrap_or_default().to_string_lossy();
                let detail = JsonObject::from_iter([
                    ("file".into(), name.into()),
                    ("format".into(), serde_json::json!(format)),
                    ("sha256".into(), file.sha256.as_str().into()),
                ]);
                let new = NewEntry::new(row.seq, EntryKind::Exported, self.0.door, self.now());
                entry::append(tx, &NewEntry { detail, ..new })?;
            }
            Ok(())
        })
    }
}

fn write_transcript(
    out: &mut BufWriter<File>,
    format: ExportFormat,
    ready: &Ready,
    messages: &Stored<'_, '_>,
) -> Result<()> {
    let header: Header = serde_json::from_str(&ready.header).map_err(|error| StoreError::Io(error.into()))?;
    let mut outline = Outline::default();
    messages.visit(&mut |message| {
        outline.add(&message);
        Ok(())
    })?;
    outline.finish(header.active_tip.as_deref());
    let (sealed, events) = (ready.sealed.as_ref(), &ready.events[..]);
    let facts = Facts { header: &header, sealed, events, outline: &outline };
    match format {
        ExportFormat::Markdown => markdown::write(out, &facts, messages)?,
        ExportFormat::Text => text::write(out, &facts, messages)?,
        _ => html::write(out, &facts, messages)?,
    }
    Ok(())
}

fn not_printed(error: PdfError) -> crate::Error {
    match error {
        PdfError::Io(error) if error.kind() == io::ErrorKind::StorageFull => StoreError::Io(error).into(),
        error => RecordError::NotPrinted(error).into(),
    }
}

/// The same of a file that is no part of the store.
pub(in crate::skein) fn told_of(path: &Path, error: crate::Error) -> crate::Error {
    match error {
        crate::Error::Store(StoreError::Io(error)) => unwritten(path, error).into(),
        error => error,
    }
}

pub(in crate::skein) fn unwritten(path: &Path, error: io::Error) -> RecordError {
    tracing::warn!(%error, "a file could not be written");
    RecordError::Write { path: path.display().to_string(), error }
}
