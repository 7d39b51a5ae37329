//! Searching every message.

use skein_core::Skein;
use skein_core::wire::SearchHit;

use super::show;
use crate::failure::Failure;
use crate::output::{Output, minute, note, one_line};

/// Prints a page of what matches.
pub fn run(skein: &Skein, query: &str, limit: u32, after: Option<&str>, output: &Output) -> Result<u8, Failure> {
    let page = skein.search(query, after, limit)?;
    if !output.json && page.hits.is_empty() {
        note("Nothing matches.");
    }
    output.value(&page, |page| {
        let mut parts: Vec<String> = page.hits.iter().map(|hit| words(hit, output)).collect();
        if let Some(next) = &page.next {
            parts.push(output.faint(&format!("There may be more: add --after {next}")));
        }
        parts.join("\n")
    })?;
    Ok(0)
}

fn words(hit: &SearchHit, output: &Output) -> String {
    let title = one_line(hit.title.as_deref().unwrap_or("(no title)"));
    let facts = format!("{} \u{b7} {} \u{b7} {}", hit.thread_id, show::word(hit.state), minute(&hit.created_at));
    let snippet: String = hit
        .snippet
        .iter()
        .enumerate()
        .map(|(at, piece)| {
            let piece = skein_core::render::terminal(piece).replace('\n', " ");
            if at % 2 == 1 { output.strong(&piece) } else { piece }
        })
        .collect();
    format!("{}  {}\n    {}", output.strong(&title), output.faint(&facts), snippet.trim())
}
