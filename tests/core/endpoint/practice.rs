//! The practice model: no network, and everything a call tells.

use skein_core::wire::Role::{Assistant, System, User};
use skein_core::wire::{FinishReason, Protocol};

use super::{Told, call_to, message, tell};

async fn ask(messages: &[(skein_core::wire::Role, &str)]) -> Told {
    let mut call = call_to("http://127.0.0.1:1/v1");
    call.protocol = Protocol::Practice;
    call.base_url = None;
    call.model = "gpt-4.1".into();
    call.messages = messages.iter().map(|(role, text)| message(*role, text)).collect();
    tell(&call).await
}

#[tokio::test]
async fn it_says_what_it_was_given() {
    let told = ask(&[(User, "Hello there")]).await;
    assert_eq!(told.error, None);
    assert!(
        told.text.starts_with("You have sent 1 message. The last one has 2 words:\n\n> Hello there\n\n"),
        "{}",
        told.text
    );
    let told = ask(&[(System, "Be kind."), (User, "One"), (Assistant, "Two"), (User, "Three")]).await;
    assert!(
        told.text.starts_with("You have sent 4 messages (1 of mine among them, 1 for the system)."),
        "{}",
        told.text
    );
}

#[tokio::test]
async fn it_answers_as_practice_whatever_was_asked_for() {
    let told = ask(&[(User, "Hello there")]).await;
    assert_eq!((told.models, told.finish), (vec!["practice".to_owned()], vec![FinishReason::Stop]));
    assert_eq!(told.usage.unwrap().input_tokens, 2);
}

#[tokio::test]
async fn it_writes_as_many_words_as_it_is_asked_for() {
    for count in [1, 7, 100, 2500] {
        let told = ask(&[(User, &format!("Please write {count} words, will you?"))]).await;
        assert_eq!(told.text.split_whitespace().count(), count);
        assert_eq!(told.usage.unwrap().output_tokens, count as u64);
    }
    assert_eq!(ask(&[(User, "write 999999999 words")]).await.text.split_whitespace().count(), 100_000);
}

#[tokio::test]
async fn nothing_at_all_is_refused() {
    assert_eq!(ask(&[(User, "  ")]).await.code(), "invalid_request");
}

#[tokio::test]
async fn what_it_repeats_is_shown_as_the_text_it_was() {
    for asked in ["sorted(m.margin for m in [a](b)) $x$ `c` **d** {e}", "# <b>bold</b> ![x](http://example.com) ```"] {
        let shown = skein_core::render::plain(&ask(&[(User, asked)]).await.text);
        assert!(shown.contains(asked), "{shown}");
    }
}
