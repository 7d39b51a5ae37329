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
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; color: var(--soft); font-size: .9rem; }
dd { margin: 0; overflow-wrap: anywhere; }";

/// What stands around the problem, in one language.
struct Words {
    lang: &'static str,
    title: &'static str,
    advice: &'static str,
    folder: &'static str,
    exactly: &'static str,
}

const ENGLISH: Words = Words {
    lang: "en",
    title: "The store cannot be opened",
    advice: "Your threads are left as they are. Close this window, put it right, and start Skein again.",
    folder: "Folder",
    exactly: "Code",
};

const GERMAN: Words = Words {
    lang: "de",
    title: "Der Speicher lässt sich nicht öffnen",
    advice: "Deine Fäden bleiben, wie sie sind. Schließe dieses Fenster, behebe die Ursache und starte Skein neu.",
    folder: "Ordner",
    exactly: "Code",
};

impl Words {
    /// Those of the system: the first variable that is set counts, as POSIX has it (Base Definitions, 8.2).
    fn of_system() -> &'static Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let language = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
        if language.starts_with("de") { &GERMAN } else { &ENGLISH }
    }

    /// What is wrong, in this language; what only English has words for follows in English.
    fn problem<'a>(&self, problem: &'a ErrorDetail) -> &'a str {
        if self.lang == "en" {
            return &problem.message;
        }
        match problem.code.as_str() {
            "store_in_use" => "Ein anderes Skein hält den Speicher. Schließe es oder warte, bis es fertig ist.",
            "store_newer" => {
                "Diesen Speicher hat ein neueres Skein geschrieben. Nichts wurde geändert. Installiere die neuere Version."
            }
            "store_read_only" => {
                "Der Speicher ist nur lesbar. Nichts wurde geändert. Prüfe, wer in seinen Ordner schreiben darf."
            }
            "storage_full" => "Die Festplatte ist voll. Was gespeichert war, ist sicher. Schaff Platz.",
            _ => "Der Speicher ließ sich nicht lesen, oder er ist beschädigt. Die Datei wurde gelassen, wie sie ist.",
        }
    }
}

/// Shows the problem until its window is closed. Always a failure.
pub fn show(problem: &ErrorDetail, dir: &Path) -> ExitCode {
    eprintln!("Skein cannot open its store ({}): {}", problem.code, problem.message);
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

fn page(problem: &ErrorDetail, dir: &Path, words: &Words) -> String {
    let Words { lang, title, advice, folder, exactly } = words;
    let said = words.problem(problem);
    // The cause as the system gave it has no other language.
    let cause = if said == problem.message { String::new() } else { format!(" ({})", problem.message) };
    format!(
        "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><title>Skein</title><style>{STYLE}</style>\
         <main><h1>{title}</h1><p>{}</p><p>{advice}</p>\
         <dl><dt>{folder}</dt><dd>{}</dd><dt>{exactly}</dt><dd>{}{}</dd></dl></main></html>",
        escape(said),
        escape(&dir.display().to_string()),
        escape(&problem.code),
        escape(&cause),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use skein_core::wire::JsonObject;

    use super::*;

    #[test]
    fn the_page_shows_names_as_text() {
        let (code, message) = ("storage_error".into(), "a <b> & c".into());
        let problem = ErrorDetail { code, message, details: JsonObject::new() };
        for words in [&ENGLISH, &GERMAN] {
            let page = page(&problem, Path::new("/home/<script>alert(1)</script>"), words);
            assert!(page.contains("a &lt;b&gt; &amp; c"));
            assert!(page.contains("/home/&lt;script&gt;"));
            assert!(!page.contains("<script"));
        }
    }
}
