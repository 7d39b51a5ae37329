//! Search queries: what is read, and the snippets that show why a message was found.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use skein_core::search::{parse, snippet};
use skein_core::wire::{Role, State};

#[test]
fn words_phrases_and_filters() {
    let query =
        parse("memo \"transfer pricing\" role:user state:locked client:\"Acme GmbH\" after:1970-01-02", &TimeZone::UTC);
    assert_eq!(query.to_match().unwrap(), "\"memo\"* AND \"transfer pricing\"");
    assert_eq!((query.role, query.state), (Some(Role::User), Some(State::Locked)));
    assert_eq!(query.metadata, [("client".into(), "Acme GmbH".into())]);
    assert_eq!(query.after, Some(86_400_000));
}

#[test]
fn any_metadata_and_the_model_narrow_a_search() {
    let query = parse("metadata.matter:TP-1 Model:gpt-4.1 metadata.:x", &TimeZone::UTC);
    assert_eq!(query.metadata, [("matter".into(), "TP-1".into())]);
    assert_eq!(query.model.as_deref(), Some("gpt-4.1"));
    assert_eq!(query.to_match().unwrap(), "\"metadata x\"*");
}

#[test]
fn what_is_no_filter_is_searched_for() {
    for (text, expected) in [
        ("role:king", "\"role king\"*"),
        ("before:tomorrow", "\"before tomorrow\"*"),
        ("https://a.example", "\"https a example\"*"),
        ("\"unclosed phrase", "\"unclosed phrase\""),
        ("東京", "\"東 京\""),
        ("a\"b", "\"a b\"*"),
        ("AND OR NOT NEAR(", "\"and\"* AND \"or\"* AND \"not\"* AND \"near\"*"),
        ("Ärger", "\"arger\"*"),
    ] {
        assert_eq!(parse(text, &TimeZone::UTC).to_match().as_deref(), Some(expected), "{text}");
    }
    assert_eq!(parse(" \"\" * () ", &TimeZone::UTC).to_match(), None);
}

#[test]
fn a_snippet_marks_every_match_around_the_first() {
    let query = parse("pricing \"the memo\"", &TimeZone::UTC);
    assert_eq!(snippet("Send the memo on Pricing-rules.", &query), ["Send ", "the memo", " on ", "Pricing", "-rules."]);
    let far = format!("{} needle {}", "x ".repeat(500), "y ".repeat(500));
    let pieces = snippet(&far, &parse("needle", &TimeZone::UTC));
    assert_eq!(pieces[1], "needle");
    assert!(pieces[0].starts_with('\u{2026}') && pieces[2].ends_with('\u{2026}'));
    assert!(pieces.concat().len() < 260);
    assert_eq!(snippet("我在东京工作", &parse("东京", &TimeZone::UTC)), ["我在", "东京", "工作"]);
    assert_eq!(snippet("Café crème", &parse("creme", &TimeZone::UTC)), ["Café ", "crème", ""]);
}

#[test]
fn a_snippet_is_short_however_long_the_word_that_matches() {
    for text in ["x".repeat(1024 * 1024), format!("{}\u{e9}{}", "x".repeat(399), "x".repeat(1024 * 1024))] {
        let pieces = snippet(&text, &parse("x", &TimeZone::UTC));
        assert!(pieces.concat().len() < 420 && pieces[1].starts_with("xxx") && pieces[2] == "\u{2026}", "{pieces:?}");
    }
}

proptest! {
    #[test]
    fn any_query_can_be_read_and_any_text_be_cut(query in "\\PC{0,40}", text in "\\PC{0,600}") {
        let query = parse(&query, &TimeZone::UTC);
        let pieces = snippet(&text, &query);
        prop_assert!(pieces.len() % 2 == 1);
    }
}
