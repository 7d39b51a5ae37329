//! More than 300 hostile messages: none gets a tag, an attribute or an address through.

use proptest::prelude::*;
use skein_core::render::{Stream, beginning, html, html_highlighted, html_on_paper, plain, terminal};

use skein_support::hostile::{ADDRESSES, FORMS, monsters, texts};

use crate::allowed::{addresses, check, text};

fn payloads() -> Vec<String> {
    texts("https://a.example")
}

fn streamed(markdown: &str, size: usize) -> Vec<String> {
    let mut stream = Stream::new();
    let mut shown = Vec::new();
    let chars: Vec<char> = markdown.chars().collect();
    for piece in chars.chunks(size) {
        let step = stream.push(&piece.iter().collect::<String>());
        shown.extend(step.closed);
        shown.push(step.tail);
    }
    shown.push(stream.finish().tail);
    shown
}

#[test]
fn no_payload_leaves_the_allow_list() {
    let payloads = payloads();
    assert!(payloads.len() >= 300, "{}", payloads.len());
    for payload in &payloads {
        for shown in [html(payload), html_highlighted(payload)] {
            check(&shown).unwrap_or_else(|why| panic!("{payload:?}\n{shown}\n{why}"));
        }
    }
}

#[test]
fn no_payload_leaves_the_allow_list_while_it_streams() {
    for payload in payloads() {
        for size in [1, 7] {
            for shown in streamed(&payload, size) {
                check(&shown).unwrap_or_else(|why| panic!("{payload:?}\n{shown}\n{why}"));
            }
        }
    }
}

#[test]
fn no_monster_leaves_the_allow_list() {
    for (name, monster) in monsters() {
        check(&html(&monster)).unwrap_or_else(|why| panic!("{name}: {why}"));
        if let Some(begun) = beginning(&monster) {
            check(&html(begun.text)).unwrap_or_else(|why| panic!("the beginning of {name}: {why}"));
        }
        for shown in streamed(&monster, monster.len() / 20 + 1) {
            check(&shown).unwrap_or_else(|why| panic!("{name}, streaming: {why}"));
        }
    }
}

#[test]
fn no_address_but_the_web_and_mail_can_be_opened() {
    for address in ADDRESSES {
        for form in FORMS {
            let shown = html(&form.replace('@', address));
            for open in addresses(&shown) {
                assert!(
                    open.starts_with("https://a.example/") || open.starts_with("http://a.example/"),
                    "{form} {address} opens {open}"
                );
            }
        }
    }
}

#[test]
fn an_address_that_cannot_be_opened_is_read_as_text() {
    let shown = html("[click me](javascript:alert(1))");
    assert_eq!(text(&shown), "click me (javascript:alert(1))");
    let shown = html("![chart](data:image/png;base64,AAAA)");
    assert_eq!(text(&shown), "chart data:image/png;base64,AAAA");
    assert!(!shown.contains("<button"));
}

#[test]
fn raw_html_is_read_as_text() {
    for raw in ["<b>x</b>", "<script>alert(1)</script>", "a <img src=x> b", "<!-- note -->"] {
        assert_eq!(text(&html(raw)), raw);
    }
}

#[test]
fn a_picture_is_a_chip_with_its_address() {
    let shown = html("![A cat](https://pictures.example/cat.png)");
    check(&shown).unwrap();
    assert!(
        shown.contains("<button type=\"button\" class=\"chip image\" data-href=\"https://pictures.example/cat.png\""),
        "{shown}"
    );
    assert_eq!(text(&shown), "A cat https://pictures.example/cat.png");
}

#[test]
fn a_link_without_visible_words_shows_its_address() {
    for hidden in ["", "\u{200b}\u{2060}", " ", "\u{3164}", "&#8203;"] {
        let shown = html(&format!("[{hidden}](https://evil.example/)"));
        assert!(text(&shown).contains("https://evil.example/"), "{hidden:?} {shown}");
    }
}

#[test]
fn a_link_opens_what_it_shows() {
    let shown = html("[x](https://b\u{fc}cher.example/a\u{202e}b)");
    assert_eq!(addresses(&shown), ["https://xn--bcher-kva.example/a%E2%80%AEb"]);
}

#[test]
fn overrides_of_direction_are_visible_and_not_copied() {
    let shown = html("a\u{202e}b `c\u{2066}d`\n\n```\ne\u{202d}f\n```");
    assert!(!shown.contains(['\u{202e}', '\u{202d}', '\u{2066}']));
    for code in ["U+202E", "U+2066", "U+202D"] {
        assert!(shown.contains(&format!("<span class=\"control\" data-code=\"{code}\"></span>")), "{shown}");
    }
    assert_eq!(text(&shown), "ab cdef");
    let many = html(&format!("a{}{}b", "\u{202e}".repeat(1000), "\u{202d}"));
    let sign = |code: &str| format!("<span class=\"control\" data-code=\"{code}\"></span>");
    assert_eq!(many, format!("<p dir=\"auto\">a{}{}b</p>", sign("U+202E × 1000"), sign("U+202D")));
}

#[test]
fn overrides_without_end_are_words_from_the_thousandth_on() {
    let signs = |shown: &str| shown.matches("<span class=\"control\"").count();
    for (monster, word) in [
        ("a\u{202e}".repeat(3_000), "⟨U+202E⟩"),
        (format!("```\n{}\n```", "a\u{2066}\n".repeat(3_000)), "⟨U+2066⟩"),
        ("a\u{202d}\n\n".repeat(3_000), "⟨U+202D⟩"),
    ] {
        let shown = html(&monster);
        check(&shown).unwrap();
        assert_eq!((signs(&shown), shown.matches(word).count()), (1_000, 2_000));
        assert!(!shown.contains(['\u{202d}', '\u{202e}', '\u{2066}']));
        let mut stream = Stream::new();
        for piece in monster.split_inclusive('\n') {
            stream.push(piece);
        }
        let (closed, tail) = stream.snapshot();
        assert_eq!(signs(&(closed.concat() + &tail)), 1_000, "while it streams too");
        let paper = html_on_paper(&monster);
        assert_eq!((signs(&paper), paper.contains('⟨')), (3_000, false), "paper has them all");
    }
}

#[test]
fn what_is_printed_cannot_steer_a_terminal() {
    assert_eq!(terminal("a\u{1b}[31mred\u{1b}[0m\tb\n"), "ared\tb\n");
    assert_eq!(terminal("safe\rEVIL\u{8}\u{7f}\u{0}\u{85}"), "safeEVIL");
    assert_eq!(terminal("\u{1b}]0;title\u{7}x"), "]0;titlex");
    assert_eq!(terminal("\u{9b}2Jx\u{1b}"), "x");
    assert_eq!(terminal("a\u{202e}b\u{2066}c\u{2069}"), "abc");
    assert_eq!(terminal("\u{1b}[\u{1b}[31mx"), "[x");
    assert_eq!(terminal("日本 👩‍👩‍👧 שלום\n"), "日本 👩‍👩‍👧 שלום\n");
    for payload in payloads() {
        let shown = terminal(&payload);
        assert!(!shown.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{payload:?}");
    }
}

proptest! {
    #[test]
    fn no_soup_of_marks_leaves_the_allow_list(parts in prop::collection::vec(prop::sample::select(vec![
        "<", ">", "[", "]", "(", ")", "!", "\"", "'", "&", "&#", ";", "`", "```", "~~~", "\n", "\n\n", "    ", "- ", "1. ", "> ", "| ", "|-|-|\n",
        "*", "**", "_", "~~", "\\", "$", "$$", "\\(", "\\)", "\\[", "\\]", "[^a]", "[^a]: ", "[a]: ", "https://a.example/", "javascript:", "a@b.example",
        "www.a.example", "script", "onload=x", "a", " ", "\t", "\r", "\u{0}", "\u{1b}[", "\u{202e}", "\u{fdd0}0\u{fdd1}", "界", "👩‍👩‍👧", "ש", "<!--", "-->", "<br>", "[x] ", "#", "===\n", "---\n",
    ]), 0..60)) {
        let soup = parts.concat();
        let shown = html(&soup);
        prop_assert!(check(&shown).is_ok(), "{:?} {:?}\n{}", soup, check(&shown), shown);
        for shown in streamed(&soup, 3) {
            prop_assert!(check(&shown).is_ok(), "{:?} {:?}\n{}", soup, check(&shown), shown);
        }
        plain(&soup);
    }
}
