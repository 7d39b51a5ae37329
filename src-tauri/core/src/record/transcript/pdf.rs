//! A transcript as data for the PDF program, in parts: each is one run of it, and one file. What the
//! shape means stands in `src-tauri/pdf/src/input.rs`.

use serde_json::{Value, json};

use super::{Facts, author, ending};
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
    ends: Vec<u32>,
    count: u32,
    begun: u32,
    bytes: usize,
}

impl Parts {
    /// Takes the next message.
    pub fn add(&mut self, message: &Message) {
        let bytes: usize = message.texts.iter().map(String::len).sum();
        let full = self.count - self.begun >= MESSAGES || self.bytes + bytes > BYTES;
        if full && self.count > self.begun {
            self.ends.push(self.count);
            (self.begun, self.bytes) = (self.count, 0);
        }
        self.count += 1;
        self.bytes += bytes;
    }

    /// Number of the last message of each part; a thread without messages has one part.
    pub fn finish(mut self) -> Vec<u32> {
        self.ends.push(self.count);
        self.ends
    }
}

/// The file name of a part.
pub fn name(number: usize, parts: usize) -> String {
    if parts == 1 { "transcript.pdf".into() } else { format!("transcript-{number:02}.pdf") }
}

/// Hands each part over as JSON, as soon as its messages are there.
///
/// # Errors
/// What reading the messages and `each` return.
pub fn write(
    facts: &Facts<'_>,
    messages: &dyn Messages,
    ends: &[u32],
    made: &str,
    each: &mut dyn FnMut(Vec<u8>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut number = 0;
    let mut part = 0;
    let mut told: Vec<Value> = Vec::new();
    messages.visit(&mut |message| {
        number += 1;
        told.push(page(&message, number, facts));
        if ends.get(part) == Some(&number) {
            part += 1;
            each(whole(facts, &told, part, ends.len(), made))?;
            told.clear();
        }
        Ok(())
    })?;
    if part == 0 {
        each(whole(facts, &told, 1, 1, made))?;
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

fn page(message: &Message, number: u32, facts: &Facts<'_>) -> Value {
    let mut marks: Vec<String> = facts.outline.place(number).into_iter().collect();
    marks.extend(ending(message).map(str::to_owned));
    marks.extend(message.copied_from.as_ref().map(|id| format!("copied from {id}")));
    if message.practice {
        marks.push("practice model".into());
    }
    let pages = render::pages(&message.texts.join("\n\n"));
    json!({
        "number": number,
        "role": message.role,
        "name": author(message),
        "time": message.created_at,
        "marks": marks,
        "words": pages.words,
        "body": pages.body,
        "notes": pages.notes,
    })
}
