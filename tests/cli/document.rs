//! docs/command-line.md names every command and option there is, and the shapes that commands print.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Desk, signal, wait};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/command-line.md")
}

/// What stands under each heading of the third level.
fn sections(document: &str) -> Vec<(String, String)> {
    let parts = document.split("\n### ").skip(1);
    parts
        .map(|part| {
            let (heading, text) = part.split_once('\n').unwrap();
            (heading.to_owned(), text.split("\n## ").next().unwrap().to_owned())
        })
        .collect()
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let list = help.split("\nCommands:\n").nth(1).unwrap_or_default().split("\n\n").next().unwrap_or_default();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

/// The options that a help text explains, without those that every command has.
fn options(help: &str) -> BTreeSet<String> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    lines.flat_map(flags).filter(|flag| !["--json", "--data-dir", "--help"].contains(&flag.as_str())).collect()
}

fn flags(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '-');
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
}

#[test]
fn the_document_names_every_command_and_option_and_no_other() {
    let desk = Desk::new();
    let help = |words: &[&str]| desk.run(&[words, &["--help"]].concat()).out;
    let mut known = Vec::new();
    for command in commands(&help(&[])) {
        let nested = commands(&help(&[&command]));
        let text = help(&[&command]);
        if nested.is_empty() {
            known.push((format!("skein {command}"), options(&text)));
        }
        for inner in nested {
            known.push((format!("skein {command} {inner}"), options(&help(&[&command, &inner]))));
        }
    }
    let document = fs::read_to_string(path()).unwrap();
    let mut written: Vec<(String, BTreeSet<String>)> = sections(&document)
        .into_iter()
        .filter(|(heading, _)| heading.starts_with("skein "))
        .map(|(heading, text)| {
            let told = flags(&text).into_iter().filter(|flag| flag != "--json").collect();
            (heading, told)
        })
        .collect();
    known.sort();
    written.sort();
    assert_eq!(written, known);
}

/// The keys of an object, and of the objects in it.
fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn every_shape_is_printed_as_it_is_documented() {
    let desk = Desk::new();
    let response = desk.json(&["send", "t", "Hello"]);
    let row = |page: &Value| page["data"][0].clone();
    let list = desk.json(&["list"]);
    let due_page = {
        // Made long ago, by a clock that was wrong.
        old_thread(&desk);
        desk.json(&["retention", "list"])
    };
    let endpoints = desk.json(&["endpoint", "list"]);
    let shown = [
        ("response", response.clone()),
        ("message", response["output"][0].clone()),
        ("thread", row(&list)),
        ("page", list),
        ("shown", desk.json(&["show", "t"])),
        ("entry", row(&desk.json(&["history", "t"]))),
        ("hits", desk.json(&["search", "Hello"])),
        ("hit", desk.json(&["search", "Hello"])["hits"][0].clone()),
        ("due", row(&due_page)),
        ("report", desk.json(&["retention", "run"])),
        ("policy", desk.json(&["retention", "policy"])),
        ("endpoint", row(&endpoints)),
        ("test", desk.json(&["endpoint", "test", "practice"])),
        ("model", row(&desk.json(&["endpoint", "models", "practice"]))),
        ("server", first_line_of_the_server(&desk)),
        ("doctor", desk.json(&["doctor"])),
        ("exported", desk.json(&["export", "t", "--out", desk.home().join("t.zip").to_str().unwrap()])),
        ("backup", desk.json(&["backup", desk.home().join("copy.db").to_str().unwrap()])),
        ("seal", {
            desk.json(&["lock", "t"]);
            let seal = desk.json(&["seal", "show", "t"]);
            desk.json(&["unlock", "t"]);
            seal
        }),
        ("verification", row(&desk.json_of(1, &["verify", "t"]))),
        ("signed", serde_json::json!({"object": "signed", "count": 0})),
        ("key", desk.json(&["key", "show"])),
        ("receipt", desk.json(&["receipt", response["id"].as_str().unwrap()])),
        ("request", desk.json(&["receipt", response["output"][0]["id"].as_str().unwrap(), "--request"])),
        ("options", desk.json(&["options", "t", "--policy", "refuse", "--parameters", "{\"temperature\": 0.2}"])),
        ("prompt", desk.json(&["prompt", "set", "Summary", "--text", "Sum up {{what}}.", "--client", "Acme"])),
        ("filled", desk.json(&["prompt", "fill", "Summary", "what=it"])),
        (
            "price",
            row(&desk.json(&[
                "price",
                "set",
                "practice",
                "practice",
                "--input",
                "2.5",
                "--output",
                "10",
                "--currency",
                "USD",
            ])),
        ),
        ("usage", desk.json(&["usage"])),
        ("deleted", desk.json(&["delete", "t"])),
    ];
    let mut document = fs::read_to_string(path()).unwrap();
    if std::env::var_os("SKEIN_WRITE").is_some() {
        let at = document.find("## Shapes\n").unwrap();
        document.truncate(at);
        document.push_str("## Shapes\n\nValues are examples.\n");
        for (name, value) in &shown {
            let json = serde_json::to_string_pretty(value).unwrap();
            let json = json.replace(desk.data().to_str().unwrap(), "/home/me/.local/share/skein");
            document.extend(["\n### ", name, "\n```json\n", &json, "\n```\n"]);
        }
        fs::write(path(), &document).unwrap();
    }
    for (name, value) in &shown {
        let text = sections(&document).into_iter().find(|(heading, _)| heading == name).expect(name).1;
        let json = text.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect(name);
        let documented: Value = serde_json::from_str(json).expect(name);
        assert_eq!(keys(&documented), keys(value), "{name}");
        assert!(!keys(value).is_empty(), "{name}: {value}");
    }
    for link in document.split("](#").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        assert!(shown.iter().any(|(name, _)| *name == link), "{link} is no shape");
    }
}

fn first_line_of_the_server(desk: &Desk) -> Value {
    let mut server = desk.start(&["serve", "--port", "0", "--json"]);
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    signal(&server, "-INT");
    assert_eq!(wait(server).code, 0);
    let mut said: Value = serde_json::from_str(&line).unwrap();
    said["token"] = "skein_...".into();
    said
}

fn old_thread(desk: &Desk) {
    use skein_core::clock::Clock;
    use skein_core::keychain::Keychain;
    use skein_core::wire::Door;
    use skein_core::{OpenOptions, Skein};
    let options = OpenOptions::new(desk.data(), Door::Cli);
    let long_ago = Clock::at(1_600_000_000_000);
    let skein = Skein::open(OpenOptions { clock: long_ago, keychain: Keychain::memory(), ..options }).unwrap();
    skein.create_thread(Some("old"), Some("Old plans"), None).unwrap();
}

#[test]
fn retention_can_be_seen_set_and_run() {
    let desk = Desk::new();
    old_thread(&desk);
    let due = desk.json(&["retention", "list"]);
    assert_eq!((&due["data"][0]["thread"]["id"], &due["data"][0]["reasons"][1]), (&"old".into(), &"age".into()));
    assert_eq!(desk.json(&["retention", "run"])["binned"], serde_json::json!([]), "review leaves it alone");
    let bad = desk.run(&["retention", "policy", "--age-days", "0", "--json"]);
    assert_eq!((bad.code, bad.error_code().as_str()), (2, "invalid_request"));
    let policy = desk.json(&["retention", "policy", "--mode", "automatic"]);
    assert_eq!((&policy["mode"], &policy["inactivityDays"]), (&"automatic".into(), &90.into()));
    assert_eq!(desk.json(&["retention", "run"])["binned"][0]["id"], "old");
    assert_eq!(desk.json(&["list", "--deleted"])["data"][0]["id"], "old");
    let asked = desk.run(&["empty-bin", "--json"]);
    assert_eq!((asked.code, asked.error_code().as_str()), (3, "confirmation_required"));
    assert_eq!(desk.json(&["empty-bin", "--confirm"])["data"][0]["id"], "old");
    assert_eq!(desk.run(&["undelete", "old"]).code, 4);
}

#[test]
fn metadata_is_set_removed_and_patched() {
    let desk = Desk::new();
    let made = desk.json(&["create", "t", "--title", "Plans", "--metadata", r#"{"a": 1}"#]);
    assert_eq!((&made["title"], &made["messageCount"]), (&"Plans".into(), &0.into()));
    assert_eq!(desk.run(&["create", "t", "--json"]).error_code(), "thread_exists");
    let set = desk.json(&["metadata", "t", "client=Acme", "b=x=y", "--remove", "a"]);
    assert_eq!(set["metadata"], serde_json::json!({"client": "Acme", "b": "x=y"}));
    let patched = desk.json(&["metadata", "t", "--patch", r#"{"b": null, "rating": 5}"#]);
    assert_eq!(patched["metadata"], serde_json::json!({"client": "Acme", "rating": 5}));
    assert_eq!(desk.run(&["metadata", "t"]).code, 2);
    assert_eq!(desk.json(&["list", "--text", "plans", "--order", "created"])["data"][0]["id"], "t");
    assert_eq!(desk.json(&["pin", "t"])["pinned"], true);
    assert_eq!(desk.json(&["list", "--pinned"])["data"][0]["id"], "t");
    assert_eq!(desk.json(&["unpin", "t"])["pinned"], false);
    assert_eq!(desk.json(&["list", "--older-than", "1"])["data"], serde_json::json!([]));
}

#[test]
fn a_refusal_for_a_size_tells_size_and_limit() {
    let desk = Desk::new();
    desk.json(&["create", "t"]);
    let long = |n: usize| "x".repeat(n);
    let metadata = format!("m={}", long(16_384));
    for (args, code, size, limit) in [
        (&["create", &long(129)][..], "invalid_thread_id", 129, 128),
        (&["rename", "t", &long(201)], "invalid_title", 201, 200),
        (&["metadata", "t", &metadata], "metadata_too_large", 16_392, 16_384),
    ] {
        let refused = desk.run(&[args, &["--json"]].concat());
        let details = &refused.json()["error"]["details"];
        assert_eq!(refused.error_code(), code);
        assert_eq!((&details["size"], &details["limit"]), (&size.into(), &limit.into()), "{code}");
    }
    let refused = desk.run_with(&long(5_000_000), &["send", "t", "--json"]);
    let details = &refused.json()["error"]["details"];
    assert_eq!((&details["size"], &details["limit"]), (&5_000_000.into(), &4_194_304.into()));
}
