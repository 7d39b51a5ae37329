//! The form of the file: standards, tags, outline, what stands on every page.

use serde_json::{Value, json};

use super::{message, paragraph, part, print, run};

fn long(count: u64) -> Value {
    let words = "The tenant may end the lease after the second year, if notice is given in writing. ".repeat(6);
    part((1..=count).map(|n| message(n, json!([paragraph(&words)]))).collect())
}

#[test]
fn it_is_an_archival_and_accessible_file() {
    let printed = print(&long(3));
    let info = printed.told("pdfinfo", &[], &[]);
    assert!(info.contains("Title:           Lease review for Hollis & Marsh"), "{info}");
    assert!(info.contains("Tagged:          yes"), "{info}");
    assert!(info.contains("A4"), "{info}");
    assert!(info.contains("Nov 22 14:02:11 2026"), "{info}");
    let claims = printed.told("pdfinfo", &["-meta"], &[]);
    assert!(
        claims.contains("<pdfaid:part>2</pdfaid:part>") && claims.contains("<pdfuaid:part>1</pdfuaid:part>"),
        "{claims}"
    );
    let structure = printed.told("pdfinfo", &["-struct"], &[]);
    for tag in ["Document", "H1", "H2", "P"] {
        assert!(structure.lines().any(|line| line.trim().starts_with(tag)), "no {tag}: {structure}");
    }
    let root = printed.told("qpdf", &["--json", "--json-key=qpdf"], &[]);
    assert!(root.contains("\"/Lang\": \"u:en\""), "no language");
}

#[test]
fn every_page_bears_the_seal_and_its_number() {
    let printed = print(&long(40));
    let pages = printed.pages();
    assert!(pages > 3, "{pages}");
    for page in 1..=pages {
        let words = printed.page(page);
        assert!(words.contains("3f9a21bc d04477e1"), "page {page} bears no seal: {words}");
        assert!(words.contains(&format!("Page {page} of {pages}")), "page {page} has no number: {words}");
    }
    assert!(printed.page(1).contains("55667") && printed.page(1).contains("0123 4567 89ab cdef"));
}

#[test]
fn every_page_of_a_draft_says_so() {
    let mut part = long(40);
    part["seal"] = Value::Null;
    part["state"] = json!("open");
    let printed = print(&part);
    for page in 1..=printed.pages() {
        let words = printed.page(page);
        assert!(words.contains("draft, not sealed"), "page {page}: {words}");
        assert!(!words.contains("Sealed"), "page {page}: {words}");
    }
}

#[test]
fn every_page_says_that_the_practice_model_spoke() {
    let mut part = long(40);
    part["practice"] = json!(true);
    let printed = print(&part);
    assert!((1..=printed.pages()).all(|page| printed.page(page).contains("practice")));
    assert!(!print(&long(2)).words().contains("practice"));
}

#[test]
fn the_outline_has_each_day_and_each_message() {
    let mut part = long(3);
    part["messages"][2]["time"] = json!("2026-11-23T08:00:00Z");
    let json = print(&part).told("qpdf", &["--json", "--json-key=outlines"], &[]);
    let outline: Value = serde_json::from_str(&json).unwrap();
    let titles = |node: &Value| -> Vec<String> {
        node.as_array().unwrap().iter().map(|each| each["title"].as_str().unwrap().to_owned()).collect()
    };
    let days = &outline["outlines"];
    assert_eq!(titles(days), ["22 November 2026", "23 November 2026"]);
    assert_eq!(titles(&days[0]["kids"]), ["1. User: First words", "2. Model gpt-4.1: First words"]);
    assert_eq!(titles(&days[1]["kids"]), ["3. User: First words"]);
}

#[test]
fn parts_say_which_they_are() {
    let mut part = long(2);
    part["part"] = json!(2);
    part["parts"] = json!(10);
    let words = print(&part).words();
    assert!(words.contains("Part 2 of 10"), "{words}");
}

#[test]
fn the_same_part_gives_the_same_bytes() {
    let part = long(12);
    assert!(print(&part).bytes == print(&part).bytes);
    let mut other = part.clone();
    other["made"] = json!("2026-11-22T14:02:12Z");
    assert!(print(&part).bytes != print(&other).bytes);
}

#[test]
fn what_is_not_a_transcript_is_refused_in_one_line_without_quoting_it() {
    let output = run(&json!({ "version": 1, "title": "a secret" }));
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["error"], "input");
    assert!(!said.to_string().contains("secret"));
}

#[test]
fn what_the_core_hands_over_is_understood() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/pdf-part.json");
    let part: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let words = print(&part).words();
    for said in ["acme:tp@2026", "Not a heading of ours", "let x = 1;", "practice model", "[U+202E]"] {
        assert!(words.contains(said), "{said} is not in {words}");
    }
    assert!(words.contains("stopped by the person") && words.contains("Sealed 22 November 2026"), "{words}");
}
