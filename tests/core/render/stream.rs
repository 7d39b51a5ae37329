//! A message that arrives piece by piece ends as it would have been shown whole.

use proptest::prelude::*;
use skein_core::render::{Stream, html};

/// Feeds a text cut at these places, and checks what each step says against what stands.
fn stream(markdown: &str, cuts: &[usize]) -> (Vec<String>, String) {
    let mut stream = Stream::new();
    let mut closed: Vec<String> = Vec::new();
    let mut places: Vec<usize> =
        cuts.iter().map(|cut| markdown.floor_char_boundary(cut % (markdown.len() + 1))).collect();
    places.push(markdown.len());
    places.sort_unstable();
    let mut done = 0;
    for place in places {
        let step = stream.push(&markdown[done..place]);
        done = place;
        assert_eq!(step.from as usize, closed.len());
        closed.extend(step.closed);
        assert_eq!(stream.snapshot(), (closed.clone(), step.tail));
    }
    let last = stream.finish();
    assert!(last.closed.is_empty());
    stream.snapshot()
}

fn whole((closed, tail): (Vec<String>, String)) -> String {
    closed.concat() + &tail
}

#[test]
fn blocks_close_when_the_next_begins_and_never_change() {
    let mut stream = Stream::new();
    assert_eq!(stream.push("Hello").tail, "<p dir=\"auto\">Hello</p>");
    let step = stream.push(" you\n\nNext");
    assert_eq!((step.from, step.closed.len()), (0, 0), "not before its line is complete");
    assert_eq!(step.tail, "<p dir=\"auto\">Hello you</p><p dir=\"auto\">Next</p>");
    let step = stream.push(" one\n");
    assert_eq!((step.from, step.closed), (0, vec!["<p dir=\"auto\">Hello you</p>".to_owned()]));
    assert_eq!(step.tail, "<p dir=\"auto\">Next one</p>");
    let step = stream.push("\n# Head\n\nEnd\n");
    assert_eq!((step.from, step.closed.len()), (1, 2));
    assert_eq!(step.tail, "<p dir=\"auto\">End</p>");
}

#[test]
fn a_dash_under_a_paragraph_does_not_flash_as_a_heading() {
    let mut stream = Stream::new();
    stream.push("A list:\n");
    assert_eq!(stream.push("-").tail, "<p dir=\"auto\">A list:</p>");
    assert!(stream.push(" one").tail.contains("<li dir=\"auto\">one</li>"));
    assert!(stream.push("\n\nRule\n---").tail.ends_with("<p dir=\"auto\">Rule</p>"));
    assert!(stream.finish().tail.ends_with("<h3 class=\"h2\" dir=\"auto\">Rule</h3>"));
}

#[test]
fn a_table_is_not_decided_on_half_a_line() {
    let table = "| a | b |\n|---|---|\n| 1 | 2 |\n\nAfter.\n";
    for cut in 0..table.len() {
        assert_eq!(whole(stream(table, &[cut])), html(table), "cut at {cut}");
    }
}

#[test]
fn code_stays_open_until_its_fence_closes() {
    let mut stream = Stream::new();
    assert!(stream.push("```rust\nfn a() {}\n\n# not a heading\n").closed.is_empty());
    assert!(stream.push("```\n").closed.is_empty());
    assert_eq!(stream.push("After\n").closed.len(), 1);
}

#[test]
fn a_long_list_is_cut_between_items_and_keeps_counting() {
    let list: String = (1..3_000).map(|n| format!("{n}. item number {n}\n")).collect();
    let (closed, tail) = stream(&list, &[1_000, 20_000, 40_000]);
    assert!(closed.len() > 1);
    assert!(closed[1].starts_with("<ol dir=\"auto\" start=\""));
    assert!(tail.contains("item number 2999"));
}

const BLOCKS: &[&str] = &[
    "Some *words* and **more** of `them`, <b>raw</b>.",
    "Two lines\nof one paragraph with a [link](https://a.example/).",
    "# Heading",
    "### Deeper #",
    "Underlined\n===",
    "Also\n---",
    "---",
    "- one\n- two\n  - nested\n\n    loose\n- three",
    "1. first\n2. second",
    "3) third\n4) fourth",
    "* [ ] task\n* [x] done",
    "> quoted\nlazy\n> > deeper",
    "> - list in quote\n>   more",
    "```rust\nfn main() {\n\n}\n```",
    "~~~\n# no heading\n\n- no list\n~~~",
    "```\nnever closed",
    "    indented code\n\n    goes on",
    "| a | b |\n|---|:-:|\n| 1 | 2 |\n| `x` | **y** |",
    "words before\n| a | b |\n|---|---|\n| 1 | 2 |",
    "| not | a table |\n| at | all |",
    "<div>\nraw block\n\n</div>",
    "<!-- comment\n\nstill -->",
    "$$\nx_1 + y_1\n$$",
    "Costs $5, or $x^2$ and \\(a_b\\).",
    "![picture](https://a.example/p.png)",
    "https://a.example/path and a@b.example",
    "日本語の**強調**です。 中文。",
    "مرحبا **بالعالم** 👩‍👩‍👧",
    "line with break  \nnext\\\nlast",
    "",
    "   ",
    "\\",
    "-",
    "+\n\n  later",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn streaming_ends_as_the_whole(
        blocks in prop::collection::vec((prop::sample::select(BLOCKS), prop::sample::select(vec!["\n", "\n\n", "\n\n\n", "\r\n", "\r\n\r\n"])), 0..8),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
        ended in any::<bool>(),
    ) {
        let mut markdown: String = blocks.iter().flat_map(|(block, gap)| [*block, *gap]).collect();
        if !ended {
            markdown.truncate(markdown.trim_end().len());
        }
        prop_assert_eq!(whole(stream(&markdown, &cuts)), html(&markdown), "{:?}", markdown);
    }

    #[test]
    fn streaming_soup_ends_as_the_whole(
        parts in prop::collection::vec(prop::sample::select(vec![
            "a", "b c", " ", "  ", "    ", "\n", "\n\n", "\r\n", "*", "**", "_", "`", "```", "~~~", "- ", "* ", "1. ", "> ", "# ", "|", "|-|-|", "---", "===", "<b>", "<div>",
            "</div>", "<!--", "-->", "\\", "$", "$$", "\\(", "\\)", "\\[", "\\]", "!", "(", ")", "界", "👩‍👩‍👧", "\t",
        ]), 0..40),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let markdown = parts.concat();
        prop_assert_eq!(whole(stream(&markdown, &cuts)), html(&markdown), "{:?}", markdown);
    }
}
