//! Texts made to freeze a renderer. The time allowed is generous, since no test measures speed:
//! work that grew with the square of these lengths would take minutes.

use std::time::{Duration, Instant};

use skein_core::render::{Stream, html, html_on_paper, plain};

use crate::allowed::{check, text};

const PATIENCE: Duration = Duration::from_secs(20);

fn monsters() -> Vec<(&'static str, String)> {
    const N: usize = 100_000;
    let many = |part: &str| part.repeat(N / part.len());
    let mut monsters = vec![
        ("nested quotes", format!("{}x", ">".repeat(10_000))),
        ("nested quotes in lines", format!("{}x\n", ">".repeat(1_000)).repeat(100)),
        ("nested lists", format!("{}x", "- ".repeat(10_000))),
        ("nested lists, then lines", format!("{}x\n{}", "- ".repeat(1_000), "y\n".repeat(20_000))),
        ("nested stress", format!("{}x{}", "*a **b ".repeat(5_000), "** *".repeat(5_000))),
        ("nested pictures", format!("{}x{}", "![".repeat(10_000), "](a)".repeat(10_000))),
        ("one line", "lorem ipsum dolor ".repeat(1_000_000 / 18)),
        ("one word", "x".repeat(1_000_000)),
        ("a wide table", format!("{}|\n{}|\n{}|\n", "|a".repeat(1_000), "|-".repeat(1_000), "|b".repeat(1_000))),
        (
            "a table that fills itself",
            format!("{}|\n{}|\n{}", "|a".repeat(1_000), "|-".repeat(1_000), "|\n".repeat(5_000)),
        ),
        ("many paragraphs", many("x\n\n")),
        ("a long list", many("- x\n")),
        ("many references", format!("[a]: https://a.example/{}\n\n{}", "x".repeat(5_000), many("[a]"))),
    ];
    let parts = [
        "\\(",
        "\\[",
        "$a ",
        "$$ ",
        "$x\\$",
        "*a ",
        "**a ",
        "_a ",
        "[",
        "![",
        "[a](",
        "[a](<b",
        "`a``b```",
        "<!--",
        "<a b=\"",
        "<?",
        "&#",
        "www.a.",
        "http://a",
        "a@b.",
        "~~a ",
        "[^a]",
        "[^a](",
        "[a]: b\n",
        "[^a]: b\n",
        "|a|b|\n",
        "$$\n",
        "\\[\n",
        "x*y_",
    ];
    monsters.extend(parts.iter().map(|part| (*part, many(part))));
    monsters
}

#[test]
fn no_monster_freezes_the_renderer() {
    for (name, monster) in monsters() {
        let started = Instant::now();
        let shown = html(&monster);
        check(&shown).unwrap_or_else(|why| panic!("{name}: {why}"));
        plain(&monster);
        let mut stream = Stream::new();
        for piece in monster.as_bytes().chunks(monster.len() / 20 + 1) {
            stream.push(&String::from_utf8_lossy(piece));
        }
        let (closed, tail) = stream.snapshot();
        check(&(closed.concat() + &tail)).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(started.elapsed() < PATIENCE, "{name} took {:?}", started.elapsed());
        assert!(shown.len() < monster.len() * 40 + 10_000, "{name} became {} bytes", shown.len());
    }
}

#[test]
fn a_line_without_end_is_cut_into_runs_that_are_laid_out_one_by_one() {
    let words = "lorem *ipsum* dolor ".repeat(10_000);
    for monster in
        [words.clone(), "x".repeat(200_000), "\u{202e}".repeat(70_000), format!("<div>{}", "a <b> ".repeat(30_000))]
    {
        let shown = html(&monster);
        check(&shown).unwrap();
        let runs: Vec<&str> = shown.split("<span class=\"run\">").skip(1).collect();
        assert!(runs.len() >= monster.len() / 8_192, "{} runs of {} bytes", runs.len(), monster.len());
        assert!(runs.iter().all(|run| text(run).len() <= 8_192 && run.len() < 100_000));
        assert_eq!(text(&shown).trim_end(), plain(&monster).replace('\u{202e}', "").trim_end());
        assert!(
            !shown.contains("dir=\"auto\""),
            "the page would look through all of it for a letter, for each part of it"
        );
        assert!(!html_on_paper(&monster).contains("run"), "paper lays out everything");
    }
    let line = "let x = once;\n";
    let shown = html(&format!("```rust\n{}```", line.repeat(5_000)));
    check(&shown).unwrap();
    assert!(shown.matches("<span class=\"run\">let x = once;\n").count() > 10, "runs of code end where a line does");
    assert_eq!(text(&shown).trim_end(), format!("rust{}", line.repeat(5_000)).trim_end());
    assert!(!html(&words[..4_000]).contains("run"), "what fits a few windows is left as it is");
}

#[test]
fn what_is_too_deep_is_lifted_out_and_not_lost() {
    for monster in [
        format!("{}deep down", ">".repeat(10_000)),
        format!("{}deep down", "- ".repeat(300)),
        format!("{}deep down{}", "*a".repeat(500), "*".repeat(500)),
    ] {
        let shown = html(&monster);
        assert!(text(&shown).contains("deep down"));
        let mut depth = 0_i32;
        let mut deepest = 0;
        for (at, _) in shown.match_indices('<') {
            depth += if shown[at..].starts_with("</") { -1 } else { 1 };
            deepest = deepest.max(depth);
        }
        assert!(deepest < 100, "{deepest} levels");
    }
}

#[test]
fn a_table_too_wide_is_shown_as_written() {
    let source = format!("{}|\n{}|\n", "|a".repeat(1_000), "|-".repeat(1_000));
    let shown = html(&source);
    assert!(shown.starts_with("<pre class=\"raw\""));
    assert_eq!(text(&shown), source.trim_end());
}

#[test]
fn a_message_with_too_many_parts_is_laid_out_as_far_as_it_goes() {
    let source: String = (0..30_000).map(|n| format!("part *{n}*\n\n")).collect();
    let shown = html(&source);
    check(&shown).unwrap();
    assert!(shown.starts_with("<p dir=\"auto\">part <em>0</em></p>"));
    assert!(shown.ends_with("part *29999*\n</span></pre>"), "{}", &shown[shown.len() - 100..]);
    assert_eq!(text(&shown).matches("part ").count(), 30_000);
}

#[test]
fn a_message_of_four_mebibytes_is_shown_whole() {
    let line = "2026-11-12T16:40:00Z INFO request served in 12 ms, <200 OK>\n";
    let log = line.repeat(4 * 1024 * 1024 / line.len());
    for source in [log.clone(), format!("```\n{log}```\n")] {
        let shown = html(&source);
        check(&shown).unwrap();
        assert_eq!(text(&shown).matches("<200 OK>").count(), log.lines().count());
    }
}

#[test]
fn a_block_of_a_mebibyte_that_stays_open_streams_in_bounded_steps() {
    for (start, line) in [
        ("```rust\n", "let x = once;\n"),
        ("", "words and words and words. "),
        ("| a | b |\n|---|---|\n", "| one | two |\n"),
        ("", "- an item\n  - another\n"),
        ("> ", "quoted words "),
    ] {
        let mut stream = Stream::new();
        stream.push(start);
        let mut crossed = 0;
        let piece = line.repeat(10_000 / line.len());
        let mut fed = 0;
        while fed < 1024 * 1024 {
            let step = stream.push(&piece);
            fed += piece.len();
            crossed += step.tail.len() + step.closed.iter().map(String::len).sum::<usize>();
        }
        assert!(crossed < fed * 16, "{line:?}: {crossed} bytes of HTML for {fed} of text");
        let (closed, tail) = stream.snapshot();
        let whole = closed.concat() + &tail;
        let word = line.split_whitespace().rfind(|word| word.len() > 2).unwrap();
        assert!(text(&whole).matches(word).count() >= fed / line.len() - 1, "{line:?}");
    }
}
