//! Receipts: what exactly was sent for a response, and the request itself, made anew and held
//! against the hash of what went out.

use rusqlite::Connection;
use serde_json::Value;

use super::Skein;
use super::chains::with_path;
use super::respond::unknown;
use super::show::find;
use super::usage::cost_of;
use crate::chain::Link;
use crate::clock::{Millis, rfc3339};
use crate::context::receipt::Stored;
use crate::context::{self, Wish};
use crate::endpoint::{Call, Sent, Timeouts, bodies};
use crate::error::Result;
use crate::response::Asked;
use crate::store::setting::hex;
use crate::store::{Word, message, response, thread};
use crate::thread::RuleError;
use crate::wire::{
    ContextPolicy, EndpointOptions, JsonObject, Protocol, Receipt, ReceiptTimes, RequestPage, SentMessages,
    SentRequest, TokenCounts, Usage,
};

/// Bytes of a page of a request.
const PAGE_BYTES: usize = 32 * 1024;

/// What is known of a response, wherever it lives.
struct Known {
    id: String,
    thread: Option<String>,
    asked: Asked,
    stored: Stored,
    model: Option<String>,
    usage: Option<Usage>,
    created_at: Millis,
    parent: Option<i64>,
}

impl Skein {
    /// What exactly was sent for a response, named by its id or by its reply's.
    ///
    /// # Errors
    /// `response_not_found`, `response_expired`, `message_not_found`, `thread_deleted`; `invalid_request` for a
    /// message that is no reply.
    pub fn receipt(&self, id: &str) -> Result<Receipt> {
        let known = self.known(id)?;
        let cost =
            self.store().read(|conn| cost_of(conn, Some(&known.asked.endpoint_id), &known.asked.model, known.usage))?;
        Ok(wire(known, cost))
    }

    /// The request that was sent for a response, made anew. Key and headers are not part of it.
    ///
    /// # Errors
    /// As [`Skein::receipt`], and `storage_error` if a message that was sent is not what was written.
    pub fn sent_request(&self, id: &str) -> Result<SentRequest> {
        let known = self.known(id)?;
        let call = self.call_again(&known)?;
        let was = known.stored.body_sha256.as_deref();
        let bodies = bodies(&call, known.stored.most_tokens);
        let hash = |body: &[u8]| hex(&Sent::of(body, None).sha256);
        let same = bodies.iter().find(|body| Some(hash(body).as_str()) == was);
        let body = same.or(bodies.first()).cloned().unwrap_or_default();
        Ok(SentRequest {
            object: "request".into(),
            response: known.id,
            sha256: hash(&body),
            body: String::from_utf8_lossy(&body).into_owned(),
            exact: was.map(|_| same.is_some()),
        })
    }

    /// A page of the request that was sent for a response, set out to be read; the first for 0, the last past the end.
    ///
    /// # Errors
    /// As [`Skein::sent_request`].
    pub fn request_page(&self, id: &str, page: u32) -> Result<RequestPage> {
        let request = self.sent_request(id)?;
        let readable = serde_json::from_str::<Value>(&request.body).map(|body| format!("{body:#}")).unwrap_or_default();
        let pages = pages(&readable);
        let page = page.clamp(1, pages.len().max(1) as u32);
        Ok(RequestPage {
            response: request.response,
            text: pages.get(page as usize - 1).map(|text| (*text).to_owned()).unwrap_or_default(),
            page,
            pages: pages.len() as u32,
            bytes: request.body.len() as u64,
            sha256: request.sha256,
            exact: request.exact,
        })
    }

    /// The call that was made, without its key.
    fn call_again(&self, known: &Known) -> Result<Call> {
        let stored = &known.stored;
        let wish = Wish { unsaved: stored.unsaved.as_deref(), ..Wish::default() };
        let oldest = stored.oldest.as_deref();
        let link = self.0.chains.find(&known.id, self.now());
        let (messages, _) = self.store().read(|conn| match &link {
            Some(link) => with_path(conn, &link.before, &link.inputs, |tip, chain| {
                context::again(conn, &Wish { tip, chain, ..wish }, oldest)
            }),
            None => context::again(conn, &Wish { tip: known.parent, ..wish }, oldest),
        })?;
        Ok(Call {
            protocol: Protocol::from_word(&stored.protocol).unwrap_or_default(),
            base_url: None,
            allow_http: false,
            key: None,
            model: known.asked.model.clone(),
            messages,
            parameters: object(&known.asked.parameters),
            options: EndpointOptions { organization_id: stored.organization.clone(), ..EndpointOptions::default() },
            timeouts: Timeouts::default(),
        })
    }

    fn known(&self, id: &str) -> Result<Known> {
        if let Some(link) = self.0.chains.find(id, self.now()) {
            return Ok(of_link(&link));
        }
        self.store().read(|conn| stored(conn, id))
    }
}

/// A text in stretches that a window can lay out, each ended by a line where one ends near enough.
fn pages(text: &str) -> Vec<&str> {
    let mut pages = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let most = rest.floor_char_boundary(PAGE_BYTES);
        let line = rest[..most].rfind('\n').map(|at| at + 1).filter(|end| *end > PAGE_BYTES / 2 && most < rest.len());
        let (page, after) = rest.split_at(line.unwrap_or(most));
        pages.push(page);
        rest = after;
    }
    pages
}

fn stored(conn: &Connection, id: &str) -> Result<Known> {
    let row = match response::find_by_id(conn, id)? {
        Some(row) => row,
        None if id.starts_with("msg_") => response::get(conn, reply_to(conn, id)?)?,
        None => return Err(unknown(conn, id)),
    };
    let thread = find(conn, &thread::get(conn, row.thread)?.id)?;
    let asked = Asked {
        id: row.id.clone(),
        message_id: row.message_id,
        endpoint: row.endpoint,
        endpoint_id: row.endpoint_id.unwrap_or_default(),
        origin: row.origin,
        model: row.model_asked,
        parameters: row.parameters,
        own_parameters: row.own_parameters,
        context: crate::wire::ContextSummary { sent: row.sent, left_out: row.left_out },
        receipt: String::new(),
    };
    Ok(Known {
        id: row.id,
        thread: Some(thread.id),
        asked,
        stored: Stored::read(&row.receipt),
        model: row.model,
        usage: row.usage,
        created_at: row.created_at,
        parent: row.parent,
    })
}

/// The response whose reply a message is.
fn reply_to(conn: &Connection, message_id: &str) -> Result<i64> {
    let message = message::find_anywhere(conn, message_id)?;
    let message = message.ok_or_else(|| RuleError::MessageNotFound(message_id.into()))?;
    message.response.ok_or_else(|| {
        RuleError::InvalidRequest(
            "This message is no reply of a model, or a copy of one, so there is no receipt.".into(),
        )
        .into()
    })
}

fn of_link(link: &Link) -> Known {
    let end = link.ended().map(|ended| &ended.end);
    let stored = Stored::read(&link.asked.receipt);
    Known {
        id: link.asked.id.clone(),
        thread: None,
        stored: end.map_or_else(|| stored.clone(), |end| stored.clone().ended(&end.trace)),
        asked: link.asked.clone(),
        model: end.and_then(|end| end.model.clone()),
        usage: end.and_then(|end| end.usage),
        created_at: link.created_at,
        parent: None,
    }
}

fn wire(known: Known, cost: Option<crate::wire::Cost>) -> Receipt {
    let stored = known.stored;
    Receipt {
        object: "receipt".into(),
        response: known.id,
        thread: known.thread,
        endpoint: known.asked.endpoint,
        origin: known.asked.origin,
        protocol: Protocol::from_word(&stored.protocol),
        model_asked: known.asked.model,
        model: known.model,
        messages: SentMessages {
            sent: stored.sent,
            left_out: stored.left_out,
            left_out_because: (stored.left_out > 0).then(|| "budget".into()),
            policy: ContextPolicy::from_word(&stored.policy).unwrap_or_default(),
            tip: stored.tip,
            oldest: stored.oldest,
            systems: stored.systems,
            ids_sha256: stored.ids,
            unsaved: stored.unsaved,
        },
        parameters: object(&known.asked.parameters),
        tokens: TokenCounts {
            estimated: stored.tokens,
            counted_by: stored.counted_by,
            correction: stored.correction,
            budget: stored.budget,
            reported: known.usage,
        },
        cost,
        times: ReceiptTimes {
            queued: rfc3339(known.created_at),
            connected: stored.connected_at.map(rfc3339),
            first_byte: stored.first_byte_at.map(rfc3339),
            last_byte: stored.last_byte_at.map(rfc3339),
        },
        request_id: stored.request_id,
        attempts: stored.attempts,
        body_sha256: stored.body_sha256,
        body_bytes: stored.body_bytes,
    }
}

fn object(json: &str) -> JsonObject {
    serde_json::from_str(json).unwrap_or_default()
}
