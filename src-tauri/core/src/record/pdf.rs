//! The program that makes PDFs, `skein-pdf`: where it is, and one run of it. It is no part of the core, since it is
//! heavy to build and wants memory; each part of a transcript is a run of its own, so all of that memory is back
//! when it ends. It gets data on its standard input and nothing else, not even an environment. What the data is
//! says [`super::transcript::pdf`].

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Names another program than the one beside the running one.
pub const VARIABLE: &str = "SKEIN_PDF";
/// How long a part may take. A part of 1,000 messages takes a second or two.
const PATIENCE: Duration = Duration::from_mins(5);
/// How often a run is asked whether it should stop.
const PACE: Duration = Duration::from_millis(50);
/// Bytes of what it complains that are read.
const COMPLAINT: u64 = 4_096;
/// Bytes that a part may have; a usual one has one or two million.
const LARGEST: u64 = 512 * 1024 * 1024;
/// How a PDF begins (ISO 32000-1, 7.5.2) and ends (7.5.5).
const MARKS: (&[u8], &[u8]) = (b"%PDF-", b"%%EOF");

/// Why a part was not printed.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// Somebody asked for that.
    #[error("stopped")]
    Stopped,
    /// It took too long.
    #[error("the PDF program took too long")]
    Slow,
    /// It ended without a PDF; the word is its own, and holds nothing of what it was given.
    #[error("the PDF program could not print this ({0})")]
    Refused(String),
    /// What it wrote is no PDF.
    #[error("what the PDF program wrote is no PDF")]
    Rubbish,
    /// It could not be run, or its result could not be kept.
    #[error("the PDF program could not be run: {}", crate::error::system_words(.0))]
    Io(#[from] io::Error),
}

/// The program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    patience: Duration,
}

impl Program {
    /// The one that [`VARIABLE`] names or, if there is none, the one beside the running program.
    pub fn find() -> Option<Self> {
        let beside = || {
            let name = format!("skein-pdf{}", std::env::consts::EXE_SUFFIX);
            Some(std::env::current_exe().ok()?.parent()?.join(name))
        };
        let path = std::env::var_os(VARIABLE).map(PathBuf::from).or_else(beside)?;
        path.is_file().then(|| Self::at(path))
    }

    /// The one at this place.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), patience: PATIENCE }
    }

    /// The same, with another time that a part may take.
    #[must_use]
    pub fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Prints one part into a file. `cancel` is asked on the way; then, and when it takes too long, the program is ended.
    ///
    /// # Errors
    /// See [`PdfError`]. The file may then hold anything.
    pub fn print(&self, part: &[u8], out: &Path, cancel: &dyn Fn() -> bool) -> Result<(), PdfError> {
        let mut file = File::options().read(true).write(true).create(true).truncate(true).open(out)?;
        let mut child = self.command().spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut input), Some(output), Some(complaint)) = pipes else {
            return Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
        };
        let kept = &mut file;
        let content = thread::scope(|scope| {
            // If it ends before it has read all, its exit code says why.
            scope.spawn(move || drop(input.write_all(part)));
            let complaint = scope.spawn(move || {
                let mut said = Vec::new();
                drop(complaint.take(COMPLAINT).read_to_end(&mut said));
                said
            });
            let (done, ended) = mpsc::channel();
            scope.spawn(move || drop(done.send(io::copy(&mut output.take(LARGEST), kept))));
            let ended = self.wait(&mut child, &ended, cancel);
            let said = complaint.join().unwrap_or_default();
            if ended? { Ok(()) } else { Err(PdfError::Refused(word(&said))) }
        });
        content?;
        if is_pdf(&mut file)? { Ok(file.sync_all()?) } else { Err(PdfError::Rubbish) }
    }

    /// Waits for the output's end, then for the program's; whether it was content.
    fn wait(
        &self,
        child: &mut Child,
        ended: &Receiver<io::Result<u64>>,
        cancel: &dyn Fn() -> bool,
    ) -> Result<bool, PdfError> {
        let started = Instant::now();
        let stopped = loop {
            match ended.recv_timeout(PACE) {
                Ok(Ok(LARGEST)) => break Some(PdfError::Rubbish),
                Ok(Ok(_)) => break None,
                Ok(Err(error)) => break Some(error.into()),
                Err(RecvTimeoutError::Disconnected) => break Some(io::Error::from(io::ErrorKind::BrokenPipe).into()),
                Err(RecvTimeoutError::Timeout) if cancel() => break Some(PdfError::Stopped),
                Err(RecvTimeoutError::Timeout) if started.elapsed() > self.patience => break Some(PdfError::Slow),
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        if stopped.is_some() {
            // It may have ended by itself in the meantime.
            drop(child.kill());
        }
        let status = child.wait()?;
        stopped.map_or(Ok(status.success()), Err)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(windows)]
        {
            use std::os::windows::process::CommandExt as _;
            // Without it Windows finds no fonts; and no console window (CREATE_NO_WINDOW) for it.
            command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root))).creation_flags(0x0800_0000);
        }
        command
    }
}

/// Whether a file begins and ends as a PDF does.
fn is_pdf(file: &mut File) -> io::Result<bool> {
    let (mut begins, mut ends) = ([0; 5], Vec::new());
    let size = file.seek(SeekFrom::End(0))?;
    if size < 64 {
        return Ok(false);
    }
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut begins)?;
    file.seek(SeekFrom::End(-16))?;
    file.read_to_end(&mut ends)?;
    Ok(begins == *MARKS.0 && ends.trim_ascii_end().ends_with(MARKS.1))
}

/// The word of `{"error": "word"}`.
fn word(said: &[u8]) -> String {
    let said: serde_json::Value = serde_json::from_slice(said).unwrap_or_default();
    let word = said["error"]
        .as_str()
        .filter(|word| word.len() < 40 && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
    word.unwrap_or("it ended without a word").to_owned()
}
