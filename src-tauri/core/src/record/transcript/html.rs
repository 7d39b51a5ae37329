//! A transcript as one HTML page: it stands alone, runs nothing, fetches nothing and prints well. The
//! renderer that shows messages in the window writes them here too.

use std::io::Write;

use super::{Facts, PRACTICE, author, notes};
use crate::clock::in_words;
use crate::record::package::Messages;
use crate::render::{self, escaped};
use crate::store::StoreError;

const STYLE: &str = include_str!("transcript.css");

/// Writes it.
///
/// # Errors
/// What reading the messages returns, and what writing says.
pub fn write(out: &mut dyn Write, facts: &Facts<'_>, messages: &dyn Messages) -> Result<(), StoreError> {
    let (title, foot) = (escaped(facts.title()), escaped(&facts.foot()));
    let class = if facts.sealed.is_some() { "sealed" } else { "draft" };
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body class=\"{class}\">\n<main>\n<header>\n<h1 dir=\"auto\">{title}</h1>\n<dl>\n"
    )?;
    for (name, value) in facts.lines() {
        writeln!(out, "<div><dt>{name}</dt><dd dir=\"auto\">{}</dd></div>", escaped(&value))?;
    }
    out.write_all(b"</dl>\n</header>\n")?;
    let mut number = 0;
    messages.visit(&mut |message| {
        number += 1;
        write!(
            out,
            "<article id=\"m{number}\" class=\"{}\">\n<h2>{number}. {} <time datetime=\"{at}\">{shown}</time></h2>\n",
            escaped(&message.role),
            escaped(&author(&message)),
            at = escaped(&message.created_at),
            shown = escaped(&in_words(&message.created_at))
        )?;
        for note in notes(&message, number, facts.outline) {
            let class = if note == PRACTICE { "note practice" } else { "note" };
            writeln!(out, "<p class=\"{class}\">{}</p>", escaped(&note))?;
        }
        for text in &message.texts {
            writeln!(out, "<div class=\"text\">{}</div>", render::html_on_paper(text))?;
        }
        out.write_all(b"</article>\n")?;
        Ok(())
    })?;
    out.write_all(b"<section>\n<h2>History</h2>\n<ul class=\"history\">\n")?;
    for (at, what) in facts.history() {
        let (at, shown) = (escaped(&at), escaped(&in_words(&at)));
        writeln!(out, "<li><time datetime=\"{at}\">{shown}</time> {}</li>", escaped(&what))?;
    }
    write!(out, "</ul>\n</section>\n</main>\n<footer>{foot}</footer>\n</body>\n</html>\n")?;
    Ok(())
}
