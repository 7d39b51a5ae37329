//! Ctrl-C, and being told to end.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

/// What the person, or the system, wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C: stop what is going on.
    Stop,
    /// End the program.
    End,
}

/// Hears signals from now on; until then they end the program at once.
pub struct Signals {
    #[cfg(unix)]
    stop: tokio::signal::unix::Signal,
    #[cfg(unix)]
    ends: [tokio::signal::unix::Signal; 2],
    #[cfg(windows)]
    stop: tokio::signal::windows::CtrlC,
}

impl Signals {
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            stop: signal(SignalKind::interrupt())?,
            ends: [signal(SignalKind::terminate())?, signal(SignalKind::hangup())?],
        })
    }

    #[cfg(windows)]
    pub fn listen() -> io::Result<Self> {
        Ok(Self { stop: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for the next one; one that came meanwhile counts.
    pub async fn next(&mut self) -> Signal {
        #[cfg(unix)]
        {
            let [terminate, hang_up] = &mut self.ends;
            tokio::select! {
                _ = self.stop.recv() => Signal::Stop,
                _ = terminate.recv() => Signal::End,
                _ = hang_up.recv() => Signal::End,
            }
        }
        #[cfg(windows)]
        {
            self.stop.recv().await;
            Signal::Stop
        }
    }

    /// Forgets a Ctrl-C that came too late to stop anything.
    pub async fn forget_stops(&mut self) {
        tokio::select! {
            biased;
            _ = self.stop.recv() => {}
            () = std::future::ready(()) => {}
        }
    }
}
