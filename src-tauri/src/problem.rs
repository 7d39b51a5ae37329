//! What is shown when the store cannot be opened: a window with plain words, without a script
//! and without a way to call the program.

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

/// Shows the problem until its window is closed. Always a failure.
pub fn show(problem: &ErrorDetail, dir: &Path) -> ExitCode {
    eprintln!("Skein cannot open its store ({}): {}", problem.code, problem.message);
    let page = page(problem, dir);
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

fn page(problem: &ErrorDetail, dir: &Path) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Skein</title><style>{STYLE}</style>\
         <main><h1>The store cannot be opened</h1><p>{}</p><p>Your threads are left as they are. Close this window, \
         put it right, and start Skein again.</p><dl><dt>Folder</dt><dd>{}</dd><dt>Code</dt><dd>{}</dd></dl></main></html>",
        escape(&problem.message),
        escape(&dir.display().to_string()),
        escape(&problem.code),
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
        let page = page(&problem, Path::new("/home/<script>alert(1)</script>"));
        assert!(page.contains("a &lt;b&gt; &amp; c"));
        assert!(page.contains("/home/&lt;script&gt;"));
        assert!(!page.contains("<script"));
    }
}
