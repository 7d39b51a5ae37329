//! Scripts, emoji, and characters that no font has.

use serde_json::{Value, json};

use super::{message, paragraph, part, print};

fn said(text: &str) -> Value {
    part(vec![message(1, json!([paragraph(text)]))])
}

#[test]
fn words_of_many_scripts_are_found() {
    let texts = ["Größe naïve Ærø", "Ελληνικά", "Русский язык", "租赁合同审查", "مراجعة عقد الإيجار"];
    let words = print(&said(&texts.join(" · "))).words();
    for word in texts.iter().flat_map(|text| text.split(' ')) {
        // Readers give back Arabic in one of two orders.
        let turned: String = word.chars().rev().collect();
        assert!(words.contains(word) || words.contains(&turned), "{word}: {words}");
    }
    assert!(!words.contains('□'), "{words}");
}

#[test]
fn emoji_are_drawn() {
    let printed = print(&said("Done 🎉 and 👩‍🚀 and 🇩🇪 and 👍🏽"));
    let words = printed.words();
    assert!(words.contains('🎉') && !words.contains('□'), "{words}");
}

#[test]
fn a_character_without_a_glyph_is_a_box_and_a_note() {
    let words = print(&said("before \u{0378} and \u{0378} after \u{1FFF0}")).words();
    assert!(words.contains("before □ and □ after □"), "{words}");
    assert!(words.contains("U+0378 (2 times), U+1FFF0"), "{words}");
    assert!(!print(&said("all is there")).words().contains('□'));
}

#[test]
fn marks_that_fit_no_letter_stop_nothing() {
    let stacked = format!("Z{}", "\u{0315}\u{0336}\u{035C}\u{0489}".repeat(12));
    let odd = "a\u{20E3} \u{0300} क्\u{200D}ष \u{0E48} \u{FE0F} 1\u{FE0F}\u{20E3} \u{1F3FD} \u{E0067}\u{E007F} \u{AD}";
    let body = json!([paragraph(&stacked), paragraph(odd), { "k": "code", "lang": "", "s": odd }]);
    print(&part(vec![message(1, body)]));
}

#[test]
fn every_character_of_the_first_plane_can_be_printed() {
    let all: String = (0x20..0xFFFF).filter_map(char::from_u32).collect();
    let lines: Vec<String> = all.chars().collect::<Vec<_>>().chunks(256).map(|line| line.iter().collect()).collect();
    let body: Vec<Value> = lines.iter().map(|line| paragraph(line)).collect();
    print(&part(vec![message(1, json!(body))]));
}
