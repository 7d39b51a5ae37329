//! The `response` table and its chunks: one row for each attempt by a model to answer. The reply
//! grows as chunks that are only ever appended; when it ends, it becomes a message and they go.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::message::{self, NewInsert};
use super::thread::{self, ThreadRow};
use super::{StoreError, Word, entry, word};
use crate::clock::{Millis, rfc3339};
use crate::response::{Chunk, ChunkKind, End};
use crate::thread::{NewMessage, ResponseId};
use crate::wire::{
    ContextSummary, Door, ErrorDetail, FinishReason, MessageStatus, Response, ResponseStatus, Role, State, Usage,
};

/// A row of `response`.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseRow {
    /// Sequence number; orders responses.
    pub seq: i64,
    /// The id callers use.
    pub id: String,
    /// The thread's sequence number.
    pub thread: i64,
    /// Id of the message that the reply becomes.
    pub message_id: String,
    /// The message that is answered.
    pub parent: Option<i64>,
    /// How far it has come.
    pub status: ResponseStatus,
    /// Why the model stopped.
    pub finish_reason: Option<FinishReason>,
    /// What went wrong.
    pub error: Option<ErrorDetail>,
    /// Name of the endpoint, as it was then.
    pub endpoint: String,
    /// Scheme, host and port that were asked.
    pub origin: String,
    /// The model asked for.
    pub model_asked: String,
    /// The model that answered.
    pub model: Option<String>,
    /// The state to bring the thread to with the reply.
    pub thread_state: Option<State>,
    /// The request's parameters, as JSON.
    pub parameters: String,
    /// What exactly was sent, as JSON; see [`crate::context::Receipt`].
    pub receipt: String,
    /// Messages sent.
    pub sent: u32,
    /// Messages of the path that did not fit.
    pub left_out: u32,
    /// Tokens, where the endpoint told.
    pub usage: Option<Usage>,
    /// Whether a stop was asked for, by any process.
    pub cancel_requested: bool,
    /// The process it runs in; see [`super::ProcessLock`].
    pub process: String,
    /// When it was accepted.
    pub created_at: Millis,
    /// When it ended.
    pub completed_at: Option<Millis>,
}

/// A response to be stored as pending.
#[derive(Debug, Clone, Copy)]
pub struct NewResponse<'a> {
    /// Its id.
    pub id: &'a ResponseId,
    /// Id of the message that the reply becomes.
    pub message_id: &'a str,
    /// The thread.
    pub thread: i64,
    /// The message that is answered.
    pub parent: Option<i64>,
    /// Name of the endpoint.
    pub endpoint: &'a str,
    /// Scheme, host and port.
    pub origin: &'a str,
    /// The model asked for.
    pub model: &'a str,
    /// The state to bring the thread to with the reply.
    pub thread_state: Option<State>,
    /// The request's parameters, as JSON.
    pub parameters: &'a str,
    /// What exactly is sent, as JSON.
    pub receipt: &'a str,
    /// Messages sent.
    pub sent: u32,
    /// Messages that did not fit.
    pub left_out: u32,
    /// The process it runs in.
    pub process: &'a str,
    /// When it was accepted.
    pub created_at: Millis,
}

const RUNNING: &str = "status IN ('pending', 'streaming')";

fn from_row(row: &Row<'_>) -> rusqlite::Result<ResponseRow> {
    let error: Option<String> = row.get("error")?;
    let tokens = |column| row.get::<_, Option<i64>>(column).map(|n| n.map(i64::cast_unsigned));
    let usage = tokens("input_tokens")?.zip(tokens("output_tokens")?).zip(tokens("total_tokens")?);
    Ok(ResponseRow {
        seq: row.get("seq")?,
        id: row.get("id")?,
        thread: row.get("thread")?,
        message_id: row.get("message_id")?,
        parent: row.get("parent")?,
        status: word::get(row, "status")?,
        finish_reason: word::find(row, "finish_reason")?,
        error: error.and_then(|json| serde_json::from_str(&json).ok()),
        endpoint: row.get("endpoint")?,
        origin: row.get("origin")?,
        model_asked: row.get("model_asked")?,
        model: row.get("model")?,
        thread_state: word::find(row, "thread_state")?,
        parameters: row.get("parameters")?,
        receipt: row.get("receipt")?,
        sent: row.get("sent")?,
        left_out: row.get("left_out")?,
        usage: usage.map(|((input_tokens, output_tokens), total_tokens)| Usage {
            input_tokens,
            output_tokens,
            total_tokens,
        }),
        cancel_requested: row.get("cancel_requested")?,
        process: row.get("process")?,
        created_at: row.get("created_at")?,
        completed_at: row.get("completed_at")?,
    })
}

impl ResponseRow {
    /// Whether it has not ended.
    pub const fn is_running(&self) -> bool {
        matches!(self.status, ResponseStatus::Pending | ResponseStatus::Streaming)
    }
}

/// A response as doors show it, without its output, which is a message and not in this table.
pub fn wire(row: &ResponseRow, thread: &ThreadRow) -> Response {
    Response {
        id: row.id.clone(),
        object: "response".into(),
        status: row.status,
        finish_reason: row.finish_reason,
        model: row.model.as_ref().unwrap_or(&row.model_asked).clone(),
        endpoint: row.endpoint.clone(),
        thread: Some(thread.id.clone()),
        thread_state: Some(thread.state),
        previous_response_id: None,
        output: Vec::new(),
        usage: row.usage,
        context: ContextSummary { sent: row.sent, left_out: row.left_out },
        error: row.error.clone(),
        created_at: rfc3339(row.created_at),
        completed_at: row.completed_at.map(rfc3339),
    }
}

/// Stores a response as pending.
///
/// # Errors
/// `thread_busy` if one is running in the thread, `thread_locked`, `thread_archived`, `thread_deleted`,
/// `storage_error`.
pub fn begin(tx: &Transaction<'_>, new: &NewResponse<'_>) -> Result<ResponseRow, StoreError> {
    tx.prepare_cached(
        "INSERT INTO response (id, thread, message_id, parent, status, endpoint, origin, model_asked, thread_state, \
         parameters, receipt, sent, left_out, process, created_at)
         VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        new.id.as_str(),
        new.thread,
        new.message_id,
        new.parent,
        new.endpoint,
        new.origin,
        new.model,
        new.thread_state.map(Word::word),
        new.parameters,
        new.receipt,
        new.sent,
        new.left_out,
        new.process,
        new.created_at,
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

/// What has arrived and is saved: the text and the reasoning.
///
/// # Errors
/// `storage_error`.
pub fn arrived(conn: &Connection, seq: i64) -> Result<(String, String), StoreError> {
    let mut read = conn.prepare_cached("SELECT kind, text FROM response_chunk WHERE response = ?1 ORDER BY seq")?;
    let mut rows = read.query([seq])?;
    let mut arrived = (String::new(), String::new());
    while let Some(row) = rows.next()? {
        let text = row.get_ref("text")?.as_str().map_err(|_| StoreError::Damaged("a chunk is not text".into()))?;
        let is_text = row.get_ref("kind")?.as_str() == Ok(kind_word(ChunkKind::Text));
        (if is_text { &mut arrived.0 } else { &mut arrived.1 }).push_str(text);
    }
    Ok(arrived)
}

/// Ends a response: the reply becomes a message if it has a text, and only a completed one brings
/// the thread to the state it was asked for with. A response that has ended already stays as it is.
///
/// # Errors
/// `storage_full`, `storage_error`; nothing is written then.
pub fn finish(tx: &Transaction<'_>, seq: i64, end: &End, door: Door, now: Millis) -> Result<ResponseRow, StoreError> {
    let row = get(tx, seq)?;
    if !row.is_running() {
        return Ok(row);
    }
    if let Some(message) = reply(tx, &row, end)? {
        let new = NewInsert {
            thread: row.thread,
            parent: row.parent,
            message: &message,
            created_at: now,
            response: Some(seq),
        };
        let tip = message::insert(tx, &new)?;
        thread::set_tip(tx, &tip, now)?;
    }
    write_end(tx, seq, end, now)?;
    tx.prepare_cached("DELETE FROM response_chunk WHERE response = ?1")?.execute([seq])?;
    if let (ResponseStatus::Completed, Some(state)) = (end.status, row.thread_state) {
        entry::transition(tx, row.thread, state, door, now)?;
    }
    get(tx, seq)
}

/// The message that a reply becomes; none without a text.
fn reply(tx: &Transaction<'_>, row: &ResponseRow, end: &End) -> Result<Option<NewMessage>, StoreError> {
    let (mut text, mut reasoning) = arrived(tx, row.seq)?;
    for chunk in &end.rest {
        match chunk.kind {
            ChunkKind::Text => text.push_str(&chunk.text),
            ChunkKind::Reasoning => reasoning.push_str(&chunk.text),
        }
    }
    let status = match end.status {
        ResponseStatus::Completed => MessageStatus::Completed,
        ResponseStatus::Cancelled => MessageStatus::Cancelled,
        ResponseStatus::Interrupted => MessageStatus::Interrupted,
        ResponseStatus::Failed | ResponseStatus::Pending | ResponseStatus::Streaming => MessageStatus::Failed,
    };
    Ok((!text.is_empty()).then(|| NewMessage {
        id: row.message_id.clone().into(),
        status,
        model: Some(end.model.clone().unwrap_or_else(|| row.model_asked.clone())),
        reasoning: (!reasoning.is_empty()).then_some(reasoning),
        ..NewMessage::new(Role::Assistant, text)
    }))
}

fn write_end(tx: &Transaction<'_>, seq: i64, end: &End, now: Millis) -> Result<(), StoreError> {
    let error = end.error.as_ref();
    let json = error.map(|error| serde_json::json!(error).to_string());
    let tokens = |of: fn(&Usage) -> u64| end.usage.as_ref().map(|usage| i64::try_from(of(usage)).unwrap_or(i64::MAX));
    tx.prepare_cached(
        "UPDATE response SET status = ?2, finish_reason = ?3, error_code = ?4, error = ?5, model = ?6, \
         input_tokens = ?7, output_tokens = ?8, total_tokens = ?9, completed_at = ?10 WHERE seq = ?1",
    )?
    .execute(params![
        seq,
        end.status.word(),
        end.finish_reason.map(Word::word),
        error.map(|error| &error.code),
        json,
        end.model,
        tokens(|u| u.input_tokens),
        tokens(|u| u.output_tokens),
        tokens(|u| u.total_tokens),
        now,
    ])?;
    Ok(())
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

/// Gets a response by its sequence number.
///
/// # Errors
/// `storage_error`, also if there is none.
pub fn get(conn: &Connection, seq: i64) -> Result<ResponseRow, StoreError> {
    Ok(conn.prepare_cached("SELECT * FROM response WHERE seq = ?1")?.query_row([seq], from_row)?)
}

/// Finds a response by its id.
///
/// # Errors
/// `storage_error`.
pub fn find_by_id(conn: &Connection, id: &str) -> Result<Option<ResponseRow>, StoreError> {
    let mut read = conn.prepare_cached("SELECT * FROM response WHERE id = ?1")?;
    Ok(read.query_row([id], from_row).optional()?)
}

/// Finds the response that is running in a thread.
///
/// # Errors
/// `storage_error`.
pub fn running_of(conn: &Connection, thread: i64) -> Result<Option<ResponseRow>, StoreError> {
    let mut read = conn.prepare_cached(&format!("SELECT * FROM response WHERE thread = ?1 AND {RUNNING}"))?;
    Ok(read.query_row([thread], from_row).optional()?)
}

/// Every running response of the store, in whichever process.
///
/// # Errors
/// `storage_error`.
pub fn list_running(conn: &Connection) -> Result<Vec<ResponseRow>, StoreError> {
    // The partial index holds the running ones alone.
    let mut read = conn.prepare_cached(&format!(
        "SELECT * FROM response INDEXED BY response_running WHERE {RUNNING} ORDER BY thread"
    ))?;
    Ok(read.query_map([], from_row)?.collect::<Result<_, _>>()?)
}

/// Finds the last attempt to answer a message.
///
/// # Errors
/// `storage_error`.
pub fn last_answering(conn: &Connection, thread: i64, parent: i64) -> Result<Option<ResponseRow>, StoreError> {
    let mut read =
        conn.prepare_cached("SELECT * FROM response WHERE thread = ?1 AND parent = ?2 ORDER BY seq DESC LIMIT 1")?;
    Ok(read.query_row([thread, parent], from_row).optional()?)
}

/// Finds the last response of a thread if it ended without being completed and without a text.
///
/// # Errors
/// `storage_error`.
pub fn failed_last(conn: &Connection, thread: &ThreadRow) -> Result<Option<ResponseRow>, StoreError> {
    let mut read = conn.prepare_cached("SELECT * FROM response WHERE thread = ?1 ORDER BY seq DESC LIMIT 1")?;
    let last = read.query_row([thread.seq], from_row).optional()?;
    let failed = last.filter(|row| !row.is_running() && row.status != ResponseStatus::Completed);
    match failed {
        Some(row) if message_of(conn, row.seq)?.is_none() => Ok(Some(row)),
        _ => Ok(None),
    }
}

/// Finds the message that a reply became.
///
/// # Errors
/// `storage_error`.
pub fn message_of(conn: &Connection, seq: i64) -> Result<Option<i64>, StoreError> {
    let mut read = conn.prepare_cached("SELECT seq FROM message WHERE response = ?1")?;
    Ok(read.query_row([seq], |row| row.get(0)).optional()?)
}

/// The id of a response.
///
/// # Errors
/// `storage_error`, also if there is none.
pub fn id_of(conn: &Connection, seq: i64) -> Result<String, StoreError> {
    Ok(conn.prepare_cached("SELECT id FROM response WHERE seq = ?1")?.query_row([seq], |row| row.get(0))?)
}

/// Tokens of all responses of a thread, where the endpoints told.
///
/// # Errors
/// `storage_error`.
pub fn usage_of(conn: &Connection, thread: i64) -> Result<Option<Usage>, StoreError> {
    let mut read = conn.prepare_cached(
        // Not sum(): it fails past 2^63, and an endpoint can tell any number.
        "SELECT count(*), CAST(total(input_tokens) AS INTEGER), CAST(total(output_tokens) AS INTEGER),
             CAST(total(total_tokens) AS INTEGER)
         FROM response WHERE thread = ?1 AND total_tokens IS NOT NULL",
    )?;
    let [told, input, output, total]: [i64; 4] =
        read.query_row([thread], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    let [input_tokens, output_tokens, total_tokens] = [input, output, total].map(i64::cast_unsigned);
    Ok((told > 0).then_some(Usage { input_tokens, output_tokens, total_tokens }))
}

const fn kind_word(kind: ChunkKind) -> &'static str {
    match kind {
        ChunkKind::Text => "text",
        ChunkKind::Reasoning => "reasoning",
    }
}
