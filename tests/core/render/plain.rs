//! A message as words alone.

use skein_core::render::plain;

#[test]
fn marks_go_and_words_stay() {
    assert_eq!(
        plain("# Title\n\nSome **bold**, _soft_ and `code`.\nNext line."),
        "Title\n\nSome bold, soft and code.\nNext line."
    );
    assert_eq!(plain("- a\n- b\n  1. c\n  2. d\n- [x] e"), "- a\n- b\n  1. c\n  2. d\n- [x] e");
    assert_eq!(plain("> quoted\n>\n> - twice"), "> quoted\n>\n> - twice");
    assert_eq!(plain("```rust\nfn a() {\n\n    b()\n}\n```"), "fn a() {\n\n    b()\n}");
    assert_eq!(plain("| a | b |\n|---|---|\n| 1 | 2 |"), "a\tb\n1\t2");
    assert_eq!(
        plain("[here](https://x.example/) and https://y.example and ![cat](c.png)"),
        "here (https://x.example/) and https://y.example and cat (c.png)"
    );
    assert_eq!(plain("a[^1]\n\n[^1]: b"), "a[1]\n\n[1] b");
    assert_eq!(plain("<b>x</b> $5 and $x$"), "<b>x</b> $5 and $x$");
    assert_eq!(plain(""), "");
}
