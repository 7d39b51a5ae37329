//! What nothing hostile may do in a page: run, become an element that could, or call anybody.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::page::Page;

/// Where everything that is fetched would arrive.
pub struct Outside(TcpListener);

/// Writes down what the page's own wall refuses, since a text that got so far was nearly through, and knows from here on
/// which active elements are the page's own.
const WATCH: &str = "window.refused = []; \
    addEventListener('securitypolicyviolation', e => refused.push(e.blockedURI + ' ' + e.violatedDirective)); \
    const active = 'script, img, picture, video, audio, iframe, frame, object, embed, applet, style, link, base, meta, template, portal'; \
    const own = new Set(document.querySelectorAll(active)); \
    const marks = 'svg, form, input:not([type=checkbox]), [style], [id]'; \
    const bad = ({name, value}) => /^(on|src|action|formaction|poster|background|ping|xlink)/i.test(name) || \
      (/^(href|data-href)$/i.test(name) && !/^(https?:\\/\\/[^/]|mailto:.|#i-[a-z-]+$)/.test(value)); \
    window.strange = () => [ \
      ...[...document.querySelectorAll(active)].filter(each => !own.has(each)), \
      ...[...document.querySelectorAll('.html, .results ul')].flatMap(each => [...each.querySelectorAll(marks)]).filter(each => !each.matches('.run')), \
      ...[...document.querySelectorAll('*')].filter(each => !own.has(each) && [...each.attributes].some(bad)), \
    ].map(each => each.outerHTML.slice(0, 300)).slice(0, 3); \
    window.happened = () => window.taken !== undefined || refused.length > 0 || strange().length > 0 \
      ? [window.taken ?? null, refused, strange()] : null";

impl Outside {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// Watches a page that shows nothing hostile yet.
    pub async fn watch(&self, page: &Page) {
        page.js(WATCH, vec![]).await;
    }

    /// Nothing ran in the page that is watched, nothing was refused because nothing was tried, and nobody called here.
    pub async fn nothing_happened(&self, page: &Page, place: &str) {
        let seen = page.js("return [happened(), location.href.startsWith('tauri://')]", vec![]).await;
        assert_eq!(seen, json!([Value::Null, true]), "{place}");
        self.nobody_called(place);
    }

    /// Whether somebody called here.
    pub fn was_called(&self) -> bool {
        self.0.accept().is_ok()
    }

    /// Nobody called here.
    pub fn nobody_called(&self, place: &str) {
        assert!(!self.was_called(), "{place}: something reached the network");
    }
}
