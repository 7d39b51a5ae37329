//! Hands a link or a folder to the program that the person opens such things with.

use std::ffi::OsStr;
use std::io;

/// Opens it and waits for nothing more than whether somebody took it.
///
/// # Errors
/// When no program takes it.
#[cfg(target_os = "linux")]
pub fn open(target: impl AsRef<OsStr>) -> io::Result<()> {
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for mut command in open::commands(target) {
        crate::web_view::keep_from(&mut command);
        match linux::start(command) {
            Ok(()) => return Ok(()),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

#[cfg(not(target_os = "linux"))]
pub fn open(target: impl AsRef<OsStr>) -> io::Result<()> {
    open::that_detached(target)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    /// How long a program has to say that it does not take what it was given; one that takes it may run on for hours.
    const REFUSING: Duration = Duration::from_millis(250);
    const PAUSE: Duration = Duration::from_millis(10);

    pub fn start(mut command: Command) -> io::Result<()> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // What ends this program from its terminal does not end that one.
        let mut child = command.process_group(0).spawn()?;
        let started = Instant::now();
        while started.elapsed() < REFUSING {
            match child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(io::Error::other(status.to_string())),
                None => thread::sleep(PAUSE),
            }
        }
        // Waited for, so that nothing is left of it when it ends.
        thread::Builder::new().name("opened".into()).spawn(move || child.wait())?;
        Ok(())
    }
}
