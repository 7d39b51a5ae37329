//! The published description itself: each of its examples is cut out of its text and run, with nothing exchanged
//! but the address, the key and what it leaves out (`[...]`). Each also stands on the page for those who come from there.

use serde_json::{Value, json};
use skein_core::clock::Clock;
use skein_support::model_server::ModelServer;

use crate::documents::{COMING, blocks, run};
use crate::support::{Desk, NOW};

const PUBLISHED: &str = include_str!("../fixtures/threads.txt");
const ADDRESS: &str = "https://api.freddy.aitronos.com";
/// What stands where the description leaves the inputs out.
const INPUTS: &str = r#"[{"role": "user", "texts": [{"text": "Left out"}]}]"#;
const REPLY: &str = "Hello from the scripted model.";
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A piece of the description that is no `curl` command: where it begins, and what is written behind it. The text has
/// lost the marks between examples and words.
type Piece = (&'static str, &'static str);

const WITH_METADATA: Piece =
    ("{\n\"model\": \"gpt-4.1\",\n\"thread\": {\n\"id\": \"thread_user123", "Create an empty thread first");
const CONTINUING: Piece = (
    "// First message\nconst response1 = await fetch('/v1/model/response', {\nmethod: 'POST',\nheaders",
    "Threads have a lifecycle",
);
const CHAINING: Piece = (
    "// First message\nconst response1 = await fetch('/v1/model/response', {\nmethod: 'POST',\nbody",
    "When to use previousResponseId",
);
const SUPPORT: Piece = ("def handle_support_message", "class ConversationManager");
const CONVERSATION: Piece = ("class ConversationManager", "def onboarding_workflow");
const ONBOARDING: Piece = ("def onboarding_workflow", "- Maximum messages");
const NAMING: Piece = ("// ✅ Good", "{\n\"thread\": {\n\"id\": \"support_user123");
const GOOD_METADATA: Piece = ("{\n\"thread\": {\n\"id\": \"support_user123", "Periodically delete");
const CLEANING: Piece = ("def cleanup_old_threads", "async function sendMessage(threadId");
const GOING_ON: Piece = ("async function sendMessage(threadId", "// Simple");
const SIMPLE: Piece = ("// Simple", "// Complex");
const BY_HAND: Piece = ("// Complex", "\u{0}");

fn cut((from, until): Piece) -> &'static str {
    let rest = &PUBLISHED[PUBLISHED.find(from).unwrap_or_else(|| panic!("{from}"))..];
    &rest[..rest.find(until).unwrap_or(rest.len())]
}

/// The `curl` commands, in order.
fn commands() -> Vec<&'static str> {
    PUBLISHED.match_indices("curl https://").map(|(at, _)| command(&PUBLISHED[at..])).collect()
}

/// The command that a text begins with: to the end of a line that does not go on, or to a quoted word on which other
/// words follow without a space.
fn command(text: &str) -> &str {
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match quote {
            Some(open) if c == open => {
                quote = None;
                if !text[at + 1..].starts_with(char::is_whitespace) {
                    return &text[..=at];
                }
            }
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == '\\' => drop(chars.next()),
            None if c == '\n' => return &text[..at],
            _ => {}
        }
    }
    text
}

/// An example with the address of the page, and with inputs where it has none.
fn here(example: &str) -> String {
    example.replace(ADDRESS, "http://127.0.0.1:8417").replace("[...]", INPUTS)
}

/// Sets a Python example in again: the text has lost what its lines begin with.
fn indented(example: &str) -> String {
    let (mut level, mut open, mut lines) = (0, 0_usize, String::new());
    for line in example.lines() {
        lines.extend(["    ".repeat(level).as_str(), line, "\n"]);
        open = open + line.matches(['(', '{', '[']).count() - line.matches([')', '}', ']']).count();
        level += usize::from(open == 0 && line.ends_with(':'));
    }
    lines
}

/// A desk of its own for an example, and the model that is asked.
struct Stage {
    desk: Desk,
    model: ModelServer,
}

impl Stage {
    fn new() -> Self {
        Self::at(Clock::System)
    }

    fn at(clock: Clock) -> Self {
        let (desk, model) = (Desk::open(clock, None), ModelServer::start());
        desk.add_model("far", &model);
        Self { desk, model }
    }

    /// Runs a `curl` command; its status and answer.
    fn curl(&self, command: &str) -> (u16, Value) {
        let command = here(command).replacen("curl ", "curl -sS -w '\\n%{http_code}' ", 1);
        let out = run(&["bash", "-eu"], &command, &self.desk);
        let (body, status) = out.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), serde_json::from_str(body).unwrap())
    }

    fn preamble(kind: &str) -> &'static str {
        blocks(COMING).into_iter().find(|(found, _)| *found == kind).unwrap().1
    }

    /// Runs a JavaScript example behind the page's preamble, between what it takes for granted and what looks at it;
    /// what it printed, as JSON.
    fn js(&self, before: &str, example: &str, after: &str) -> Value {
        let script = format!("{}{before}\n{}\n{after}", Self::preamble("js preamble"), here(example));
        serde_json::from_str(&run(&["node", "--input-type=module", "-"], &script, &self.desk)).unwrap()
    }

    /// The same for Python.
    fn python(&self, before: &str, example: &str, after: &str) -> Value {
        let example = indented(&here(example));
        let script = format!("{}import json\n{before}\n{example}\n{after}", Self::preamble("python preamble"));
        serde_json::from_str(&run(&["python3", "-"], &script, &self.desk)).unwrap()
    }

    /// Role and text of everything in a thread.
    fn said(&self, thread: &str) -> Vec<(String, String)> {
        let page = self.desk.get(&format!("/v1/threads/{thread}/messages?limit=100"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let messages = page["data"].as_array().unwrap().iter();
        messages.map(|message| (text(&message["role"]), text(&message["texts"][0]["text"]))).collect()
    }

    /// The texts that the model was sent last.
    fn seen(&self) -> Vec<String> {
        self.model.last_request().messages().into_iter().map(|(_, text)| text).collect()
    }
}

fn turn(text: &str) -> [(String, String); 2] {
    [("user".into(), text.into()), ("assistant".into(), REPLY.into())]
}

#[test]
fn the_published_requests_make_use_lock_archive_change_and_delete_threads() {
    let [by_id, create, using, lock, archive, messages, patch, delete] = commands().try_into().expect("eight commands");
    let stage = Stage::new();
    let (status, response) = stage.curl(by_id);
    assert_eq!((status, &response["thread"]), (200, &json!("thread_user123_session1")), "it is made by use");
    assert_eq!(stage.said("thread_user123_session1"), turn("Hello, I need help with Python"));
    assert_eq!(stage.model.last_request().json()["model"], "gpt-4.1");

    let (status, thread) = stage.curl(create);
    assert_eq!((status, &thread["state"], &thread["messageCount"]), (201, &json!("open"), &json!(0)));
    assert_eq!(thread["metadata"], json!({"userId": "user_123", "purpose": "support_chat"}));
    let made = thread["id"].as_str().unwrap();
    assert_eq!(stage.curl(&using.replace("thread_67cc8901", made)).1["thread"], made, "made first, used then");

    assert_eq!(stage.curl(using).0, 200);
    let (status, page) = stage.curl(messages);
    assert_eq!((status, page["data"].as_array().unwrap().len()), (200, 2));
    assert_eq!(stage.said("thread_67cc8901"), turn("Left out"));
    let (status, thread) = stage.curl(patch);
    assert_eq!((status, &thread["metadata"]), (200, &json!({"status": "resolved", "rating": 5})));
    assert_eq!(stage.curl(delete).0, 200);
    assert_eq!(stage.curl(using).0, 404, "a deleted id is not used again: a named difference");

    assert_eq!(stage.curl(lock).1["threadState"], "locked");
    let (status, refused) = stage.curl(&lock.replace("\"threadState\": \"locked\",\n", ""));
    assert_eq!((status, &refused["error"]["code"]), (409, &json!("thread_locked")), "no new messages");
    assert_eq!(stage.said("thread_abc123"), turn("Left out"), "what is there can be read");
    assert_eq!(stage.curl(&archive.replace("archived", "open")).1["state"], "open", "it can be unlocked");
    assert_eq!(stage.curl(lock).1["threadState"], "locked");
    assert_eq!(stage.curl(archive).1["state"], "archived", "from locked");
    assert_eq!(stage.curl(&archive.replace("archived", "open")).0, 409, "for good");
    assert_eq!(stage.curl(lock).0, 409);
    assert_eq!(stage.said("thread_abc123").len(), 4);
}

#[test]
fn the_published_objects_make_threads_with_metadata() {
    let stage = Stage::new();
    let with_metadata: Value = serde_json::from_str(cut(WITH_METADATA)).unwrap();
    let mut good: Value = serde_json::from_str(cut(GOOD_METADATA)).unwrap();
    good["inputs"] = serde_json::from_str(INPUTS).unwrap();
    for body in [with_metadata, good] {
        let id = body["thread"]["id"].as_str().unwrap();
        assert_eq!(stage.desk.post("/v1/model/response", &body)["thread"], id);
        let thread = stage.desk.get(&format!("/v1/threads/{id}"));
        assert_eq!(
            (&thread["metadata"], &thread["messageCount"]),
            (&body["thread"]["metadata"], &json!(2)),
            "the metadata is what was sent"
        );
    }
}

#[test]
fn the_published_javascript_talks_on_in_a_thread() {
    let stage = Stage::new();
    let print = "console.log(JSON.stringify([await response1.json(), await response2.json()]));";
    let answers = stage.js("", cut(CONTINUING), print);
    assert!(answers.as_array().unwrap().iter().all(|answer| answer["status"] == "completed"), "{answers}");
    let both = [turn("What is Python?"), turn("Can you show an example?")].concat();
    assert_eq!(stage.said("thread_chat_001"), both, "user, assistant, user, assistant");
    assert_eq!(stage.model.last_request().messages(), both[..3], "the model sees the question and the answer before");

    let id = stage.js("", cut(CONVERSATION), "console.log(JSON.stringify(chat.getThreadId()));");
    assert_eq!(stage.said(id.as_str().unwrap()), [turn("Hello"), turn("Tell me more")].concat());
    assert_eq!(stage.seen(), ["Hello", REPLY, "Tell me more"]);

    let names = "const createNewThreadId = () => 'thread_new', threadId = 'thread_gone';";
    let simple = format!("{}\n{}", cut(GOING_ON), cut(SIMPLE));
    let after = "await fetch(`/v1/threads/${threadId}`, { method: 'DELETE' });
        console.log(JSON.stringify(await sendMessage(threadId, 'Still there?')));";
    assert_eq!(stage.js(names, &simple, after)["thread"], "thread_new");
    assert_eq!(stage.said("thread_new"), turn("Still there?"));
    stage.desk.post("/v1/threads/thread_gone/undelete", &json!({}));
    assert_eq!(stage.said("thread_gone"), [turn("Hello"), turn("How are you?")].concat());
}

#[test]
fn the_published_javascript_goes_on_without_a_thread() {
    let stage = Stage::new();
    let answers = stage.js("", cut(CHAINING), "console.log(JSON.stringify([data1, await response2.json()]));");
    assert_eq!((&answers[1]["status"], &answers[1]["thread"]), (&json!("completed"), &Value::Null));
    assert_eq!(answers[1]["previousResponseId"], answers[0]["id"]);
    assert_eq!(stage.seen(), ["Hello", REPLY, "Tell me more"]);

    let after =
        "await sendMessage('Hello');\nawait sendMessage('How are you?');\nconsole.log(JSON.stringify(history));";
    let history = stage.js("", cut(BY_HAND), after);
    assert_eq!((history.as_array().unwrap().len(), &history[1]["role"]), (4, &json!("assistant")));
    assert_eq!(stage.seen(), ["Hello", REPLY, "How are you?"]);
    assert_eq!(stage.desk.get("/v1/threads")["data"], json!([]), "no thread came of it");
}

#[test]
fn the_published_ids_are_taken_the_good_and_the_bad() {
    let stage = Stage::new();
    let names = "const [userId, ticketId, sessionId, timestamp] = ['user123', 'ticket789', 'sess456', 1];";
    let after = "const made = await fetch('/v1/threads', { body: JSON.stringify({ id: threadId }) });
        console.log(JSON.stringify([made.status, threadId]));";
    let lines: Vec<_> = cut(NAMING).lines().filter(|line| line.starts_with("const threadId")).collect();
    let answers: Vec<_> = lines.iter().map(|line| stage.js(names, line, after)).collect();
    let ids = ["support_user123_ticket789", "chat_sess456_1", "thread1", "user123"];
    assert_eq!(answers, ids.map(|id| json!([201, id])));
}

#[test]
fn the_published_python_supports_onboards_and_cleans_up() {
    let stage = Stage::new();
    let after = "handle_support_message('user_123', 'It does not start')
print(json.dumps(handle_support_message('user_123', 'It still does not')))";
    assert_eq!(stage.python("", cut(SUPPORT), after)["thread"], "support_user_123");
    assert_eq!(
        stage.desk.get("/v1/threads/support_user_123")["metadata"],
        json!({"userId": "user_123", "department": "support", "priority": "normal"})
    );
    assert_eq!(stage.seen(), ["It does not start", REPLY, "It still does not"]);

    let after =
        "print(json.dumps([onboarding_workflow('user_9', step, 'What now?') for step in ['welcome', 'profile']]))";
    stage.python("", cut(ONBOARDING), after);
    let sent = stage.model.last_request().messages();
    let roles: Vec<_> = sent.iter().map(|(role, _)| role.as_str()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "system", "user"], "each step before its question");
    assert!(sent[0].1.ends_with("Current step: welcome") && sent[3].1.ends_with("Current step: profile"), "{sent:?}");

    let clock = Clock::at(NOW - 91 * DAY);
    let stage = Stage::at(clock.clone());
    for n in 0..3 {
        stage.desk.ask(&format!("old{n}"), "Long ago");
    }
    if let Clock::Set(now) = &clock {
        now.store(NOW, std::sync::atomic::Ordering::SeqCst);
    }
    stage.desk.ask("new", "Today");
    let listing = "def get_threads(older_than):
    page = requests.get(f'/v1/threads?olderThan={older_than}').json()
    return [thread['id'] for thread in page['data']]";
    stage.python(listing, cut(CLEANING), "cleanup_old_threads()\nprint('null')");
    let left = stage.desk.get("/v1/threads");
    let ids: Vec<_> = left["data"].as_array().unwrap().iter().map(|thread| &thread["id"]).collect();
    assert_eq!(ids, ["new"], "what is older than 90 days is gone");
}

/// What a text says, however it is set.
fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn each_published_example_stands_on_the_page_and_none_was_left_out() {
    let inner = |object: Piece| cut(object).trim().trim_start_matches('{').trim_end_matches('}').trim_end();
    let pieces = [CONTINUING, CHAINING, SUPPORT, CONVERSATION, ONBOARDING, CLEANING, GOING_ON, SIMPLE, BY_HAND];
    let mut examples = commands();
    examples.extend(pieces.map(cut));
    examples.extend([WITH_METADATA, GOOD_METADATA].map(inner));
    // Four names for one thing cannot stand in one script, so that the page has them in braces.
    examples.extend(cut(NAMING).lines());
    let page = dense(COMING);
    for example in &examples {
        let example = example.replace(ADDRESS, "http://127.0.0.1:8417");
        let mut rest = page.as_str();
        for part in example.split("[...]").map(dense) {
            let at = rest.find(&part).unwrap_or_else(|| panic!("{example}\nis not on the page"));
            rest = &rest[at + part.len()..];
        }
    }
    for word in ["curl ", "fetch(", "requests.", "\"thread\":", "'thread':", "const ", "def ", "sendMessage("] {
        let found: usize = examples.iter().map(|example| example.matches(word).count()).sum();
        assert_eq!(found, PUBLISHED.matches(word).count(), "{word}");
    }
}
