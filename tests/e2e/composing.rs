//! What a message is written with: composing keys, folded texts, earlier messages, stored prompts,
//! the system prompt and parameters.

use serde_json::json;
use skein_core::wire::{EndpointPatch, PromptPatch};
use skein_support::model_server::{ModelServer, Reply};

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

const FIELD: &str = "document.querySelector('#composer')";

fn prompt(desk: &Desk, name: &str, text: &str, clients: &[&str]) {
    let clients = Some(clients.iter().map(|client| (*client).to_owned()).collect());
    let patch = PromptPatch { name: Some(name.into()), text: Some(text.into()), clients };
    stock::core(desk).create_prompt(&patch).expect("a prompt");
}

/// Waits until this stands in the field.
async fn written(page: &Page, text: &str) {
    let script = format!("return {FIELD}?.value === arguments[0]");
    page.until(&format!("the field holds {text:?}"), &script, vec![text.into()]).await;
}

async fn type_in(page: &Page, keys: &str) {
    page.find("textbox", "Write a message").await.send_keys(keys).await.expect("keys");
}

#[tokio::test]
async fn an_input_method_composes_without_sending() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let window = desk.open().await;
    let page = &window.page;
    page.find("textbox", "Write a message").await;
    let compose = format!(
        "const field = {FIELD}; field.focus(); const fire = (type, more) => field.dispatchEvent(new type(more.name, {{bubbles: true, cancelable: true, ...more}}));\
         fire(CompositionEvent, {{name: 'compositionstart'}}); field.value = '日本'; fire(InputEvent, {{name: 'input', isComposing: true, data: '日本'}});\
         const kept = [{{isComposing: true}}, {{keyCode: 229, which: 229}}, {{isComposing: true, shiftKey: true}}]\
           .map(how => fire(KeyboardEvent, {{name: 'keydown', key: 'Enter', ...how}}));\
         fire(CompositionEvent, {{name: 'compositionend', data: '日本'}}); return kept"
    );
    assert_eq!(page.js(&compose, vec![]).await, json!([true, true, true]), "the input method keeps its Enter");
    written(page, "日本").await;
    assert_eq!(server.seen().requests, 0, "nothing was sent");
    server.queue(Reply::text("はい"));
    type_in(page, "\u{e007}").await;
    page.see("はい").await;
    assert_eq!(server.last_request().messages(), [("user".to_owned(), "日本".to_owned())]);
}

#[tokio::test]
async fn a_pasted_megabyte_is_folded_and_the_field_stays_quick_and_it_is_sent_whole() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let room = EndpointPatch { context_window: Some(1_000_000), ..EndpointPatch::default() };
    let core = stock::core(&desk);
    let id = core.list_endpoints().unwrap().into_iter().find(|each| each.is_default).expect("the default").id;
    core.change_endpoint(&id, room).expect("an endpoint with room for it");
    drop(core);
    let window = desk.open().await;
    let page = &window.page;
    page.find("textbox", "Write a message").await;
    let paste = format!(
        "const data = new DataTransfer(); data.setData('text/plain', 'a line of a long list\\n'.repeat(50_000));\
         return {FIELD}.dispatchEvent(new ClipboardEvent('paste', {{clipboardData: data, bubbles: true, cancelable: true}}))"
    );
    assert_eq!(page.js(&paste, vec![]).await, false, "the field does not take it");
    page.find("group", "Pasted text, 1 MiB, 50,000 lines").await;
    type_in(page, "Which of these").await;
    written(page, "Which of these").await;
    server.queue(Reply::text("None of them."));
    page.click("button", "Send").await;
    server.wait_until("it is asked", |seen| seen.requests == 1).await;
    page.find_gone("group", "Pasted text").await;
    page.quiet().await;
    let sent = server.last_request().messages().pop().expect("a message").1;
    assert_eq!(sent.len(), "Which of these\n\n".len() + 22 * 50_000);
    assert!(sent.starts_with("Which of these\n\na line of a long list\n"));
}

#[tokio::test]
async fn fifty_megabytes_that_are_pasted_are_refused_and_the_window_does_not_stand_still() {
    let desk = Desk::new();
    let window = desk.open().await;
    let page = &window.page;
    page.find("textbox", "Write a message").await;
    page.painted().await;
    // What is to be pasted is made first: that is not what is watched.
    let paste = format!(
        "const data = new DataTransfer(); data.setData('text/plain', 'a line of a long list\\n'.repeat(50 * 1024 * 1024 / 22)); \
         let longest = 0, over = false, last = performance.now(); \
         const look = now => {{ longest = Math.max(longest, now - last); last = now; if (!over) requestAnimationFrame(look) }}; \
         requestAnimationFrame(look); await new Promise(next => requestAnimationFrame(next)); longest = 0; \
         {FIELD}.dispatchEvent(new ClipboardEvent('paste', {{clipboardData: data, bubbles: true, cancelable: true}})); \
         for (let frame = 0; frame < 30; frame++) await new Promise(next => requestAnimationFrame(next)); \
         over = true; return longest"
    );
    let longest = page.js_async(&paste, vec![]).await.as_f64().expect("a gap between two frames");
    println!("the longest gap between two frames around pasting 50 MB: {longest:.0} ms");
    page.see("A message can hold 4 MiB.").await;
    written(page, "").await;
    assert!(longest < 2000.0, "the window stood still for {longest} ms");
    type_in(page, "still quick").await;
    written(page, "still quick").await;
}

#[tokio::test]
async fn arrows_bring_earlier_messages_back_and_never_take_what_was_typed() {
    let desk = Desk::new();
    stock::thread(&desk, "t", None, &["The first question", "The second question"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("The first question").await;
    type_in(page, "\u{e013}").await;
    written(page, "The second question").await;
    type_in(page, "\u{e013}").await;
    written(page, "The first question").await;
    type_in(page, "\u{e015}\u{e015}").await;
    written(page, "").await;
    type_in(page, "mine\u{e013}\u{e015}").await;
    written(page, "mine").await;
}

#[tokio::test]
async fn a_prompt_goes_in_by_a_slash_asks_for_its_placeholders_and_escape_leaves_all_as_it_was() {
    let desk = Desk::new();
    prompt(&desk, "Email", "Write an email to {{who}} about {{matter}}.", &[]);
    prompt(&desk, "Summary", "Summarise this in three lines.", &[]);
    stock::thread(&desk, "t", None, &["A question"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("A question").await;
    type_in(page, "/").await;
    page.find("option", "Summary").await;
    type_in(page, "summ\u{e007}").await;
    written(page, "Summarise this in three lines.").await;
    page.click("button", "Insert a prompt").await;
    page.find("combobox", "Search prompts").await.send_keys("email\u{e007}").await.expect("keys");
    page.find("dialog", "Email").await;
    assert_eq!(page.accessibility_faults().await, Vec::<String>::new());
    page.find("textbox", "who").await.send_keys("nobody\u{e00c}").await.expect("keys");
    page.find_gone("dialog", "Email").await;
    written(page, "Summarise this in three lines.").await;
    let empty = format!("{FIELD}.value = ''; {FIELD}.dispatchEvent(new InputEvent('input', {{bubbles: true}}))");
    page.js(&empty, vec![]).await;
    type_in(page, "/em\u{e007}").await;
    page.find("textbox", "who").await.send_keys("Ms Keller\u{e007}").await.expect("keys");
    page.find("textbox", "matter").await.send_keys("the memo\u{e007}").await.expect("keys");
    written(page, "Write an email to Ms Keller about the memo.").await;
}

#[tokio::test]
async fn a_clients_prompt_begins_its_threads_and_parameters_go_with_the_request() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    prompt(&desk, "Voice", "You work for {{client}}.", &["Acme"]);
    let window = desk.open().await;
    let page = &window.page;
    page.click("button", "Client").await;
    page.find("textbox", "Client").await.send_keys("Acme\u{e007}").await.expect("keys");
    page.see("Begins with “Voice”, the prompt of Acme").await;
    page.click("button", "Parameters").await;
    page.fill("textbox", "Temperature", "7").await;
    page.see("A number from 0 to 2.").await;
    assert_eq!(page.accessibility_faults().await, Vec::<String>::new());
    page.fill("textbox", "Temperature", "0.3\u{e00c}").await;
    page.find("button", "Parameters: 1 set").await;
    server.queue(Reply::text("Good morning."));
    page.send("Hello").await;
    page.see("Good morning.").await;
    page.quiet().await;
    let sent = server.last_request();
    assert_eq!(sent.messages()[0], ("system".to_owned(), "You work for Acme.".to_owned()));
    assert_eq!(sent.json()["temperature"], 0.3);
    page.click("button", "System prompt: set").await;
    page.fill("textbox", "System prompt", "Be brief.").await;
    page.click("button", "Use from the next message").await;
    page.see("A new system prompt goes with the next message").await;
    server.queue(Reply::text("Yes."));
    page.send("Again").await;
    page.see("Yes.").await;
    let systems: Vec<_> = server.last_request().messages().into_iter().filter(|(role, _)| role == "system").collect();
    assert_eq!(systems.last().map(|(_, text)| text.as_str()), Some("Be brief."));
    assert_eq!(server.last_request().json()["temperature"], 0.3, "the thread keeps its parameters");
}

#[tokio::test]
async fn the_library_keeps_prompts_and_brings_a_removed_one_back() {
    let desk = Desk::new();
    prompt(&desk, "Summary", "Summarise this in three lines.", &["Acme"]);
    let window = desk.open().await;
    let page = &window.page;
    page.click("button", "Insert a prompt").await;
    page.click("button", "All prompts…").await;
    page.click("button", "Summary").await;
    page.find("textbox", "Text").await;
    for theme in ["light", "dark"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        page.painted().await;
        assert_eq!(page.accessibility_faults().await, Vec::<String>::new(), "{theme}");
        page.picture(&format!("prompts-{theme}")).await;
    }
    page.fill("textbox", "Name", "Short summary").await;
    page.click("button", "Save").await;
    page.find("button", "Short summary").await;
    page.click("button", "Remove").await;
    page.find_gone("button", "Short summary").await;
    page.click("button", "Close").await;
    // The change before can be undone as well.
    page.js("[...document.querySelectorAll('.undo')].at(-1).click()", vec![]).await;
    page.click("button", "Insert a prompt").await;
    page.find("option", "Short summary").await;
    assert_eq!(stock::core(&desk).get_prompt("Short summary").unwrap().clients, ["Acme"]);
}
