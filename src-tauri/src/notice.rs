//! Tells, through the notifications of the system, of a reply that ended while the window was
//! away. A notification names the thread, where somebody gave it a name, and never says what is in it: it may stand on
//! a locked screen, and stays with whoever keeps them.

use notify_rust::Notification;
use tauri::AppHandle;

/// Shows a notification, and waits for a click on it, on a thread of its own. A system that shows
/// none is no reason to trouble anybody.
pub fn show(app: AppHandle, thread: String, title: &str, words: &str) {
    let mut notification = Notification::new();
    notification.appname("Skein").summary(title).body(&literal(words)).auto_icon();
    let waiting = std::thread::Builder::new().name("notice".into()).spawn(move || wait(&app, &notification, thread));
    if let Err(error) = waiting {
        tracing::warn!(%error, "no notification could be shown");
    }
}

/// Only here does the system say what became of a notification (Desktop Notifications 1.2,
/// `ActionInvoked`); elsewhere a click brings the window forward by itself.
#[cfg(all(unix, not(target_os = "macos")))]
fn wait(app: &AppHandle, notification: &Notification, thread: String) {
    let mut notification = notification.clone();
    // The action of this name is a click on the notification itself.
    notification.action("default", "default");
    match notification.show() {
        Ok(shown) => shown.wait_for_action(|action| {
            if action == "default" {
                crate::wanted::bring(app, Some(thread));
            }
        }),
        Err(error) => tracing::info!(%error, "no notification could be shown"),
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn wait(_: &AppHandle, notification: &Notification, _: String) {
    if let Err(error) = notification.show() {
        tracing::info!(%error, "no notification could be shown");
    }
}

/// Words as they are: a body is markup for those who show it (Desktop Notifications 1.2, "Markup").
fn literal(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_no_markup() {
        assert_eq!(literal("<b>1 & 2</b>"), "&lt;b&gt;1 &amp; 2&lt;/b&gt;");
    }
}
