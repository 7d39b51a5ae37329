//! Titles: given ones, and the one taken from a first message.

use skein_core::Code;
use skein_core::thread::{check_title, title_from};

#[test]
fn a_title_has_up_to_200_characters_and_no_control_characters() {
    assert_eq!(check_title("  Transfer pricing memo ").unwrap(), "Transfer pricing memo");
    assert!(check_title(&"字".repeat(200)).is_ok());
    for bad in [String::new(), "   ".into(), "字".repeat(201), "a\nb".into(), "a\u{7}b".into()] {
        assert_eq!(check_title(&bad).unwrap_err().code(), Code::InvalidTitle, "{bad:?}");
    }
    let details = check_title(&"字".repeat(201)).unwrap_err().details();
    assert_eq!((&details["size"], &details["limit"]), (&201.into(), &200.into()));
}

#[test]
fn a_thread_takes_its_title_from_the_first_line_with_words() {
    for (text, title) in [
        ("Draft the outline", Some("Draft the outline")),
        ("\n\n## Heading\nmore", Some("Heading")),
        ("> quoted", Some("quoted")),
        ("```\n***\n", None),
        ("东京的天气怎么样?", Some("东京的天气怎么样?")),
    ] {
        assert_eq!(title_from(text).as_deref(), title, "{text:?}");
    }
    let long = title_from(&"several words in a row ".repeat(10)).unwrap();
    assert!(long.chars().count() <= 61 && long.ends_with("row\u{2026}") || long.ends_with('\u{2026}'), "{long}");
    assert!(check_title(&title_from(&"x".repeat(5_000_000)).unwrap()).is_ok());
}
