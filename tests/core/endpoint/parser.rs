//! The event-stream parser: any bytes, split anywhere, within its bounds.

use proptest::collection::vec;
use proptest::prelude::*;
use skein_core::endpoint::sse::{EVENT_BYTES, Item, LINE_BYTES, Parser, TooLong};

fn event(name: &str, data: &str) -> Item {
    Item::Event { name: name.into(), data: data.into() }
}

fn parse_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Item>, TooLong> {
    let (mut parser, mut items) = (Parser::default(), Vec::new());
    for piece in pieces {
        parser.push(piece, &mut items)?;
    }
    parser.finish(&mut items)?;
    Ok(items)
}

fn parse(bytes: impl AsRef<[u8]>) -> Vec<Item> {
    parse_pieces([bytes.as_ref()]).unwrap()
}

#[test]
fn an_event_is_its_data_lines_and_its_name() {
    assert_eq!(parse("event: ping\ndata: a\ndata: b\n\n"), [event("ping", "a\nb")]);
    assert_eq!(parse("data: a\n\ndata: b\n\n"), [event("", "a"), event("", "b")]);
}

#[test]
fn one_space_after_the_colon_is_no_part_of_the_data() {
    assert_eq!(parse("data:a\n\ndata: a\n\ndata:  a\n\n"), [event("", "a"), event("", "a"), event("", " a")]);
}

#[test]
fn lines_end_with_lf_or_cr_or_both_and_not_with_other_separators() {
    for end in ["\n", "\r", "\r\n"] {
        let stream = format!("data: a\u{2028}b\u{85}c{end}data: d{end}{end}data: e{end}{end}");
        assert_eq!(parse(stream), [event("", "a\u{2028}b\u{85}c\nd"), event("", "e")], "{end:?}");
    }
}

#[test]
fn a_cr_ends_its_line_at_once_and_a_late_lf_belongs_to_it() {
    let (mut parser, mut items) = (Parser::default(), Vec::new());
    parser.push(b"data: a\r\n\r", &mut items).unwrap();
    assert_eq!(items, [event("", "a")], "the event must not wait for a byte that may never come");
    parser.push(b"\nevent: x\r", &mut items).unwrap();
    parser.push(b"", &mut items).unwrap();
    parser.push(b"\ndata: b\r\n\r\n", &mut items).unwrap();
    assert_eq!(items, [event("", "a"), event("x", "b")]);
}

#[test]
fn comments_are_signs_of_life_and_unknown_fields_are_nothing() {
    let stream = ": waiting\n:\nid: 7\nretry: 10\nfoo\ndata: a\n: in between\ndata: b\n\n";
    let comments = [Item::Comment, Item::Comment, Item::Comment];
    let items = parse(stream);
    assert_eq!(items.iter().filter(|item| comments.contains(item)).count(), 3);
    assert_eq!(items.last(), Some(&event("", "a\nb")));
}

#[test]
fn an_event_without_data_is_none_and_its_name_does_not_stay() {
    assert_eq!(parse("event: ping\n\ndata: a\n\n"), [event("", "a")]);
    assert_eq!(parse("data\n\n"), [event("", "")]);
}

#[test]
fn a_byte_order_mark_is_dropped_at_the_start_only() {
    assert_eq!(parse("\u{feff}data: a\n\ndata: \u{feff}b\n\n"), [event("", "a"), event("", "\u{feff}b")]);
}

#[test]
fn the_last_blank_line_may_be_missing() {
    assert_eq!(parse("data: a\n"), [event("", "a")]);
    assert_eq!(parse("data: a"), [event("", "a")]);
    assert_eq!(parse(""), []);
}

#[test]
fn bytes_that_are_no_utf8_become_replacement_characters() {
    assert_eq!(parse(b"data: a\xFFb\xE2\x82\n\n"), [event("", "a\u{fffd}b\u{fffd}")]);
}

#[test]
fn an_error_line_is_an_event_called_error() {
    assert_eq!(parse("error: {\"code\":500}\n\n"), [event("error", "{\"code\":500}")]);
}

#[test]
fn a_line_of_1_mib_is_taken_and_a_byte_more_is_not() {
    let line = format!("data:{}", "a".repeat(LINE_BYTES - 5));
    assert_eq!(parse(&line), [event("", &line[5..])]);
    for size in [1, 1000, LINE_BYTES] {
        let long = line.clone() + "a\n";
        assert_eq!(parse_pieces(long.as_bytes().chunks(size)), Err(TooLong), "in pieces of {size}");
    }
}

#[test]
fn an_event_of_many_lines_is_bounded_too() {
    let line = format!("data: {}\n", "a".repeat(1024));
    let (mut parser, mut items) = (Parser::default(), Vec::new());
    let taken = (0..EVENT_BYTES).take_while(|_| parser.push(line.as_bytes(), &mut items).is_ok()).count();
    assert!(taken * 1024 <= EVENT_BYTES && taken * 1030 > EVENT_BYTES - 4096, "{taken} lines");
    assert_eq!(items, []);
}

#[test]
fn what_came_before_a_line_that_is_too_long_is_kept() {
    let (mut parser, mut items) = (Parser::default(), Vec::new());
    let stream = format!("data: a\n\ndata: {}", "b".repeat(LINE_BYTES));
    assert_eq!(parser.push(stream.as_bytes(), &mut items), Err(TooLong));
    assert_eq!(items, [event("", "a")]);
}

/// The standard's algorithm word by word, over the whole stream at once.
fn reference(bytes: &[u8]) -> Vec<Item> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
    let (mut items, mut name, mut data) = (Vec::new(), String::new(), Vec::new());
    for line in text.split('\n').chain([""]) {
        if line.is_empty() {
            if !data.is_empty() {
                items.push(event(&name, &data.join("\n")));
            }
            (name, data) = (String::new(), Vec::new());
        } else if line.starts_with(':') {
            items.push(Item::Comment);
        } else {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match field {
                "event" => name = value,
                "data" => data.push(value),
                _ => {}
            }
        }
    }
    items
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known: [&[u8]; 14] = [
        b"data:",
        b"data: ",
        b"event: ",
        b"x",
        b":",
        b" ",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"\xEF\xBB\xBF",
        "\u{2028}".as_bytes(),
        "\u{1f600}".as_bytes(),
        b"\xFF",
    ];
    prop_oneof![9 => proptest::sample::select(known.to_vec()).prop_map(<[u8]>::to_vec), 1 => vec(any::<u8>(), 1..4)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_split_anywhere_read_as_the_standard_says(
        pieces in vec(piece(), 0..60),
        cuts in vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let bytes = pieces.concat();
        let expected = reference(&bytes);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let split = cuts.windows(2).map(|ends| &bytes[ends[0]..ends[1]]);
        prop_assert_eq!(parse_pieces(split).unwrap(), expected.clone());
        prop_assert_eq!(parse_pieces(bytes.chunks(1)).unwrap(), expected);
    }
}
