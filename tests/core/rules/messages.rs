//! Messages: what may be sent, how many fit, and the hash that notices a change.

use proptest::prelude::*;
use skein_core::Code;
use skein_core::store::setting::hex;
use skein_core::thread::{NewMessage, Place, check_inputs, check_room, content_hash, limits};
use skein_core::wire::{Input, Role, TextPart};

fn input(texts: &[&str]) -> Input {
    let texts = texts.iter().map(|text| TextPart { text: (*text).into() }).collect();
    Input { role: Role::User, texts, content: None }
}

#[test]
fn an_input_may_have_several_parts_or_a_plain_string() {
    let plain = Input { content: Some("hello".into()), ..input(&[]) };
    let messages = check_inputs(vec![input(&["a", "b"]), plain]).unwrap();
    assert_eq!(messages[0].texts, ["a", "b"]);
    assert_eq!(messages[1].texts, ["hello"]);
    assert_ne!(messages[0].id, messages[1].id);
}

#[test]
fn a_request_without_text_is_refused() {
    for inputs in [vec![], vec![input(&[])], vec![input(&[""])], vec![input(&["a"]), input(&["", ""])]] {
        assert_eq!(check_inputs(inputs).unwrap_err().code(), Code::InvalidRequest);
    }
}

#[test]
fn a_message_holds_4_mib_and_not_a_byte_more() {
    let longest = "x".repeat(limits::MESSAGE_BYTES);
    assert!(check_inputs(vec![input(&[&longest])]).is_ok());
    let error = check_inputs(vec![input(&[&longest, "y"])]).unwrap_err();
    assert_eq!(error.code(), Code::MessageTooLarge);
    assert_eq!(error.details()["size"], 4_194_305);
    assert_eq!(error.details()["limit"], 4_194_304);
}

#[test]
fn the_reply_must_fit_as_well() {
    assert!(check_room(9_998, 1).is_ok());
    let error = check_room(9_999, 1).unwrap_err();
    assert_eq!(error.code(), Code::MessageLimitReached);
    assert_eq!((error.details()["size"].as_u64(), error.details()["limit"].as_u64()), (Some(10_001), Some(10_000)));
    let error = check_room(0, 10_000).unwrap_err();
    assert_eq!(error.details()["size"], 10_001, "what was to be added counts, in a thread that is yet to be made too");
}

const PLACE: Place = Place { seq: 7, thread: 1, parent: Some(6), response: None, created_at: 1_700_000_000_000 };

#[test]
fn the_hash_of_a_message_is_the_one_that_stores_hold() {
    let mut message = NewMessage::new(Role::User, "Grüezi");
    message.id = String::from("msg_1").into();
    let hash = content_hash(PLACE, &message);
    assert_eq!(
        hex(&hash),
        "5c8abc7e951da75772719081133867f7d2810261c837f63217f1e3ed95c089a9",
        "stored messages would all read as altered"
    );
}

proptest! {
    #[test]
    fn any_change_of_a_message_changes_its_hash(text in ".{0,40}", other in ".{0,40}", cut in 0_usize..40) {
        let one = NewMessage::new(Role::User, text.clone());
        let hash = content_hash(PLACE, &one);
        let mut changed = vec![NewMessage { role: Role::Assistant, ..one.clone() }];
        changed.push(NewMessage { reasoning: Some(String::new()), ..one.clone() });
        changed.push(NewMessage { model: Some(other.clone()), ..one.clone() });
        changed.push(NewMessage { texts: vec![text.clone(), String::new()], ..one.clone() });
        if other != text {
            changed.push(NewMessage { texts: vec![other], ..one.clone() });
        }
        let at = text.floor_char_boundary(cut.min(text.len()));
        changed.push(NewMessage { texts: vec![text[..at].into(), text[at..].into()], ..one.clone() });
        for other in changed {
            prop_assert_ne!(content_hash(PLACE, &other), hash);
        }
        prop_assert_ne!(content_hash(Place { parent: None, ..PLACE }, &one), hash);
        prop_assert_ne!(content_hash(Place { seq: 8, ..PLACE }, &one), hash);
        prop_assert_eq!(content_hash(PLACE, &one), hash);
    }
}
