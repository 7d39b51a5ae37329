//! Searching, from a person's words to marked snippets.

use super::Skein;
use super::show::find;
use crate::clock::rfc3339;
use crate::error::Result;
use crate::render;
use crate::search;
use crate::store::search as index;
use crate::wire::{FoundInThread, SearchHit, SearchPage, SearchTerm, ThreadHit};

/// Bytes of a message up to which its snippet is taken from its words as they are shown.
const READABLE: usize = 64 * 1024;

impl Skein {
    /// Searches every message of every thread that is not in the bin.
    ///
    /// # Errors
    /// `storage_error`; a malformed query is a search for its words.
    pub fn search(&self, query: &str, after: Option<&str>, limit: u32) -> Result<SearchPage> {
        let query = search::parse(query, &Self::zone());
        if query == search::Query::default() {
            return Ok(SearchPage { hits: Vec::new(), next: None });
        }
        let from = after.and_then(read_cursor).unwrap_or(index::From::Start);
        self.store().read(|conn| {
            let (hits, next) = index::find(conn, &query, from, limit.clamp(1, 100))?;
            Ok(SearchPage {
                hits: hits.into_iter().map(|hit| search_hit(hit, &query)).collect(),
                next: next.and_then(write_cursor),
            })
        })
    }

    /// Searches one thread: where on the path on show matching messages stand, and what to mark in them.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`; a malformed query is a search for its words.
    pub fn search_thread(&self, id: &str, query: &str) -> Result<FoundInThread> {
        let query = search::parse(query, &Self::zone());
        self.store().read(|conn| {
            let row = find(conn, id)?;
            let path = self.path_on_show(conn, &row)?;
            let places = index::find_in(conn, row.seq, &query)?;
            let (on_path, others): (Vec<_>, Vec<_>) =
                places.into_iter().partition(|place| path.holds_place(place.branch, place.depth));
            let mut hits: Vec<ThreadHit> =
                on_path.into_iter().map(|place| ThreadHit { message_id: place.id, position: place.depth }).collect();
            hits.sort_unstable_by_key(|hit| hit.position);
            Ok(FoundInThread { hits, elsewhere: others.len() as u32, terms: terms(query) })
        })
    }
}

fn terms(query: search::Query) -> Vec<SearchTerm> {
    query.terms.into_iter().map(|term| SearchTerm { words: term.words, prefix: term.prefix }).collect()
}

fn search_hit(hit: index::Hit, query: &search::Query) -> SearchHit {
    // What was altered is found, to be looked at where it says so, and not quoted as if it were true.
    let text = if hit.message.intact { hit.message.message.texts.join("\n") } else { String::new() };
    SearchHit {
        thread_id: hit.thread.id,
        title: hit.thread.title,
        state: hit.thread.state,
        client: hit.client,
        message_id: hit.message.message.id.to_string(),
        role: hit.message.message.role,
        created_at: rfc3339(hit.message.created_at),
        snippet: readable_snippet(&text, query).iter().map(|piece| render::terminal(piece)).collect(),
    }
}

/// The words around a match without the marks of Markdown, unless the match is in what they hide, such as an address.
fn readable_snippet(text: &str, query: &search::Query) -> Vec<String> {
    if text.len() <= READABLE {
        let snippet = search::snippet(&render::plain(text), query);
        if snippet.len() > 1 {
            return snippet;
        }
    }
    search::snippet(text, query)
}

fn read_cursor(text: &str) -> Option<index::From> {
    let (kind, number) = text.split_once('.')?;
    match kind {
        "below" => number.parse().ok().map(index::From::Below),
        "ranked" => number.parse().ok().map(index::From::Ranked),
        _ => None,
    }
}

fn write_cursor(from: index::From) -> Option<String> {
    match from {
        index::From::Start => None,
        index::From::Below(seq) => Some(format!("below.{seq}")),
        index::From::Ranked(offset) => Some(format!("ranked.{offset}")),
    }
}
