//! The lines of a record, read from the tables: the header of a thread and its messages. Nothing is
//! taken for granted here, since these are read to find out whether they still are what was written.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};

use super::message::{COLUMNS, from_row};
use super::{StoreError, Word, metadata, thread::ThreadRow};
use crate::clock::rfc3339;
use crate::endpoint::practice;
use crate::record::FORMAT;
use crate::record::line::{Header, Kind, Message, Origin, Response, Usage};
use crate::wire::State;

/// The header of a thread as it would be sealed in `state`.
///
/// # Errors
/// `storage_error`.
pub fn header(conn: &Connection, row: &ThreadRow, state: State) -> Result<Header, StoreError> {
    Ok(Header {
        active_tip: active_tip(conn, row)?,
        created_at: rfc3339(row.created_at),
        forked_from: row.forked_from.clone().map(|(thread_id, message_id)| Origin { message_id, thread_id }),
        format: FORMAT.into(),
        kind: Kind::Header,
        metadata: metadata::stored(conn, row.seq)?,
        state: state.word().into(),
        thread: row.id.clone(),
        title: row.title.clone(),
    })
}

/// None, too, if the message is not there any more.
fn active_tip(conn: &Connection, row: &ThreadRow) -> Result<Option<String>, StoreError> {
    let mut read = conn.prepare_cached("SELECT id FROM message WHERE seq = ?1")?;
    Ok(read.query_row([row.tip], |row| text(row, "id")).optional()?.flatten())
}

/// Goes through all messages of a thread in the order they were written, at most `limit`. `seq` and
/// `prev` are still to be filled in; the flag says whether the row is what was inserted.
///
/// # Errors
/// What `visit` returns, and `storage_error`.
pub fn messages<E: From<StoreError>>(
    conn: &Connection,
    thread: i64,
    limit: u32,
    mut visit: impl FnMut(Message, bool) -> Result<(), E>,
) -> Result<(), E> {
    let sql = format!(
        "SELECT m.*, p.id AS parent_id, r.id AS r_id, r.status AS r_status, r.finish_reason AS r_finish_reason,
             r.model AS r_model, r.model_asked AS r_model_asked, r.origin AS r_origin, r.parameters AS r_parameters,
             r.receipt AS r_receipt, r.input_tokens, r.output_tokens, r.total_tokens
         FROM (SELECT {COLUMNS} FROM message WHERE thread = ?1 ORDER BY seq LIMIT ?2) m
         LEFT JOIN message p ON p.seq = m.parent LEFT JOIN response r ON r.seq = m.response ORDER BY m.seq"
    );
    let mut read = conn.prepare_cached(&sql).map_err(StoreError::from)?;
    let mut rows = read.query((thread, limit)).map_err(StoreError::from)?;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let (line, intact) = read_message(row).map_err(StoreError::from)?;
        visit(line, intact)?;
    }
    Ok(())
}

fn read_message(row: &Row<'_>) -> rusqlite::Result<(Message, bool)> {
    let word = |column| text(row, column).map(Option::unwrap_or_default);
    let texts = word("texts")?;
    let response = response(row)?;
    let (model, copied_from) = (text(row, "model")?, text(row, "copied_from")?);
    let practice = match &response {
        Some(response) => response.origin == practice::MODEL,
        None => copied_from.is_some() && model.as_deref() == Some(practice::MODEL),
    };
    let line = Message {
        copied_from,
        created_at: rfc3339(row.get("created_at")?),
        id: word("id")?,
        kind: Kind::Message,
        model,
        parent: text(row, "parent_id")?,
        practice,
        prev: String::new(),
        reasoning: text(row, "reasoning")?,
        response,
        role: word("role")?,
        seq: 0,
        status: word("status")?,
        texts: serde_json::from_str(&texts).unwrap_or_else(|_| vec![texts]),
    };
    // A row that cannot even be read is not what was written.
    Ok((line, from_row(row).is_ok_and(|read| read.intact)))
}

fn response(row: &Row<'_>) -> rusqlite::Result<Option<Response>> {
    let Some(id) = text(row, "r_id")? else { return Ok(None) };
    let word = |column| text(row, column).map(Option::unwrap_or_default);
    let tokens = |column| row.get::<_, Option<i64>>(column).map(|told| told.map(|n| n.to_string()));
    let usage = tokens("input_tokens")?.zip(tokens("output_tokens")?).zip(tokens("total_tokens")?);
    Ok(Some(Response {
        finish_reason: text(row, "r_finish_reason")?,
        id,
        model: text(row, "r_model")?,
        model_asked: word("r_model_asked")?,
        origin: word("r_origin")?,
        parameters: word("r_parameters")?,
        receipt: word("r_receipt")?,
        status: word("r_status")?,
        usage: usage.map(|((input, output), total)| Usage { input, output, total }),
    }))
}

/// A text as it lies there. One that is no UTF-8 any more is told apart from every text that is.
///
/// # Errors
/// If there is no such column.
pub fn text(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) => Some(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => format!("\0{}", super::setting::hex(bytes)),
        }),
        _ => None,
    })
}
