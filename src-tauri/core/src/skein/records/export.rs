//! Exports: which threads, into which files, whole or not at all; each one stands in the history.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::Skein;
use super::super::show::find;
use super::part::Part;
use super::{check, pages, sheets};
use crate::clock::{Millis, rfc3339};
use crate::error::Result;
use crate::keychain::SigningKeys;
use crate::record::key::{PublicKey, SigningKey};
use crate::record::line::{Event, Header};
use crate::record::package::{self, Contents, Messages, Sealed, Signed, Visit};
use crate::record::pdf::Program;
use crate::record::transcript::{Facts, Outline, html, markdown, text};
use crate::record::{RecordError, canonical};
use crate::store::entry::{self, NewEntry};
use crate::store::listing::{self, Order, ThreadFilter};
use crate::store::seal::{self, SealRow};
use crate::store::setting::{self, hex};
use crate::store::thread::ThreadRow;
use crate::store::{StoreError, lines};
use crate::wire::{
    EntryKind, ExportFormat, Exported, ExportedFile, JsonObject, Progress, SealStatus, State, Verification,
};
use rusqlite::Connection;

/// Time between two reports of progress.
const PACE: Duration = Duration::from_millis(100);

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

/// Where an export goes: to a file or, for more than one thread, into a folder, which is made if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The file or folder.
    pub path: PathBuf,
    /// Whether files that are there may be replaced.
    pub replace: bool,
}

/// How far it is, told at a pace, and whether to go on.
struct Steps<'a> {
    progress: &'a mut dyn FnMut(Progress),
    cancel: &'a dyn Fn() -> bool,
    told: Option<Instant>,
    at: Progress,
    cancelled: bool,
}

impl Steps<'_> {
    fn step(&mut self) -> Result<(), StoreError> {
        self.at.done = (self.at.done + 1).min(self.at.total);
        if self.told.is_none_or(|told| told.elapsed() >= PACE) {
            self.told = Some(Instant::now());
            (self.progress)(self.at);
            self.cancelled |= (self.cancel)();
        }
        // Nobody sees it: whoever asked for the stop is told that it was stopped.
        if self.cancelled { Err(io::Error::other("stopped").into()) } else { Ok(()) }
    }
}

/// The messages of one thread, counted as they go by.
pub(super) struct Stored<'a, 'b> {
    conn: &'a Connection,
    thread: i64,
    count: u32,
    steps: &'a RefCell<&'a mut Steps<'b>>,
}

impl Stored<'_, '_> {
    /// Counts one more.
    pub(super) fn step(&self) -> Result<(), StoreError> {
        self.steps.borrow_mut().step()
    }

    /// Whether to stop, asked while something else works; tells that the work goes on.
    pub(super) fn is_stopped(&self) -> bool {
        let mut steps = self.steps.borrow_mut();
        let at = steps.at;
        (steps.progress)(at);
        steps.cancelled |= (steps.cancel)();
        steps.cancelled
    }
}

impl Messages for Stored<'_, '_> {
    fn visit(&self, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        lines::messages(self.conn, self.thread, self.count, |message, _| {
            self.step()?;
            visit(message)
        })
    }
}

/// One thread, ready to be written.
struct Ready {
    row: ThreadRow,
    header: String,
    sealed: Option<Sealed>,
    key: Option<SigningKey>,
    events: Vec<Event>,
    count: u32,
    status: Option<SealStatus>,
}

impl Skein {
    /// Exports threads. `cancel` is asked on the way; what was finished by then stays.
    ///
    /// # Errors
    /// `invalid_request` if a file is there already, `thread_not_found`, `thread_deleted`, `keychain_unavailable` for
    /// a record that was signed and cannot be signed now, `storage_full`, `storage_error`.
    pub fn export(
        &self,
        selection: &Selection,
        format: ExportFormat,
        target: &Target,
        progress: &mut dyn FnMut(Progress),
        cancel: &dyn Fn() -> bool,
    ) -> Result<Exported> {
        let plan = self.plan(selection, format, target)?;
        let total = plan.iter().map(|(row, _)| u64::from(row.message_count) * passes(format)).sum();
        let at = Progress { done: 0, total };
        let mut steps = Steps { progress, cancel, told: None, at, cancelled: false };
        let mut exported =
            Exported { object: "exported".into(), files: Vec::new(), refused: Vec::new(), cancelled: false };
        for (row, path) in plan {
            match self.export_one(&row, format, &path, &mut steps) {
                Ok(Ok(file)) => exported.files.push(file),
                Ok(Err(refused)) => exported.refused.push(refused),
                Err(_) if steps.cancelled => break,
                Err(error) => return Err(error),
            }
        }
        exported.cancelled = steps.cancelled;
        (steps.progress)(Progress { done: if steps.cancelled { steps.at.done } else { total }, total });
        Ok(exported)
    }

    /// What an export of a thread would be called.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`.
    pub fn export_name(&self, id: &str, format: ExportFormat) -> Result<String> {
        self.store().read(|conn| file_name(conn, &find(conn, id)?, format))
    }

    /// Which thread goes into which file; none of them may be there, unless it may be replaced.
    fn plan(&self, selection: &Selection, format: ExportFormat, target: &Target) -> Result<Vec<(ThreadRow, PathBuf)>> {
        let rows = self.store().read(|conn| selected(conn, selection, self.now()))?;
        let single = matches!(selection, Selection::Threads(ids) if ids.len() == 1) && !target.path.is_dir();
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
            if !target.replace && path.exists() {
                return Err(RecordError::Exists(path.display().to_string()).into());
            }
            plan.push((row, path));
        }
        Ok(plan)
    }

    fn export_one(
        &self,
        row: &ThreadRow,
        format: ExportFormat,
        path: &Path,
        steps: &mut Steps<'_>,
    ) -> Result<Result<ExportedFile, Verification>> {
        let known = self.known_keys()?;
        let key = if format == ExportFormat::Record { self.key_of_record(row)? } else { None };
        let part = Part::beside(path)?;
        let refused = self.store().read(|conn| {
            let ready = match self.ready(conn, row, &known, key)? {
                Ok(ready) => ready,
                Err(found) if format == ExportFormat::Record => return Ok(Err(found)),
                Err(found) => Ready { status: Some(found.status), ..draft(conn, row)? },
            };
            let steps = RefCell::new(steps);
            let messages = Stored { conn, thread: ready.row.seq, count: ready.count, steps: &steps };
            let out = BufWriter::new(File::create(&part.0).map_err(|error| unwritten(path, error))?);
            self.write_one(conn, &ready, (format, path), &messages, out).map_err(|error| match error {
                crate::Error::Store(StoreError::Io(error)) => unwritten(path, error).into(),
                error => error,
            })?;
            Ok::<_, crate::Error>(Ok(ready.status))
        })?;
        let status = match refused {
            Ok(status) => status,
            Err(found) => return Ok(Err(found)),
        };
        let (size, sha256) = part.measured().map_err(|error| unwritten(path, error))?;
        self.note_export(row, format, path, &sha256)?;
        fs::rename(&part.0, path).map_err(|error| unwritten(path, error))?;
        Ok(Ok(ExportedFile { thread_id: row.id.clone(), path: path.display().to_string(), size, sha256, status }))
    }

    fn write_one(
        &self,
        conn: &Connection,
        ready: &Ready,
        (format, path): (ExportFormat, &Path),
        messages: &Stored<'_, '_>,
        mut out: BufWriter<File>,
    ) -> Result<()> {
        let (store, at) = (setting::store_id(conn)?, rfc3339(self.now()));
        let (sealed, events) = (ready.sealed.as_ref(), &ready.events[..]);
        match format {
            ExportFormat::Record => {
                let (key, program) = (ready.key.as_ref(), env!("CARGO_PKG_VERSION"));
                let header = &ready.header;
                let made = sealed.map_or(&at, |sealed| &sealed.at);
                let pages = pages::print(header, sealed, messages, made, path)?;
                let pdf = &pages.files;
                let contents = Contents { store: &store, header, messages, events, sealed, key, at, program, pdf };
                out = package::write(out, &contents)?;
            }
            ExportFormat::Json => sheets::json(&mut out, conn, &ready.row, messages)?,
            ExportFormat::Csv => sheets::csv(&mut out, &ready.row, messages)?,
            ExportFormat::Markdown | ExportFormat::Text | ExportFormat::Html => {
                let header: Header = serde_json::from_str(&ready.header).map_err(io_error)?;
                let mut outline = Outline::default();
                messages.visit(&mut |message| {
                    outline.add(&message);
                    Ok(())
                })?;
                outline.finish(header.active_tip.as_deref());
                let facts = Facts { header: &header, sealed, events, outline: &outline };
                match format {
                    ExportFormat::Markdown => markdown::write(&mut out, &facts, messages)?,
                    ExportFormat::Text => text::write(&mut out, &facts, messages)?,
                    _ => html::write(&mut out, &facts, messages)?,
                }
            }
        }
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(StoreError::Io)?;
        Ok(())
    }

    /// Reads what is to be written about a thread; the other way if it is not what was sealed.
    fn ready(
        &self,
        conn: &Connection,
        row: &ThreadRow,
        known: &[PublicKey],
        key: Option<SigningKey>,
    ) -> Result<Result<Ready, Verification>> {
        if row.state == State::Open {
            return Ok(Ok(draft(conn, row)?));
        }
        let checked = check::thread(conn, row, known, self.now())?.map(|(_, found)| found);
        let (Some(found), Some(last)) = (checked, seal::last(conn, row.seq)?) else { return Ok(Ok(draft(conn, row)?)) };
        if found.status == SealStatus::Altered {
            return Ok(Err(found));
        }
        let signatures = seal::signatures(conn, last.seq)?;
        let own = key.as_ref().map(SigningKey::public);
        let signature = signatures.iter().find(|row| own.is_none_or(|own| own == row.public));
        let signed = signature.map(|row| Signed {
            signature: row.signature.clone(),
            at: rfc3339(row.signed_at),
            public: row.public,
        });
        let digest = hex(&last.digest);
        let links = entry::links(conn, row.seq)?;
        let before = links.iter().take_while(|link| link.entry.seal.as_ref() != Some(&digest));
        Ok(Ok(Ready {
            row: row.clone(),
            header: last.header.clone(),
            sealed: Some(Sealed { json: last.json, at: rfc3339(last.sealed_at), signed }),
            key,
            events: before.map(event).collect::<Result<_, _>>()?,
            count: last.count,
            status: Some(found.status),
        }))
    }

    /// The key that a thread's record is signed with: the one that signed its seal or, if nobody has or
    /// that one is gone, the key in use, which then signs the seal too. Without a keychain a seal that
    /// was never signed goes as it is.
    fn key_of_record(&self, row: &ThreadRow) -> Result<Option<SigningKey>> {
        let last: Option<SealRow> = self.store().read(|conn| seal::last(conn, row.seq))?;
        let Some(last) = last.filter(|_| row.state != State::Open) else { return Ok(None) };
        let signatures = self.store().read(|conn| seal::signatures(conn, last.seq))?;
        let keys = self.keys();
        if let Ok(Some(keys)) = &keys
            && let Some(key) = signatures.iter().find_map(|signed| SigningKeys::with(keys, signed.public))
        {
            return Ok(Some(key.clone()));
        }
        let key = match keys.and_then(|_| self.current_key()) {
            Ok(key) => key,
            Err(_) if signatures.is_empty() => return Ok(None),
            Err(error) => return Err(error),
        };
        let signed = !self.store().is_read_only() && self.sign_also(&last, &key)?;
        Ok(signed.then_some(key))
    }

    /// Notes an export in the thread's history: there is no file without its entry.
    fn note_export(&self, row: &ThreadRow, format: ExportFormat, path: &Path, sha256: &str) -> Result<()> {
        if self.store().is_read_only() {
            return Ok(());
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let detail = JsonObject::from_iter([
            ("file".into(), file.into()),
            ("format".into(), serde_json::json!(format)),
            ("sha256".into(), sha256.into()),
        ]);
        self.store().write(|tx| {
            find(tx, &row.id)?;
            let new = NewEntry::new(row.seq, EntryKind::Exported, self.0.door, self.now());
            Ok(entry::append(tx, &NewEntry { detail, ..new })?)
        })
    }
}

/// A thread as it stands, which nobody has sealed.
fn draft(conn: &Connection, row: &ThreadRow) -> Result<Ready> {
    let links = entry::links(conn, row.seq)?;
    Ok(Ready {
        row: row.clone(),
        header: canonical::line(&lines::header(conn, row, row.state)?).map_err(StoreError::Io)?,
        sealed: None,
        key: None,
        events: links.iter().map(event).collect::<Result<_, _>>()?,
        count: row.message_count,
        status: None,
    })
}

fn event(link: &entry::Link) -> Result<Event, StoreError> {
    let (salt, detail) = link.detail.clone().unwrap_or_default();
    Ok(Event { detail, entry: link.line()?, kind: crate::record::line::Kind::Event, salt: hex(&salt) })
}

fn selected(conn: &Connection, selection: &Selection, now: Millis) -> Result<Vec<ThreadRow>> {
    let metadata = match selection {
        Selection::Threads(ids) => return ids.iter().map(|id| find(conn, id)).collect(),
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

/// Goes through the messages, for one file.
fn passes(format: ExportFormat) -> u64 {
    match format {
        ExportFormat::Record if Program::find().is_some() => 6,
        ExportFormat::Record => 4,
        ExportFormat::Markdown | ExportFormat::Text | ExportFormat::Html => 2,
        ExportFormat::Json | ExportFormat::Csv => 1,
    }
}

fn file_name(conn: &Connection, row: &ThreadRow, format: ExportFormat) -> Result<String> {
    let last = seal::last(conn, row.seq)?.filter(|_| row.state != State::Open && format == ExportFormat::Record);
    let sealed = last.map(|last| Sealed { json: last.json, at: rfc3339(last.sealed_at), signed: None });
    let name = package::name(&row.id, sealed.as_ref());
    Ok(match format {
        ExportFormat::Record => format!("{name}.zip"),
        ExportFormat::Markdown => format!("{}.md", name.trim_end_matches("-draft")),
        ExportFormat::Text => format!("{}.txt", name.trim_end_matches("-draft")),
        ExportFormat::Html => format!("{}.html", name.trim_end_matches("-draft")),
        ExportFormat::Json => format!("{}.json", name.trim_end_matches("-draft")),
        ExportFormat::Csv => format!("{}.csv", name.trim_end_matches("-draft")),
    })
}

pub(super) fn unwritten(path: &Path, error: io::Error) -> RecordError {
    RecordError::Write { path: path.display().to_string(), error }
}

fn io_error(error: serde_json::Error) -> StoreError {
    StoreError::Io(error.into())
}
