//! A reply as it arrives: a sink that hands on what happens, and the loop that prints it.

use std::sync::Arc;

use skein_core::render::terminal;
use skein_core::response::{Happening, Sink, SinkEvent};
use skein_core::wire::{ErrorDetail, FinishReason, JsonObject, Response, ResponseRequest, ResponseStatus};
use skein_core::{RespondOptions, Skein};
use tokio::sync::mpsc;

use crate::failure::{ENDPOINT, Failure, STOPPED, exit_code_of};
use crate::output::{Output, note, print};
use crate::signals::{Signal, Signals};

struct Told(mpsc::UnboundedSender<Happening>);

impl Sink for Told {
    fn emit(&self, event: SinkEvent) {
        // Nobody listens any more once the program ends; the reply is stored all the same.
        let _ = self.0.send(event.what);
    }
}

/// Sends a request and prints the reply's text while it comes, unless JSON is wanted. Ctrl-C
/// stops the reply; what had arrived is kept. Answers the response as it ended.
pub async fn stream(
    skein: &Skein,
    request: ResponseRequest,
    output: &Output,
    signals: &mut Signals,
) -> Result<Response, Failure> {
    let (tell, mut told) = mpsc::unbounded_channel();
    let running = skein.respond(request, RespondOptions::default(), Arc::new(Told(tell))).await?;
    let id = running.response.id.clone();
    let mut printed = Printed { output, open: false };
    let mut stops = 0;
    loop {
        tokio::select! {
            happening = told.recv() => match happening {
                Some(Happening::Ended(_)) | None => break,
                // The response runs on by itself; it is ended before the program is.
                Some(happening) => if let Err(unread) = printed.take(happening) {
                    skein.shutdown().await;
                    return Err(unread);
                },
            },
            signal = signals.next() => {
                stops += 1;
                if signal == Signal::End || stops > 1 {
                    skein.shutdown().await;
                    break;
                }
                skein.cancel(&id)?;
            }
        }
    }
    printed.close()?;
    let response = running.done().await;
    if response.context.left_out > 0 {
        note(&format!(
            "The model saw {} messages; {} earlier ones did not fit.",
            response.context.sent, response.context.left_out
        ));
    }
    if !output.json {
        if let Some(words) = stopped_early(&response) {
            note(words);
        }
        if let Some(reasoning) = &response.reasoning {
            note(&format!("Until then it had reasoned:\n{}", terminal(reasoning)));
        }
    }
    Ok(response)
}

/// Why a completed reply may not be all of it, where the model or its provider says so.
const fn stopped_early(response: &Response) -> Option<&'static str> {
    match (response.status, response.finish_reason) {
        (ResponseStatus::Completed, Some(FinishReason::Length)) => {
            Some("The reply met its limit on tokens and ends there.")
        }
        (ResponseStatus::Completed, Some(FinishReason::ContentFilter)) => {
            Some("The provider withheld the rest of the reply.")
        }
        (ResponseStatus::Completed, Some(FinishReason::Refusal)) => Some("The model declined to answer."),
        _ => None,
    }
}

struct Printed<'a> {
    output: &'a Output,
    /// Whether the last line printed is still open.
    open: bool,
}

impl Printed<'_> {
    fn take(&mut self, happening: Happening) -> Result<(), Failure> {
        match happening {
            Happening::Text(text) if !self.output.json => {
                let text = terminal(&text);
                if let Some(last) = text.chars().last() {
                    self.open = last != '\n';
                }
                print(&text)?;
            }
            Happening::Retrying { attempt, code, .. } => {
                note(&format!("The endpoint could not answer ({}); attempt {attempt} follows.", code.as_str()));
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.open) {
            print("\n")?;
        }
        Ok(())
    }
}

/// What to say about a response that did not complete; `None` if it did.
pub fn trouble(response: &Response) -> Option<(ErrorDetail, u8)> {
    let say = |code: &str, message: &str, exit| {
        let detail = ErrorDetail { code: code.into(), message: message.into(), details: JsonObject::new() };
        Some((detail, exit))
    };
    match (response.status, &response.error) {
        (ResponseStatus::Completed, _) => None,
        (ResponseStatus::Cancelled, _) => say("cancelled", "Stopped. What had arrived is kept.", STOPPED),
        (_, Some(error)) => Some((error.clone(), exit_code_of(&error.code))),
        _ => say("interrupted", "The reply was cut off. What had arrived is kept.", ENDPOINT),
    }
}
