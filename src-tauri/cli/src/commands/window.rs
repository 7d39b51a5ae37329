//! Starting the window, the program beside this one.

use std::process::Command;

use super::data_dir;
use crate::args::Args;
use crate::failure::Failure;

const PROGRAM: &str = if cfg!(windows) { "skein-window.exe" } else { "skein-window" };
/// The window's threads share one part of memory. glibc gives each its own, and what a long reply took in each is not
/// given back; it reads this when a program starts, so a window cannot ask for it. The same words stand in
/// `skein-window`, which keeps them from the programs that it opens.
const ONE_ARENA: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.arena_max=1");
/// How the window ends where no display answers; the same number stands in `skein-window`.
const NO_DISPLAY: u8 = 69;

/// Becomes the window, or starts it and waits until it is closed.
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
    let mut window = Command::new(program);
    window.env("SKEIN_DATA_DIR", data_dir(args));
    if std::env::var_os(ONE_ARENA.0).is_none() {
        window.env(ONE_ARENA.0, ONE_ARENA.1);
    }
    #[cfg(unix)]
    if !args.json {
        return Err(std::os::unix::process::CommandExt::exec(&mut window).into());
    }
    let status = window.status()?;
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
