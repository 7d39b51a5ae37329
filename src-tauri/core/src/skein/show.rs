//! From rows to what doors show, and the look-ups that say what is missing.

use rusqlite::Connection;

use crate::clock::rfc3339;
use crate::error::Result;
use crate::store::message::{self, Kin, MessageRow};
use crate::store::thread::{self, ThreadRow};
use crate::store::{metadata, seal, tombstone, view};
use crate::thread::{RuleError, ThreadId};
use crate::wire::{ForkedFrom, Message, TextPart, Thread};

/// Finds a thread that can be used.
pub(crate) fn find(conn: &Connection, id: &str) -> Result<ThreadRow> {
    let row = find_even_deleted(conn, id)?;
    if row.deleted_at.is_some() {
        return Err(RuleError::ThreadDeleted(id.into()).into());
    }
    Ok(row)
}

/// Finds a thread, one in the bin included.
pub(crate) fn find_even_deleted(conn: &Connection, id: &str) -> Result<ThreadRow> {
    if let Some(row) = thread::find_by_id(conn, id)? {
        return Ok(row);
    }
    ThreadId::parse(id)?;
    Err(if tombstone::exists(conn, id)? {
        RuleError::ThreadDeleted(id.into())
    } else {
        RuleError::ThreadNotFound(id.into())
    }
    .into())
}

/// Finds a message of a thread.
pub(crate) fn find_message(conn: &Connection, thread: &ThreadRow, id: &str) -> Result<MessageRow> {
    message::find(conn, thread.seq, id)?.ok_or_else(|| RuleError::MessageNotFound(id.into()).into())
}

/// A thread as doors show it.
pub(crate) fn wire(conn: &Connection, row: &ThreadRow) -> Result<Thread> {
    Ok(Thread {
        id: row.id.clone(),
        object: "thread".into(),
        title: row.title.clone(),
        state: row.state,
        metadata: metadata::get(conn, row.seq)?.as_object().clone(),
        message_count: row.message_count,
        pinned: view::get(conn, row.seq)?.pinned,
        revision: row.revision,
        created_at: rfc3339(row.created_at),
        updated_at: rfc3339(row.updated_at),
        last_activity_at: rfc3339(row.last_activity_at),
        deleted_at: row.deleted_at.map(rfc3339),
        forked_from: row.forked_from.clone().map(|(thread_id, message_id)| ForkedFrom { thread_id, message_id }),
        seal: seal::summary(conn, row.seq)?,
    })
}

/// A message as doors show it.
pub(crate) fn message_wire(conn: &Connection, thread_id: &str, row: &MessageRow) -> Result<Message> {
    Ok(shown(thread_id, row, message::kin_of(conn, [row.seq])?.remove(&row.seq).unwrap_or_default()))
}

/// Messages as doors show them, in the same order.
pub(crate) fn messages_wire(conn: &Connection, thread_id: &str, rows: &[MessageRow]) -> Result<Vec<Message>> {
    let mut kin = message::kin_of(conn, rows.iter().map(|row| row.seq))?;
    Ok(rows.iter().map(|row| shown(thread_id, row, kin.remove(&row.seq).unwrap_or_default())).collect())
}

fn shown(thread_id: &str, row: &MessageRow, kin: Kin) -> Message {
    Message {
        id: row.message.id.to_string(),
        object: "message".into(),
        thread_id: Some(thread_id.into()),
        parent_id: kin.parent,
        role: row.message.role,
        texts: row.message.texts.iter().map(|text| TextPart { text: text.clone() }).collect(),
        created_at: rfc3339(row.created_at),
        response_id: kin.response,
        model: row.message.model.clone(),
        reasoning: row.message.reasoning.clone(),
        status: message::shown_status(row),
        versions: kin.versions,
        copied_from: row.message.copied_from.clone(),
    }
}
