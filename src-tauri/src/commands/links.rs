//! Links in messages. A link is looked at first, so that the person sees where it leads, and
//! opened in the browser, from here, once they agreed. The window itself never follows one.

use serde::Serialize;
use url::Url;

use super::{Answer, refusal};
use crate::opening;

/// Where a link leads.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The host, in the form that cannot be mistaken for another (`xn--...`); for mail, the
    /// address.
    host: String,
    /// The whole link, as it would be opened.
    url: String,
}

#[tauri::command(async)]
pub fn check_link(url: String) -> Answer<Link> {
    check(&url)
}

#[tauri::command(async)]
pub fn open_link(url: String) -> Answer<()> {
    let link = check(&url)?;
    opening::open(link.url).map_err(|error| {
        tracing::warn!(%error, "no browser took the link");
        refusal("no_browser", "No browser could be opened. Copy the link instead.")
    })
}

fn check(text: &str) -> Answer<Link> {
    let mut url = Url::parse(text).map_err(|_| refusal("not_a_link", "This is not a complete link."))?;
    if url.scheme() == "mailto" {
        let kept =
            url.query().map(|query| query.split('&').filter(|field| is_words(field)).collect::<Vec<_>>().join("&"));
        url.set_query(kept.as_deref().filter(|query| !query.is_empty()));
    }
    let host = match url.scheme() {
        "http" | "https" => url.host_str().map(str::to_owned),
        "mailto" => Some(url.path().to_owned()),
        _ => return Err(refusal("not_a_link", "Only links to the web and to mail addresses are opened.")),
    };
    match host {
        Some(host) if !host.is_empty() => Ok(Link { host, url: url.into() }),
        _ => Err(refusal("not_a_link", "This is not a complete link.")),
    }
}

/// Whether a field of a mail holds words to be seen there, and is no file to attach.
fn is_words(field: &str) -> bool {
    let name = field.split('=').next().unwrap_or_default();
    ["subject", "body", "cc"].iter().any(|words| name.eq_ignore_ascii_case(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_which_host_it_really_leads_to() {
        for (text, host) in [
            ("https://example.com/a?b#c", "example.com"),
            ("HTTP://EXAMPLE.com", "example.com"),
            ("https://bank.example@evil.example/", "evil.example"),
            ("https://ex\u{430}mple.com/", "xn--exmple-4nf.com"),
            ("https://evil.example\\@bank.example/", "evil.example"),
            ("mailto:someone@example.com", "someone@example.com"),
            ("http://[::1]:8080/", "[::1]"),
        ] {
            assert_eq!(check(text).map(|link| link.host), Ok(host.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_mail_takes_words_along_and_no_file() {
        for (text, opened) in [
            (
                "mailto:a@example.com?subject=Two%20words&attach=/etc/passwd&BODY=b",
                "mailto:a@example.com?subject=Two%20words&BODY=b",
            ),
            ("mailto:a@example.com?attach=/etc/passwd", "mailto:a@example.com"),
            ("mailto:a@example.com?%61ttachment=x&cc=b@example.com", "mailto:a@example.com?cc=b@example.com"),
        ] {
            assert_eq!(check(text).map(|link| link.url), Ok(opened.to_owned()), "{text}");
        }
    }

    #[test]
    fn only_web_and_mail_are_opened() {
        for text in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript:x",
            "tauri://localhost/",
            "ipc://localhost/respond",
            "smb://server/share",
            "//example.com/",
            "/etc/passwd",
            "--help",
            "mailto:",
            "https://",
            "",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
