//! Reading a query.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::fold::{is_unspaced, words};
use crate::clock::Millis;
use crate::wire::{Role, State};

/// One thing that must stand in a message: words in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The words, folded.
    pub words: Vec<String>,
    /// Whether the last word may go on.
    pub prefix: bool,
}

impl Term {
    /// Whether these words are what it asks for.
    fn is(&self, run: &[String]) -> bool {
        let (Some((last, begun)), Some((asked, before))) = (run.split_last(), self.words.split_last()) else {
            return false;
        };
        begun == before && (last == asked || self.prefix && last.starts_with(asked.as_str()))
    }
}

/// A query, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// All of these must be found.
    pub terms: Vec<Term>,
    /// Only messages of this role.
    pub role: Option<Role>,
    /// Only threads in this state.
    pub state: Option<State>,
    /// Only threads with these values under these metadata keys, `client` among them.
    pub metadata: Vec<(String, String)>,
    /// Only messages of a model in whose name this stands.
    pub model: Option<String>,
    /// Only messages written before this moment.
    pub before: Option<Millis>,
    /// Only messages written at or after this moment.
    pub after: Option<Millis>,
}

impl Query {
    /// Whether all its terms stand in a text.
    pub fn is_in(&self, text: &str) -> bool {
        let words: Vec<String> = words(text).map(|word| word.folded).collect();
        self.terms.iter().all(|term| words.windows(term.words.len()).any(|run| term.is(run)))
    }

    /// Whether it says anything about messages beside their words.
    pub const fn narrows_messages(&self) -> bool {
        self.role.is_some() || self.model.is_some() || self.before.is_some() || self.after.is_some()
    }

    /// The query as FTS5 reads it; `None` if there is nothing to match.
    pub fn to_match(&self) -> Option<String> {
        let terms: Vec<String> = self
            .terms
            .iter()
            .map(|term| {
                let phrase = term.words.join(" ").replace('"', "\"\"");
                format!("\"{phrase}\"{}", if term.prefix { "*" } else { "" })
            })
            .collect();
        (!terms.is_empty()).then(|| terms.join(" AND "))
    }
}

/// Reads a query. Anything can be read; dates are days in `zone`.
pub fn parse(text: &str, zone: &TimeZone) -> Query {
    let mut query = Query::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (piece, quoted, after) = next_piece(rest);
        rest = after.trim_start();
        if quoted || !take_filter(&mut query, piece, zone) {
            add_term(&mut query, piece, quoted);
        }
    }
    query
}

/// The next piece: `"a phrase"`, `key:"a value"` or what stands up to the next space.
fn next_piece(text: &str) -> (&str, bool, &str) {
    if let Some(inner) = text.strip_prefix('"') {
        return match inner.find('"') {
            Some(end) => (&inner[..end], true, &inner[end + 1..]),
            None => (inner, true, ""),
        };
    }
    let space = text.find(char::is_whitespace).unwrap_or(text.len());
    let end = match text.find(":\"") {
        Some(colon) if colon < space => text[colon + 2..].find('"').map_or(text.len(), |quote| colon + 2 + quote + 1),
        _ => space,
    };
    (&text[..end], false, &text[end..])
}

fn take_filter(query: &mut Query, piece: &str, zone: &TimeZone) -> bool {
    let Some((key, value)) = piece.split_once(':') else { return false };
    let value = value.trim_matches('"');
    if value.is_empty() {
        return false;
    }
    if let Some(key) = key.strip_prefix("metadata.").filter(|key| !key.is_empty()) {
        query.metadata.push((key.into(), value.into()));
        return true;
    }
    match key.to_ascii_lowercase().as_str() {
        "role" => set(&mut query.role, role(value)),
        "state" => set(&mut query.state, state(value)),
        "client" => {
            query.metadata.push(("client".into(), value.into()));
            true
        }
        "model" => set(&mut query.model, Some(value.to_owned())),
        "before" => set(&mut query.before, day(value, zone)),
        "after" => set(&mut query.after, day(value, zone)),
        _ => false,
    }
}

fn set<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let known = value.is_some();
    if known {
        *place = value;
    }
    known
}

fn role(value: &str) -> Option<Role> {
    Some(match value {
        "system" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => return None,
    })
}

fn state(value: &str) -> Option<State> {
    Some(match value {
        "open" => State::Open,
        "locked" => State::Locked,
        "archived" => State::Archived,
        _ => return None,
    })
}

fn day(value: &str, zone: &TimeZone) -> Option<Millis> {
    let day: Date = value.parse().ok()?;
    Some(day.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

/// A piece is one term a run of characters without a break in kind: `naïve東京` is the word and the phrase.
fn add_term(query: &mut Query, piece: &str, quoted: bool) {
    let words: Vec<String> = words(piece).map(|word| word.folded).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return;
    }
    let last_is_spaced = words.last().is_some_and(|word| !word.starts_with(is_unspaced));
    query.terms.push(Term { words, prefix: !quoted && last_is_spaced });
}
