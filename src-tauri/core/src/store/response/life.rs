//! How a response lives in the store: it begins as pending, its reply grows as chunks that are only
//! ever appended, and at its end the reply becomes a message and the chunks go. Without a text there is
//! no message, and the chunks of its reasoning stay.

use rusqlite::{Connection, Transaction, params};

use super::{RUNNING, ResponseRow, find_by_id, get};
use crate::clock::Millis;
use crate::context::receipt::Stored;
use crate::context::{self, Correction};
use crate::record::key::SigningKey;
use crate::response::{Arrived, Asked, Chunk, ChunkKind, End};
use crate::store::endpoint::PRACTICE_ID;
use crate::store::message::{self, NewInsert};
use crate::store::{StoreError, Word, correction, entry, thread};
use crate::thread::NewMessage;
use crate::wire::{Door, ResponseStatus, State, Usage};

/// A response to be stored as pending.
#[derive(Debug, Clone, Copy)]
pub struct NewResponse<'a> {
    /// What is asked.
    pub asked: &'a Asked,
    /// The thread.
    pub thread: i64,
    /// The message that is answered.
    pub parent: Option<i64>,
    /// The state to bring the thread to with the reply.
    pub thread_state: Option<State>,
    /// The process it runs in.
    pub process: &'a str,
    /// When it was accepted.
    pub created_at: Millis,
}

/// Stores a response as pending.
///
/// # Errors
/// `thread_busy` if one is running in the thread, `thread_locked`, `thread_archived`, `thread_deleted`,
/// `storage_error`.
pub fn begin(tx: &Transaction<'_>, new: &NewResponse<'_>) -> Result<ResponseRow, StoreError> {
    tx.prepare_cached(
        "INSERT INTO response (id, thread, message_id, parent, status, endpoint, origin, model_asked, thread_state, \
         parameters, receipt, sent, left_out, process, created_at, endpoint_id, own_parameters)
         VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?
    .execute(params![
        new.asked.id,
        new.thread,
        new.asked.message_id,
        new.parent,
        new.asked.endpoint,
        new.asked.origin,
        new.asked.model,
        new.thread_state.map(Word::word),
        new.asked.parameters,
        new.asked.receipt,
        new.asked.context.sent,
        new.asked.context.left_out,
        new.process,
        new.created_at,
        new.asked.endpoint_id,
        new.asked.own_parameters,
    ])?;
    get(tx, tx.last_insert_rowid())
}

/// Appends what arrived.
///
/// # Errors
/// `storage_full`, `storage_error`, also if the response has ended.
pub fn append(tx: &Transaction<'_>, seq: i64, chunks: &[Chunk]) -> Result<(), StoreError> {
    let mut add = tx.prepare_cached("INSERT INTO response_chunk (response, kind, text) VALUES (?1, ?2, ?3)")?;
    for chunk in chunks {
        add.execute(params![seq, kind_word(chunk.kind), chunk.text])?;
    }
    tx.prepare_cached("UPDATE response SET status = 'streaming' WHERE seq = ?1 AND status = 'pending'")?
        .execute([seq])?;
    Ok(())
}

/// What has arrived and is saved; of a response that made no message, what there is of it.
///
/// # Errors
/// `storage_error`.
pub fn arrived(conn: &Connection, seq: i64) -> Result<Arrived, StoreError> {
    let mut read = conn.prepare_cached("SELECT kind, text FROM response_chunk WHERE response = ?1 ORDER BY seq")?;
    let mut rows = read.query([seq])?;
    let mut arrived = Arrived::default();
    while let Some(row) = rows.next()? {
        let text = row.get_ref("text")?.as_str().map_err(|_| StoreError::Damaged("a chunk is not text".into()))?;
        let is_text = row.get_ref("kind")?.as_str() == Ok(kind_word(ChunkKind::Text));
        arrived.push(if is_text { ChunkKind::Text } else { ChunkKind::Reasoning }, text);
    }
    Ok(arrived)
}

/// Ends a response: the reply becomes a message if it has a text, else its reasoning is kept with it; and only a completed one brings
/// the thread to the state it was asked for with, signed with the key. A response that has ended already stays as it is.
///
/// # Errors
/// `storage_full`, `storage_error`; nothing is written then.
pub fn finish(
    tx: &Transaction<'_>,
    seq: i64,
    end: &End,
    door: Door,
    now: Millis,
    key: Option<&SigningKey>,
) -> Result<ResponseRow, StoreError> {
    let row = get(tx, seq)?;
    if !row.is_running() {
        return Ok(row);
    }
    let message = reply(tx, &row, end)?;
    if let Some(message) = &message {
        let new = NewInsert { thread: row.thread, parent: row.parent, message, created_at: now, response: Some(seq) };
        let tip = message::insert(tx, &new)?;
        thread::set_tip(tx, &tip, now)?;
    } else {
        append(tx, seq, &end.rest)?;
    }
    write_end(tx, &row, end, now)?;
    learn(tx, &row, end)?;
    if message.is_some() {
        tx.prepare_cached("DELETE FROM response_chunk WHERE response = ?1")?.execute([seq])?;
    }
    if let (ResponseStatus::Completed, Some(state)) = (end.status, row.thread_state) {
        match entry::transition(tx, row.thread, state, door, now, key) {
            // What was altered is not sealed; the reply is stored all the same, and the answer says the state.
            Ok(_) | Err(StoreError::Altered(_)) => {}
            Err(error) => return Err(error),
        }
    }
    get(tx, seq)
}

/// The message that a reply becomes; none without a text.
fn reply(tx: &Transaction<'_>, row: &ResponseRow, end: &End) -> Result<Option<NewMessage>, StoreError> {
    let mut arrived = arrived(tx, row.seq)?;
    for chunk in &end.rest {
        arrived.push(chunk.kind, &chunk.text);
    }
    let model = end.model.as_ref().unwrap_or(&row.model_asked);
    Ok(arrived.into_message(row.message_id.clone().into(), model, end.status))
}

fn write_end(tx: &Transaction<'_>, row: &ResponseRow, end: &End, now: Millis) -> Result<(), StoreError> {
    let error = end.error.as_ref();
    let json = error.map(|error| serde_json::json!(error).to_string());
    let tokens = |of: fn(&Usage) -> u64| end.usage.as_ref().map(|usage| i64::try_from(of(usage)).unwrap_or(i64::MAX));
    tx.prepare_cached(
        "UPDATE response SET status = ?2, finish_reason = ?3, error_code = ?4, error = ?5, model = ?6, \
         input_tokens = ?7, output_tokens = ?8, total_tokens = ?9, completed_at = ?10, \
         receipt = ?11 WHERE seq = ?1",
    )?
    .execute(params![
        row.seq,
        end.status.word(),
        end.finish_reason.map(Word::word),
        error.map(|error| &error.code),
        json,
        end.model,
        tokens(|u| u.input_tokens),
        tokens(|u| u.output_tokens),
        tokens(|u| u.total_tokens),
        now,
        Stored::read(&row.receipt).ended(&end.trace).to_json(),
    ])?;
    Ok(())
}

/// Keeps what the endpoint's own count says about ours. Practice counts words.
fn learn(tx: &Transaction<'_>, row: &ResponseRow, end: &End) -> Result<(), StoreError> {
    let receipt = Stored::read(&row.receipt);
    let Some(endpoint) = row.endpoint_id.as_deref().filter(|id| *id != PRACTICE_ID) else { return Ok(()) };
    let before = correction::find(tx, endpoint, &row.model_asked)?.map(|(per_mille, _)| Correction(per_mille));
    match context::learned(before, &receipt, end.usage) {
        Some(Correction(per_mille)) => correction::set(tx, endpoint, &row.model_asked, per_mille),
        None => Ok(()),
    }
}

/// Asks for a stop, which the process that runs it sees at its next save. False if there is no such response.
///
/// # Errors
/// `storage_error`.
pub fn request_cancel(tx: &Transaction<'_>, id: &str) -> Result<bool, StoreError> {
    tx.prepare_cached(&format!("UPDATE response SET cancel_requested = 1 WHERE id = ?1 AND {RUNNING}"))?
        .execute([id])?;
    Ok(find_by_id(tx, id)?.is_some())
}

/// Whether a stop was asked for.
///
/// # Errors
/// `storage_error`.
pub fn cancel_requested(conn: &Connection, seq: i64) -> Result<bool, StoreError> {
    let mut read = conn.prepare_cached("SELECT cancel_requested FROM response WHERE seq = ?1")?;
    Ok(read.query_row([seq], |row| row.get(0))?)
}

const fn kind_word(kind: ChunkKind) -> &'static str {
    match kind {
        ChunkKind::Text => "text",
        ChunkKind::Reasoning => "reasoning",
    }
}
