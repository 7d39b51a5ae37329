//! Keys in a real keychain: `gnome-keyring-daemon` in a D-Bus session of its own. Each step is a
//! process of its own, as when a person quits and comes back.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use skein_support::keyring::Keyring;
use skein_support::model_server::ModelServer;

use crate::support::{self, Ran, SKEIN, feed};

const KEY: &str = "sk-canary-0123456789";
const OTHER_KEY: &str = "sk-canary-abcdefghij";

/// A desk with a keychain, and a model that can be sent to.
struct Session {
    keyring: Keyring,
    server: ModelServer,
}

impl Session {
    fn with(keyring: Keyring) -> Self {
        Self { keyring, server: ModelServer::start() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.keyring.command(SKEIN);
        command.env("SKEIN_LOG", "trace").env("SKEIN_DATA_DIR", self.keyring.home().join("data")).args(args);
        command
    }

    /// Runs the program. Whatever it prints, no key is ever in it.
    fn run(&self, stdin: &str, args: &[&str]) -> Ran {
        let ran = feed(&mut self.command(args), stdin);
        for key in [KEY, OTHER_KEY] {
            assert!(!ran.out.contains(key) && !ran.err.contains(key), "{args:?}: {ran:?}");
        }
        ran
    }

    fn add(&self, key: &str) -> Ran {
        let url = self.server.base_url();
        let args = ["endpoint", "add", "local", "--protocol", "openai-chat", "--base-url", &url, "--model", "m"];
        self.run(key, &[&args[..], &["--key-stdin", "--json"]].concat())
    }

    fn key_state(&self) -> String {
        let page = self.run("", &["endpoint", "list", "--json"]).json();
        page["data"][1]["key"].as_str().unwrap().to_owned()
    }

    /// Sends a message and says which key the model was given.
    fn key_sent(&self) -> Option<String> {
        let ran = self.run("", &["send", "t", "Hello"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let header = self.server.last_request().header("authorization")?.to_owned();
        Some(header.strip_prefix("Bearer ").unwrap().to_owned())
    }

    /// How many of its secrets the keychain holds, as another program sees it.
    fn secrets(&self) -> usize {
        let mut search = self.keyring.command("dbus-send");
        search.args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"]);
        search.args(["org.freedesktop.Secret.Service.SearchItems", "dict:string:string:service,skein"]);
        let answer = search.output().unwrap();
        assert!(answer.status.success(), "{answer:?}");
        String::from_utf8_lossy(&answer.stdout).matches("object path").count()
    }

    fn doctor(&self) -> Value {
        self.run("", &["doctor", "--json"]).json()
    }
}

#[test]
fn a_key_is_set_used_replaced_and_deleted() {
    let session = Session::with(Keyring::unlocked());
    let added = session.add(KEY);
    assert_eq!((added.code, added.json()["key"].as_str()), (0, Some("keychain")), "{added:?}");
    assert_eq!(session.key_state(), "keychain");
    assert_eq!(session.key_sent().as_deref(), Some(KEY));
    assert_eq!(session.run(OTHER_KEY, &["endpoint", "change", "local", "--key-stdin"]).code, 0);
    assert_eq!(session.key_sent().as_deref(), Some(OTHER_KEY));
    assert_eq!(session.run("", &["endpoint", "change", "local", "--delete-key"]).code, 0);
    assert_eq!(session.key_state(), "none");
    assert_eq!(session.key_sent(), None);
    assert_eq!(session.doctor()["keychain"]["state"], "ready");
}

#[test]
fn a_key_survives_a_restart_of_the_keychain() {
    let mut session = Session::with(Keyring::unlocked());
    assert_eq!(session.add(KEY).code, 0);
    session.keyring.unlock();
    assert_eq!(session.key_state(), "keychain");
    assert_eq!(session.key_sent().as_deref(), Some(KEY));
}

#[test]
fn removing_an_endpoint_removes_its_key() {
    let session = Session::with(Keyring::unlocked());
    assert_eq!(session.add(KEY).code, 0);
    assert_eq!(session.run("", &["endpoint", "remove", "local"]).code, 0);
    assert_eq!(session.add(OTHER_KEY).code, 0);
    assert_eq!(session.key_sent().as_deref(), Some(OTHER_KEY));
}

#[test]
fn an_endpoint_whose_key_cannot_be_deleted_stays_and_one_without_a_key_goes() {
    let mut session = Session::with(Keyring::unlocked());
    assert_eq!(session.add(KEY).code, 0);
    assert_eq!(session.secrets(), 1);
    session.keyring.lock();
    let refused = session.run("", &["endpoint", "remove", "local", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (6, "keychain_unavailable"), "{refused:?}");
    let url = session.server.base_url();
    let keyless = ["endpoint", "add", "keyless", "--protocol", "openai-chat", "--base-url", &url];
    assert_eq!(session.run("", &keyless).code, 0);
    assert_eq!(session.run("", &["endpoint", "remove", "keyless"]).code, 0);
    session.keyring.unlock();
    assert_eq!(session.key_sent().as_deref(), Some(KEY), "it is as it was");
    assert_eq!(session.run("", &["endpoint", "remove", "local"]).code, 0);
    assert_eq!(session.secrets(), 0, "nothing is left behind");
}

#[test]
fn another_origin_never_gets_the_key() {
    let session = Session::with(Keyring::unlocked());
    assert_eq!(session.add(KEY).code, 0);
    let elsewhere = ModelServer::start();
    let changed = session.run("", &["endpoint", "change", "local", "--base-url", &elsewhere.base_url(), "--json"]);
    assert_eq!((changed.code, changed.json()["key"].as_str()), (0, Some("other_origin")));
    let refused = session.run("", &["send", "t", "Hello", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (5, "endpoint_missing_key"), "{refused:?}");
    let tested = session.run("", &["endpoint", "test", "local", "--json"]);
    assert_eq!((tested.code, tested.error_code().as_str()), (5, "endpoint_missing_key"));
    assert_eq!(elsewhere.seen().connections, 0, "nothing was sent");
    session.run("", &["endpoint", "change", "local", "--base-url", &session.server.base_url()]);
    assert_eq!(session.key_sent().as_deref(), Some(KEY), "at its own address it serves again");
    session.run("", &["endpoint", "change", "local", "--base-url", &elsewhere.base_url()]);
    assert_eq!(session.run(OTHER_KEY, &["endpoint", "change", "local", "--key-stdin"]).code, 0);
    assert_eq!(session.run("", &["send", "t", "Hello"]).code, 0);
    assert_eq!(elsewhere.last_request().header("authorization"), Some(format!("Bearer {OTHER_KEY}").as_str()));
}

#[test]
fn a_tampered_address_never_gets_the_key() {
    let session = Session::with(Keyring::unlocked());
    assert_eq!(session.add(KEY).code, 0);
    let elsewhere = ModelServer::start();
    let file = session.keyring.home().join("data/skein.db");
    let old = session.server.base_url().into_bytes();
    let new = elsewhere.base_url().into_bytes();
    assert_eq!(old.len(), new.len(), "ports of the same length");
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.windows(old.len()).position(|window| window == old).expect("the address stands in the store");
    bytes[at..at + new.len()].copy_from_slice(&new);
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(session.key_state(), "other_origin");
    assert_eq!(session.run("", &["send", "t", "Hello"]).code, 5);
    assert_eq!(elsewhere.seen().connections, 0);
}

#[test]
fn two_stores_never_share_a_key() {
    let session = Session::with(Keyring::unlocked());
    assert_eq!(session.add(KEY).code, 0);
    let copy = session.keyring.home().join("other");
    let other = copy.to_str().unwrap();
    let url = session.server.base_url();
    let args =
        ["--data-dir", other, "endpoint", "add", "local", "--protocol", "openai-chat", "--base-url", &url, "--json"];
    assert_eq!(session.run("", &args).json()["key"], "none");
}

#[test]
fn without_a_keychain_on_the_bus_the_program_says_so_and_works_on() {
    for keyring in [Keyring::bus_only(), Keyring::without_collection()] {
        let session = Session::with(keyring);
        let added = session.add(KEY);
        assert_eq!((added.code, added.json()["key"].as_str()), (6, Some("this_run")), "{added:?}");
        assert!(added.err.contains("SKEIN_KEY_LOCAL"), "{added:?}");
        assert_eq!(session.key_sent(), None);
        assert_ne!(session.doctor()["keychain"]["state"], "ready");
        let given = session.command(&["send", "t", "Hello"]).env("SKEIN_KEY_LOCAL", KEY).output().unwrap();
        assert!(given.status.success());
        let header = session.server.last_request().header("authorization").unwrap().to_owned();
        assert_eq!(header, format!("Bearer {KEY}"));
    }
}

#[test]
fn without_any_bus_the_program_says_so_and_works_on() {
    let desk = support::Desk::new();
    let run = |args: &[&str], stdin: &str| {
        let mut command = desk.command();
        feed(command.env_remove("SKEIN_NO_KEYCHAIN").args(args), stdin)
    };
    let server = ModelServer::start();
    let url = server.base_url();
    let args =
        ["endpoint", "add", "local", "--protocol", "openai-chat", "--base-url", &url, "--model", "m", "--key-stdin"];
    let added = run(&args, KEY);
    assert_eq!(added.code, 6, "{added:?}");
    assert!(added.err.contains("gnome-keyring or KWallet"), "{added:?}");
    assert_eq!(run(&["send", "t", "Hello"], "").code, 0);
    let doctor = run(&["doctor", "--json"], "");
    assert_eq!((doctor.code, doctor.json()["keychain"]["state"].as_str()), (0, Some("missing")), "{doctor:?}");
}

#[test]
fn a_locked_keychain_is_told_apart_and_nothing_goes_out_without_its_key() {
    let mut session = Session::with(Keyring::unlocked());
    assert_eq!(session.add(KEY).code, 0);
    session.keyring.lock();
    assert_eq!(session.key_state(), "unknown");
    let refused = session.run("", &["send", "t", "Hello", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (6, "keychain_unavailable"), "{refused:?}");
    assert_eq!(session.server.seen().connections, 0);
    assert_eq!(session.run("", &["send", "t", "Hello", "--model", "practice/practice"]).code, 0, "all else works");
    let doctor = session.run("", &["doctor", "--json"]);
    assert_eq!((doctor.code, doctor.json()["keychain"]["state"].as_str()), (6, Some("locked")));
    session.keyring.unlock();
    assert_eq!(session.key_sent().as_deref(), Some(KEY));
}

#[test]
fn a_keychain_that_hangs_blocks_nobody() {
    let session = Session::with(Keyring::unlocked());
    assert_eq!(session.add(KEY).code, 0);
    session.keyring.hang();
    let start = Instant::now();
    assert_eq!(session.key_state(), "unknown");
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    session.keyring.go_on();
    assert_eq!(session.key_sent().as_deref(), Some(KEY));
}

#[test]
fn no_key_is_anywhere_in_the_data_folder() {
    let session = Session::with(Keyring::unlocked());
    assert_eq!(session.add(KEY).code, 0);
    assert_eq!(session.key_sent().as_deref(), Some(KEY));
    session.run(&format!("{OTHER_KEY} not a key"), &["endpoint", "change", "local", "--key-stdin"]);
    let mut files = 0;
    search(&session.keyring.home().join("data"), &mut files);
    assert!(files > 0, "there is a store to search");
}

fn search(dir: &Path, files: &mut usize) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, files);
            continue;
        }
        *files += 1;
        let bytes = std::fs::read(&path).unwrap();
        for key in [KEY, OTHER_KEY] {
            assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()), "{}", path.display());
        }
    }
}
