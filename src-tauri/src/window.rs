//! The window itself: its size, and the walls around its page. It shows the program's own page
//! and nothing else, opens no other windows, downloads nothing and is granted nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tauri::utils::config::BackgroundThrottlingPolicy;
use tauri::webview::{NewWindowResponse, PermissionResponse};
use tauri::{App, AppHandle, Emitter, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

use crate::MAIN;
use crate::place::{Place, SMALLEST};

/// How long the page may take to save what is being typed before the program ends without it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Builds the window.
pub fn build(app: &App, dir: &Path) -> tauri::Result<()> {
    let place = Place::load(app, dir);
    let development = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    let mut builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Skein")
        .inner_size(place.width, place.height)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .maximized(place.maximized)
        .incognito(!automated())
        .general_autofill_enabled(false)
        .background_throttling(BackgroundThrottlingPolicy::Disabled)
        .devtools(cfg!(debug_assertions))
        .on_navigation(move |url| is_own(url) || development.as_ref().is_some_and(|own| own.origin() == url.origin()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny);
    builder = match place.corner {
        Some((x, y)) => builder.position(x, y),
        None => builder.center(),
    };
    let window = builder.build()?;
    let (kept, dir) = (window.clone(), dir.to_owned());
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            leave(&kept, &dir);
        }
    });
    Ok(())
}

/// Keeps the window's place, has the page save what is being typed, and ends the program when it
/// has, or when it takes too long.
fn leave(window: &WebviewWindow, dir: &Path) {
    Place::save(window, dir);
    let asked = window.emit("leaving", ());
    let app = window.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        if asked.is_ok() {
            tokio::time::sleep(PATIENCE).await;
        }
        app.exit(0);
    });
}

/// Closes the window as the person does.
pub fn close(app: &AppHandle, dir: &Path) {
    match app.get_webview_window(MAIN) {
        Some(window) => leave(&window, dir),
        None => app.exit(0),
    }
}

/// Brings the window to the front, wherever it is.
pub fn raise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // Each may be refused by a window manager; the others still help.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Whether there is anything to open a window on. Where a display is named and nobody is there, GTK
/// would end the program in mid-start.
pub fn display_answers() -> bool {
    #[cfg(target_os = "linux")]
    return gtk::init().is_ok();
    #[cfg(not(target_os = "linux"))]
    true
}

/// Ends the program in good order when the system asks it to.
pub fn end_on_signal(app: AppHandle, dir: PathBuf) {
    #[cfg(unix)]
    tauri::async_runtime::spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        close(&app, &dir);
    });
    #[cfg(not(unix))]
    drop((app, dir));
}

/// Whether an address is the page that was built into the program.
fn is_own(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) => !cfg!(windows),
        ("http" | "https", Some("tauri.localhost")) => cfg!(windows),
        _ => false,
    }
}

/// Whether a test drives the window. A web view that keeps nothing on disk cannot be driven on
/// Linux, so only then it may keep its caches.
fn automated() -> bool {
    std::env::var("TAURI_WEBVIEW_AUTOMATION").is_ok_and(|value| value == "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(windows))]
    fn only_the_own_page_may_be_shown() {
        for (url, own) in [
            ("tauri://localhost", true),
            ("tauri://localhost/index.html#thread", true),
            ("tauri://elsewhere/index.html", false),
            ("http://tauri.localhost/", false),
            ("https://example.com/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,<script>1</script>", false),
            ("javascript:alert(1)", false),
            ("about:blank", false),
            ("ipc://localhost/respond", false),
        ] {
            assert_eq!(is_own(&url.parse().unwrap()), own, "{url}");
        }
    }
}
