//! A real keychain for tests: `gnome-keyring-daemon` in a D-Bus session of its own, with a home
//! folder of its own. Nothing of the machine's is seen or touched, and what is started here ends
//! with it.
//!
//! The keychain's client remembers for the life of a process whether there is a keychain, so each
//! case runs the program as a child: [`Keyring::command`] starts one inside the session.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything may take to be ready. Nothing waits this long when all is well.
const DEADLINE: Duration = Duration::from_secs(20);
/// The login keyring's password.
const PASSWORD: &[u8] = b"open sesame";
/// The name that a keychain has on the bus.
const NAME: &str = "org.freedesktop.secrets";

/// A bus that starts nothing by itself: neither another keychain nor a window that asks for a password.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=RUNTIME</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    REFUSED
  </policy>
</busconfig>"#;

/// What keeps everybody from reading secrets, and nobody from writing them.
const NO_READING: &str = r#"<deny send_interface="org.freedesktop.Secret.Item" send_member="GetSecret"/>
    <deny send_interface="org.freedesktop.Secret.Service" send_member="GetSecrets"/>"#;

/// A D-Bus session with or without a keychain in it. It ends when it is dropped.
pub struct Keyring {
    home: TempDir,
    bus: Child,
    address: String,
    daemon: Option<Child>,
}

impl Keyring {
    /// A keychain that is unlocked and keeps what it is given.
    ///
    /// # Panics
    /// If `dbus-daemon`, `dbus-send` or `gnome-keyring-daemon` is not installed, or does not start.
    pub fn unlocked() -> Self {
        let mut keyring = Self::bus_only();
        keyring.start(true);
        keyring
    }

    /// A keychain without any keyring to write to, as on a machine where nobody ever logged in to a desktop.
    ///
    /// # Panics
    /// As [`Keyring::unlocked`].
    pub fn without_collection() -> Self {
        let mut keyring = Self::bus_only();
        keyring.start(false);
        keyring
    }

    /// A session in which nobody offers a keychain.
    ///
    /// # Panics
    /// As [`Keyring::unlocked`].
    pub fn bus_only() -> Self {
        let home = tempfile::tempdir().unwrap();
        let runtime = home.path().join("run");
        std::fs::create_dir(&runtime).unwrap();
        private(&runtime);
        let config = configure(home.path(), "");
        let mut bus = isolated("dbus-daemon", home.path())
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon starts: install the package dbus");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(!address.is_empty(), "dbus-daemon says where it listens");
        Self { home, bus, address, daemon: None }
    }

    /// Starts the keychain anew, locked: what it kept is there, and nobody can read it.
    ///
    /// # Panics
    /// As [`Keyring::unlocked`].
    pub fn lock(&mut self) {
        self.stop();
        self.start(false);
    }

    /// Starts the keychain anew, unlocked.
    ///
    /// # Panics
    /// As [`Keyring::unlocked`].
    pub fn unlock(&mut self) {
        self.stop();
        self.start(true);
    }

    /// Lets the keychain hang: it is there, and answers nothing.
    ///
    /// # Panics
    /// If there is none.
    pub fn hang(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// If there is none.
    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    /// Lets what the keychain holds be read no more, or again; it can be written to all the time.
    ///
    /// # Panics
    /// If the bus does not take it.
    pub fn let_read(&self, allowed: bool) {
        configure(self.home.path(), if allowed { "" } else { NO_READING });
        self.ask_bus("ReloadConfig", &[]);
    }

    /// A program to be run inside this session, with nothing else in its environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = isolated(program, self.home.path());
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    /// The session's home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    fn start(&mut self, unlock: bool) {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        if unlock {
            command.arg("--unlock");
        }
        let mut daemon = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts: install the package gnome-keyring");
        let mut stdin = daemon.stdin.take().unwrap();
        if unlock {
            stdin.write_all(PASSWORD).unwrap();
        }
        drop(stdin);
        self.daemon = Some(daemon);
        self.wait_for_name(true);
    }

    fn stop(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            end(daemon);
            self.wait_for_name(false);
        }
    }

    fn signal(&self, signal: &str) {
        let pid = self.daemon.as_ref().expect("there is a keychain").id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    fn wait_for_name(&self, wanted: bool) {
        let start = Instant::now();
        while self.has_name() != wanted {
            assert!(start.elapsed() < DEADLINE, "the keychain is {}", if wanted { "there" } else { "gone" });
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn has_name(&self) -> bool {
        self.ask_bus("NameHasOwner", &[&format!("string:{NAME}")]).contains("true")
    }

    /// Calls the bus itself; what it answers.
    fn ask_bus(&self, member: &str, arguments: &[&str]) -> String {
        let asked = self
            .command("dbus-send")
            .arg(format!("--bus={}", self.address))
            .args(["--print-reply=literal", "--dest=org.freedesktop.DBus", "/"])
            .arg(format!("org.freedesktop.DBus.{member}"))
            .args(arguments)
            .output()
            .expect("dbus-send runs: install the package dbus");
        assert!(asked.status.success(), "{member}: {asked:?}");
        String::from_utf8_lossy(&asked.stdout).into_owned()
    }
}

/// Writes how the bus of a home works; where.
fn configure(home: &Path, refused: &str) -> PathBuf {
    let config = home.join("bus.conf");
    let runtime = home.join("run");
    std::fs::write(&config, BUS.replace("RUNTIME", runtime.to_str().unwrap()).replace("REFUSED", refused)).unwrap();
    config
}

impl Drop for Keyring {
    fn drop(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            end(daemon);
        }
        // By its own handle: it is reaped here and nowhere else.
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}

/// A program that sees no bus, no display and no home but `home`.
pub fn isolated(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8")
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home.join("run"));
    command
}

fn end(mut child: Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(unix)]
fn private(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &Path) {}
