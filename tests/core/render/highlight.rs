//! Code is coloured with classes, later than it is shown.

use skein_core::render::{highlight, html, html_highlighted};

use crate::allowed::{check, text};

#[test]
fn code_is_coloured_by_class() {
    let code = "# a comment\nimport os\n\ndef greet(name: str) -> None:\n    return \"hi <you> \" + str(42)";
    let html = highlight("python", code).unwrap();
    check(&html).unwrap();
    assert_eq!(text(&html), code);
    for part in [
        "<span class=\"c\"># a comment",
        "<span class=\"k\">import</span>",
        "<span class=\"f\">greet</span>",
        "<span class=\"s\">&quot;hi &lt;you&gt; &quot;</span>",
        "<span class=\"s\">42</span>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[test]
fn the_usual_languages_are_known() {
    let usual = [
        "bash",
        "c",
        "c++",
        "clojure",
        "cpp",
        "cs",
        "csharp",
        "css",
        "diff",
        "dart",
        "dockerfile",
        "elixir",
        "erlang",
        "go",
        "graphql",
        "haskell",
        "html",
        "ini",
        "java",
        "javascript",
        "js",
        "json",
        "jsx",
        "julia",
        "kotlin",
        "latex",
        "lua",
        "makefile",
        "markdown",
        "nix",
        "objective-c",
        "perl",
        "php",
        "proto",
        "py",
        "python",
        "r",
        "ruby",
        "rust",
        "scala",
        "sh",
        "shell",
        "sql",
        "swift",
        "terraform",
        "toml",
        "ts",
        "tsx",
        "typescript",
        "xml",
        "yaml",
        "yml",
        "zig",
        "Rust",
        "asm",
        "console",
        "vim",
        "golang",
        "svelte",
        "vue",
    ];
    let unknown: Vec<&str> = usual.into_iter().filter(|language| highlight(language, "x = 1").is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert_eq!(highlight("klingon", "x"), None);
    assert_eq!(highlight("text", "x"), None);
    assert_eq!(highlight("", "x"), None);
}

#[test]
fn colours_come_after_the_first_paint_and_stay() {
    let message = "```rust\nlet first_paint_only_once = 1;\n```";
    assert!(!html(message).contains("class=\"k\""));
    let coloured = html_highlighted(message);
    check(&coloured).unwrap();
    assert!(coloured.contains("<span class=\"k\">let</span>"));
    assert_eq!(html(message), coloured);
    assert_eq!(
        html(&message.replace("rust", "unknown-language")),
        html(message)
            .replace("<span class=\"k\">let</span>", "let")
            .replace("rust", "unknown-language")
            .replace("<span class=\"k\">=</span>", "=")
            .replace("<span class=\"s\">1</span>", "1")
    );
}

#[test]
fn what_is_too_long_stays_plain() {
    assert_eq!(highlight("rust", &"let x = 1;\n".repeat(7_000)), None);
    assert_eq!(highlight("js", &"a=1;".repeat(1_000)), None);
}
