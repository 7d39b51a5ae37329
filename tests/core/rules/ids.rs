//! Thread ids: the caller's own, checked, and generated ones.

use proptest::prelude::*;
use skein_core::Code;
use skein_core::thread::{MessageId, ThreadId, generate};

#[test]
fn ids_that_a_caller_may_choose() {
    let longest = "a".repeat(128);
    for id in ["a", "thread_user123_session1", "A-Z.a_z:0@9~+=-", "support_user123_ticket789", &longest] {
        assert_eq!(ThreadId::parse(id).unwrap().as_str(), id);
    }
}

#[test]
fn ids_that_are_refused_name_the_offending_character() {
    let too_long = "a".repeat(129);
    for (id, named) in [
        ("", "empty"),
        (too_long.as_str(), "129 characters"),
        ("a b", "a space (U+0020)"),
        ("a/b", "\u{201c}/\u{201d}"),
        ("a\0b", "U+0000"),
        ("a\u{200F}b", "U+200F"),
        ("ä", "U+00E4"),
        ("a%2e", "\u{201c}%\u{201d}"),
        ("a\nb", "U+000A"),
    ] {
        let error = ThreadId::parse(id).unwrap_err();
        assert_eq!(error.code(), Code::InvalidThreadId, "{id:?}");
        assert!(error.to_string().contains(named), "{id:?}: {error}");
    }
    let details = ThreadId::parse(&too_long).unwrap_err().details();
    assert_eq!((&details["size"], &details["limit"]), (&129.into(), &128.into()));
}

#[test]
fn generated_ids_have_a_prefix_and_32_hex_digits_and_differ() {
    let (one, two) = (generate("thread"), MessageId::generate());
    let hex = one.strip_prefix("thread_").unwrap();
    assert_eq!(hex.len(), 32);
    assert!(hex.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)));
    assert!(two.as_str().starts_with("msg_"));
    assert_ne!(MessageId::generate(), two);
    assert!(ThreadId::parse(ThreadId::generate().as_str()).is_ok());
}

proptest! {
    #[test]
    fn an_id_is_accepted_exactly_when_every_character_is_allowed(id in "\\PC{1,130}") {
        let allowed = id.chars().all(|c| c.is_ascii_alphanumeric() || "._:@~+=-".contains(c)) && id.len() <= 128;
        prop_assert_eq!(ThreadId::parse(&id).is_ok(), allowed);
    }
}
