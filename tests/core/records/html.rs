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
    // Strictly as the HTML standard has it: any parse error fails.
    let script =
        "import sys, html5lib; html5lib.HTMLParser(strict=True).parse(open(sys.argv[1], encoding='utf-8').read())";
    let output = Command::new(&python).args(["-c", script]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
