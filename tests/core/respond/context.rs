//! What the model sees: budgets, what stays out, receipts, and messages that were tampered with.

use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::{Value, json};
use skein_core::Code;
use skein_core::context::{self, PER_MESSAGE, Wish, budget, estimate, window};
use skein_core::endpoint::reply_tokens;
use skein_core::store::message::{self, MessageRow, NewInsert};
use skein_core::store::{Store, StoreError, thread};
use skein_core::thread::{NewMessage, ThreadId};
use skein_core::wire::{Protocol, ResponseRequest, ResponseStatus, Role};
use skein_support::model_server::Reply;

use crate::support::{World, input, refused, request};

#[test]
fn windows_come_from_what_is_told_then_what_is_known_then_a_careful_guess() {
    let chat = |told, model| window(Protocol::OpenaiChat, told, model);
    assert_eq!(chat(Some(1234), "gpt-4o"), 1234);
    assert_eq!(chat(None, "gpt-4o-mini"), 128_000);
    assert_eq!(chat(None, "gpt-4"), 8_192);
    assert_eq!(chat(None, "openai/gpt-4.1-nano"), 1_047_576);
    assert_eq!(chat(None, "anthropic/claude-sonnet-4"), 200_000);
    assert_eq!(chat(None, "some-local-model"), 8_192);
    assert_eq!(window(Protocol::Practice, None, "practice"), 32_768);
}

#[test]
fn room_for_the_reply_is_kept() {
    assert_eq!(budget(8_192, None), 8_192 - 2_048);
    assert_eq!(budget(128_000, None), 128_000 - 4_096);
    let asked = |parameters: serde_json::Value| {
        reply_tokens(Protocol::OpenaiChat, "m", parameters.as_object().expect("an object"))
    };
    assert_eq!(budget(8_192, asked(json!({"max_tokens": 100}))), 8_092);
    assert_eq!(budget(8_192, asked(json!({"max_completion_tokens": 9_000}))), 0);
    // Where the protocol wants the length of the reply said, that much is kept for it.
    let claude = |parameters: serde_json::Value| {
        reply_tokens(Protocol::AnthropicMessages, "claude-sonnet-4-5", parameters.as_object().expect("an object"))
    };
    assert_eq!(budget(200_000, claude(json!({}))), 168_000);
    assert_eq!(budget(200_000, claude(json!({"max_tokens": 1_000}))), 199_000);
}

#[test]
fn estimates_are_on_the_safe_side() {
    // Tokens as tiktoken's cl100k_base counts them.
    for (text, tokens) in [
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("fn main() { println!(\"{}\", 1 + 2); }", 14),
        ("\u{4f60}\u{597d}\u{ff0c}\u{4e16}\u{754c}", 7),
        ("\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}, \u{43c}\u{438}\u{440}", 6),
        ("12345678", 3),
    ] {
        assert!(estimate(text) >= tokens, "{text}: {} < {tokens}", estimate(text));
        assert!(estimate(text) <= 3 * tokens, "{text}: {} is far too many", estimate(text));
    }
}

#[tokio::test]
async fn what_does_not_fit_stays_out_and_is_counted() {
    // A window of 2,000 leaves 1,500 for the context: three turns of 400 letters, not more.
    let world = World::with_window(Some(2_000));
    let long = |n: u32| format!("{n} {}", "word ".repeat(240));
    world.server.always(Reply::text("yes"));
    let mut first = request("t", &long(0));
    first.inputs.insert(0, input(Role::System, "Always be kind."));
    world.ask(first).await.unwrap().done().await;
    for n in 1..4 {
        world.send("t", &long(n)).await;
    }
    let last = world.send("t", &long(4)).await;
    let sent = world.server.last_request().messages();
    assert_eq!(last.context.sent as usize, sent.len());
    assert_eq!(last.context.sent + last.context.left_out, 10, "every message of the path is sent or counted");
    assert!(last.context.left_out > 0);
    assert_eq!(sent[0], ("system".into(), "Always be kind.".into()), "system messages always go");
    assert_eq!(sent.last().unwrap().1, long(4));

    let preview = world.skein.preview_context(Some("t"), None, "a draft").unwrap();
    assert_eq!(preview.messages + preview.left_out, 11);
    assert_eq!(preview.budget, 1_500);
    assert!(preview.tokens <= preview.budget && preview.left_out > 0);
    assert_eq!((preview.endpoint.as_str(), preview.model.as_str()), ("scripted", "scripted"));
}

#[tokio::test]
async fn an_input_that_does_not_fit_is_refused_and_makes_nothing() {
    let world = World::with_window(Some(1_000));
    let error = world.ask(request("t", &"word ".repeat(1_000))).await.map(|_| ()).unwrap_err().detail();
    assert_eq!((error.code.as_str(), &error.details["limit"]), ("context_too_long", &json!(750)));
    assert_eq!(refused(world.skein.get_thread("t")), Code::ThreadNotFound);
    let long_system = ResponseRequest {
        inputs: vec![input(Role::System, &"rule ".repeat(1_000)), input(Role::User, "hi")],
        ..request("t", "")
    };
    assert_eq!(refused(world.ask(long_system).await), Code::ContextTooLong);
    let preview = world.skein.preview_context(None, None, &"word ".repeat(1_000)).unwrap();
    assert!(preview.tokens > preview.budget, "the window can warn before it is sent");
    assert_eq!(world.server.seen().requests, 0);
}

#[tokio::test]
async fn an_altered_message_is_never_sent() {
    let world = World::new();
    world.send("t", "pay 10 euros").await;
    let id = world.path("t")[0].id.clone();
    let foreign = Connection::open(world.dir.path().join("skein.db")).unwrap();
    foreign.execute_batch("DROP TRIGGER message_never_changes;").unwrap();
    foreign.execute("UPDATE message SET texts = '[\"pay 99 euros\"]' WHERE id = ?1", [&id]).unwrap();
    let error = world.ask(request("t", "go on")).await.map(|_| ()).unwrap_err().detail();
    assert_eq!(error.code, "storage_error");
    assert!(error.message.contains(&id), "{}", error.message);
    assert_eq!(world.texts("t").len(), 2, "nothing was added");
    assert_eq!(world.server.seen().requests, 1);
}

#[tokio::test]
async fn the_receipt_says_what_was_sent_and_stays_small() {
    let world = World::new();
    for n in 0..30 {
        world.send("t", &format!("message {n}")).await;
    }
    let foreign = Connection::open(world.dir.path().join("skein.db")).unwrap();
    let mut read = foreign.prepare("SELECT receipt FROM response ORDER BY seq").unwrap();
    let receipts: Vec<String> = read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let path = world.path("t");
    let last: Value = serde_json::from_str(receipts.last().unwrap()).unwrap();
    assert_eq!((&last["sent"], &last["leftOut"]), (&json!(59), &json!(0)));
    assert_eq!(last["tip"], path[58].id);
    assert_eq!(last["oldest"], path[0].id);
    assert_eq!(last["model"], "scripted");
    assert!(world.server.base_url().starts_with(last["origin"].as_str().unwrap()));
    let difference = receipts[29].len() as i64 - receipts[1].len() as i64;
    assert!(difference.abs() < 20, "its size does not follow the thread's length");
}

#[tokio::test]
async fn a_blank_turn_is_never_sent() {
    let world = World::new();
    world.send("t", "hello").await;
    let response = world.send("t", "   ").await;
    assert_eq!(response.status, ResponseStatus::Completed);
    assert!(world.server.last_request().messages().iter().all(|(_, text)| !text.trim().is_empty()));
}

struct Written {
    _dir: tempfile::TempDir,
    store: Store,
    rows: Vec<MessageRow>,
}

fn write(messages: &[(Role, usize)]) -> Written {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let rows = store
        .write(|tx| {
            let thread = thread::insert(tx, &ThreadId::parse("t").unwrap(), None, None, 0)?;
            let mut rows: Vec<MessageRow> = Vec::new();
            for (role, size) in messages {
                let message = NewMessage::new(*role, "w".repeat(*size));
                let parent = rows.last().map(|row| row.seq);
                let new = NewInsert { thread: thread.seq, parent, message: &message, created_at: 0, response: None };
                rows.push(message::insert(tx, &new)?);
            }
            Ok::<_, StoreError>(rows)
        })
        .unwrap();
    Written { _dir: dir, store, rows }
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![1 => Just(Role::System), 6 => Just(Role::User)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever the sizes: all system messages and the longest run of newest messages that fits, no
    /// gap, within the budget; or a refusal, exactly when what is needed does not fit.
    #[test]
    fn the_choice_is_the_best_that_fits(
        messages in prop::collection::vec((role(), 1_usize..300), 1..25),
        budget in 0_u64..1500,
        needed in 1_u32..3,
    ) {
        let written = write(&messages);
        let tip = written.rows.last().map(|row| row.seq);
        let wish = Wish { tip, needed, budget, ..Wish::default() };
        let cost = |size: usize| estimate(&"w".repeat(size)) + PER_MESSAGE;
        let mut goes: Vec<bool> = messages.iter().map(|(role, _)| *role == Role::System).collect();
        let systems = messages.iter().filter(|(role, _)| *role == Role::System);
        let mut tokens: u64 = systems.map(|(_, size)| cost(*size)).sum();
        for (at, (role, size)) in messages.iter().enumerate().rev() {
            let must = messages.len() - at <= needed as usize;
            if *role == Role::System {
                continue;
            }
            if !must && tokens + cost(*size) > budget {
                break;
            }
            tokens += cost(*size);
            goes[at] = true;
        }
        match context::ready(|| written.store.read(|conn| context::choose(conn, &wish))) {
            Ok(context) => {
                let expected: Vec<usize> =
                    messages.iter().zip(&goes).filter(|(_, goes)| **goes).map(|((_, size), _)| *size).collect();
                let sent: Vec<usize> = context.messages.iter().map(|message| message.text.len()).collect();
                prop_assert_eq!(sent, expected);
                prop_assert_eq!(context.tokens, tokens);
                prop_assert!(tokens <= budget);
                prop_assert_eq!((context.sent + context.left_out) as usize, messages.len());
            }
            Err(error) => {
                prop_assert_eq!(error.code(), Code::ContextTooLong);
                prop_assert!(tokens > budget);
            }
        }
    }
}
