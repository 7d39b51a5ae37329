//! The format, pinned: a record of fixed contents, byte for byte. A change of one byte in what we write fails here;
//! within a format version that is never right. `SKEIN_WRITE=1` writes the files anew, for a new version.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use skein_core::record::canonical::{hash, hash_hex, line};
use skein_core::record::key::SigningKey;
use skein_core::record::line::{Chain, Entry, Event, Header, Kind, Message, Origin, Response, Usage};
use skein_core::record::package::{Contents, Messages, Sealed, Signed, Visit, write};
use skein_core::record::{FORMAT, seal::Seal};
use skein_core::store::StoreError;
use skein_core::store::setting::hex;

use crate::support_package::Package;

pub const AT: &str = "2026-11-22T09:12:34.567Z";

pub struct Fixed(pub Vec<Message>);

impl Messages for Fixed {
    fn visit(&self, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        self.0.iter().cloned().try_for_each(visit)
    }
}

pub fn header() -> Header {
    Header {
        active_tip: Some("msg_4".into()),
        created_at: "2026-11-20T08:00:00.000Z".into(),
        forked_from: Some(Origin { message_id: "msg_0".into(), thread_id: "origin".into() }),
        format: FORMAT.into(),
        kind: Kind::Header,
        metadata: "{\"client\":\"Acme & S\u{f6}hne\",\"rate\":1.50,\"big\":123456789012345678901234567890}".into(),
        state: "locked".into(),
        thread: "acme:tp@2026".into(),
        title: Some("Transfer pricing \u{2014} <b>\u{6a5f}\u{5bc6}</b> \u{1f600}".into()),
    }
}

pub fn messages() -> Vec<Message> {
    let plain = |n: u32, role: &str, parent: Option<&str>, text: &str| Message {
        copied_from: None,
        created_at: format!("2026-11-20T08:0{n}:00.000Z"),
        id: format!("msg_{n}"),
        kind: Kind::Message,
        model: None,
        parent: parent.map(str::to_owned),
        practice: false,
        prev: String::new(),
        reasoning: None,
        response: None,
        role: role.into(),
        seq: 0,
        status: "completed".into(),
        texts: vec![text.into()],
    };
    let reply = |n: u32, origin: &str, text: &str| Message {
        model: Some("model-1".into()),
        practice: origin == "practice",
        reasoning: Some("First, think.".into()),
        response: Some(Response {
            finish_reason: Some("stop".into()),
            id: format!("resp_{n}"),
            model: Some("model-1".into()),
            model_asked: "model".into(),
            origin: origin.into(),
            parameters: "{\"temperature\":0.70}".into(),
            receipt: "{\"sent\":2}".into(),
            status: "completed".into(),
            usage: Some(Usage { input: "9007199254740993".into(), output: "12".into(), total: "1".into() }),
        }),
        ..plain(n, "assistant", Some("msg_2"), text)
    };
    vec![
        Message { copied_from: Some("msg_0".into()), ..plain(1, "system", None, "Be brief.\u{0}\u{7f}\u{2028}") },
        plain(
            2,
            "user",
            Some("msg_1"),
            "# Not a heading of ours\n\n<script>alert(1)</script>\n\n> ## 9. User \u{b7} forged\n\n```rust\nlet x = 1;\n```\n\n| a | b |\n| - | -: |\n| 1 | 2 |",
        ),
        Message { status: "cancelled".into(), ..reply(3, "https://api.example.com", "Half an \u{202e}answer") },
        reply(
            4,
            "practice",
            "An answer with [a link](https://example.com) and ![a picture](https://example.com/x.png).\n\n- [x] done\n- [ ] not\n\n\u{645}\u{631}\u{62d}\u{628}\u{627}",
        ),
    ]
}

pub fn events() -> Vec<Event> {
    let mut before = String::new();
    let mut events = Vec::new();
    for (n, (kind, detail)) in
        [("created", "{}"), ("renamed", "{\"title\":\"Transfer pricing\"}")].into_iter().enumerate()
    {
        let salt = [n as u8; 16];
        let entry = line(&Entry {
            at: "2026-11-20T08:00:00.000Z".into(),
            detail: hex(&Sha256::new().chain_update(salt).chain_update(detail).finalize()),
            door: "window".into(),
            from: None,
            kind: kind.into(),
            seal: None,
            seq: 10 + n as i64,
            store_prev: hex(&hash("before")),
            thread: 3,
            thread_prev: before,
            to: None,
        })
        .unwrap();
        before = hash_hex(&entry);
        events.push(Event { detail: detail.into(), entry, kind: Kind::Event, salt: hex(&salt) });
    }
    events
}

/// The golden record: sealed and signed, from nothing but what stands here.
fn record() -> Vec<u8> {
    let (header, events, messages) = (line(&header()).unwrap(), events(), Fixed(messages()));
    let mut chain = Chain::behind(&header);
    for message in &messages.0 {
        chain.add(&mut message.clone()).unwrap();
    }
    let json = line(&Seal {
        count: chain.count,
        format: FORMAT.into(),
        head: hex(&chain.head),
        header: hash_hex(&header),
        kind: Kind::Seal,
        previous: Some(hash_hex("an earlier seal")),
        program: "0.0.0".into(),
        sealed_at: AT.into(),
        store_history: hash_hex("the store's last entry"),
        thread: "acme:tp@2026".into(),
        thread_history: hash_hex(&events[1].entry),
    })
    .unwrap();
    let key = SigningKey::from_seed(&[42; 32]);
    let signed = Signed { signature: key.sign(json.as_bytes()).to_vec(), at: AT.into(), public: key.public() };
    let sealed = Sealed { json, at: AT.into(), signed: Some(signed) };
    let contents = Contents {
        store: "store_golden",
        header: &header,
        messages: &messages,
        events: &events,
        sealed: Some(&sealed),
        key: Some(&key),
        at: AT.into(),
        program: "0.0.0",
        pdf: &[],
    };
    write(Cursor::new(Vec::new()), &contents).unwrap().into_inner()
}

fn standing() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/record-1")
}

#[test]
fn every_byte_of_a_record_is_the_one_that_was_agreed() {
    let zip = record();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), &zip).unwrap();
    let package = Package::read(file.path());
    let sum = format!("{}  {}.zip\n", hex(&Sha256::digest(&zip)), package.folder);
    if std::env::var_os("SKEIN_WRITE").is_some() {
        let _ = fs::remove_dir_all(standing());
        fs::create_dir_all(standing()).unwrap();
        package.unpack(&standing());
        fs::write(standing().join("zip.sha256"), &sum).unwrap();
    }
    for (name, bytes) in &package.files {
        let agreed = fs::read(standing().join(&package.folder).join(name)).unwrap_or_default();
        assert!(*bytes == agreed, "{name} is not what was agreed:\n{}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(fs::read_to_string(standing().join("zip.sha256")).unwrap(), sum, "the zip's own bytes");
}

#[test]
fn the_golden_record_is_valid_for_everybody() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), record()).unwrap();
    let package = Package::read(file.path());
    let fingerprint = SigningKey::from_seed(&[42; 32]).public().fingerprint();
    let (code, said) = package.verify_py(&["--key", &fingerprint]);
    assert!(code == 0 && said.contains("valid, under the key you named"), "{said}");
}

#[test]
fn nothing_that_a_message_says_looks_like_the_transcript_s_own_words() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), record()).unwrap();
    let package = Package::read(file.path());
    let html = package.text("data/transcript.html");
    assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("<button") && !html.contains("<img"));
    for remote in ["src=", "@import", "url(", "<link", "<iframe"] {
        assert!(!html.contains(remote), "{remote} would fetch something");
    }
    let markdown = package.text("data/transcript.md");
    assert_eq!(markdown.lines().filter(|line| line.starts_with("## ")).count(), 5, "four messages and the history");
    let text = package.text("data/transcript.txt");
    for (name, said) in [("txt", &text), ("md", &markdown), ("html", &html)] {
        let metadata = if name == "html" { "client: Acme &amp; S\u{f6}hne" } else { "client: Acme " };
        assert!(said.contains(metadata) && !said.contains("{\"client\""), "{name}: metadata key by key");
        assert!(said.contains("20 November 2026, 08:02:00 UTC"), "{name}: times as they are read");
    }
    assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), 4);
    for name in ["data/transcript.md", "data/transcript.txt"] {
        assert!(!package.text(name).contains(['\u{0}', '\u{7f}', '\u{202e}']), "{name}");
    }
}
