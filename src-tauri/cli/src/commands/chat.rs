//! The conversation in the terminal; without a terminal, one exchange with the practice endpoint.

use std::io::{BufRead, IsTerminal};

use skein_core::Skein;
use skein_core::thread::ThreadId;
use skein_core::wire::{ResponseRequest, Role, State, ThreadChoice};
use tokio::sync::mpsc;

use super::send::input;
use super::show;
use crate::failure::{Failure, STOPPED};
use crate::output::{Output, note, print, print_json, print_line};
use crate::reply;
use crate::signals::{Signal, Signals};

const HELP: &str = "\
Enter sends. A backslash at the end of a line goes on with the next one. Commands:
  /help    this
  /stop    while a reply is coming, press Ctrl-C: what had arrived is kept
  /lock    make this thread read-only
  /unlock  open it again
  /quit    leave; so does Ctrl-D, or Ctrl-C when no reply is coming";

/// What is done here rather than sent.
#[derive(Clone, Copy)]
enum Command {
    Help,
    Stop,
    Lock,
    Unlock,
    Quit,
    /// A word that looks like a command and is none: mistyped, it is no message. A path is one.
    Unknown,
}

impl Command {
    fn read(line: &str) -> Option<Self> {
        Some(match line.trim_end() {
            "/help" => Self::Help,
            "/stop" => Self::Stop,
            "/lock" => Self::Lock,
            "/unlock" => Self::Unlock,
            "/quit" | "/exit" => Self::Quit,
            line => {
                let word = line.strip_prefix('/').filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()))?;
                (!word.is_empty()).then_some(Self::Unknown)?
            }
        })
    }
}

/// Messages shown of a thread that is gone on with.
const SHOWN: u32 = 4;

/// Talks until the person leaves.
pub async fn run(skein: &Skein, thread: Option<&str>, model: Option<&str>, output: &Output) -> Result<u8, Failure> {
    if output.json || !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return match thread {
            None => one_exchange(skein, output).await,
            Some(thread) => {
                Err(Failure::usage(format!("To chat takes a terminal. Without one: skein send {thread} TEXT")))
            }
        };
    }
    let mut chat = Chat {
        skein,
        output,
        thread: thread.map_or_else(|| ThreadId::generate().to_string(), str::to_owned),
        model: model.map(str::to_owned),
        signals: Signals::listen()?,
        lines: read_lines(),
    };
    chat.greet(thread.is_some())?;
    let exit = chat.talk().await?;
    if skein.get_thread(&chat.thread).is_ok() {
        print_line(&output.faint(&format!("To go on with this thread: skein chat {}", chat.thread)))?;
    }
    Ok(exit)
}

struct Chat<'a> {
    skein: &'a Skein,
    output: &'a Output,
    thread: String,
    model: Option<String>,
    signals: Signals,
    lines: mpsc::Receiver<String>,
}

/// What a line asks for.
enum Line {
    Say(String),
    Obey(Command),
    Leave(u8),
}

impl Chat<'_> {
    fn greet(&self, goes_on: bool) -> Result<(), Failure> {
        if goes_on {
            match self.skein.get_thread(&self.thread) {
                Ok(_) => {
                    for message in show::messages(self.skein, &self.thread, Some(SHOWN), false)? {
                        print_line(&format!("{}\n", show::message_words(&message, self.output)))?;
                    }
                }
                Err(error) if error.code() == skein_core::Code::ThreadNotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        let (endpoint, model) = self.answering()?;
        Ok(print_line(&self.output.faint(&format!("{endpoint}, {model}. /help says what can be done here.")))?)
    }

    /// Who would answer.
    fn answering(&self) -> Result<(String, String), Failure> {
        let preview = self.skein.preview_context(None, self.model.as_deref(), "")?;
        Ok((preview.endpoint, preview.model))
    }

    async fn talk(&mut self) -> Result<u8, Failure> {
        loop {
            match self.next_line().await? {
                Line::Leave(exit) => return Ok(exit),
                Line::Obey(command) => {
                    if self.obey(command)? {
                        return Ok(0);
                    }
                }
                Line::Say(text) => self.say(&text).await?,
            }
        }
    }

    /// Reads what the person enters next, over several lines if they end in a backslash.
    async fn next_line(&mut self) -> Result<Line, Failure> {
        let mut text = String::new();
        loop {
            print(&self.output.strong(if text.is_empty() { "> " } else { ". " }))?;
            let line = tokio::select! {
                line = self.lines.recv() => line,
                signal = self.signals.next() => {
                    print("\n")?;
                    return Ok(Line::Leave(if signal == Signal::Stop { 0 } else { STOPPED }));
                }
            };
            let Some(line) = line else {
                print("\n")?;
                return Ok(Line::Leave(0));
            };
            if let Some(begun) = line.strip_suffix('\\') {
                text.push_str(begun);
                text.push('\n');
                continue;
            }
            text.push_str(&line);
            match Command::read(&text) {
                Some(command) => return Ok(Line::Obey(command)),
                None if text.trim().is_empty() => text.clear(),
                None => return Ok(Line::Say(text)),
            }
        }
    }

    /// Does what a command says; whether it was to leave.
    fn obey(&self, command: Command) -> Result<bool, Failure> {
        match command {
            Command::Quit => return Ok(true),
            Command::Help => print_line(HELP)?,
            Command::Unknown => print_line(
                "There is no such command, and nothing was sent. /help says which there are; a space before it makes it a message.",
            )?,
            Command::Stop => print_line("No reply is coming.")?,
            Command::Lock => self.set_state(State::Locked, "Locked: nothing can change it until you unlock it.")?,
            Command::Unlock => self.set_state(State::Open, "Open again.")?,
        }
        Ok(false)
    }

    fn set_state(&self, state: State, done: &str) -> Result<(), Failure> {
        match self.skein.set_state(&self.thread, state) {
            Ok(_) => Ok(print_line(done)?),
            Err(error) => Ok(print_line(&error.to_string())?),
        }
    }

    /// Sends a message and prints the reply. What goes wrong is said, and the talk goes on.
    async fn say(&mut self, text: &str) -> Result<(), Failure> {
        let request = ResponseRequest {
            model: self.model.clone(),
            inputs: vec![input(Role::User, text)],
            thread: Some(ThreadChoice::Id(self.thread.clone())),
            ..ResponseRequest::default()
        };
        let trouble = match reply::stream(self.skein, request, self.output, &mut self.signals).await {
            Ok(response) => reply::trouble(&response),
            Err(Failure::Told(detail, exit)) => Some((detail, exit)),
            Err(unread) => return Err(unread),
        };
        if let Some((trouble, _)) = trouble {
            note(&trouble.message);
        }
        self.signals.forget_stops().await;
        Ok(print("\n")?)
    }
}

/// Reads the terminal on a thread of its own: a read cannot be broken off.
fn read_lines() -> mpsc::Receiver<String> {
    let (line, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for read in std::io::stdin().lock().lines() {
            let Ok(read) = read else { break };
            if line.blocking_send(read).is_err() {
                break;
            }
        }
    });
    lines
}

/// Shows that everything works where nobody can type.
async fn one_exchange(skein: &Skein, output: &Output) -> Result<u8, Failure> {
    const HELLO: &str = "Hello";
    let thread = ThreadId::generate().to_string();
    let request = ResponseRequest {
        model: Some("practice/practice".into()),
        inputs: vec![input(Role::User, HELLO)],
        thread: Some(ThreadChoice::Id(thread.clone())),
        ..ResponseRequest::default()
    };
    if !output.json {
        print_line(&format!(
            "There is no terminal here to chat in, so here is one exchange with the practice endpoint.\n\nYou: {HELLO}"
        ))?;
        print("Practice: ")?;
    }
    let response = reply::stream(skein, request, output, &mut Signals::listen()?).await?;
    if output.json {
        print_json(&response)?;
        return Ok(reply::trouble(&response).map_or(0, |(_, exit)| exit));
    }
    if let Some((trouble, exit)) = reply::trouble(&response) {
        return Err(Failure::Told(trouble, exit));
    }
    let skein = called();
    print_line(&format!(
        "\nIt works. What to do next:\n\
         In a terminal, the conversation:\n  {skein} chat\n\
         Go on with this thread:\n  {skein} send {thread} TEXT\n\
         Add an endpoint of your own:\n  \
         {skein} endpoint add NAME --protocol openai-chat --base-url URL --model MODEL [--key-stdin]\n\
         Everything else:\n  {skein} --help"
    ))?;
    Ok(0)
}

/// The program as it was started: what was typed then can be typed again.
fn called() -> String {
    std::env::args().next().filter(|name| !name.is_empty()).unwrap_or_else(|| "skein".into())
}
