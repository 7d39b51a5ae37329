//! Two versions of a text beside each other.

use proptest::prelude::*;
use skein_core::render::compare;
use skein_core::wire::{ComparedPiece, ComparedRow};

/// A row as text: what changed stands in brackets.
fn shown(row: &ComparedRow) -> String {
    let side = |pieces: &Option<Vec<ComparedPiece>>| {
        let write =
            |piece: &ComparedPiece| if piece.changed { format!("[{}]", piece.text) } else { piece.text.clone() };
        pieces.as_ref().map_or("-".into(), |pieces| pieces.iter().map(write).collect::<String>())
    };
    match row {
        ComparedRow::Lines { left, right } => format!("{} | {}", side(left), side(right)),
        ComparedRow::Alike { lines } => format!("{lines} alike"),
        ComparedRow::More { lines } => format!("{lines} more"),
    }
}

fn rows(left: &str, right: &str) -> Vec<String> {
    compare(left, right).iter().map(shown).collect()
}

#[test]
fn the_words_that_changed_are_marked() {
    assert_eq!(rows("a red fox runs", "a grey fox runs"), ["a [red] fox runs | a [grey] fox runs"]);
    assert_eq!(rows("one\ntwo", "one\ntwo\nthree"), ["one | one", "two | two", "- | [three]"]);
    assert_eq!(rows("gone\nstays", "stays"), ["[gone] | -", "stays | stays"]);
    assert_eq!(rows("所有的猫", "所有的狗"), ["所有的[猫] | 所有的[狗]"]);
}

#[test]
fn lines_with_little_in_common_change_as_a_whole() {
    assert_eq!(rows("alpha beta gamma", "one two three four"), ["[alpha beta gamma] | [one two three four]"]);
}

#[test]
fn what_is_alike_is_left_out_but_for_what_stands_next_to_a_change() {
    let text = |middle: &str| {
        let lines = |from: usize| (from..from + 20).map(|n| format!("{n}\n")).collect::<String>();
        format!("{}{middle}\n{}", lines(0), lines(20))
    };
    assert_eq!(
        rows(&text("a b c"), &text("a x c")),
        ["17 alike", "17 | 17", "18 | 18", "19 | 19", "a [b] c | a [x] c", "20 | 20", "21 | 21", "22 | 22", "17 alike"]
    );
    assert_eq!(rows("same\n", "same\n"), ["same | same"]);
}

#[test]
fn what_turns_text_around_is_spelled_out() {
    assert_eq!(rows("a\u{202e}b", "a\u{202e}b"), ["a⟨U+202E⟩b | a⟨U+202E⟩b"]);
}

#[test]
fn texts_that_share_nothing_cost_no_more_than_a_moment() {
    let many = |word: &str| (0..20_000).map(|n| format!("{word}{n}\n")).collect::<String>();
    let compared = compare(&many("a"), &many("b"));
    assert!(matches!(compared.last(), Some(ComparedRow::More { lines: 16_000 })), "{:?}", compared.last());
    compare(&"x ".repeat(500_000), &"y ".repeat(500_000));
}

proptest! {
    /// Each side, read down, is its text.
    #[test]
    fn nothing_is_lost_and_nothing_is_added(left in "([ab] ?[cd]?\n){0,12}", right in "([ab] ?[cd]?\n){0,12}") {
        let mut sides = (String::new(), String::new());
        let mut left_out = 0;
        for row in compare(&left, &right) {
            match row {
                ComparedRow::Lines { left, right } => {
                    for (side, text) in [(left, &mut sides.0), (right, &mut sides.1)] {
                        if let Some(pieces) = side {
                            text.extend(pieces.iter().map(|piece| piece.text.as_str()));
                            text.push('\n');
                        }
                    }
                }
                ComparedRow::Alike { lines } => left_out += lines as usize,
                ComparedRow::More { .. } => unreachable!(),
            }
        }
        prop_assert_eq!(sides.0.lines().count() + left_out, left.lines().count());
        prop_assert_eq!(sides.1.lines().count() + left_out, right.lines().count());
        if left_out == 0 {
            prop_assert_eq!(sides, (left, right));
        }
    }
}
