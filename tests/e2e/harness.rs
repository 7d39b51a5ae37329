//! A desk of its own for each test: a screen that nobody sees, a home folder that is thrown away,
//! and the real program in a real window, driven through WebDriver.
//!
//! Nothing here sleeps for luck: everything waits for a condition, and gives up loudly. What a
//! desk started ends with it, by process id, also when the test fails.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use fantoccini::ClientBuilder;
use serde_json::json;
use skein_support::keyring::Keyring;
use tempfile::TempDir;

use crate::page::Page;

/// How long anything may take. Nothing takes this long when all is well.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_skein-window");

/// A screen, a home, and the environment that programs find there.
pub struct Desk {
    home: TempDir,
    _screen: Started,
    environment: Vec<(String, String)>,
}

impl Desk {
    /// A fresh desk, where the program was never started. There is no keychain.
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder for a home");
        let (screen, display) = start_screen();
        let mut desk = Self { home, _screen: screen, environment: Vec::new() };
        for (name, folder) in [
            ("HOME", "."),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            let path = desk.home().join(folder);
            fs::create_dir_all(&path).expect("a folder");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a private folder");
            desk.set(name, path.to_str().expect("a plain path"));
        }
        desk.set("SKEIN_DATA_DIR", desk.store().to_str().expect("a plain path"));
        desk.set("DISPLAY", &display);
        desk.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        desk.set("SKEIN_NO_KEYCHAIN", "1");
        desk.set("LANG", "C.UTF-8");
        desk.set("TZ", "UTC");
        desk.set("NO_AT_BRIDGE", "1");
        desk.put_browser();
        desk
    }

    /// Sets a variable for everything that starts from here on; empty removes it.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.environment.push((name.into(), value.into()));
        }
    }

    /// The home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The screen, as `DISPLAY` names it.
    #[allow(dead_code, reason = "asked for by the tests, which share this file with the measurements")]
    pub fn display(&self) -> &str {
        self.environment.iter().find(|(name, _)| name == "DISPLAY").map(|(_, value)| value).expect("a screen")
    }

    /// The folder of the store.
    pub fn store(&self) -> PathBuf {
        self.home().join("store")
    }

    /// Lets the program find a keychain.
    pub fn use_keyring(&mut self, keyring: &Keyring) {
        let session = keyring.command("true");
        let bus = session.get_envs().find(|(name, _)| *name == "DBUS_SESSION_BUS_ADDRESS").and_then(|(_, value)| value);
        self.set("DBUS_SESSION_BUS_ADDRESS", bus.and_then(|bus| bus.to_str()).expect("a bus"));
        self.set("SKEIN_NO_KEYCHAIN", "");
    }

    /// Every file of the home folder, by its path.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.home().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    Ok(kind) if kind.is_file() => found.push(entry.path().display().to_string()),
                    _ => {}
                }
            }
        }
        found
    }

    /// The files of the home folder that hold a text.
    pub fn files_with(&self, text: &str) -> Vec<String> {
        let holds =
            |file: &String| fs::read(file).is_ok_and(|bytes| bytes.windows(text.len()).any(|w| w == text.as_bytes()));
        self.files().into_iter().filter(holds).collect()
    }

    /// What the browser was asked to open so far.
    pub fn opened(&self) -> String {
        fs::read_to_string(self.home().join("opened")).unwrap_or_default()
    }

    /// The environment in which the browser was asked last.
    pub fn opened_with(&self) -> String {
        fs::read_to_string(self.home().join("opened-with")).unwrap_or_default()
    }

    /// Starts the program as people do, and waits until its page can be used.
    pub async fn open(&self) -> Window {
        let window = self.open_program(&Self::command_line(), &[]).await;
        window.page.usable().await;
        window
    }

    /// Starts the program with arguments and waits until its page can be used.
    pub async fn open_with(&self, arguments: &[&str]) -> Window {
        let window = self.open_program(Path::new(PROGRAM), arguments).await;
        window.page.usable().await;
        window
    }

    /// The same, as somebody who may read the store and not write it. From here on nobody may write there, but root.
    #[allow(dead_code, reason = "asked for by the tests, which share this file with the measurements")]
    pub async fn open_read_only(&self) -> Window {
        let (program, starter) = (self.home().join("skein-window"), self.home().join("as-somebody"));
        fs::copy(PROGRAM, &program).expect("a copy that anybody can start");
        let mut somebody = "";
        if self.is_root() {
            somebody = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
            for folder in ["data", "config", "cache", "run"] {
                run("chown", &["-R", "65534:65534", self.home().join(folder).to_str().expect("a plain path")]);
            }
        }
        // The driver is still root's, and what it makes in the run folder is not for others.
        let script =
            format!("#!/bin/sh\nexport GSETTINGS_BACKEND=memory\nexec {somebody}'{}' \"$@\"\n", program.display());
        fs::write(&starter, script).expect("a script");
        fs::set_permissions(&starter, fs::Permissions::from_mode(0o755)).expect("a program");
        run("chmod", &["-R", "a=rX", self.store().to_str().expect("a plain path")]);
        fs::set_permissions(self.home(), fs::Permissions::from_mode(0o755)).expect("a home that can be entered");
        let window = self.open_program(&starter, &[]).await;
        window.page.usable().await;
        window
    }

    fn is_root(&self) -> bool {
        let user = self.command(Path::new("id")).arg("-u").output().expect("id runs");
        user.stdout.trim_ascii() == b"0"
    }

    /// Starts the program and waits for nothing.
    pub async fn open_unchecked(&self) -> Window {
        self.open_program(Path::new(PROGRAM), &[]).await
    }

    /// Starts any program that has a web view, and waits for nothing.
    pub async fn open_program(&self, program: &Path, arguments: &[&str]) -> Window {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true");
        if std::env::var_os("SKEIN_PICTURES").is_some() {
            // Without its compositor the web view can hang in a snapshot that the driver asks for.
            command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "0");
        }
        let driver = self.start(command);
        wait_blocking("WebKitWebDriver listens", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        let options = json!({"webkitgtk:browserOptions": {"binary": program, "args": arguments}});
        let capabilities = options.as_object().cloned().expect("an object");
        let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        let address = format!("http://127.0.0.1:{port}");
        // A program that ends before it opens a window leaves the driver waiting for ever.
        let client = tokio::time::timeout(DEADLINE, builder.capabilities(capabilities).connect(&address))
            .await
            .expect("the driver answers in time")
            .expect("the program opens its window (Xvfb and webkit2gtk-driver are needed)");
        let program = *children(driver.child.id()).first().expect("the driver started the program");
        Window { page: Page(client), driver, program }
    }

    /// The program as a person would start it a second time.
    pub fn start_again(&self) -> Output {
        self.start_again_with(&[])
    }

    /// The same, with arguments.
    pub fn start_again_with(&self, arguments: &[&str]) -> Output {
        self.command(Path::new(PROGRAM)).args(arguments).output().expect("the program runs")
    }

    /// Starts the program without a driver, as people do.
    pub fn start_undriven(&self) -> Started {
        self.start(Command::new(PROGRAM))
    }

    /// Runs the command line program on the same store.
    pub fn skein(&self, arguments: &[&str]) -> Output {
        self.command(&Self::command_line()).args(arguments).output().expect("skein runs")
    }

    /// Starts the command line program beside the window, on the same store.
    #[allow(dead_code, reason = "asked for by the tests, which share this file with the measurements")]
    pub fn start_skein(&self, arguments: &[&str]) -> Started {
        let mut command = Command::new(Self::command_line());
        command.args(arguments);
        self.start(command)
    }

    fn command_line() -> PathBuf {
        let program = Path::new(PROGRAM).with_file_name("skein");
        assert!(program.exists(), "build the command line program first: cargo build -p skein-cli");
        program
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        self.furnish(&mut command);
        command
    }

    fn start(&self, mut command: Command) -> Started {
        self.furnish(&mut command);
        Started::new(command.stdin(Stdio::null()).stdout(Stdio::null()))
    }

    fn furnish(&self, command: &mut Command) {
        for inherited in ["WAYLAND_DISPLAY", "LC_ALL", "LANGUAGE", "GTK_THEME"] {
            command.env_remove(inherited);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
    }

    /// A browser that only writes down what it is asked to open.
    fn put_browser(&mut self) {
        let folder = self.home().join("bin");
        fs::create_dir_all(&folder).expect("a folder");
        let [opened, with] = ["opened", "opened-with"].map(|name| self.home().join(name).display().to_string());
        let script = format!("#!/bin/sh\nenv > '{with}'\necho \"$*\" >> '{opened}'\n");
        for name in ["xdg-open", "gio", "gnome-open", "kde-open", "wslview"] {
            let path = folder.join(name);
            fs::write(&path, &script).expect("a script");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
        }
        let path = std::env::var("PATH").unwrap_or_default();
        self.set("PATH", &format!("{}:{path}", folder.display()));
    }
}

/// The program in its window.
pub struct Window {
    pub page: Page,
    driver: Started,
    program: u32,
}

impl Window {
    /// Ends the program as the system does when a person logs out, and waits until it has ended.
    pub fn close(self) {
        run("kill", &["-TERM", &self.program.to_string()]);
        wait_blocking("the program ends", || gone(self.program));
        // The program is gone, so the driver has nobody to say goodbye to.
        drop(self.driver);
    }

    /// The program's process and all that it started.
    #[allow(dead_code, reason = "asked for by the measurements, which share this file")]
    pub fn processes(&self) -> Vec<u32> {
        let mut all = vec![self.program];
        all.extend(descendants(self.program));
        all
    }

    /// Whether the program has ended by itself.
    #[allow(dead_code, reason = "asked for by the tests, which share this file with the measurements")]
    pub fn ended(&self) -> bool {
        gone(self.program)
    }

    /// Ends the program as a power cut would.
    pub fn kill(self) {
        run("kill", &["-KILL", &self.program.to_string()]);
        wait_blocking("the program is dead", || gone(self.program));
    }
}

/// A process that a desk started, with everything it started in turn; ended on drop.
pub struct Started {
    pub child: Child,
}

impl Started {
    fn new(command: &mut Command) -> Self {
        Self { child: command.process_group(0).spawn().expect("the program starts") }
    }

    /// Whether a program of that name runs among what was started.
    pub fn runs(&self, name: &str) -> bool {
        descendants(self.child.id())
            .iter()
            .any(|id| fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|running| running.trim_end() == name))
    }

    /// Asks it to end, as the system does when a person logs out, and waits until it has.
    pub fn ask_to_end(mut self) {
        run("kill", &["-TERM", &self.child.id().to_string()]);
        wait_blocking("the program ends", || matches!(self.child.try_wait(), Ok(Some(_))));
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // The group has the id of its first process, which is ours.
        run("kill", &["-KILL", "--", &format!("-{}", self.child.id())]);
        self.child.wait().ok();
    }
}

/// Starts a screen on a free display.
fn start_screen() -> (Started, String) {
    let mut command = Command::new("Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset", "-ac"]);
    let mut screen = Started::new(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()));
    let mut line = String::new();
    let output = screen.child.stdout.take().expect("a pipe");
    BufReader::new(output).read_line(&mut line).expect("Xvfb says its display");
    assert!(!line.trim().is_empty(), "Xvfb did not start");
    (screen, format!(":{}", line.trim()))
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a free port").port()
}

fn run(program: &str, arguments: &[&str]) {
    Command::new(program).args(arguments).stderr(Stdio::null()).status().ok();
}

/// Waits for something that no page tells.
pub fn wait_blocking(what: &str, mut reached: impl FnMut() -> bool) {
    let start = Instant::now();
    while !reached() {
        assert!(start.elapsed() < DEADLINE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn children(of: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

fn descendants(of: u32) -> Vec<u32> {
    let mut all = children(of);
    let mut next = 0;
    while let Some(&id) = all.get(next) {
        all.extend(children(id));
        next += 1;
    }
    all
}

/// Whether a process has ended, all its threads included, which hold its locks to the last; one
/// that only waits to be noticed counts as ended.
fn gone(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task")).map_or(0, Iterator::count);
    threads <= 1
        && fs::read_to_string(format!("/proc/{process}/stat"))
            .map_or(true, |stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
}
