//! What the web view does without on Linux. WebKitGTK takes these settings from its environment alone, and reads them
//! when it starts.

#[cfg(target_os = "linux")]
use std::process::Command;
use std::sync::OnceLock;

const SPARED: [(&str, &str); 4] = [
    // What is shown is text: put together and painted by the processor, it appears sooner, and what OpenGL needs takes
    // more memory than all that is shown.
    ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
    ("WEBKIT_SKIA_ENABLE_CPU_RENDERING", "1"),
    // The page runs too little for the optimising compilers to pay; and where scripts are hostile, they are aimed at.
    ("JSC_useDFGJIT", "0"),
    // A collection of young objects only leaves half of what a long reply took.
    ("JSC_useGenerationalGC", "0"),
];

/// What `skein` starts this program with.
#[cfg(target_os = "linux")]
const STARTED_WITH: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.arena_max=1");

/// What was set here and not by the person.
static SET: OnceLock<Vec<&str>> = OnceLock::new();

/// Has the web view do without, unless the environment says otherwise. To be called before anything else starts.
pub fn spare() {
    SET.get_or_init(|| {
        let unset = SPARED.into_iter().filter(|(name, _)| std::env::var_os(name).is_none());
        // Where it fails, the window looks the same.
        unset.filter(|(name, value)| set(name, value)).map(|(name, _)| name).collect()
    });
}

#[cfg(target_os = "linux")]
fn set(name: &str, value: &str) -> bool {
    glib::setenv(name, value, false).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn set(_: &str, _: &str) -> bool {
    false
}

/// Keeps from a program that is to be started, which may be a browser, what was set for this one and its web view.
#[cfg(target_os = "linux")]
pub fn keep_from(command: &mut Command) {
    for name in SET.get().into_iter().flatten() {
        command.env_remove(name);
    }
    if std::env::var_os(STARTED_WITH.0).is_some_and(|value| value == STARTED_WITH.1) {
        command.env_remove(STARTED_WITH.0);
    }
}
