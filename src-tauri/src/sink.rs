//! Carries running responses to the page. What arrives within one beat is put together, painted
//! once, and sent as one array, so that a fast model costs the page no more than a slow one.
//!
//! The driver of a response only ever drops an event into the inbox; a thread of our own empties
//! it, turns Markdown into blocks and sends. It also knows how far each response has come, for a
//! page that opens a thread in the middle of a reply.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use skein_core::clock;
use skein_core::render::Stream;
use skein_core::response::{Happening, Sink, SinkEvent};
use skein_core::wire::{StreamEvent, StreamingView};
use tauri::ipc::Channel;

/// Two frames at 60 a second: text that grows 30 times a second reads as smoothly, and each second
/// frame stays free for typing and scrolling.
const BEAT: Duration = Duration::from_millis(32);
/// Bytes of text that make a token, about.
const BYTES_PER_TOKEN: u64 = 4;

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
        let events = std::mem::take(&mut *lock(&self.inbox));
        let events: Vec<_> = events.into_iter().map(|event| running.paint(event)).collect();
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

impl Painter {
    fn paint(&mut self, event: SinkEvent) -> StreamEvent {
        let (thread_id, response_id) = (event.thread_id.map(|id| id.to_string()), event.response_id.to_string());
        match event.what {
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
                let progress = self.0.entry(event.response_id).or_default();
                progress.bytes += text.len() as u64;
                let step = progress.blocks.push(&text);
                let tokens = progress.bytes.div_ceil(BYTES_PER_TOKEN);
                StreamEvent::Text {
                    thread_id,
                    response_id,
                    from: step.from,
                    closed: step.closed,
                    tail: step.tail,
                    tokens,
                }
            }
            Happening::Reasoning(text) => {
                self.0.entry(event.response_id).or_default().reasoning.push_str(&text);
                StreamEvent::Reasoning { thread_id, response_id, text }
            }
            Happening::Ended(response) => {
                self.0.remove(&event.response_id);
                StreamEvent::Ended { response: *response }
            }
        }
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
            if let StreamEvent::Text { from, closed, tail: rest, .. } = painter.paint(text("a", part)) {
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
}
