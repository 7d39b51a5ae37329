//! Asking for a response: the request is read field by field, the answer is whole or streamed.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use skein_core::wire::{ApiEvent, Input, NotCompleted, ResponseRequest, ResponseStatus, TextPart, ThreadChoice};
use skein_core::{Once, RespondOptions, wire};

use super::threads::STATE_WORDS;
use super::{Desk, Key};
use crate::error::ApiError;
use crate::json::{Bytes, Fields, Query};
use crate::sse::{Caller, Events, Told, Waiting};

/// Names the fields that were taken and not acted on.
const IGNORED: HeaderName = HeaderName::from_static("skein-ignored");

/// What the hosted service documents for this call and is of no effect here, in lower case and
/// without underscores (<https://docs.aitronos.com/docs/api-reference/responses/create>).
const HOSTED: &[&str] = &[
    "assistantid",
    "background",
    "disablerules",
    "files",
    "frequencypenalty",
    "include",
    "instructions",
    "jsonschema",
    "logprobs",
    "maxoutputsynapses",
    "maxoutputtokens",
    "maxtoolcalls",
    "metadata",
    "organizationid",
    "outputmode",
    "paralleltoolcalls",
    "presencepenalty",
    "prompt",
    "promptcachekey",
    "reasoning",
    "responseformat",
    "rules",
    "safetyidentifier",
    "servicetier",
    "skillids",
    "stop",
    "store",
    "streamoptions",
    "systemtools",
    "temperature",
    "text",
    "textoutput",
    "toolchoice",
    "tools",
    "toplogprobs",
    "topp",
    "truncation",
    "user",
    "verbosity",
];

/// What a returned message has beside its role and texts.
const OF_A_MESSAGE: &[&str] = &[
    "id",
    "object",
    "threadId",
    "parentId",
    "createdAt",
    "responseId",
    "model",
    "reasoning",
    "status",
    "versions",
    "copiedFrom",
];

/// Ask a model for a response
///
/// With a `thread`, which is made if there is none of that id, inputs and reply are kept there; without, they are kept
/// in memory for 24 hours, and `previousResponseId` goes on from one.
///
/// `stream: true` answers with server-sent events, each an `ApiEvent`, and then `[DONE]`.
#[utoipa::path(post, path = "/v1/model/response", tag = "responses",
    request_body(content = ResponseRequest, examples(
        ("In a thread" = (value = json!({"model": "gpt-4.1", "thread": "thread_user123_session1", "inputs": [{"role": "user", "texts": [{"text": "Hello, I need help with Python"}]}]}))),
        ("In a new thread with metadata" = (value = json!({"thread": {"id": "thread_user124_session1", "metadata": {"userId": "user_123"}}, "inputs": [{"role": "user", "texts": [{"text": "Hello"}]}]}))),
        ("Without a thread" = (value = json!({"inputs": [{"role": "user", "content": "Hello"}]}))))),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, description = "Repeats the first answer for 24 hours")),
    responses(
        (status = 200, description = "The response, whole or streamed", content(
            (wire::Response = "application/json"), (ApiEvent = "text/event-stream"))),
        (status = "4XX", description = "Refused; or the model did not answer: then inputs and what had arrived are kept", body = NotCompleted),
        (status = "5XX", description = "The model did not answer, or the store failed; inputs that were taken and what had arrived are kept", body = NotCompleted)))]
pub async fn create(State(desk): State<Desk>, query: Query, key: Key, body: Bytes) -> Result<Response, ApiError> {
    query.end()?;
    let mut fields = body.object()?;
    let ignored = fields.leave(|key| HOSTED.contains(&key.replace('_', "").to_lowercase().as_str()));
    let request = request(fields)?;
    let answered = respond(&desk, request, key.once(&body)).await;
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    if let Ok(names) = HeaderValue::try_from(ignored.join(", "))
        && !ignored.is_empty()
    {
        response.headers_mut().insert(IGNORED, names);
    }
    Ok(response)
}

async fn respond(desk: &Desk, request: ResponseRequest, once: Option<Once>) -> Result<Response, ApiError> {
    let stream = request.stream == Some(true);
    let caller = Caller::new(&desk.skein, request.thread.is_none());
    let waiting = Waiting(caller.clone());
    let (sink, mut told) = Told::new(desk.watch.clone(), caller.clone());
    let options = RespondOptions { once, ..RespondOptions::default() };
    let running = desk.skein.respond(request, options, sink).await?;
    if stream {
        if running.again {
            let (sink, again) = Told::new(None, caller);
            running.replay(&*sink);
            told = again;
        }
        let events = Events::new(told, running.response.id, waiting);
        return Ok(([(header::CONTENT_TYPE, "text/event-stream")], Body::new(events)).into_response());
    }
    let response = running.done().await;
    drop(waiting);
    whole(response)
}

/// A response that has ended, in one piece.
fn whole(response: wire::Response) -> Result<Response, ApiError> {
    match response.error.clone() {
        Some(error) if response.status != ResponseStatus::Completed => Err(ApiError::failed(response, error)),
        _ => Ok(Json(response).into_response()),
    }
}

fn request(mut fields: Fields) -> Result<ResponseRequest, ApiError> {
    let request = ResponseRequest {
        model: fields.string("model")?,
        inputs: fields.list("inputs", input)?.unwrap_or_default(),
        thread: fields.string_or("thread", ThreadChoice::Id, thread)?,
        previous_response_id: fields.string("previousResponseId")?,
        thread_state: fields.word("threadState", STATE_WORDS)?,
        stream: fields.truth("stream")?,
        parameters: fields.map("parameters")?.unwrap_or_default(),
    };
    fields.end()?;
    Ok(request)
}

fn thread(mut fields: Fields) -> Result<ThreadChoice, ApiError> {
    let id = fields.string("id")?.ok_or_else(|| ApiError::invalid("`thread.id` is missing. Nothing was sent."))?;
    let metadata = fields.map("metadata")?;
    fields.end()?;
    Ok(ThreadChoice::Object { id, metadata })
}

fn input(mut fields: Fields) -> Result<Input, ApiError> {
    fields.leave(|key| OF_A_MESSAGE.contains(&key));
    let role = fields.word("role", "system, user or assistant")?;
    let input = Input {
        role: role.ok_or_else(|| ApiError::invalid("An input has no `role`. Nothing was sent."))?,
        texts: fields.list("texts", text)?.unwrap_or_default(),
        content: fields.string("content")?,
    };
    fields.end()?;
    Ok(input)
}

fn text(mut fields: Fields) -> Result<TextPart, ApiError> {
    let text = fields
        .string("text")?
        .ok_or_else(|| ApiError::invalid("A part of `texts` has no `text`. Nothing was sent."))?;
    fields.end()?;
    Ok(TextPart { text })
}
