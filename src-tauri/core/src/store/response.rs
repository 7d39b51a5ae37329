//! The `response` table: one row for each attempt by a model to answer. How a row comes to be, grows
//! and ends is in `life`.

mod life;

use rusqlite::{Connection, OptionalExtension, Row};

use super::thread::ThreadRow;
use super::{StoreError, word};
use crate::clock::{Millis, rfc3339};
use crate::wire::{ContextSummary, ErrorDetail, FinishReason, Response, ResponseStatus, State, Usage};

pub use life::{NewResponse, append, arrived, begin, cancel_requested, finish, request_cancel};

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
    /// Its id.
    pub endpoint_id: Option<String>,
    /// All parameters that went with it, as JSON.
    pub parameters: String,
    /// Those of the request itself, as JSON.
    pub own_parameters: String,
    /// What exactly was sent, as JSON; see [`crate::context::receipt::Stored`].
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
        endpoint_id: row.get("endpoint_id")?,
        parameters: row.get("parameters")?,
        own_parameters: row.get("own_parameters")?,
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

/// A response as doors show it, without its output and reasoning, which are not in this table.
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
        reasoning: None,
        usage: row.usage,
        context: ContextSummary { sent: row.sent, left_out: row.left_out },
        error: row.error.clone(),
        created_at: rfc3339(row.created_at),
        completed_at: row.completed_at.map(rfc3339),
    }
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
