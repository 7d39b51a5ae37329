//! Starting the window, the program beside this one.

use std::process::Command;

use super::data_dir;
use crate::args::Args;
use crate::failure::Failure;

const PROGRAM: &str = if cfg!(windows) { "skein-window.exe" } else { "skein-window" };
/// How the window ends where no display answers; the same number stands in `skein-window`.
const NO_DISPLAY: u8 = 69;

/// Starts the window and waits until it is closed.
pub fn start(args: &Args) -> Result<u8, Failure> {
    if !has_display() {
        return Err(no_display());
    }
    let program = std::env::current_exe()?.with_file_name(PROGRAM);
    if !program.is_file() {
        return Err(Failure::new(
            "no_window",
            format!(
                "The window is a program of its own, {PROGRAM}, and it is not beside this one. Install it there, or talk \
                 in the terminal: skein chat"
            ),
            1,
        ));
    }
    let status = Command::new(program).env("SKEIN_DATA_DIR", data_dir(args)).status()?;
    match status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1) {
        // It has told a person already, but no script.
        NO_DISPLAY if args.json => Err(no_display()),
        code => Ok(code),
    }
}

fn no_display() -> Failure {
    Failure::new(
        "no_display",
        "There is no display here, so there is no window. The same conversation in the terminal: skein chat",
        NO_DISPLAY,
    )
}

/// Elsewhere than on X11 and Wayland there always is one.
fn has_display() -> bool {
    let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(target_os = "macos", target_os = "windows")) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
