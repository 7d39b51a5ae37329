//! Responses: asking for one, stopping it, and hearing how it goes.

use std::sync::Arc;

use serde::Deserialize;
use skein_core::thread::ThreadId;
use skein_core::wire::{
    ContextPreview, Input, JsonObject, Response, ResponseRequest, Role, StreamEvent, TextPart, ThreadChoice,
    ThreadOptions,
};
use skein_core::{Beginning, RespondOptions, Skein};
use tauri::ipc::{Channel, CommandArg, CommandItem, InvokeBody, InvokeError};
use tauri::{Runtime, State};

use super::{Answer, answer, blocking};
use crate::sink::WindowSink;

type Handle<'a> = State<'a, Skein>;
type Ear<'a> = State<'a, Arc<WindowSink>>;

/// What a person sends from the composer: all arguments of `respond`, read as one.
pub struct Sending(Arguments);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Arguments {
    /// `null` makes a new thread.
    thread: Option<String>,
    text: String,
    /// The message that this one is a new version of.
    replaces: Option<String>,
    /// `endpoint/model`; `null` takes the default.
    model: Option<String>,
    /// For a new thread.
    metadata: Option<JsonObject>,
    /// A system message that goes before the text.
    system: Option<String>,
    /// For a new thread: how it asks its models.
    options: Option<ThreadOptions>,
    /// For a new thread: whether it begins without its client's prompt.
    #[serde(default)]
    without_prompt: bool,
}

impl<'de, R: Runtime> CommandArg<'de, R> for Sending {
    fn from_command(command: CommandItem<'de, R>) -> Result<Self, InvokeError> {
        match command.message.payload() {
            InvokeBody::Json(arguments) => Arguments::deserialize(arguments).map(Self).map_err(InvokeError::from_error),
            InvokeBody::Raw(_) => Err(InvokeError::from("respond takes JSON")),
        }
    }
}

impl Arguments {
    fn into_request(self) -> (ResponseRequest, RespondOptions) {
        let message = |role, text| Input { role, texts: vec![TextPart { text }], content: None };
        let system = self.system.map(|text| message(Role::System, text));
        let id = self.thread.unwrap_or_else(|| ThreadId::generate().to_string());
        let request = ResponseRequest {
            model: self.model,
            inputs: system.into_iter().chain([message(Role::User, self.text)]).collect(),
            thread: Some(ThreadChoice::Object { id, metadata: self.metadata }),
            ..ResponseRequest::default()
        };
        let beginning = Beginning { options: self.options, without_prompt: self.without_prompt };
        let options =
            RespondOptions { replaces: self.replaces, from_view: true, beginning, ..RespondOptions::default() };
        (request, options)
    }
}

#[tauri::command(async)]
pub fn subscribe(sink: Ear<'_>, channel: Channel<Vec<StreamEvent>>) {
    sink.subscribe(channel);
}

#[tauri::command]
pub async fn respond(skein: Handle<'_>, sink: Ear<'_>, sending: Sending) -> Answer<Response> {
    let (request, options) = sending.0.into_request();
    answer(skein.respond(request, options, sink.inner().clone()).await).map(|running| running.response)
}

#[tauri::command]
pub async fn retry(
    skein: Handle<'_>,
    sink: Ear<'_>,
    thread: String,
    message_id: String,
    model: Option<String>,
) -> Answer<Response> {
    let running = skein.retry(&thread, &message_id, model.as_deref(), sink.inner().clone()).await;
    answer(running).map(|running| running.response)
}

#[tauri::command]
pub async fn continue_reply(skein: Handle<'_>, sink: Ear<'_>, thread: String, message_id: String) -> Answer<Response> {
    let running = skein.continue_reply(&thread, &message_id, sink.inner().clone()).await;
    answer(running).map(|running| running.response)
}

#[tauri::command(async)]
pub fn cancel(skein: Handle<'_>, response_id: String) -> Answer<()> {
    blocking(|| skein.cancel(&response_id))
}

#[tauri::command(async)]
pub fn preview_context(
    skein: Handle<'_>,
    thread: Option<String>,
    model: Option<String>,
    draft: String,
) -> Answer<ContextPreview> {
    blocking(|| skein.preview_context(thread.as_deref(), model.as_deref(), &draft))
}

/// What would be seen of the first message of a thread that asks like this.
#[tauri::command(async)]
pub fn preview_beginning(
    skein: Handle<'_>,
    options: ThreadOptions,
    model: Option<String>,
    draft: String,
) -> Answer<ContextPreview> {
    blocking(|| skein.preview_beginning(&options, model.as_deref(), &draft))
}
