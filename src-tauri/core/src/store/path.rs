//! Paths: from the first message of a thread to a tip, in stretches of branches.
//!
//! A branch is a run of messages without a fork; it is named by its first message. The path to a
//! tip is the tip's branch up to the tip, then the branch that one hangs from up to the fork, and
//! so on: as many stretches as there are forks, however long the thread is. Any place on the path
//! is then one index lookup.

use std::collections::HashMap;
use std::ops::ControlFlow;

use rusqlite::{Connection, params};

use super::StoreError;
use super::message::{COLUMNS, MessageRow, from_row};
use crate::clock::Millis;
use crate::wire::Role;

/// A stretch of a path: the messages of `branch` from depth `from` to `to`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The branch.
    pub branch: i64,
    /// Depth of its first message on the path.
    pub from: u32,
    /// Depth of its last message on the path.
    pub to: u32,
}

/// A path, from its tip backwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path(Vec<Stretch>);

/// What is known of a message on a path before its text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Its sequence number.
    pub seq: i64,
    /// Its place on the path, from 1.
    pub depth: u32,
    /// Who wrote it.
    pub role: Role,
    /// Bytes of its text.
    pub size: u32,
}

impl Path {
    /// The path to `tip`; empty without one.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn to(conn: &Connection, tip: Option<i64>) -> Result<Self, StoreError> {
        let mut place = conn.prepare_cached("SELECT branch, depth FROM message WHERE seq = ?1")?;
        let mut head = conn.prepare_cached("SELECT depth, parent FROM message WHERE seq = ?1")?;
        let mut stretches = Vec::new();
        let mut at = tip;
        while let Some(seq) = at {
            let (branch, to) = place.query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let (from, parent) = head.query_row([branch], |row| Ok((row.get(0)?, row.get(1)?)))?;
            stretches.push(Stretch { branch, from, to });
            at = parent;
        }
        Ok(Self(stretches))
    }

    /// Messages on the path.
    pub fn len(&self) -> u32 {
        self.0.first().map_or(0, |stretch| stretch.to)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a message at that branch and depth stands on the path.
    pub fn holds(&self, message: &MessageRow) -> bool {
        self.holds_place(message.branch, message.depth)
    }

    /// The same, where only its place is known.
    pub fn holds_place(&self, branch: i64, depth: u32) -> bool {
        self.0.iter().any(|s| s.branch == branch && (s.from..=s.to).contains(&depth))
    }

    /// The messages at depths `from` to `to`, both included, in order.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn range(&self, conn: &Connection, from: u32, to: u32) -> Result<Vec<MessageRow>, StoreError> {
        let mut read = conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM message WHERE branch = ?1 AND depth BETWEEN ?2 AND ?3 ORDER BY depth"
        ))?;
        let mut rows = Vec::new();
        for stretch in self.0.iter().rev() {
            let (low, high) = (from.max(stretch.from), to.min(stretch.to));
            if low > high {
                continue;
            }
            for row in read.query_map(params![stretch.branch, low, high], from_row)? {
                rows.push(row?);
            }
        }
        Ok(rows)
    }

    /// When each message was written, from the first on; no text is read.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn times(&self, conn: &Connection) -> Result<Vec<Millis>, StoreError> {
        let mut read = conn.prepare_cached(
            "SELECT created_at FROM message WHERE branch = ?1 AND depth BETWEEN ?2 AND ?3 ORDER BY depth",
        )?;
        let mut times = Vec::with_capacity(self.len() as usize);
        for stretch in self.0.iter().rev() {
            for time in read.query_map(params![stretch.branch, stretch.from, stretch.to], |row| row.get(0))? {
                times.push(time?);
            }
        }
        Ok(times)
    }

    /// Walks from the tip backwards without reading texts, until `visit` breaks.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn walk_back(
        &self,
        conn: &Connection,
        mut visit: impl FnMut(Step) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut read = conn.prepare_cached(
            "SELECT seq, depth, role, size FROM message WHERE branch = ?1 AND depth BETWEEN ?2 AND ?3 ORDER BY depth DESC",
        )?;
        self.visit(&mut read, &mut visit)
    }

    /// The system messages on the path, from the tip backwards, through an index of their own.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn systems(&self, conn: &Connection) -> Result<Vec<Step>, StoreError> {
        let mut read = conn.prepare_cached(
            "SELECT seq, depth, role, size FROM message INDEXED BY message_system
             WHERE role = 'system' AND branch = ?1 AND depth BETWEEN ?2 AND ?3 ORDER BY depth DESC",
        )?;
        let mut steps = Vec::new();
        self.visit(&mut read, &mut |step| {
            steps.push(step);
            ControlFlow::Continue(())
        })?;
        Ok(steps)
    }

    fn visit(
        &self,
        read: &mut rusqlite::Statement<'_>,
        visit: &mut impl FnMut(Step) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        for stretch in &self.0 {
            let mut rows = read.query(params![stretch.branch, stretch.from, stretch.to])?;
            while let Some(row) = rows.next()? {
                let step = Step {
                    seq: row.get("seq")?,
                    depth: row.get("depth")?,
                    role: super::word::get(row, "role")?,
                    size: row.get("size")?,
                };
                if visit(step).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// The tip of the newest path through a message: the last one written among all that follow it.
///
/// # Errors
/// `storage_error`.
pub fn newest_tip_through(conn: &Connection, message: &MessageRow) -> Result<i64, StoreError> {
    // Every branch of the thread with the place it hangs from and its last message.
    let mut read = conn.prepare_cached(
        "SELECT h.seq, p.branch, p.depth,
                (SELECT seq FROM message WHERE branch = h.seq ORDER BY depth DESC LIMIT 1)
         FROM message h LEFT JOIN message p ON p.seq = h.parent
         WHERE h.thread = ?1 AND h.seq = h.branch ORDER BY h.seq",
    )?;
    let mut rows = read.query([message.thread])?;
    // Branches below the message, each with the depth from which it counts. A branch is newer than
    // the one it hangs from, so one pass in order finds them all.
    let mut below = HashMap::from([(message.branch, message.depth)]);
    let mut newest = message.seq;
    while let Some(row) = rows.next()? {
        let (branch, parent, depth, tail): (i64, Option<i64>, Option<u32>, i64) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let hangs_below =
            parent.zip(depth).is_some_and(|(parent, depth)| below.get(&parent).is_some_and(|from| depth >= *from));
        if hangs_below {
            below.insert(branch, 0);
        }
        if hangs_below || branch == message.branch {
            newest = newest.max(tail);
        }
    }
    Ok(newest)
}
