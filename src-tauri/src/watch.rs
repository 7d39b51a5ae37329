//! Notices what others do: writes to the store by any process, a second start that wants this
//! window to come forward, and a process that is gone in the middle of a reply. It looks, off the
//! window's thread, four times a second.

use std::path::PathBuf;
use std::time::Duration;

use skein_core::Skein;
use tauri::{AppHandle, Emitter};

use crate::{MAIN, single, wanted};

/// How long to wait between looks.
const PAUSE: Duration = Duration::from_millis(250);
/// Every so many looks, the replies of processes that are gone are ended.
const RECOVERING: u32 = 8;

/// Starts looking, for as long as the program runs. The page hears `changed`.
///
/// # Errors
/// When no thread can be started.
pub fn start(app: AppHandle, skein: Skein, dir: PathBuf) -> std::io::Result<()> {
    std::thread::Builder::new().name("watch".into()).spawn(move || {
        let mut seen = None;
        for look in 1_u32.. {
            std::thread::sleep(PAUSE);
            if let Some(wish) = single::raise_wanted(&dir) {
                wanted::bring(&app, wish.thread);
            }
            // One that dies writes nothing any more, so it is looked for. What cannot be written now is tried again.
            if look % RECOVERING == 0
                && let Err(error) = skein.recover()
            {
                tracing::debug!(
                    code = error.code().as_str(),
                    "what another process left running could not be ended yet"
                );
            }
            // A store that cannot be read now says so where it is used; here it is asked again.
            let Ok(version) = skein.data_version() else { continue };
            if seen.replace(version).is_some_and(|before| before != version) {
                let _ = app.emit_to(MAIN, "changed", ());
            }
        }
    })?;
    Ok(())
}
