//! Carries running responses to the page. What arrives within one beat is put together, painted
//! once, and sent as one array, so that a fast model costs the page no more than a slow one. What would
//! take the page too long to lay out is left for the beats that follow.
//!
//! The driver of a response only ever drops an event into the inbox; a thread of our own empties
//! it, turns Markdown into blocks and sends. It also knows how far each response has come, for a
//! page that opens a thread in the middle of a reply.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use skein_core::clock;
use skein_core::render::{Step, Stream};
use skein_core::response::{Happening, Sink, SinkEvent};
use skein_core::wire::{StreamEvent, StreamingView};
use tauri::ipc::Channel;

/// Two frames at 60 a second: text that grows 30 times a second reads as smoothly, and each second
/// frame stays free for typing and scrolling.
const BEAT: Duration = Duration::from_millis(32);
/// Bytes of text that make a token, about.
const BYTES_PER_TOKEN: u64 = 4;
/// HTML of a reply that one beat may bring, in bytes, so that no frame grows with what a server sends at once. Prose
/// comes at 8 MB a second.
const HTML_A_BEAT: usize = 256 * 1024;
/// Text that is turned into HTML before that is looked at again, in bytes.
const PIECE: usize = 8 * 1024;

/// The window's sink.
#[derive(Default)]
pub struct WindowSink {
    inbox: Mutex<Vec<SinkEvent>>,
    arrived: Condvar,
    running: Mutex<Painter>,
    page: Mutex<Option<Channel<Vec<StreamEvent>>>>,
}

impl Sink for WindowSink {
    fn emit(&self, event: SinkEvent) {
        let mut inbox = lock(&self.inbox);
        if let Err(event) = join(&mut inbox, event) {
            inbox.push(event);
        }
        self.arrived.notify_one();
    }
}

impl WindowSink {
    /// Starts the thread that empties the inbox, for as long as the program runs.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(self: &Arc<Self>) -> std::io::Result<()> {
        let sink = Arc::clone(self);
        std::thread::Builder::new().name("stream".into()).spawn(move || {
            loop {
                let waiting = lock(&sink.inbox);
                drop(
                    sink.arrived.wait_while(waiting, |inbox| inbox.is_empty()).unwrap_or_else(PoisonError::into_inner),
                );
                sink.send();
                std::thread::sleep(BEAT);
            }
        })?;
        Ok(())
    }

    /// Sends everything to this page from now on. A page that loads again subscribes again.
    pub fn subscribe(&self, page: Channel<Vec<StreamEvent>>) {
        *lock(&self.page) = Some(page);
    }

    /// Puts what has arrived since the last save into a view of a reply that is running here. The
    /// next event follows on from it.
    pub fn bring_up_to_date(&self, streaming: &mut Option<StreamingView>) {
        if let Some(streaming) = streaming {
            self.send();
            lock(&self.running).fill(streaming);
        }
    }

    /// Empties the inbox into the page. The painter is held until it is sent, to keep the order.
    fn send(&self) {
        let mut running = lock(&self.running);
        let arrived = std::mem::take(&mut *lock(&self.inbox));
        let (mut events, mut later) = (Vec::new(), Vec::<SinkEvent>::new());
        for event in arrived {
            if later.iter().any(|earlier| earlier.response_id == event.response_id) {
                later.push(event);
                continue;
            }
            let (painted, rest) = running.paint(event);
            events.push(painted);
            later.extend(rest);
        }
        lock(&self.inbox).splice(0..0, later);
        if let Some(page) = lock(&self.page).as_ref().filter(|_| !events.is_empty()) {
            // A page that is gone needs no events; the next one asks for what it shows.
            let _ = page.send(events);
        }
    }
}

/// How far each running response has come.
#[derive(Default)]
struct Painter(HashMap<Arc<str>, Progress>);

#[derive(Default)]
struct Progress {
    blocks: Stream,
    bytes: u64,
    reasoning: String,
}

impl Progress {
    /// Lays text out until the beat is full; what changed, and how many bytes of the text it took.
    fn take(&mut self, text: &str) -> (Step, usize) {
        let mut taken = text.floor_char_boundary(PIECE);
        let mut step = self.blocks.push(&text[..taken]);
        let mut html: usize = step.closed.iter().map(String::len).sum();
        while taken < text.len() && html + step.tail.len() < HTML_A_BEAT {
            let end = text.floor_char_boundary(taken + PIECE);
            let more = self.blocks.push(&text[taken..end]);
            html += more.closed.iter().map(String::len).sum::<usize>();
            step.closed.extend(more.closed);
            step.tail = more.tail;
            taken = end;
        }
        self.bytes += taken as u64;
        (step, taken)
    }
}

impl Painter {
    /// What the page is told, and what of it has to wait for the next beat.
    fn paint(&mut self, event: SinkEvent) -> (StreamEvent, Option<SinkEvent>) {
        let (thread_id, response_id) =
            (event.thread_id.as_ref().map(ToString::to_string), event.response_id.to_string());
        let mut rest = None;
        let told = match event.what {
            Happening::Started(response) => {
                self.0.insert(event.response_id, Progress::default());
                StreamEvent::Started { response: *response }
            }
            Happening::Waiting => StreamEvent::Waiting { thread_id, response_id },
            Happening::Retrying { attempt, at, code } => StreamEvent::Retrying {
                thread_id,
                response_id,
                attempt,
                at: clock::rfc3339(at),
                code: code.as_str().into(),
            },
            Happening::Text(text) => {
                let progress = self.0.entry(Arc::clone(&event.response_id)).or_default();
                let (step, taken) = progress.take(&text);
                if taken < text.len() {
                    rest = Some(SinkEvent { what: Happening::Text(text[taken..].to_owned()), ..event });
                }
                let tokens = progress.bytes.div_ceil(BYTES_PER_TOKEN);
                let Step { from, closed, tail } = step;
                StreamEvent::Text { thread_id, response_id, from, closed, tail, tokens }
            }
            Happening::Reasoning(text) => {
                self.0.entry(event.response_id).or_default().reasoning.push_str(&text);
                StreamEvent::Reasoning { thread_id, response_id, text }
            }
            Happening::Ended(response) => {
                self.0.remove(&event.response_id);
                StreamEvent::Ended { response: *response }
            }
        };
        (told, rest)
    }

    fn fill(&self, view: &mut StreamingView) {
        if let Some(progress) = self.0.get(view.response.id.as_str()) {
            (view.closed, view.tail) = progress.blocks.snapshot();
            view.reasoning.clone_from(&progress.reasoning);
            view.elsewhere = false;
        }
    }
}

/// Adds an event to the last one of the same response, if both are text of the same kind.
fn join(inbox: &mut [SinkEvent], event: SinkEvent) -> Result<(), SinkEvent> {
    let last = inbox.iter_mut().rev().find(|earlier| earlier.response_id == event.response_id);
    match (last.map(|last| &mut last.what), &event.what) {
        (Some(Happening::Text(text)), Happening::Text(more))
        | (Some(Happening::Reasoning(text)), Happening::Reasoning(more)) => {
            text.push_str(more);
            Ok(())
        }
        _ => Err(event),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(response: &str, what: Happening) -> SinkEvent {
        SinkEvent { thread_id: Some("thread".into()), response_id: response.into(), what }
    }

    fn text(response: &str, text: &str) -> SinkEvent {
        event(response, Happening::Text(text.into()))
    }

    #[test]
    fn text_that_arrives_within_a_beat_is_one_event_and_keeps_its_order() {
        let sink = WindowSink::default();
        for part in [
            text("a", "one "),
            text("b", "other "),
            text("a", "two"),
            event("a", Happening::Reasoning("why".into())),
            text("a", " three"),
            text("b", "reply"),
        ] {
            sink.emit(part);
        }
        let inbox: Vec<_> = lock(&sink.inbox).iter().map(|e| (e.response_id.to_string(), e.what.clone())).collect();
        let expected = [
            ("a", Happening::Text("one two".into())),
            ("b", Happening::Text("other reply".into())),
            ("a", Happening::Reasoning("why".into())),
            ("a", Happening::Text(" three".into())),
        ];
        assert_eq!(inbox, expected.map(|(response, what)| (response.to_owned(), what)));
    }

    #[test]
    fn closed_blocks_are_sent_once_and_the_rest_as_it_stands() {
        let mut painter = Painter::default();
        let (mut shown, mut tail) = (Vec::new(), String::new());
        for part in ["First.\n\nSec", "ond.\n\n", "Third"] {
            if let (StreamEvent::Text { from, closed, tail: rest, .. }, None) = painter.paint(text("a", part)) {
                assert_eq!(from as usize, shown.len());
                shown.extend(closed);
                tail = rest;
            }
        }
        let whole = shown.concat() + &tail;
        for word in ["First.", "Second.", "Third"] {
            assert_eq!(whole.matches(word).count(), 1, "{word} in {whole}");
        }
        let progress = &painter.0["a"];
        assert_eq!(progress.blocks.snapshot(), (shown, tail));
    }
    #[test]
    fn what_is_long_to_lay_out_comes_beat_by_beat_before_anything_that_follows_it() {
        let sink = WindowSink::default();
        sink.emit(text("a", &"**a** ".repeat(60_000)));
        sink.emit(event("a", Happening::Waiting));
        sink.emit(text("b", "short"));
        let left = |response: &str| -> Vec<Happening> {
            lock(&sink.inbox).iter().filter(|e| &*e.response_id == response).map(|e| e.what.clone()).collect()
        };
        let mut beats = 0;
        while left("a").len() > 1 {
            sink.send();
            beats += 1;
            assert!(left("b").is_empty(), "others do not wait for it");
            assert!(beats < 100, "there is an end");
            assert_eq!(left("a").last().is_some_and(|last| *last == Happening::Waiting), !left("a").is_empty());
        }
        assert!(beats > 2, "it came in {beats}");
        let running = lock(&sink.running);
        let (closed, tail) = running.0["a"].blocks.snapshot();
        drop(running);
        assert_eq!((closed.concat() + &tail).matches("<strong>").count(), 60_000, "and is whole");
    }
}
