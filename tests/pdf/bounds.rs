//! Texts that are too much: they are set all the same.

use serde_json::{Value, json};

use super::{message, paragraph, part, print};

fn set(body: Value) -> String {
    print(&part(vec![message(1, body)])).words()
}

#[test]
fn code_of_twenty_thousand_lines_is_set() {
    let code: String = (0..20_000).map(|n| format!("let line_{n} = {n};\n")).collect();
    let words = set(json!([{ "k": "code", "lang": "rust", "s": code }]));
    assert!(words.contains("let line_0 = 0;") && words.contains("let line_19999 = 19999;"));
}

#[test]
fn a_line_of_a_megabyte_breaks() {
    let end = "Zebra";
    for text in ["x".repeat(1024 * 1024), "word ".repeat(200 * 1024)] {
        let words = set(json!([paragraph(&format!("{text}{end}"))]));
        let words: String = words.chars().filter(char::is_ascii_alphanumeric).collect();
        assert!(words.contains(end));
        assert!(words.matches('x').count() >= text.matches('x').count());
    }
    let code = set(json!([{ "k": "code", "lang": "json", "s": format!("[{}]{end}", "1,".repeat(256 * 1024)) }]));
    assert!(code.contains(end));
}

#[test]
fn a_long_word_stays_on_the_page() {
    let printed = print(&part(vec![message(
        1,
        json!([
            paragraph(&"W".repeat(600)),
            { "k": "p", "c": [{ "k": "code", "s": "m".repeat(600) }] },
            { "k": "code", "lang": "", "s": "M".repeat(600) },
        ]),
    )]));
    let boxes = printed.told("pdftotext", &["-bbox"], &["-"]);
    let edge = |line: &str| line.split("xMax=\"").nth(1).and_then(|rest| rest.split('"').next()?.parse::<f64>().ok());
    let furthest = boxes.lines().filter_map(edge).fold(0.0, f64::max);
    assert!(furthest > 400.0 && furthest < 545.0, "text ends at {furthest} of 595 points");
}

#[test]
fn two_hundred_quotations_in_each_other_are_set() {
    let mut body = paragraph("the innermost");
    let mut list = paragraph("the lowest");
    // No deeper than JSON goes; the reader of Markdown stops earlier.
    for _ in 0..20 {
        body = json!({ "k": "quote", "c": [body] });
        list = json!({ "k": "list", "start": null, "tight": true, "items": [{ "c": [list] }] });
    }
    let words = set(json!([body, list]));
    assert!(words.contains("the innermost") && words.contains("the lowest"), "{words}");
}

#[test]
fn a_thousand_messages_are_one_part() {
    let words = "The tenant may end the lease after the second year, if notice is given in writing. ".repeat(6);
    let all = (1..=1000).map(|n| message(n, json!([paragraph(&words)]))).collect();
    let printed = print(&part(all));
    assert!(printed.pages() > 100);
    assert!(printed.page(printed.pages()).contains("1000"));
}
