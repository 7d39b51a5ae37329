//! What the scripted model server answers: the scenarios by name, and the steps they are made of.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::chunks::{ending, start, word, words};

/// A gate in a reply: the server stands before it until the test opens it.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Semaphore>);

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Lets `times` steps through.
    pub fn open(&self, times: usize) {
        self.0.add_permits(times);
    }

    /// Lets everything through from now on.
    pub fn open_for_good(&self) {
        self.0.close();
    }

    pub(super) async fn pass(&self) {
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Send(Vec<u8>),
    Drip(Vec<u8>),
    Repeat(Vec<u8>, u64),
    Every(Duration, Vec<u8>),
    Pass(Gate),
    Breathe,
    Hold,
    Reset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Chunked,
    Length,
    Raw,
}

/// One answer of the server.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    pub(super) before: Option<Gate>,
    pub(super) steps: Vec<Step>,
    pub(super) framing: Framing,
    pub(super) ends: bool,
    pub(super) keep_alive: bool,
}

impl Reply {
    fn stream(steps: Vec<Step>) -> Self {
        Self {
            status: 200,
            headers: vec![("Content-Type".into(), "text/event-stream".into())],
            before: None,
            steps,
            framing: Framing::Chunked,
            ends: true,
            keep_alive: true,
        }
    }

    /// Streams `text` word by word, with finish reason, usage and `[DONE]`.
    pub fn text(text: &str) -> Self {
        let mut steps = vec![start()];
        steps.extend(words(text).map(word));
        steps.extend(ending(words(text).count()));
        Self::stream(steps)
    }

    /// Streams `count` words: `word1 word2 ...`.
    pub fn tokens(count: usize) -> Self {
        let text = (1..=count).fold(String::new(), |mut text, n| {
            let space = if n == 1 { "" } else { " " };
            write!(text, "{space}word{n}").ok();
            text
        });
        Self::text(&text)
    }

    /// Streams `text` word by word; each word, and then the ending, waits for the gate.
    pub fn gated(text: &str, gate: &Gate) -> Self {
        let pass = || Step::Pass(gate.clone());
        let mut steps = vec![start()];
        steps.extend(words(text).flat_map(|w| [pass(), word(w)]));
        steps.push(pass());
        steps.extend(ending(words(text).count()));
        Self::stream(steps)
    }

    /// Streams `text` word by word; the ending waits for the gate.
    pub fn ends_behind(text: &str, gate: &Gate) -> Self {
        let mut reply = Self::text(text);
        let ending = reply.steps.len() - 3;
        reply.steps.insert(ending, Step::Pass(gate.clone()));
        reply
    }

    /// The same stream, by a model of another name.
    #[must_use]
    pub fn by(mut self, model: &str) -> Self {
        for step in &mut self.steps {
            if let Step::Send(bytes) = step {
                let named = format!("\"model\":{}", json!(model));
                *bytes = String::from_utf8_lossy(bytes).replace(r#""model":"scripted""#, &named).into_bytes();
            }
        }
        self
    }

    /// Streams each of `data` as one event, and ends without adding anything.
    pub fn events(data: &[&str]) -> Self {
        Self::stream(data.iter().map(|d| Step::Send(format!("data: {d}\n\n").into())).collect())
    }

    /// Answers 200 with these bytes as an event stream, ended by closing the connection.
    pub fn body(bytes: impl Into<Vec<u8>>) -> Self {
        let reply = Self::stream(vec![Step::Send(bytes.into())]);
        Self { framing: Framing::Raw, keep_alive: false, ..reply }
    }

    /// Answers with a status, a content type and a body of stated length.
    pub fn status(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".into(), content_type.into())],
            before: None,
            steps: vec![Step::Send(body.into())],
            framing: Framing::Length,
            ends: true,
            keep_alive: true,
        }
    }

    /// Answers with a status and JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::status(status, "application/json", body.to_string())
    }

    /// Answers with an error as most servers word it: `{"error": {"message", "code"}}`.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({"error": {"message": message, "type": code, "code": code}}))
    }

    /// Answers with a list of models, each with its context window where it has one.
    pub fn models(models: &[(&str, Option<u32>)]) -> Self {
        let row = |(id, window): &(&str, Option<u32>)| json!({"id": id, "object": "model", "context_length": window});
        Self::json(200, &json!({"object": "list", "data": models.iter().map(row).collect::<Vec<_>>()}))
    }

    /// Sends a recorded response byte for byte, then closes if the response says so.
    pub fn recording(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let keep_alive = !String::from_utf8_lossy(&bytes).to_lowercase().contains("\r\nconnection: close\r\n");
        Self { status: 0, keep_alive, ..Self::body(bytes) }
    }

    /// Sends the request on to another address.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self::status(status, "text/plain", "elsewhere").header("Location", to)
    }

    /// Sends the headers of a stream, then nothing.
    pub fn silent_after_headers() -> Self {
        Self::stream(vec![Step::Hold])
    }

    /// Takes the request and sends nothing at all.
    pub fn silent() -> Self {
        Self { status: 0, ..Self::silent_after_headers() }
    }

    /// Streams `text`, then nothing.
    pub fn silent_after(text: &str) -> Self {
        Self::unfinished(text, Step::Hold)
    }

    /// Streams `text`, then closes the connection in mid-stream, as a dead server does.
    pub fn cut_after(text: &str) -> Self {
        Self { ends: false, keep_alive: false, ..Self::unfinished(text, Step::Breathe) }
    }

    /// Streams `text`, then resets the connection.
    pub fn reset_after(text: &str) -> Self {
        Self::unfinished(text, Step::Reset)
    }

    /// Takes the request and resets the connection before the first byte.
    pub fn reset() -> Self {
        Self { status: 0, ..Self::stream(vec![Step::Reset]) }
    }

    /// Streams the same words for ever.
    pub fn endless() -> Self {
        let Step::Send(bytes) = word("again and again ") else { return Self::tokens(0) };
        Self::stream(vec![start(), Step::Repeat(bytes.repeat(64), u64::MAX)])
    }

    /// Streams comment lines for ever, and never a word.
    pub fn endless_comments() -> Self {
        Self::stream(vec![Step::Repeat(b": still waiting\n\n".repeat(512), u64::MAX)])
    }

    /// Streams one line of `bytes` bytes, a multiple of 65,536.
    pub fn long_line(bytes: u64) -> Self {
        let piece = vec![b'a'; 65_536];
        Self::stream(vec![Step::Send(b"data: \"".to_vec()), Step::Repeat(piece, bytes / 65_536)])
    }

    /// Streams `count` comment lines, each behind the gate, and then `text`.
    pub fn comments_then(count: usize, gate: &Gate, text: &str) -> Self {
        let comment = || [Step::Pass(gate.clone()), Step::Send(b": waiting\n\n".to_vec())];
        let mut reply = Self::text(text);
        reply.steps.splice(..0, (0..count).flat_map(|_| comment()));
        reply
    }

    fn unfinished(text: &str, last: Step) -> Self {
        let mut steps = vec![start()];
        steps.extend(words(text).map(word));
        steps.push(last);
        Self::stream(steps)
    }

    /// With a header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With another status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Then these bytes again and again.
    #[must_use]
    pub fn then_for_ever(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.push(Step::Repeat(bytes.into(), u64::MAX));
        self
    }

    /// Then these bytes again and again, with a pause before each.
    #[must_use]
    pub fn then_every(mut self, pause: Duration, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.push(Step::Every(pause, bytes.into()));
        self
    }

    /// Then nothing, instead of its end.
    #[must_use]
    pub fn then_silence(mut self) -> Self {
        self.steps.push(Step::Hold);
        self
    }

    /// Waits for the gate before the first byte, the status line included.
    #[must_use]
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.before = Some(gate.clone());
        self
    }

    /// The first `at` bytes of a recording, then the connection closes.
    #[must_use]
    pub fn cut_at(mut self, at: usize) -> Self {
        for step in &mut self.steps {
            if let Step::Send(bytes) = step {
                bytes.truncate(at);
            }
        }
        self.keep_alive = false;
        self
    }

    /// A recording in two pieces.
    #[must_use]
    pub fn split_at(mut self, at: usize) -> Self {
        if let Some(Step::Send(first)) = self.steps.first_mut() {
            let rest = first.split_off(at);
            self.steps.extend([Step::Breathe, Step::Send(rest)]);
        }
        self
    }

    /// A recording in pieces that end at each of `at`, in any order.
    #[must_use]
    pub fn split_at_each(mut self, at: &[usize]) -> Self {
        let Some(Step::Send(mut rest)) = self.steps.pop() else { return self };
        let mut at: Vec<usize> = at.iter().copied().filter(|at| (1..rest.len()).contains(at)).collect();
        at.sort_unstable();
        at.dedup();
        for at in at.into_iter().rev() {
            let last = rest.split_off(at);
            self.steps.splice(..0, [Step::Breathe, Step::Send(last)]);
        }
        self.steps.insert(0, Step::Send(rest));
        self
    }

    /// One byte at a time.
    #[must_use]
    pub fn dripped(mut self) -> Self {
        for step in &mut self.steps {
            if let Step::Send(bytes) = step {
                *step = Step::Drip(std::mem::take(bytes));
            }
        }
        self
    }

    pub(super) fn head(&self) -> Option<String> {
        if self.status == 0 {
            return None;
        }
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", self.status);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").ok()?;
        }
        let length = self.steps.iter().map(Step::len).sum::<usize>();
        let framing = match self.framing {
            Framing::Chunked => "Transfer-Encoding: chunked\r\n".into(),
            Framing::Length => format!("Content-Length: {length}\r\n"),
            Framing::Raw => String::new(),
        };
        let close = if self.keep_alive { "" } else { "Connection: close\r\n" };
        Some(head + &framing + close + "\r\n")
    }
}

impl Step {
    fn len(&self) -> usize {
        match self {
            Self::Send(bytes) | Self::Drip(bytes) => bytes.len(),
            _ => 0,
        }
    }
}
