//! How far an export is, and the messages of a thread, counted as they go by.

use std::cell::RefCell;
use std::io;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::error::Result;
use crate::record::package::{Messages, Visit};
use crate::store::{StoreError, lines};
use crate::wire::{ExportFormat, Progress};

/// Time between two reports of progress.
const PACE: Duration = Duration::from_millis(100);
/// Steps that printing a message takes, against one for reading it.
const PRINTING: u64 = 20;

/// Steps that a format takes for each message.
pub(super) fn of_message(format: ExportFormat, prints: bool) -> u64 {
    match format {
        ExportFormat::Record if prints => 6 + PRINTING,
        ExportFormat::Record => 4,
        ExportFormat::Pdf => 2 + PRINTING,
        ExportFormat::Markdown | ExportFormat::Text | ExportFormat::Html => 2,
        ExportFormat::Json | ExportFormat::Csv => 1,
    }
}

/// How far it is, told at a pace, and whether to go on.
pub(super) struct Steps<'a> {
    progress: &'a mut dyn FnMut(Progress),
    cancel: &'a dyn Fn() -> bool,
    told: Option<Instant>,
    at: Progress,
    /// Whether somebody asked for a stop.
    pub cancelled: bool,
}

impl<'a> Steps<'a> {
    pub fn new(total: u64, progress: &'a mut dyn FnMut(Progress), cancel: &'a dyn Fn() -> bool) -> Self {
        Self { progress, cancel, told: None, at: Progress { done: 0, total }, cancelled: false }
    }

    fn add(&mut self, steps: u64) -> Result<(), StoreError> {
        self.at.done = (self.at.done + steps).min(self.at.total);
        // Nobody sees it: whoever asked for the stop is told that it was stopped.
        if self.look() { Err(io::Error::other("stopped").into()) } else { Ok(()) }
    }

    /// Tells how far it is, if that is due, and whether to stop.
    fn look(&mut self) -> bool {
        if self.told.is_none_or(|told| told.elapsed() >= PACE) {
            self.told = Some(Instant::now());
            (self.progress)(self.at);
            self.cancelled |= (self.cancel)();
        }
        self.cancelled
    }

    /// Tells the last of it.
    pub fn finish(self) {
        let total = self.at.total;
        (self.progress)(Progress { done: if self.cancelled { self.at.done } else { total }, total });
    }
}

/// The messages of one thread, counted as they go by.
pub(super) struct Stored<'a, 'b> {
    pub conn: &'a Connection,
    pub thread: i64,
    pub count: u32,
    pub steps: &'a RefCell<&'a mut Steps<'b>>,
}

impl Stored<'_, '_> {
    /// Counts one more.
    pub fn step(&self) -> Result<(), StoreError> {
        self.steps.borrow_mut().add(1)
    }

    /// Counts messages that were printed.
    pub fn printed(&self, messages: u32) -> Result<(), StoreError> {
        self.steps.borrow_mut().add(u64::from(messages) * PRINTING)
    }

    /// Whether to stop, asked while something else works; tells that the work goes on.
    pub fn is_stopped(&self) -> bool {
        self.steps.borrow_mut().look()
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
