//! `skein serve`: where it answers, with which token, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

use serde_json::{Value, json};
use skein_support::keyring::Keyring;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::support::{Desk, SKEIN, Served, feed, signal, wait};

/// The first line of a server that was started.
fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    // Byte by byte, so that nothing behind the line is swallowed.
    let mut out = BufReader::with_capacity(1, child.stdout.as_mut().unwrap());
    out.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

fn request(address: &str, token: &str, line: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{line} HTTP/1.1\r\nHost: {address}\r\nX-API-Key: {token}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    stream
}

fn answer(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// Address and token of `http://ADDRESS/v1 token TOKEN`.
fn place(line: &str) -> (String, String) {
    let (url, token) = line.split_once(" token ").unwrap_or((line, ""));
    (url.trim_start_matches("http://").trim_end_matches("/v1").to_owned(), token.to_owned())
}

#[test]
fn the_first_line_says_where_it_answers_and_this_runs_token() {
    let desk = Desk::new();
    let mut server = desk.start(&["serve", "--port", "0"]);
    let (address, token) = place(&first_line(&mut server));
    assert!(token.len() > 40, "a token that cannot be guessed");
    assert!(answer(request(&address, &token, "POST /v1/threads", "{\"id\": \"t\"}")).starts_with("HTTP/1.1 201"));
    assert!(answer(request(&address, "wrong", "GET /v1/threads", "")).starts_with("HTTP/1.1 401"));
    assert_eq!(desk.json(&["history", "t"])["data"][0]["door"], "api");
    signal(&server, "-INT");
    let ran = wait(server);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.err.contains(&token), "said once, on stdout");
}

#[test]
fn as_json_it_is_one_object_and_the_environment_gives_a_token() {
    let desk = Desk::new();
    let mut command = desk.command();
    command.args(["serve", "--port", "0", "--json"]).env("SKEIN_API_TOKEN", "from outside");
    let mut server = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let said: Value = serde_json::from_str(&first_line(&mut server)).unwrap();
    assert_eq!((said["tokenKept"].as_str(), &said["token"]), (Some("environment"), &Value::Null));
    let (address, _) = place(said["baseUrl"].as_str().unwrap());
    assert!(address.ends_with(&format!(":{}", said["port"])));
    assert!(answer(request(&address, "from outside", "GET /v1/threads", "")).starts_with("HTTP/1.1 200"));

    let port = said["port"].to_string();
    let second = desk.run(&["serve", "--port", &port, "--json"]);
    assert_eq!(second.code, 1);
    assert!(second.json()["error"]["message"].as_str().unwrap().contains(&port), "{second:?}");
    signal(&server, "-TERM");
    assert_eq!(wait(server).code, 0);
}

#[test]
fn being_ended_in_mid_reply_saves_it() {
    let (desk, model) = (Desk::new(), ModelServer::start());
    desk.add_endpoint("far", &model.base_url());
    let gate = Gate::new();
    model.queue(Reply::gated("one two three", &gate));
    let mut server = desk.start(&["serve", "--port", "0"]);
    let (address, token) = place(&first_line(&mut server));
    let body = "{\"thread\": \"t\", \"stream\": true, \"inputs\": [{\"role\": \"user\", \"content\": \"Count\"}]}";
    let mut stream = request(&address, &token, "POST /v1/model/response", body);
    gate.open(1);
    let (mut seen, mut buffer) = (String::new(), [0; 4096]);
    while !seen.contains("one ") {
        let read = stream.read(&mut buffer).unwrap();
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    signal(&server, "-TERM");
    seen.push_str(&answer(stream));
    assert!(seen.contains("response.failed") && seen.contains("interrupted") && seen.contains("[DONE]"), "{seen}");
    assert_eq!(wait(server).code, 0);
    let shown = desk.json(&["show", "t"]);
    assert_eq!(shown["messages"][1]["texts"][0]["text"], "one ", "{shown}");
}

#[test]
fn a_keychain_keeps_the_token_and_nothing_shows_it() {
    let keyring = Keyring::unlocked();
    let data = keyring.home().join("data");
    let start = || {
        let mut command = keyring.command(SKEIN);
        command.env("SKEIN_DATA_DIR", &data).args(["serve", "--port", "0", "--json"]);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    for _ in 0..2 {
        let mut server = start();
        let said: Value = serde_json::from_str(&first_line(&mut server)).unwrap();
        assert_eq!((said["tokenKept"].as_str(), &said["token"]), (Some("keychain"), &Value::Null));
        signal(&server, "-INT");
        let ran = wait(server);
        assert!(!ran.err.contains("skein_"), "{ran:?}");
    }
    // In the environment of another run it is another one, and the one that is kept stays.
    for file in std::fs::read_dir(&data).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let token = b"skein_";
        let found =
            bytes.windows(70).any(|part| part.starts_with(token) && part[6..].iter().all(u8::is_ascii_hexdigit));
        assert!(!found, "the store holds no token");
    }
}

/// The files in which the keychain keeps what it holds.
fn kept(keyring: &Keyring) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(keyring.home().join(".local/share/keyrings")).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

#[test]
fn a_token_in_a_keychain_that_cannot_be_read_is_not_replaced() {
    let mut keyring = Keyring::unlocked();
    let data = keyring.home().join("data");
    // Serves once with its token: where that is kept, and what is said of it.
    let serve = |keyring: &Keyring| {
        let mut command = keyring.command(SKEIN);
        command.env("SKEIN_DATA_DIR", &data).args(["serve", "--port", "0", "--json"]);
        let mut server =
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let said: Value = serde_json::from_str(&first_line(&mut server)).unwrap();
        if let Some(token) = said["token"].as_str() {
            let (address, _) = place(said["baseUrl"].as_str().unwrap());
            assert!(answer(request(&address, token, "GET /v1/threads", "")).starts_with("HTTP/1.1 200"));
        }
        signal(&server, "-INT");
        (said["tokenKept"].as_str().unwrap().to_owned(), wait(server).err)
    };
    assert_eq!(serve(&keyring).0, "keychain");
    let before = kept(&keyring);

    keyring.lock();
    let (home, words) = serve(&keyring);
    assert_eq!(home, "this_run");
    assert!(words.contains("locked") && !words.contains("no keychain"), "{words}");
    keyring.unlock();
    keyring.let_read(false);
    assert_eq!(serve(&keyring).0, "this_run");
    assert_eq!(kept(&keyring), before, "what it holds is as it was");
    keyring.let_read(true);
    assert_eq!(serve(&keyring).0, "keychain");
    assert_eq!(kept(&keyring), before);

    // It would have taken another one.
    keyring.let_read(false);
    let mut add = keyring.command(SKEIN);
    add.env("SKEIN_DATA_DIR", &data).args(["endpoint", "add", "far", "--base-url", "http://127.0.0.1:9/v1"]);
    feed(add.arg("--key-stdin"), "sk-another");
    assert_ne!(kept(&keyring), before);
}

/// Whether a text stands anywhere in a folder, in a file or in the name of one.
fn stands(dir: &std::path::Path, text: &str) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let named = path.file_name().unwrap().to_string_lossy().contains(text);
        named
            || if path.is_dir() {
                stands(&path, text)
            } else {
                // The log of the database may go while it is looked at.
                let bytes = std::fs::read(&path).unwrap_or_default();
                bytes.windows(text.len()).any(|part| part == text.as_bytes())
            }
    })
}

#[test]
fn nothing_of_a_chain_is_on_the_disk_or_in_the_fullest_log() {
    const CANARY: &str = "canary-6b1d";
    let (desk, model) = (Desk::new(), ModelServer::start());
    desk.add_endpoint("far", &model.base_url());
    model.always(Reply::text(&format!("The reply {CANARY}")));
    let log = desk.home().join("log");
    let said = std::fs::File::create(&log).unwrap();
    let server = Served::start(desk.command().env("SKEIN_LOG", "trace").stderr(said));
    let ask =
        |headers: &[(&str, &str)], body: Value| server.call("POST /v1/model/response", headers, &body.to_string());
    let inputs = json!([{"role": "user", "content": format!("The question {CANARY}")}]);

    let key = [("Idempotency-Key", CANARY)];
    let (status, first) = ask(&key, json!({"inputs": inputs}));
    assert!(status == 200 && first.contains(CANARY), "{first}");
    let id = serde_json::from_str::<Value>(&first).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(ask(&key, json!({"inputs": inputs})), (200, first), "the key repeats it");
    assert_eq!(ask(&key, json!({"inputs": [{"role": "user", "content": "other"}]})).0, 409);
    let (status, streamed) = ask(&[], json!({"inputs": inputs, "previousResponseId": id, "stream": true}));
    assert!(status == 200 && streamed.contains(CANARY) && streamed.contains("[DONE]"), "{streamed}");
    for what in ["", "/receipt", "/request"] {
        assert_eq!(server.call(&format!("GET /v1/model/response/{id}{what}"), &[], "").0, 200, "{what}");
    }
    for fails in [Reply::error(400, "bad", CANARY), Reply::cut_after(CANARY), Reply::events(&[CANARY])] {
        for stream in [false, true] {
            model.queue(fails.clone());
            let (_, failed) = ask(&[], json!({"inputs": inputs, "previousResponseId": id, "stream": stream}));
            assert!(failed.contains("failed"), "{failed}");
        }
    }
    let bodies = [
        format!("{{\"inputs\": [{CANARY}"),
        format!("{{\"inputs\": \"{CANARY}\"}}"),
        format!("{{\"inputs\": {inputs}, \"{CANARY}\": 1}}"),
        format!("{{\"inputs\": {inputs}, \"previousResponseId\": \"{CANARY}\"}}"),
    ];
    for body in bodies {
        assert!(server.call("POST /v1/model/response", &[], &body).0 >= 400, "{body}");
    }

    // What is looked for is found where it is: in a thread.
    model.always(Reply::text("Noted."));
    let kept = json!([{"role": "user", "content": "In a thread, magpie-77"}]);
    assert_eq!(ask(&[], json!({"thread": "t", "inputs": kept})).0, 200);
    let look = || {
        assert!(stands(&desk.data(), "magpie-77"));
        assert!(!stands(&desk.data(), CANARY), "the disk has something of the chain");
        let log = std::fs::read_to_string(&log).unwrap();
        assert!(log.contains("TRACE"), "the log is full");
        let line = log.lines().find(|line| line.contains(CANARY));
        assert_eq!(line, None, "the log has something of the chain");
    };
    look();
    server.end();
    look();
}
