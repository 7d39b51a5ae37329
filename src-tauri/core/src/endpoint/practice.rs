//! The practice model: in this process, without network or key, so that everything works on a
//! fresh machine. It says what it was given, in Markdown, and always answers as `practice`.
//!
//! Asked to "write N words" it writes N words (at most 100,000), and "slowly" lets 20 ms pass
//! between two, so that a person can try Stop. Its tokens are words.

use std::fmt::Write;
use std::time::Duration;

use tokio::sync::mpsc;

use super::adapter::turns;
use super::error::EndpointError;
use super::{Call, CallEvent, CallMessage};
use crate::wire::{FinishReason, Role, Usage};

/// The name it answers under.
pub const MODEL: &str = "practice";
/// Words it writes at most.
const MOST_WORDS: usize = 100_000;
/// Words of the last message that it repeats.
const REPEATED_WORDS: usize = 40;
/// Between two words, when it is to write slowly.
const PACE: Duration = Duration::from_millis(20);

/// Calls the model. See [`super::call`].
pub(super) async fn call(call: &Call, out: &mpsc::Sender<CallEvent>) -> Result<(), EndpointError> {
    if turns(&call.messages).is_empty() {
        return Err(EndpointError::NothingToSend);
    }
    let asked = call.messages.iter().rev().find(|message| message.role == Role::User);
    let asked = asked.map_or("", |message| message.text.as_str());
    let (reply, slowly) = match Wish::read(asked) {
        Some(wish) => (long_reply(wish.words), wish.slowly),
        None => (reply(&call.messages, asked), false),
    };
    let count = |text: &str| text.split_whitespace().count() as u64;
    let (input, output) = (call.messages.iter().map(|message| count(&message.text)).sum(), count(&reply));
    let usage = Usage { input_tokens: input, output_tokens: output, total_tokens: input + output };
    let words = reply.split_inclusive(' ').map(|word| CallEvent::Text(word.into()));
    let events = [CallEvent::Accepted(None), CallEvent::Model(MODEL.into())]
        .into_iter()
        .chain(words)
        .chain([CallEvent::Usage(usage), CallEvent::Finish(FinishReason::Stop)]);
    for event in events {
        if slowly && matches!(event, CallEvent::Text(_)) {
            tokio::time::sleep(PACE).await;
        }
        // Nobody listening is no error: whoever wants the call to stop drops it.
        out.send(event).await.ok();
    }
    Ok(())
}

/// A wish for a reply of a certain length.
struct Wish {
    words: usize,
    slowly: bool,
}

impl Wish {
    fn read(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let wanted = words.windows(3).find_map(|three| match three {
            ["write", number, "words" | "word"] => number.parse::<usize>().ok(),
            _ => None,
        })?;
        Some(Self { words: wanted.clamp(1, MOST_WORDS), slowly: words.contains(&"slowly") })
    }
}

fn reply(messages: &[CallMessage], asked: &str) -> String {
    let mut reply = format!("You have sent {}", counted(messages.len(), "message"));
    let system = messages.iter().filter(|message| message.role == Role::System).count();
    let mine = messages.iter().filter(|message| message.role == Role::Assistant).count();
    let others: Vec<String> = [(mine, "of mine among them"), (system, "for the system")]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, whose)| format!("{count} {whose}"))
        .collect();
    if !others.is_empty() {
        write!(reply, " ({})", others.join(", ")).ok();
    }
    let words: Vec<&str> = asked.split_whitespace().collect();
    let cut = if words.len() > REPEATED_WORDS { " ..." } else { "" };
    write!(
        reply,
        ". The last one has {}:\n\n> {}{cut}\n\nI am the **practice model**. I run on this machine and only say what I \
         was given, so you can try everything:\n\n- `write 300 words slowly` gives you time to press **Stop**\n- \
         retry this reply, or edit what you wrote\n- fork, lock or archive this thread\n\nFor real answers, add an \
         endpoint in the settings.",
        counted(words.len(), "word"),
        literal(&words[..words.len().min(REPEATED_WORDS)].join(" ")),
    )
    .ok();
    reply
}

fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

/// The text with what Markdown would take for marks made literal.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // `\[` would begin a formula.
            '[' => literal.push_str("&#91;"),
            ',' | '\'' | '"' | '?' | ':' | ';' | '%' | '@' | '(' | ')' | '{' | '}' | ']' => literal.push(c),
            mark if mark.is_ascii_punctuation() => literal.extend(['\\', mark]),
            other => literal.push(other),
        }
    }
    literal
}

/// `count` words in sentences of ten and paragraphs of a hundred.
fn long_reply(count: usize) -> String {
    const SENTENCE: [&str; 10] = ["One", "word", "after", "another", "fills", "the", "page", "until", "it", "ends"];
    let mut reply = String::with_capacity(count * 6);
    for n in 0..count {
        reply.push_str(SENTENCE[n % SENTENCE.len()]);
        match n + 1 {
            done if done == count || done % 100 == 0 => reply.push_str(if done == count { "." } else { ".\n\n" }),
            done if done % SENTENCE.len() == 0 => reply.push_str(". "),
            _ => reply.push(' '),
        }
    }
    reply
}
