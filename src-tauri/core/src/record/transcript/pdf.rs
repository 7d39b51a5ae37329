//! A transcript as data for the PDF program, in parts: each is one run of it, and one file. What the
//! shape means stands in `src-tauri/pdf/src/input.rs`.

use serde_json::{Value, json};

use super::{Facts, author, cut, ending};
use crate::record::line::Message;
use crate::record::package::Messages;
use crate::record::{canonical, key};
use crate::render;
use crate::store::StoreError;

/// Messages of a part, and bytes of their text: with more the program would take more than 300 MiB.
const MESSAGES: u32 = 1_000;
const BYTES: usize = 1024 * 1024;

/// Where parts end, found on a way through the messages.
#[derive(Debug, Default)]
pub struct Parts {
    /// Number of the last message of each; one that is too much for a part stands as often as it has parts.
    ends: Vec<u32>,
    count: u32,
    begun: u32,
    bytes: usize,
}

impl Parts {
    /// Takes the next message.
    pub fn add(&mut self, message: &Message) {
        let bytes = size(message);
        let full = self.count - self.begun >= MESSAGES || self.bytes + bytes > BYTES;
        if full && self.count > self.begun {
            self.end();
        }
        self.count += 1;
        self.bytes += bytes;
        for _ in 0..if bytes > BYTES { slices(&render::pages(&text(message)).body).len() } else { 0 } {
            self.end();
        }
    }

    fn end(&mut self) {
        self.ends.push(self.count);
        (self.begun, self.bytes) = (self.count, 0);
    }

    /// Ends the last one; a thread without messages has one part too.
    #[must_use]
    pub fn finish(mut self) -> Self {
        if self.count > self.begun || self.ends.is_empty() {
            self.end();
        }
        self
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.ends.len()
    }
}

/// The file name of a part.
pub fn name(number: usize, parts: usize) -> String {
    if parts == 1 { "transcript.pdf".into() } else { format!("transcript-{number:02}.pdf") }
}

/// Takes a part as JSON, and how many messages end in it.
pub type Each<'a> = dyn FnMut(Vec<u8>, u32) -> Result<(), StoreError> + 'a;

/// Hands each part over as soon as its messages are there.
///
/// # Errors
/// What reading the messages and `each` return.
pub fn write(
    facts: &Facts<'_>,
    messages: &dyn Messages,
    parts: &Parts,
    made: &str,
    each: &mut Each<'_>,
) -> Result<(), StoreError> {
    let (mut number, mut part) = (0, 0);
    let mut told: Vec<Value> = Vec::new();
    messages.visit(&mut |message| {
        number += 1;
        let pages = pages(&message, number, facts);
        let last = pages.len() - 1;
        for (n, page) in pages.into_iter().enumerate() {
            told.push(page);
            if parts.ends.get(part) == Some(&number) {
                part += 1;
                let ended = if n < last { 0 } else { told.len() as u32 };
                each(whole(facts, &told, part, parts.count(), made), ended)?;
                told.clear();
            }
        }
        Ok(())
    })?;
    if part == 0 {
        each(whole(facts, &told, 1, 1, made), 0)?;
    }
    Ok(())
}

fn whole(facts: &Facts<'_>, messages: &[Value], part: usize, parts: usize, made: &str) -> Vec<u8> {
    let seal = facts.sealed.map(|sealed| {
        let signer = sealed.signed.as_ref().map(|signed| key::groups(&signed.public.fingerprint()));
        json!({ "digest": canonical::hash_hex(&sealed.json), "time": sealed.at, "signer": signer })
    });
    // The seal, and that it is a draft, have a place of their own.
    let facts_told = facts.lines().into_iter().filter(|(name, _)| !["Sealed", "Seal", "Key"].contains(name));
    json!({
        "version": 1,
        "title": facts.title(),
        "facts": facts_told.collect::<Vec<_>>(),
        "state": facts.header.state,
        "seal": seal,
        "practice": facts.outline.practice,
        "part": part,
        "parts": parts,
        "made": made,
        "messages": messages,
    })
    .to_string()
    .into_bytes()
}

/// A message in as many pieces as it has parts.
fn pages(message: &Message, number: u32, facts: &Facts<'_>) -> Vec<Value> {
    let mut marks: Vec<String> = facts.outline.place(number).into_iter().collect();
    marks.extend(ending(message).map(str::to_owned));
    marks.extend(message.copied_from.as_ref().map(|id| format!("copied from {id}")));
    if message.practice {
        marks.push("practice model".into());
    }
    let pages = render::pages(&text(message));
    let bodies = if size(message) > BYTES { slices(&pages.body) } else { vec![pages.body] };
    let count = bodies.len();
    let mut notes = Some(pages.notes);
    let piece = |(n, body): (usize, Value)| {
        let last = n + 1 == count;
        let more = (count > 1).then(|| format!("piece {} of {count} of this message", n + 1));
        json!({
            "number": number,
            "role": message.role,
            "name": author(message),
            "time": message.created_at,
            "marks": marks.iter().cloned().chain(more).collect::<Vec<_>>(),
            "words": pages.words,
            "body": body,
            "notes": notes.take_if(|_| last).unwrap_or_else(|| json!([])),
        })
    };
    bodies.into_iter().enumerate().map(piece).collect()
}

fn text(message: &Message) -> String {
    message.texts.join("\n\n")
}

fn size(message: &Message) -> usize {
    message.texts.iter().map(String::len).sum()
}

/// What a message says, in pieces that a part can hold.
fn slices(body: &Value) -> Vec<Value> {
    let blocks = body.as_array().map(Vec::as_slice).unwrap_or_default();
    cut::groups(blocks, BYTES).into_iter().map(Value::from).collect()
}
