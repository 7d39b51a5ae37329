//! A response's life told as a table, and random lives that must keep the promises of every life.

use std::time::Duration;

use proptest::prelude::*;
use skein_core::Code;
use skein_core::endpoint::{CallEvent, Retry, Sent};
use skein_core::response::{Chunk, ChunkKind, Effect, End, Event, Failure, Happening, Machine, RETRIES, SAVE_BYTES};
use skein_core::wire::{ErrorDetail, FinishReason, JsonObject, ResponseStatus, Usage};

use ResponseStatus::{Cancelled, Completed, Failed, Interrupted};

const LIMIT: usize = 4 * 1024 * 1024;

fn error(code: Code) -> ErrorDetail {
    ErrorDetail { code: code.as_str().into(), message: String::new(), details: JsonObject::new() }
}

fn failed(code: Code, retry: Retry) -> Event {
    Event::CallEnded(Err(Failure { code, error: error(code), retry }))
}

fn refused() -> Event {
    failed(Code::EndpointUnreachable, Retry::After(None))
}

fn text(text: &str) -> Event {
    Event::Call(CallEvent::Text(text.into()))
}

fn finish(reason: FinishReason) -> Event {
    Event::Call(CallEvent::Finish(reason))
}

/// Everything a life did.
#[derive(Default)]
struct Told {
    effects: Vec<Effect>,
    ends: Vec<End>,
    saved: String,
    shown: String,
    calls: u32,
    closed: u32,
}

/// Lives a life. A save succeeds at once, as it does on a disk that is well.
fn live(events: impl IntoIterator<Item = Event>) -> Told {
    let mut machine = Machine::new(7);
    let mut told = Told::default();
    for (at, event) in events.into_iter().enumerate() {
        let mut effects = machine.step(event, at as i64);
        while let Some(effect) = (!effects.is_empty()).then(|| effects.remove(0)) {
            assert!(told.ends.is_empty(), "{effect:?} came after the end");
            if let Effect::Save(_) = &effect {
                effects.extend(machine.step(Event::Saved, at as i64));
            }
            told.note(effect);
        }
    }
    told
}

impl Told {
    fn note(&mut self, effect: Effect) {
        match &effect {
            Effect::Save(chunks) => self.saved += &said(chunks),
            Effect::Emit(Happening::Text(text)) => self.shown += text,
            Effect::Call { .. } => self.calls += 1,
            Effect::CloseConnection => self.closed += 1,
            Effect::End(end) => {
                self.saved += &said(&end.rest);
                self.ends.push(end.clone());
            }
            Effect::Wait { .. } | Effect::Emit(_) => {}
        }
        self.effects.push(effect);
    }

    fn end(&self) -> &End {
        assert_eq!(self.ends.len(), 1, "one end, not {:?}", self.ends);
        &self.ends[0]
    }

    fn waits(&self) -> Vec<i64> {
        self.effects.iter().filter_map(|e| if let Effect::Wait { until } = e { Some(*until) } else { None }).collect()
    }
}

fn said(chunks: &[Chunk]) -> String {
    chunks.iter().filter(|c| c.kind == ChunkKind::Text).map(|c| c.text.as_str()).collect()
}

/// Name, events, status, text kept, code of the error, calls made.
type Row = (&'static str, Vec<Event>, ResponseStatus, &'static str, Option<Code>, u32);

#[test]
fn lives_end_as_the_table_says() {
    use Event::{Begin, Cancel, CancelSeen, RetryDue, SaveDue, Shutdown};
    let stop = || finish(FinishReason::Stop);
    let done = || Event::CallEnded(Ok(()));
    let cut = || failed(Code::EndpointUnreachable, Retry::No);
    let accepted = Event::Call(CallEvent::Accepted(None));
    let sent = Event::Call(CallEvent::Sending(Sent::of(b"", None)));
    let connected = Event::Call(CallEvent::Connected);
    let no = failed(Code::EndpointRejected, Retry::No);
    // Any code that the machine itself does not give.
    let no_word = failed(Code::ContextTooLong, Retry::No);
    let unsaved = Event::SaveFailed(vec![chunk("a")], error(Code::StorageFull));
    let table: Vec<Row> = vec![
        ("whole", vec![Begin, text("a"), text("b"), stop(), done()], Completed, "ab", None, 1),
        ("saved on the way", vec![Begin, text("a"), SaveDue, text("b"), stop(), done()], Completed, "ab", None, 1),
        ("late chunk", vec![Begin, text("a"), Cancel, text("late"), stop(), done()], Cancelled, "a", None, 1),
        ("cancel before the call", vec![Cancel, Begin], Cancelled, "", None, 0),
        ("cancel during connect", vec![Begin, Cancel, done()], Cancelled, "", None, 1),
        ("cancel from elsewhere", vec![Begin, text("a"), CancelSeen], Cancelled, "a", None, 1),
        ("cancel while waiting", vec![Begin, refused(), Cancel, RetryDue], Cancelled, "", None, 1),
        ("cancel twice", vec![Begin, Cancel, CancelSeen, Cancel], Cancelled, "", None, 1),
        ("retry", vec![Begin, refused(), RetryDue, text("a"), stop(), done()], Completed, "a", None, 2),
        ("no retry once text came", vec![Begin, text("a"), refused()], Failed, "a", Some(Code::EndpointUnreachable), 1),
        ("no retry once it accepted", vec![Begin, accepted, refused()], Failed, "", Some(Code::EndpointUnreachable), 1),
        (
            "retry after a reset",
            vec![Begin, sent, connected, refused(), RetryDue, text("a"), stop(), done()],
            Completed,
            "a",
            None,
            2,
        ),
        ("refused for good", vec![Begin, no], Failed, "", Some(Code::EndpointRejected), 1),
        ("cut", vec![Begin, text("a"), cut()], Failed, "a", Some(Code::EndpointUnreachable), 1),
        ("cut after the finish", vec![Begin, text("a"), stop(), cut()], Completed, "a", None, 1),
        ("no finish", vec![Begin, text("a"), done()], Failed, "a", Some(Code::EndpointRejected), 1),
        ("empty", vec![Begin, stop(), done()], Failed, "", Some(Code::EndpointRejected), 1),
        ("empty, and why", vec![Begin, stop(), no_word], Failed, "", Some(Code::ContextTooLong), 1),
        ("shutdown", vec![Begin, text("a"), Shutdown, text("b")], Interrupted, "a", None, 1),
        ("shutdown while waiting", vec![Begin, refused(), Shutdown, RetryDue], Interrupted, "", None, 1),
        ("shutdown before the call", vec![Shutdown], Interrupted, "", None, 0),
        ("retry due out of turn", vec![Begin, RetryDue, text("a"), stop(), done()], Completed, "a", None, 1),
        ("save failed", vec![Begin, text("b"), unsaved], Failed, "ab", Some(Code::StorageFull), 1),
    ];
    for (name, events, status, kept, code, calls) in table {
        let told = live(events);
        let end = told.end();
        assert_eq!(end.status, status, "{name}");
        assert_eq!(told.saved, kept, "{name}");
        assert_eq!(end.error.as_ref().map(|e| e.code.as_str()), code.map(Code::as_str), "{name}");
        assert_eq!(told.calls, calls, "{name}");
    }
}

fn chunk(text: &str) -> Chunk {
    Chunk { kind: ChunkKind::Text, text: text.into() }
}

#[test]
fn a_running_call_is_closed_and_a_finished_one_is_not() {
    for (events, closed) in [
        (vec![Event::Begin, Event::Cancel], 1),
        (vec![Event::Begin, text("a"), Event::Shutdown], 1),
        (vec![Event::Begin, refused(), Event::Cancel], 0),
        (vec![Event::Begin, text("a"), Event::CallEnded(Ok(()))], 0),
    ] {
        assert_eq!(live(events.clone()).closed, closed, "{events:?}");
    }
}

#[test]
fn three_repetitions_and_no_more_each_later_than_the_one_before() {
    let mut events = vec![Event::Begin];
    for _ in 0..10 {
        events.extend([refused(), Event::RetryDue]);
    }
    let told = live(events);
    assert_eq!(told.calls, 1 + RETRIES);
    assert_eq!(told.end().status, Failed);
    let ranges = [500..1500, 1000..3000, 2000..6000];
    for ((wait, asked_at), range) in told.waits().into_iter().zip([1, 3, 5]).zip(ranges) {
        assert!(range.contains(&(wait - asked_at)), "{wait} after {asked_at} is not in {range:?}");
    }
}

#[test]
fn waiting_times_differ_from_seed_to_seed() {
    let wait = |seed| {
        let mut machine = Machine::new(seed);
        machine.step(Event::Begin, 0);
        machine.step(refused(), 0)
    };
    let different = (1..20).filter(|seed| wait(*seed) != wait(0)).count();
    assert!(different > 15, "only {different} of 19 differ");
}

#[test]
fn what_the_endpoint_asks_for_is_honoured_up_to_a_minute() {
    for (asked, waits) in [(0, 0), (7, 7_000), (60, 60_000), (1_000_000_000, 60_000)] {
        let after = Retry::After(Some(Duration::from_secs(asked)));
        let mut machine = Machine::new(1);
        machine.step(Event::Begin, 0);
        let effects = machine.step(failed(Code::EndpointRateLimited, after), 500);
        let at = 500 + waits;
        let told = Happening::Retrying { attempt: 2, at, code: Code::EndpointRateLimited };
        assert_eq!(effects, [Effect::Emit(told), Effect::Wait { until: at }]);
    }
}

#[test]
fn the_first_of_two_finishes_and_the_last_usage_count() {
    let usage = |n| Usage { input_tokens: n, output_tokens: n, total_tokens: 2 * n };
    let told = live([
        Event::Begin,
        Event::Call(CallEvent::Model("m".into())),
        text("a"),
        Event::Call(CallEvent::Usage(usage(1))),
        finish(FinishReason::Length),
        finish(FinishReason::Stop),
        Event::Call(CallEvent::Usage(usage(5))),
        Event::CallEnded(Ok(())),
    ]);
    assert_eq!(told.end().finish_reason, Some(FinishReason::Length));
    assert_eq!(told.end().usage, Some(usage(5)));
    assert_eq!(told.end().model.as_deref(), Some("m"));
}

#[test]
fn a_reply_stops_at_four_mebibytes_and_never_inside_a_character() {
    let piece = "\u{20ac}".repeat(1000);
    let mut events = vec![Event::Begin];
    events.extend((0..2000).map(|_| text(&piece)));
    let told = live(events);
    assert_eq!(told.end().error.as_ref().unwrap().code, "message_too_large");
    assert_eq!(told.end().status, Failed);
    assert_eq!(told.closed, 1);
    assert_eq!(told.saved.len(), LIMIT - LIMIT % 3);
    assert_eq!(told.shown, told.saved);
}

#[test]
fn endless_reasoning_stops_as_well() {
    let piece = "x".repeat(64 * 1024);
    let mut events = vec![Event::Begin];
    events.extend((0..65).map(|_| Event::Call(CallEvent::Reasoning(piece.clone()))));
    assert_eq!(live(events).end().status, Failed);
}

#[test]
fn four_kibibytes_are_saved_at_once_and_less_when_it_is_time() {
    let mut machine = Machine::new(0);
    machine.step(Event::Begin, 0);
    let is_save = |effects: Vec<Effect>| effects.iter().any(|e| matches!(e, Effect::Save(_)));
    assert!(!is_save(machine.step(text(&"x".repeat(SAVE_BYTES - 1)), 0)));
    assert!(is_save(machine.step(text("x"), 0)), "4 KiB are saved at once");
    assert!(!is_save(machine.step(text(&"y".repeat(SAVE_BYTES)), 0)), "one save at a time");
    assert!(machine.is_full(), "nothing more is read meanwhile");
    assert!(!is_save(machine.step(Event::SaveDue, 0)), "one save at a time");
    assert!(is_save(machine.step(Event::Saved, 0)), "the next one follows at once");
    assert!(!machine.is_full());
    machine.step(Event::Saved, 0);
    assert!(!is_save(machine.step(Event::SaveDue, 0)), "nothing to save");
    machine.step(text("z"), 0);
    assert!(is_save(machine.step(Event::SaveDue, 0)), "a little is saved when it is time");
}

fn any_event() -> impl Strategy<Value = Event> {
    let soon = Retry::After(Some(Duration::from_secs(1)));
    let retry = prop_oneof![Just(Retry::No), Just(Retry::After(None)), Just(soon)];
    prop_oneof![
        2 => Just(Event::Begin),
        8 => "[a-z\u{20ac}]{0,40}".prop_map(|t| text(&t)),
        2 => Just(text(&"long ".repeat(1000))),
        2 => "[a-z]{1,9}".prop_map(|t| Event::Call(CallEvent::Reasoning(t))),
        1 => Just(Event::Call(CallEvent::Accepted(None))),
        1 => Just(Event::Call(CallEvent::Alive)),
        1 => Just(finish(FinishReason::Stop)),
        1 => Just(finish(FinishReason::Length)),
        1 => Just(Event::CallEnded(Ok(()))),
        2 => retry.prop_map(|retry| failed(Code::EndpointUnreachable, retry)),
        2 => Just(Event::RetryDue),
        2 => Just(Event::SaveDue),
        4 => Just(Event::Saved),
        1 => Just(Event::Cancel),
        1 => Just(Event::CancelSeen),
        1 => Just(Event::Shutdown),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever happens in whatever order: one end at most and nothing after it, no save while one
    /// runs, never more than four calls, what is kept is what was shown and what arrived until the
    /// end, and a reply is complete only when the model said so and said something.
    #[test]
    fn every_life_keeps_its_promises(events in prop::collection::vec(any_event(), 0..60)) {
        let mut machine = Machine::new(3);
        let mut told = Told::default();
        let (mut saving, mut calling, mut heard) = (false, false, String::new());
        for event in events.into_iter().chain([Event::Begin, Event::Shutdown]) {
            if event == Event::Saved && !saving {
                continue;
            }
            saving &= event != Event::Saved;
            if let (true, Event::Call(CallEvent::Text(text))) = (calling, &event) {
                heard += text;
            }
            calling &= !matches!(event, Event::CallEnded(_));
            for effect in machine.step(event, 0) {
                prop_assert!(told.ends.is_empty(), "{:?} came after the end", effect);
                match &effect {
                    Effect::Save(_) => {
                        prop_assert!(!saving, "two saves at once");
                        saving = true;
                    }
                    Effect::Call { .. } => calling = true,
                    Effect::CloseConnection => prop_assert!(calling, "closed what was not open"),
                    Effect::End(_) => calling = false,
                    _ => {}
                }
                told.note(effect);
            }
        }
        prop_assert_eq!(told.ends.len(), 1);
        prop_assert!(told.calls <= 1 + RETRIES);
        prop_assert_eq!(&told.saved, &heard);
        prop_assert_eq!(&told.shown, &heard);
        let end = told.end();
        if end.status == Completed {
            prop_assert!(end.finish_reason.is_some() && !heard.is_empty() && end.error.is_none());
        }
        prop_assert_eq!(end.status == Failed, end.error.is_some());
    }
}
