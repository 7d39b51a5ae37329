//! The HTML transcript of whatever a message may say: valid, whole in itself, and without script.

use std::fs;
use std::path::Path;
use std::process::Command;

use skein_core::wire::ExportFormat;
use skein_core::{Replace, Selection, Target};

use crate::support::Desk;

/// All that Markdown has, and what tries to break out of it.
const TEXTS: [&str; 6] = [
    "# One\n\n#### Four after one\n\n| a | b | c |\n| :- | -: | :-: |\n| **1** | `2` | [x](https://e.com) |\n\n***\n\n7. seven\n8. eight",
    "- [x] done\n- [ ] not\n  1. nested\n     > quote\n\n     ```rust\n     let x = \"1 < 2 && y\";\n     ```\n\n- loose\n\n- items",
    "A note[^1], $x^2$ and\n\n$$\\frac{a}{b}$$\n\n[^1]: *With* `code`.\n[^unused]: Nothing.\n\n~~gone~~ <https://example.com/a?b=c&d=e> <a@b.de>",
    "[![pic](https://e.com/x.png)](https://e.com \"t\") ![p](javascript:alert(1)) <b>raw</b>\n\n<div><p>a block</div></article>\n\n<script>alert(1)</script>\n\n</style><!-- <![CDATA[",
    "\u{0}\u{1}\u{c}\u{7f}\u{85} \u{202e}turned\u{202c} \u{fdd0}\u{fdef}\u{fffe}\u{ffff}\u{1fffe}\u{10ffff} \u{feff}\u{2028} \u{645}\u{631}\u{62d}\u{628}\u{627}",
    "<p><p></p></table><td>&nbsp;&#0;&#xD800;&bogus; \"' ` ]]> --> <?php ?> <svg onload=alert(1)>",
];

#[test]
fn it_is_valid_whatever_a_message_says() {
    let desk = Desk::new();
    desk.thread("a", TEXTS.len() as u32);
    let conn = desk.intruder();
    for (n, text) in TEXTS.iter().enumerate() {
        let texts = serde_json::json!([text]).to_string();
        conn.execute("UPDATE message SET texts = ?1 WHERE id = ?2", [texts, format!("msg_a_{}", n + 1)]).unwrap();
    }
    desk.skein.rename_thread("a", "<title> & \"one\" \u{fffe}").unwrap();
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bagit/bin/python3");
    let path = desk.dir.path().join("a.html");
    let target = Target { path: path.clone(), replace: Replace::Nothing };
    let which = Selection::Threads(vec!["a".into()]);
    desk.skein.export(&which, ExportFormat::Html, &target, &mut |_| {}, &|| false).unwrap();
    let html = fs::read_to_string(&path).unwrap();
    for foreign in ["<script", "<img", "<svg", "<link", "<iframe", "<form", "src=", "@import", "url(", " on"] {
        let tags = html.split('<').skip(1).map(|tag| format!("<{}", tag.split('>').next().unwrap()));
        assert!(!tags.into_iter().any(|tag| tag.contains(foreign)), "{foreign}");
    }
    assert!(html.contains("<mfrac>"), "mathematics is laid out");
    // Strictly as the HTML standard has it: any parse error fails.
    let script =
        "import sys, html5lib; html5lib.HTMLParser(strict=True).parse(open(sys.argv[1], encoding='utf-8').read())";
    let output = Command::new(&python).args(["-c", script]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Properties that can take words away or out of their place, whatever they are set to.
const HIDING: [&str; 11] = [
    "visibility",
    "position",
    "float",
    "clip",
    "clip-path",
    "opacity",
    "height",
    "max-height",
    "text-indent",
    "transform",
    "zoom",
];

/// The declarations of a style sheet, each with the condition it stands under and its selector.
fn declarations(css: &str) -> Vec<[String; 4]> {
    let (mut all, mut open, mut text) = (Vec::new(), Vec::<String>::new(), String::new());
    let plain: String = css
        .split("/*")
        .enumerate()
        .map(|(n, part)| match n {
            0 => part,
            _ => part.split_once("*/").unwrap().1,
        })
        .collect();
    for c in plain.chars() {
        match c {
            '{' => open.push(std::mem::take(&mut text).trim().to_owned()),
            '}' | ';' => {
                if let Some((name, value)) = std::mem::take(&mut text).split_once(':') {
                    let condition = open.iter().find(|line| line.starts_with("@media")).cloned().unwrap_or_default();
                    let selector = open.last().unwrap().clone();
                    all.push([condition, selector, name.trim().to_owned(), value.trim().to_owned()]);
                }
                if c == '}' {
                    open.pop().unwrap();
                }
            }
            _ => text.push(c),
        }
    }
    all
}

#[test]
fn printed_it_hides_nothing_and_is_dark_on_white_whatever_the_screen_is() {
    let desk = Desk::new();
    desk.thread("a", 2);
    let path = desk.dir.path().join("a.html");
    let target = Target { path: path.clone(), replace: Replace::Nothing };
    let which = Selection::Threads(vec!["a".into()]);
    desk.skein.export(&which, ExportFormat::Html, &target, &mut |_| {}, &|| false).unwrap();
    let html = fs::read_to_string(&path).unwrap();
    let css = html.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let all = declarations(css);
    let print = "@media print";
    assert!(all.len() > 80 && all.iter().any(|[condition, ..]| condition == print), "{}", all.len());
    // What stands for paper only comes last, so it is what counts there.
    assert!(css.rfind("@media").unwrap() == css.find(print).unwrap());
    let on_paper = |selector: &str, name: &str| {
        all.iter().rev().find(|[condition, at, what, _]| {
            (condition.is_empty() || condition == print) && at == selector && what == name
        })
    };
    for [condition, selector, name, value] in &all {
        let hides = match (name.as_str(), value.as_str()) {
            (name, _) if HIDING.contains(&name) => true,
            ("display", value) => value == "none",
            ("overflow" | "overflow-x" | "overflow-y", value) => value != "visible",
            ("white-space", value) => value != "pre-wrap",
            ("font-size", value) => value.starts_with('0'),
            _ => false,
        };
        let undone =
            name.starts_with("overflow") && on_paper(selector, "overflow").is_some_and(|last| last[3] == "visible");
        assert!(!hides || undone, "{condition} {selector} {{ {name}: {value} }}");
    }
    let colours = |wanted: &str| -> std::collections::BTreeMap<&str, &str> {
        let of = all.iter().filter(|[condition, _, name, _]| condition == wanted && name.starts_with("--"));
        of.map(|[_, _, name, value]| (name.as_str(), value.as_str())).collect()
    };
    let (screen, dark, paper) = (colours(""), colours("@media (prefers-color-scheme: dark)"), colours(print));
    let names =
        |colours: &std::collections::BTreeMap<&str, &str>| colours.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((names(&dark), names(&paper)), (names(&screen), names(&screen)), "none is left to the screen");
    let light = |colour: &str| {
        let digits: String =
            colour[1..].chars().flat_map(|c| if colour.len() == 4 { vec![c, c] } else { vec![c] }).collect();
        let part = |at: usize| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        let linear = |c: f64| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        0.2126 * linear(part(0)) + 0.7152 * linear(part(2)) + 0.0722 * linear(part(4))
    };
    for ink in ["--ink", "--soft", "--mark", "--link"] {
        for ground in ["--paper", "--sunk"] {
            let contrast = (light(paper[ground]) + 0.05) / (light(paper[ink]) + 0.05);
            assert!(contrast >= 7.0, "{ink} on {ground}: {contrast:.1}");
        }
    }
}
