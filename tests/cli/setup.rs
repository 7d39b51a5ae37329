//! What `make` does before anything is built: what it needs, installs and names on each system, played by programs that
//! only note how they were called, and which of window and terminal it opens.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{Ran, put_program};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A system with nothing on its path but what it is given.
struct System(TempDir);

impl System {
    /// One whose Rust and Node are new enough.
    fn new(name: &str) -> Self {
        let system = Self::bare(name);
        system.put("cargo", "echo cargo 1.95.0");
        system.put("node", "echo v20.19.0");
        system.put("npm", "");
        system
    }

    fn bare(name: &str) -> Self {
        let system = Self(tempfile::tempdir().unwrap());
        fs::create_dir(system.path()).unwrap();
        for real in ["bash", "sh", "env", "grep", "sort", "head"] {
            let found = ["/bin", "/usr/bin"].map(|folder| Path::new(folder).join(real));
            symlink(found.iter().find(|path| path.exists()).unwrap(), system.path().join(real)).unwrap();
        }
        system.put("uname", &format!("echo {name}"));
        system
    }

    /// A Debian, where some packages are missing; `user` is 0 for root.
    fn debian(missing: &str, user: u32) -> Self {
        let system = Self::new("Linux");
        system
            .put("dpkg-query", &format!("case '{missing} ' in *\"$4 \"*) exit 1;; esac; echo 'install ok installed'"));
        system.put("apt-get", &format!("echo \"$@\" >> '{}'", system.log().display()));
        system.put("id", &format!("echo {user}"));
        system
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("bin")
    }

    fn log(&self) -> PathBuf {
        self.0.path().join("log")
    }

    /// What was called so far.
    fn called(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    fn put(&self, program: &str, does: &str) {
        put_program(&self.path().join(program), does);
    }

    /// The same with the variable that says that all is there.
    fn set_up_with(&self, what: &str, ready: &str) -> Ran {
        let mut command = Command::new("/bin/bash");
        command.env_clear().env("PATH", self.path()).env("SKEIN_READY", ready).current_dir(self.0.path());
        command.arg(Path::new(ROOT).join(".ci/setup")).arg(what).output().unwrap().into()
    }

    fn set_up(&self, what: &str) -> Ran {
        self.set_up_with(what, "")
    }
}

#[test]
fn rust_and_node_are_asked_for_where_they_are_missing_or_too_old() {
    let system = System::bare("Darwin");
    system.put("xcode-select", "");
    let refused = |what: &str, words: &[&str]| {
        let ran = system.set_up(what);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(words.iter().all(|word| ran.err.contains(word)), "{words:?}: {ran:?}");
    };
    refused("terminal", &["Rust is missing", "1.95", "https://rustup.rs"]);
    system.put("cargo", "echo 'cargo 1.94.1 (abc 2026-01-01)'");
    refused("terminal", &["Rust 1.94", "1.95 or later"]);
    system.put("cargo", "echo 'cargo 1.100.0 (abc 2026-01-01)'");
    assert_eq!(system.set_up("terminal").code, 0, "no window, no Node");
    refused("window", &["Node.js is missing", "20.19", "https://nodejs.org"]);
    for (version, enough) in [("v18.20.4", false), ("v20.18.3", false), ("v20.19.0", true), ("v22.1.0", true)] {
        system.put("npm", "");
        system.put("node", &format!("echo {version}"));
        if enough {
            assert_eq!(system.set_up("window").code, 0, "{version}");
        } else {
            refused("window", &["Node.js ", "20.19 or later"]);
        }
    }
    fs::remove_file(system.path().join("npm")).unwrap();
    refused("test", &["npm is missing"]);
}

#[test]
fn on_debian_root_installs_what_is_missing_and_nothing_else() {
    let system = System::debian("libwebkit2gtk-4.1-dev perl", 0);
    let ran = system.set_up("window");
    assert_eq!(ran.code, 0, "{ran:?}");
    let called = system.called();
    assert!(called.starts_with("update"), "{called}");
    assert!(called.ends_with("--no-install-recommends perl libwebkit2gtk-4.1-dev\n"), "{called}");
    let complete = System::debian("", 0);
    assert_eq!((complete.set_up("window").code, complete.called().as_str()), (0, ""));
    let terminal = System::debian("libwebkit2gtk-4.1-dev", 0);
    assert_eq!((terminal.set_up("terminal").code, terminal.called().as_str()), (0, ""), "no window, no web view");
}

#[test]
fn on_debian_a_person_installs_with_sudo_or_is_told_the_packages() {
    let system = System::debian("perl", 1000);
    let told = system.set_up("window");
    assert_eq!((told.code, system.called().as_str()), (1, ""), "{told:?}");
    assert!(told.err.contains("Missing here: perl."), "{told:?}");
    assert!(told.err.contains("sudo apt-get install --no-install-recommends perl\n"), "only what is missing: {told:?}");
    system.put("sudo", &format!("shift; echo sudo >> '{}'; exec \"$@\"", system.log().display()));
    system.put("true", "");
    assert_eq!(system.set_up("window").code, 0);
    assert_eq!(system.called().lines().filter(|line| *line == "sudo").count(), 3, "{}", system.called());
    assert!(system.called().contains("install"), "{}", system.called());
}

#[test]
fn elsewhere_on_linux_everything_that_a_target_needs_is_named() {
    let system = System::new("Linux");
    for program in ["cc", "make", "perl"] {
        let told = system.set_up("window");
        assert_eq!(told.code, 1, "{told:?}");
        assert!(told.err.contains(&format!("Missing here: {program}.")), "{told:?}");
        system.put(program, "");
    }
    assert!(system.set_up("window").err.contains("Missing here: webkit2gtk-4.1."));
    assert_eq!(system.set_up("terminal").code, 0);
    system.put("pkg-config", "");
    assert_eq!(system.set_up("window").code, 0);

    let told = system.set_up("test");
    assert_eq!(told.code, 1);
    let line = |name: &str| told.err.lines().find(|line| line.trim_start().starts_with(name)).unwrap().to_owned();
    for (name, packages) in [
        ("Debian", ["xvfb", "webkit2gtk-driver", "gnome-keyring", "dbus", "qpdf", "poppler-utils"]),
        ("Fedora", ["Xvfb", "WebKitWebDriver", "gnome-keyring", "dbus", "qpdf", "poppler-utils"]),
        ("Arch", ["xvfb", "webkitgtk-6.0", "gnome-keyring", "dbus", "qpdf", "poppler"]),
    ] {
        let line = line(name);
        assert!(packages.iter().all(|package| line.contains(package)), "{line}");
    }
}

#[test]
fn on_windows_and_macos_what_is_needed_is_named() {
    for name in ["MINGW64_NT-10.0", "MSYS_NT-10.0"] {
        let told = System::new(name).set_up("window");
        assert_eq!(told.code, 1, "{told:?}");
        assert!(told.err.contains("Visual Studio Build Tools") && told.err.contains("WebView2"), "{told:?}");
        assert_eq!(System::new(name).set_up_with("window", "1").code, 0, "a person says that it is there");
    }
    let mac = System::new("Darwin");
    let told = mac.set_up("window");
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.err.contains("xcode-select --install"), "{told:?}");
    mac.put("xcode-select", "");
    assert_eq!(mac.set_up("window").code, 0);
}

/// What `make run` would do, line by line.
fn make_run(display: Option<&str>) -> String {
    let mut command = Command::new("make");
    command.args(["--no-print-directory", "-n", "run"]).current_dir(ROOT);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("MAKEFLAGS").env_remove("ARGS");
    command.envs(display.map(|display| ("DISPLAY", display)));
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.out
}

#[test]
fn make_run_opens_the_window_or_where_there_is_no_display_the_terminal() {
    let terminal = make_run(None);
    assert!(terminal.contains(".ci/setup terminal") && !terminal.contains("skein-window"), "{terminal}");
    assert!(terminal.contains("There is no display here"), "{terminal}");
    assert!(terminal.trim_end().ends_with("chat"), "{terminal}");
    let window = make_run(Some(":0"));
    assert!(window.contains(".ci/setup window") && window.contains("-p skein-window"), "{window}");
    assert!(!window.contains("There is no display here"), "{window}");
}

#[test]
fn make_run_goes_to_the_terminal_where_the_display_does_not_answer() {
    let lines = make_run(Some(":77"));
    let start = lines.lines().rfind(|line| line.starts_with("target/release/skein")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("target/release/skein");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    for (code, said) in [(69, "alone\nchat\n"), (0, "alone\n"), (3, "alone\n")] {
        put_program(&program, &format!("echo ${{1:-alone}}; [ \"$1\" = chat ] || exit {code}"));
        let ran: Ran = Command::new("bash").args(["-c", start]).current_dir(folder.path()).output().unwrap().into();
        assert_eq!((ran.out.as_str(), ran.code), (said, if code == 69 { 0 } else { code }), "{start}");
    }
}
