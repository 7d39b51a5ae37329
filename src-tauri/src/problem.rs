//! What is shown when the store cannot be opened: a window with plain words, without a script
//! and without a way to call the program. It speaks the language of the system, because the one
//! that was chosen is in the store.

use std::path::Path;
use std::process::ExitCode;

use skein_core::wire::ErrorDetail;
use tauri::http::{Response, header};
use tauri::{WebviewUrl, WebviewWindowBuilder};

const SCHEME: &str = "problem";
const STYLE: &str = "
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #1d1c1a; --soft: #5f5b54; --rule: #e4e0d8; --weld: #8a660d; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #191816; --ink: #eeebe4; --soft: #b0aaa0; --rule: #35322d; --weld: #d9b45a; }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink);
  font: 15px/1.62 system-ui, 'Segoe UI', 'Noto Sans', sans-serif; }
main { max-width: 34rem; padding: 2rem; border-left: 3px solid var(--weld); }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
p { margin: .5rem 0; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 1.25rem 0 0; padding-top: 1rem;
  border-top: 1px solid var(--rule); color: var(--soft); font-size: .9rem; }
dd { margin: 0; overflow-wrap: anywhere; }";

/// Why there is no window on the store.
pub enum Problem {
    /// Its folder cannot be made or used.
    Folder(std::io::Error),
    /// The store itself was refused.
    Store(ErrorDetail),
}

impl Problem {
    /// What was said below, for the terminal: a person at the window reads our own words.
    fn cause(&self) -> String {
        match self {
            Self::Folder(error) => format!("its folder cannot be used: {error}"),
            Self::Store(detail) => format!("{}: {}", detail.code, detail.message),
        }
    }
}

/// What stands around the problem, in one language.
struct Words {
    lang: &'static str,
    title: &'static str,
    folder: &'static str,
    /// What happened and what to do: for the folder, for each code that opening can give, for the rest.
    said: &'static [(&'static str, &'static str, &'static str)],
}

const ENGLISH: Words = Words {
    lang: "en",
    title: "The store cannot be opened",
    folder: "Folder",
    said: &[
        (
            "folder",
            "The folder of the store cannot be used. Nothing was changed.",
            "Check that it is there and that you may write in it, then start Skein again.",
        ),
        (
            "store_in_use",
            "Another Skein holds the store. Nothing was changed.",
            "Close it, or wait until it is done, then start Skein again.",
        ),
        (
            "store_newer",
            "A newer Skein wrote this store. Nothing was changed.",
            "Install that version or a later one, then start Skein again.",
        ),
        (
            "store_read_only",
            "The store can only be read, and it has to be brought up to date first. Nothing was changed.",
            "Check who may write in its folder, then start Skein again.",
        ),
        (
            "storage_full",
            "The disk is full. What was saved before is safe.",
            "Make room on it, then start Skein again.",
        ),
        (
            "",
            "The store could not be read, or it is damaged. Its file was left as it is.",
            "If you have a backup, move the files of this folder elsewhere and put the backup there as skein.db. If not, “skein doctor” in a terminal says more.",
        ),
    ],
};

const GERMAN: Words = Words {
    lang: "de",
    title: "Der Speicher lässt sich nicht öffnen",
    folder: "Ordner",
    said: &[
        (
            "folder",
            "Der Ordner des Speichers lässt sich nicht benutzen. Nichts wurde geändert.",
            "Prüfe, ob es ihn gibt und ob du darin schreiben darfst, und starte Skein neu.",
        ),
        (
            "store_in_use",
            "Ein anderes Skein hält den Speicher. Nichts wurde geändert.",
            "Schließe es oder warte, bis es fertig ist, und starte Skein neu.",
        ),
        (
            "store_newer",
            "Diesen Speicher hat ein neueres Skein geschrieben. Nichts wurde geändert.",
            "Installiere diese Version oder eine spätere und starte Skein neu.",
        ),
        (
            "store_read_only",
            "Der Speicher ist nur lesbar und müsste erst auf den neuesten Stand gebracht werden. Nichts wurde geändert.",
            "Prüfe, wer in seinen Ordner schreiben darf, und starte Skein neu.",
        ),
        (
            "storage_full",
            "Die Festplatte ist voll. Was gespeichert war, ist sicher.",
            "Schaff Platz darauf und starte Skein neu.",
        ),
        (
            "",
            "Der Speicher ließ sich nicht lesen, oder er ist beschädigt. Seine Datei wurde gelassen, wie sie ist.",
            "Hast du eine Sicherung, so räume die Dateien dieses Ordners beiseite und lege sie als skein.db hinein. Sonst sagt „skein doctor“ im Terminal mehr.",
        ),
    ],
};

impl Words {
    /// Those of the system: the first variable that is set counts, as POSIX has it (Base Definitions, 8.2).
    fn of_system() -> &'static Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let language = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
        if language.starts_with("de") { &GERMAN } else { &ENGLISH }
    }

    /// What happened, and what to do.
    fn of(&self, problem: &Problem) -> (&str, &str) {
        let code = match problem {
            Problem::Folder(_) => "folder",
            Problem::Store(detail) => detail.code.as_str(),
        };
        let known = self.said.iter().find(|(known, ..)| *known == code).or(self.said.last());
        known.map_or((self.title, ""), |(_, what, next)| (*what, *next))
    }
}

/// Shows the problem until its window is closed. Always a failure.
pub fn show(problem: &Problem, dir: &Path) -> ExitCode {
    eprintln!("Skein cannot open its store: {}", problem.cause());
    let page = page(problem, dir, Words::of_system());
    let shown = tauri::Builder::default()
        .register_uri_scheme_protocol(SCHEME, move |_, _| answer(&page))
        .setup(|app| {
            let address = if cfg!(windows) { "http://problem.localhost/" } else { "problem://localhost/" };
            WebviewWindowBuilder::new(app, SCHEME, WebviewUrl::CustomProtocol(address.parse()?))
                .title("Skein")
                .inner_size(720.0, 420.0)
                .center()
                .devtools(false)
                .on_navigation(move |url| url.as_str() == address)
                .build()?;
            Ok(())
        })
        .run(crate::context());
    if let Err(error) = shown {
        eprintln!("The window could not be opened: {error}");
    }
    ExitCode::FAILURE
}

fn answer(page: &str) -> Response<Vec<u8>> {
    let mut answer = Response::new(page.as_bytes().to_vec());
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        header::HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    );
    answer
}

fn page(problem: &Problem, dir: &Path, words: &Words) -> String {
    let Words { lang, title, folder, .. } = words;
    let (what, next) = words.of(problem);
    format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><title>Skein</title><style>{STYLE}</style>\
         <main><h1>{title}</h1><p>{what}</p><p>{next}</p><dl><dt>{folder}</dt><dd>{}</dd></dl></main></html>",
        escape(&dir.display().to_string()),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use skein_core::wire::JsonObject;

    use super::*;

    fn refused(code: &str) -> Problem {
        Problem::Store(ErrorDetail { code: code.into(), message: "raw <b>".into(), details: JsonObject::new() })
    }

    #[test]
    fn the_page_shows_names_as_text_and_nothing_from_below() {
        for words in [&ENGLISH, &GERMAN] {
            for problem in [refused("storage_error"), Problem::Folder(std::io::Error::other("raw <b>"))] {
                let page = page(&problem, Path::new("/home/<script>alert(1)</script>"), words);
                assert!(page.contains("/home/&lt;script&gt;"));
                for raw in ["<script", "raw", "storage_error"] {
                    assert!(!page.contains(raw), "{raw} in {page}");
                }
            }
        }
    }

    #[test]
    fn every_cause_is_told_in_each_language_and_an_unknown_one_too() {
        let codes = |words: &Words| words.said.iter().map(|(code, ..)| *code).collect::<Vec<_>>();
        assert_eq!(codes(&ENGLISH), codes(&GERMAN));
        for words in [&ENGLISH, &GERMAN] {
            let told = ["store_in_use", "store_newer", "store_read_only", "storage_full", "brand_new"].map(refused);
            let told: std::collections::BTreeSet<_> = told.iter().map(|problem| words.of(problem)).collect();
            assert_eq!(told.len(), 5);
        }
    }
}
