//! The beginning of a long text, which stands for it until the whole is asked for.

use skein_core::render::{beginning, html};

use crate::allowed::check;

#[test]
fn a_text_of_usual_length_is_shown_whole() {
    for text in [String::new(), "one line".into(), "a line\n".repeat(100), "word ".repeat(1_500)] {
        assert_eq!(beginning(&text), None, "{} bytes", text.len());
    }
}

#[test]
fn a_long_text_begins_with_whole_blocks() {
    let text: String = (1..=400).map(|n| format!("Paragraph {n}.\n\n")).collect();
    let begun = beginning(&text).unwrap();
    assert_eq!(begun.lines, 799);
    assert!(text.starts_with(begun.text));
    assert!(begun.text.ends_with('.'), "{:?}", begun.text);
    assert!((15..=20).contains(&begun.text.matches("Paragraph").count()));
}

#[test]
fn a_line_without_end_is_cut_between_words_or_characters() {
    let begun = beginning(&"lorem ipsum ".repeat(100_000)).unwrap().text.len();
    assert!((1_000..5_000).contains(&begun), "{begun}");
    let text = "界".repeat(300_000);
    let begun = beginning(&text).unwrap();
    assert_eq!(begun.lines, 1);
    assert!((1_000..5_000).contains(&begun.text.len()));
}

#[test]
fn code_that_is_cut_is_still_code() {
    let text = format!("Before\n\n```rust\n{}```\n\nAfter\n", "let x = 1;\n\n".repeat(300));
    let begun = beginning(&text).unwrap();
    let shown = html(begun.text);
    check(&shown).unwrap();
    assert!(shown.contains("<pre class=\"code\"") && !shown.contains("After"));
    assert!(begun.text.lines().count() > 25, "an empty line of code is no place to cut early");
}
