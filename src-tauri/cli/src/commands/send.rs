//! Sending one message: the reply is streamed, or the response printed whole as JSON.

use std::io::{IsTerminal, Read};

use skein_core::Skein;
use skein_core::thread::{limits, parse_metadata};
use skein_core::wire::{Input, ResponseRequest, Role, TextPart, ThreadChoice};

use crate::args::SendArgs;
use crate::failure::Failure;
use crate::output::{Output, print_json};
use crate::reply;
use crate::signals::Signals;

/// Sends a message and prints what comes back, for a failed response too.
pub async fn run(skein: &Skein, args: &SendArgs, output: &Output) -> Result<u8, Failure> {
    let text = match args.text.as_deref() {
        Some("-") => stdin_text()?,
        Some(text) => text.to_owned(),
        None if std::io::stdin().is_terminal() => {
            return Err(Failure::usage("There is nothing to send. Write it behind the thread, or give it on stdin."));
        }
        None => stdin_text()?,
    };
    let metadata = args.metadata.as_deref().map(parse_metadata).transpose().map_err(skein_core::Error::from)?;
    let system = args.system.as_deref().map(|text| input(Role::System, text));
    let request = ResponseRequest {
        model: args.model.clone(),
        inputs: system.into_iter().chain([input(Role::User, &text)]).collect(),
        thread: Some(match metadata {
            None => ThreadChoice::Id(args.thread.clone()),
            Some(metadata) => {
                ThreadChoice::Object { id: args.thread.clone(), metadata: Some(metadata.as_object().clone()) }
            }
        }),
        thread_state: args.thread_state,
        ..ResponseRequest::default()
    };
    let mut signals = Signals::listen()?;
    let response = reply::stream(skein, request, output, &mut signals).await?;
    if output.json {
        print_json(&response)?;
    }
    let Some((trouble, exit)) = reply::trouble(&response) else { return Ok(0) };
    if output.json { Ok(exit) } else { Err(Failure::Told(trouble, exit)) }
}

/// A message of one part.
pub fn input(role: Role, text: &str) -> Input {
    Input { role, texts: vec![TextPart { text: text.to_owned() }], content: None }
}

/// Bytes that are read of stdin: more than can be sent, so that a refusal can name the size.
const READ: u64 = 16 * limits::MESSAGE_BYTES as u64;

/// What stands on stdin, without its last line break.
fn stdin_text() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(READ).read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::usage("What stands on stdin is not UTF-8 text. Nothing was sent."))?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(text.to_owned())
}
