//! Which addresses may be opened: the web and mail, nothing else.

use url::Url;

/// Longest address that becomes a link, in bytes.
const LONGEST: usize = 8_192;

/// The address as it may be opened, or `None` when it may not.
///
/// Only `http`, `https` and `mailto` pass. The address comes back in the form a browser reads it
/// in (line ends removed, the host in its ASCII form), so what is shown is what is opened.
pub fn openable(address: &str) -> Option<String> {
    if address.len() > LONGEST {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let named = match url.scheme() {
        "http" | "https" => url.host_str().is_some_and(|host| !host.is_empty()),
        "mailto" => !url.path().is_empty(),
        _ => false,
    };
    named.then(|| url.into())
}

/// An address cut to a length that fits a line.
pub fn short(address: &str) -> String {
    const KEPT: usize = 80;
    let mut out: String = address.chars().take(KEPT).collect();
    if out.len() < address.len() {
        out.push('…');
    }
    out
}
