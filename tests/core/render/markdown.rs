//! What people and models write, and how it is shown.

use skein_core::render::html;

use crate::allowed::check;

fn shows(markdown: &str, expected: &str) {
    let shown = html(markdown);
    check(&shown).unwrap_or_else(|why| panic!("{markdown:?}: {why}"));
    assert_eq!(shown, expected, "{markdown:?}");
}

#[test]
fn words_and_their_stress() {
    shows(
        "a *b* **c** ~~d~~ `e < f`",
        "<p dir=\"auto\">a <em>b</em> <strong>c</strong> <del>d</del> <code>e &lt; f</code></p>",
    );
    shows("\\*not\\* & \"quoted\" &copy;", "<p dir=\"auto\">*not* &amp; &quot;quoted&quot; ©</p>");
    shows("", "");
    shows("   \n\n", "");
}

#[test]
fn lines_stay_lines() {
    shows("one\ntwo  \nthree", "<p dir=\"auto\">one<br>two<br>three</p>");
    shows("one\r\n\r\ntwo\rthree", "<p dir=\"auto\">one</p><p dir=\"auto\">two<br>three</p>");
}

#[test]
fn headings_never_skip_a_rank() {
    shows("# A", "<h3 class=\"h1\" dir=\"auto\">A</h3>");
    shows(
        "### A\n###### B\n# C\n## D",
        "<h3 class=\"h3\" dir=\"auto\">A</h3><h4 class=\"h6\" dir=\"auto\">B</h4><h3 class=\"h1\" dir=\"auto\">C</h3><h4 class=\"h2\" dir=\"auto\">D</h4>",
    );
}

#[test]
fn lists_nest_and_count() {
    shows(
        "- a\n  - b\n- c",
        "<ul dir=\"auto\"><li dir=\"auto\">a<ul dir=\"auto\"><li dir=\"auto\">b</li></ul></li><li dir=\"auto\">c</li></ul>",
    );
    shows("3. a\n4. b", "<ol dir=\"auto\" start=\"3\"><li dir=\"auto\">a</li><li dir=\"auto\">b</li></ol>");
    shows(
        "1. a\n\n2. b",
        "<ol dir=\"auto\"><li dir=\"auto\"><p dir=\"auto\">a</p></li><li dir=\"auto\"><p dir=\"auto\">b</p></li></ol>",
    );
}

#[test]
fn tasks_have_boxes_that_are_named_and_cannot_be_ticked() {
    shows(
        "- [x] done\n- [ ] to do",
        "<ul dir=\"auto\"><li class=\"task\" dir=\"auto\"><label><input type=\"checkbox\" disabled checked> done</label></li>\
         <li class=\"task\" dir=\"auto\"><label><input type=\"checkbox\" disabled> to do</label></li></ul>",
    );
}

#[test]
fn code_has_a_head_with_its_language_and_a_button_to_copy() {
    let head = "<button type=\"button\" class=\"wrap\" data-wrap></button><button type=\"button\" class=\"copy\" data-copy></button></div>";
    shows(
        "```python title=\"x\"\nif a < b:\n    pass\n```",
        &format!(
            "<pre class=\"code\" dir=\"ltr\"><div class=\"head\"><span class=\"lang\">python</span>{head}<code tabindex=\"0\" data-lang=\"python\">if a &lt; b:\n    pass</code></pre>"
        ),
    );
    shows(
        "    indented",
        &format!(
            "<pre class=\"code\" dir=\"ltr\"><div class=\"head\">{head}<code tabindex=\"0\">indented</code></pre>"
        ),
    );
    shows(
        "```\nopen",
        &format!("<pre class=\"code\" dir=\"ltr\"><div class=\"head\">{head}<code tabindex=\"0\">open</code></pre>"),
    );
}

#[test]
fn tables_scroll_and_align() {
    shows(
        "| a | b | |\n|:--|--:|:-:|\n| 1<br>2 | `x \\| y` |\n",
        "<div class=\"table\" tabindex=\"0\"><table dir=\"auto\"><thead><tr><th scope=\"col\" class=\"left\" dir=\"auto\">a</th><th scope=\"col\" class=\"right\" dir=\"auto\">b</th>\
         <td class=\"center\" dir=\"auto\"></td></tr></thead><tbody><tr><td class=\"left\" dir=\"auto\">1<br>2</td><td class=\"right\" dir=\"auto\"><code>x | y</code></td>\
         <td class=\"center\" dir=\"auto\"></td></tr></tbody></table></div>",
    );
}

#[test]
fn links_are_marked_for_the_window_to_ask_first() {
    let link = |href: &str, text: &str| {
        format!(
            "<p dir=\"auto\"><a href=\"{href}\" title=\"{href}\" data-link rel=\"noopener noreferrer\" dir=\"auto\">{text}</a></p>"
        )
    };
    shows("[a *b*](https://x.example/?q=1&r=2)", &link("https://x.example/?q=1&amp;r=2", "a <em>b</em>"));
    shows("https://x.example/a", &link("https://x.example/a", "https://x.example/a"));
    shows("<me@x.example>", &link("mailto:me@x.example", "me@x.example"));
    shows("[late]\n\n[late]: https://x.example/", &link("https://x.example/", "late"));
    shows("[near](/a/b)", "<p dir=\"auto\">near (<span class=\"address\" dir=\"ltr\">/a/b</span>)</p>");
}

#[test]
fn a_picture_in_a_link_leaves_the_link_whole() {
    let shown = html("[![build](https://x.example/b.svg)](https://x.example/)");
    check(&shown).unwrap();
    assert!(
        shown.contains("<a href=\"https://x.example/\"")
            && shown.contains("<span class=\"chip image\">")
            && !shown.contains("<button")
    );
}

#[test]
fn footnotes_are_numbered_and_gathered_and_lead_there_and_back() {
    let mark =
        |n: u32| format!("<sup class=\"note\" data-note=\"{n}\"><button type=\"button\" data-mark>{n}</button></sup>");
    let note = |n: u32, words: &str| {
        format!(
            "<li data-note=\"{n}\" dir=\"auto\"><p dir=\"auto\">{words}</p><button type=\"button\" class=\"back\" data-back></button></li>"
        )
    };
    let (one, two) = (mark(1), mark(2));
    shows(
        "b[^z] a[^a] again[^z]\n\n[^a]: First.\n[^z]: Last.\n\nEnd.",
        &format!(
            "<p dir=\"auto\">b{one} a{two} again{one}</p><p dir=\"auto\">End.</p><ol class=\"notes\" dir=\"auto\">{}{}</ol>",
            note(1, "Last."),
            note(2, "First.")
        ),
    );
    shows(
        "[^none] x\n\n[^lone]: Kept.",
        "<p dir=\"auto\">[^none] x</p><div class=\"note\" dir=\"auto\"><span class=\"label\">lone</span><p dir=\"auto\">Kept.</p></div>",
    );
}

#[test]
fn a_mark_in_a_link_or_a_task_and_all_on_paper_is_only_its_number() {
    let number = "<sup class=\"note\" data-note=\"1\">1</sup>";
    for source in ["[words[^a]](https://x.example/)", "- [ ] words[^a]"] {
        let shown = html(&format!("{source}\n\n[^a]: Note."));
        assert!(shown.contains(number) && !shown.contains("data-mark"), "{shown}");
    }
    let paper = skein_core::render::html_on_paper("words[^a]\n\n[^a]: Note.");
    assert!(paper.contains(number) && !paper.contains("<button"), "{paper}");
}

#[test]
fn quotes_and_rules() {
    shows(
        "> a\n> > b\n\n---",
        "<blockquote dir=\"auto\"><p dir=\"auto\">a</p><blockquote dir=\"auto\"><p dir=\"auto\">b</p></blockquote></blockquote><hr>",
    );
}

#[test]
fn every_script_and_emoji_comes_through() {
    shows("**この文は重要です。**次の文。", "<p dir=\"auto\"><strong>この文は重要です。</strong>次の文。</p>");
    shows(
        "**中文（强调）**文字 👩‍👩‍👧‍👦 🇨🇭 e\u{301}",
        "<p dir=\"auto\"><strong>中文（强调）</strong>文字 👩‍👩‍👧‍👦 🇨🇭 e\u{301}</p>",
    );
    shows(
        "# שלום **עולם**\n\nمرحبا `code` world",
        "<h3 class=\"h1\" dir=\"auto\">שלום <strong>עולם</strong></h3><p dir=\"auto\">مرحبا <code>code</code> world</p>",
    );
}

#[test]
fn what_holds_blocks_runs_as_they_do() {
    for (markdown, opens) in [
        ("- שלום\n- עולם", "<ul dir=\"rtl\"><li dir=\"auto\">"),
        ("1. **مرحبا** world", "<ol dir=\"rtl\"><li dir=\"auto\">"),
        ("> 42 - שלום", "<blockquote dir=\"rtl\"><p dir=\"auto\">"),
        ("> - מה\n", "<blockquote dir=\"rtl\"><ul dir=\"rtl\">"),
        ("| שם | age |\n|---|---|\n| a | 1 |", "<table dir=\"rtl\">"),
        ("| `x` | age |\n|---|---|\n| שם | 1 |", "<table dir=\"auto\">"),
        ("- hello עולם", "<ul dir=\"auto\">"),
    ] {
        let shown = html(markdown);
        check(&shown).unwrap();
        assert!(shown.contains(opens), "{markdown:?}: {shown}");
    }
}
