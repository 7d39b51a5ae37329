//! Tokenizers: what they count, and that nobody who writes waits until one is made.

use std::panic::{AssertUnwindSafe, catch_unwind};

use skein_core::context::CountedBy;
use skein_core::store::Store;
use skein_core::wire::{ResponseRequest, ResponseStatus};
use skein_core::{Code, Error, Running};

use crate::support::{World, refused, request};

#[test]
fn openai_models_are_counted_as_openai_counts() {
    let families =
        [("gpt-4o-mini", CountedBy::O200k), ("openai/gpt-4.1", CountedBy::O200k), ("gpt-5", CountedBy::O200k)];
    let others = [("gpt-4-turbo", CountedBy::Cl100k), ("gpt-3.5-turbo", CountedBy::Cl100k), ("o3", CountedBy::O200k)];
    for (model, by) in families.into_iter().chain(others).chain([("claude-sonnet-4", CountedBy::Estimate)]) {
        assert_eq!(CountedBy::best_for(model), by, "{model}");
    }
    CountedBy::Cl100k.get_ready();
    CountedBy::O200k.get_ready();
    // As tiktoken counts them.
    for (text, cl100k, o200k) in [
        ("The quick brown fox jumps over the lazy dog.", 10, 10),
        ("\u{4f60}\u{597d}\u{ff0c}\u{4e16}\u{754c}", 6, 3),
        ("12345678", 3, 3),
        ("", 0, 0),
    ] {
        assert_eq!(CountedBy::Cl100k.count(text, 1000), cl100k, "{text}");
        assert_eq!(CountedBy::O200k.count(text, 1000), o200k, "{text}");
    }
    assert!(CountedBy::O200k.count(&"word ".repeat(1000), 10) > 10, "past the most, any number above it");
}

/// Words that the estimate takes for more than they are.
const WORDS: &str = "international ";

async fn ask(world: &World, thread: Option<&str>, text: &str) -> Result<Running, Error> {
    let model = Some("scripted/gpt-4o".to_owned());
    let request = match thread {
        Some(thread) => request(thread, text),
        None => ResponseRequest { thread: None, ..request("none", text) },
    };
    world.ask(ResponseRequest { model, ..request }).await
}

#[test]
fn in_a_transaction_no_tokenizer_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let make = || {
        CountedBy::O200k.get_ready();
        Ok::<_, Error>(())
    };
    let writing = || store.write(|_| make());
    let reading = || store.read(|_| make());
    assert!(catch_unwind(AssertUnwindSafe(writing)).is_err(), "whoever writes would wait");
    assert!(catch_unwind(AssertUnwindSafe(reading)).is_err(), "the log would grow meanwhile");
    make().unwrap();
    assert!(CountedBy::O200k.is_ready());
}

/// Each of these would panic if it made the tokenizer where the test above forbids it.
#[tokio::test]
async fn what_only_a_tokenizer_can_tell_is_counted_by_it_in_threads_chains_and_previews() {
    let world = World::with_window(Some(8_192));
    let long = WORDS.repeat(2_000);
    let preview = world.skein.preview_context(None, Some("scripted/gpt-4o"), &long).unwrap();
    assert!(preview.tokens < preview.budget, "{preview:?}");
    assert!(skein_core::context::estimate(&long) > preview.budget, "the estimate alone would refuse it");
    for thread in [Some("t"), None] {
        let response = ask(&world, thread, &long).await.unwrap().done().await;
        assert_eq!(response.status, ResponseStatus::Completed);
        assert_eq!(world.skein.receipt(&response.id).unwrap().tokens.counted_by, "o200k_base");
    }
    assert_eq!(refused(ask(&world, Some("other"), &WORDS.repeat(9_000)).await), Code::ContextTooLong);
    assert_eq!(refused(world.skein.get_thread("other")), Code::ThreadNotFound, "nothing is kept of what was refused");
    assert_eq!(world.server.seen().requests, 2);
}

#[tokio::test]
async fn what_comes_near_the_budget_has_a_tokenizer_made_in_the_background() {
    let world = World::with_window(Some(8_192));
    let near = "word ".repeat(3_000);
    let preview = world.skein.preview_context(None, Some("scripted/gpt-4"), &near).unwrap();
    assert!(preview.tokens > preview.budget * 3 / 4 && preview.tokens < preview.budget, "{preview:?}");
    crate::support::eventually("the tokenizer is ready", || CountedBy::Cl100k.is_ready()).await;
}
