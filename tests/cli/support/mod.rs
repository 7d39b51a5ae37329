//! Running the program as a person or a script does: in a home of its own, with a store of its own.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use skein_support::keyring::isolated;
use tempfile::TempDir;

/// The program.
pub const SKEIN: &str = env!("CARGO_BIN_EXE_skein");

/// A home with an empty store in it, and no keychain.
pub struct Desk {
    home: TempDir,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// What it printed, as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("one JSON value, not {self:?}"))
    }

    /// The code of the error it printed as JSON.
    pub fn error_code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Desk {
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    /// On the disk where the program is, so that it can be linked into it.
    pub fn beside_the_program() -> Self {
        Self { home: tempfile::tempdir_in(Path::new(SKEIN).parent().unwrap()).unwrap() }
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The store's folder.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The program, about to run.
    pub fn command(&self) -> Command {
        self.command_of(SKEIN)
    }

    /// Another program in its place.
    pub fn command_of(&self, program: &str) -> Command {
        let mut command = isolated(program, self.home.path());
        command.env("SKEIN_NO_KEYCHAIN", "1").env("SKEIN_DATA_DIR", self.data());
        command.stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[impl AsRef<OsStr>]) -> Ran {
        self.command().args(args).output().unwrap().into()
    }

    /// Runs it, which must succeed, and reads the JSON it prints.
    pub fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        ran.json()
    }

    /// Runs it, which must end with that code, and reads the JSON it prints.
    pub fn json_of(&self, code: i32, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.code, code, "{args:?}: {ran:?}");
        ran.json()
    }

    /// Runs it with something on stdin.
    pub fn run_with(&self, stdin: &str, args: &[&str]) -> Ran {
        feed(self.command().args(args), stdin)
    }

    /// Starts it, to run beside the test.
    pub fn start(&self, args: &[&str]) -> Child {
        self.command().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Adds an endpoint, which becomes the default.
    pub fn add_endpoint(&self, name: &str, base_url: &str) -> Value {
        self.json(&[
            "endpoint",
            "add",
            name,
            "--protocol",
            "openai-chat",
            "--base-url",
            base_url,
            "--model",
            "scripted",
        ])
    }
}

/// `skein serve` as it runs, and what it takes to call it.
pub struct Served {
    child: Option<Child>,
    address: String,
    token: String,
}

impl Served {
    /// Starts it on a free port. What it says beside its first line goes where the command says.
    pub fn start(command: &mut Command) -> Self {
        let command = command.args(["serve", "--port", "0", "--json"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let token = said["token"].as_str().unwrap().to_owned();
        Self { child: Some(child), address: format!("127.0.0.1:{}", said["port"]), token }
    }

    /// Calls it, such as `POST /v1/threads`; the status, and the body as it came.
    pub fn call(&self, call: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let headers = headers.iter().fold(String::new(), |head, (name, value)| head + name + ": " + value + "\r\n");
        let head = format!(
            "{call} HTTP/1.1\r\nHost: {}\r\nX-API-Key: {}\r\nConnection: close\r\n{headers}",
            self.address, self.token
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Ends it as Ctrl-C does.
    pub fn end(mut self) -> Ran {
        let mut child = self.child.take().unwrap();
        signal(&child, "-INT");
        // What it was asked for was read already.
        drop(child.stdout.take());
        wait(child)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Runs a program with something on stdin.
pub fn feed(command: &mut Command, stdin: &str) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not want it may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap().into()
}

/// Makes a small program. Another process writes it, so that no test can hold it open when it is started.
#[cfg(unix)]
pub fn put_program(path: &Path, does: &str) {
    let write = "printf '#!/bin/sh\n%s\n' \"$2\" > \"$1\" && chmod 755 \"$1\"";
    let written = Command::new("sh").args(["-c", write, "sh"]).arg(path).arg(does).status().unwrap();
    assert!(written.success(), "{}", path.display());
}

/// Waits for a program that was started.
pub fn wait(child: Child) -> Ran {
    child.wait_with_output().unwrap().into()
}

/// Sends a signal, such as `-INT`, to a program that was started.
pub fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}
