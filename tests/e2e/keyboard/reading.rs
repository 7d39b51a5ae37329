//! Messages: what stands in them, what can be done with one, and going through a thread.

use fantoccini::key::Key;
use skein_support::model_server::{Gate, ModelServer, Reply};

use super::{command, focused, holds, press_by_tab, press_in_menu, tab_to, to_thread};
use crate::harness::{Desk, wait_blocking};
use crate::palette::{CONTROL, key, press, type_text};
use crate::stock;

const WRITTEN: &str = "document.querySelector('#composer').value";

#[tokio::test]
async fn notes_code_and_links_of_a_message_are_reached_and_lead_back() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let text = "It opens early[^1], says [the plan](https://example.com/plan).\n\n```rust\nlet hour = 8;\n```\n\n\
                So it is[^1].\n\n[^1]: At eight.";
    server.queue(Reply::text(text));
    let window = desk.open().await;
    let page = &window.page;
    press(page, &[CONTROL, 'l']).await;
    type_text(page, "When").await;
    press(page, &[key(Key::Enter)]).await;
    page.see("At eight.").await;
    page.quiet().await;
    assert_eq!(page.accessibility_faults().await, Vec::<String>::new());

    // From the second mark to the note, and back to that very mark.
    tab_to(page, "2 messages").await;
    press(page, &['k']).await;
    tab_to(page, "Note 1").await;
    press(page, &[key(Key::Tab)]).await;
    tab_to(page, "Note 1").await;
    press(page, &[key(Key::Enter)]).await;
    holds(page, "the note has the focus", "document.activeElement.matches('.notes > li')").await;
    press(page, &[key(Key::Tab)]).await;
    focused(page, "Back from note 1 to the text").await;
    press(page, &[key(Key::Enter)]).await;
    holds(page, "its mark has the focus", "document.activeElement.closest('p')?.textContent.startsWith('So it is')")
        .await;

    // The code, and the link, which is asked about.
    press_by_tab(page, "Wrap long lines").await;
    holds(page, "lines wrap", "document.activeElement.ariaPressed === 'true'").await;
    press_by_tab(page, "Copy code").await;
    page.see("Copied").await;
    press_by_tab(page, "the plan").await;
    page.find("dialog", "Open example.com?").await;
    focused(page, "Cancel").await;
    press_by_tab(page, "Open in browser").await;
    wait_blocking("the browser is asked", || desk.opened().contains("https://example.com/plan"));
    focused(page, "the plan").await;
}

#[tokio::test]
async fn a_reply_is_quoted_asked_for_again_compared_and_continued() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    server.queue(Reply::text("The depot is in Basel."));
    let window = desk.open().await;
    let page = &window.page;
    press(page, &[CONTROL, 'l']).await;
    type_text(page, "Where is it").await;
    press(page, &[key(Key::Enter)]).await;
    page.see("Basel").await;
    page.quiet().await;

    // Quoted from its menu, then asked for again and compared.
    tab_to(page, "2 messages").await;
    press(page, &['k']).await;
    press(page, &[key(Key::Enter)]).await;
    press_in_menu(page, "Quote").await;
    holds(page, "it is quoted", &format!("{WRITTEN}.startsWith('> The depot is in Basel.')")).await;
    focused(page, "Write a message").await;
    press(page, &[CONTROL, 'a']).await;
    press(page, &[key(Key::Delete)]).await;
    server.queue(Reply::text("The depot is in Muttenz."));
    command(page, "Retry the last reply").await;
    page.see("Muttenz").await;
    page.quiet().await;
    command(page, "Compare versions of this message").await;
    page.find("dialog", "Compare versions").await;
    page.see("Basel").await;
    press_by_tab(page, "Show this one").await;
    page.see_gone("Muttenz").await;

    // What was sent for it, in full.
    command(page, "What the model saw").await;
    press_by_tab(page, "Show the request").await;
    page.find("dialog", "The request that was sent").await;
    page.see("Exactly what was sent").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "The request that was sent").await;
    focused(page, "Show the request").await;

    // A reply that was stopped goes on.
    let gate = Gate::new();
    server.queue(Reply::gated("One, two, three, four and so on", &gate));
    press(page, &[CONTROL, 'l']).await;
    type_text(page, "Count").await;
    press(page, &[key(Key::Enter)]).await;
    gate.open(2);
    page.find("button", "Stop").await;
    press(page, &[key(Key::Escape)]).await;
    page.see("Stopped").await;
    page.quiet().await;
    server.queue(Reply::text("five, six."));
    command(page, "Continue the last reply").await;
    page.see("five, six.").await;
    page.quiet().await;
}

#[tokio::test]
async fn a_long_message_is_unfolded_and_a_day_is_gone_to() {
    let desk = Desk::new();
    let lines: Vec<String> = (1..=240).map(|n| format!("harbour line {n}\n\n")).collect();
    let before = stock::core_before(&desk, 40);
    stock::ask(&before, "long", None, &[&lines.concat(), "And then?"]).await;
    drop(before);
    stock::ask(&stock::core(&desk), "long", None, &["What now?"]).await;
    stock::core(&desk).rename_thread("long", "A long text").unwrap();
    let window = desk.open().await;
    let page = &window.page;
    to_thread(page, "A long text").await;
    press(page, &[key(Key::Enter)]).await;
    page.see("What now?").await;
    command(page, "Go to a date").await;
    page.find("dialog", "Go to a date").await;
    press_by_tab(page, "4 messages").await;
    page.find_gone("dialog", "Go to a date").await;
    page.see("harbour line 1").await;
    tab_to(page, "6 messages").await;
    press(page, &['k']).await;
    press(page, &[key(Key::Home)]).await;
    holds(page, "the first has the focus", "document.activeElement.dataset.role === 'user'").await;
    press_by_tab(page, "Show all 479 lines").await;
    page.see("harbour line 240").await;
    press_by_tab(page, "Show less").await;
    page.see_gone("harbour line 240").await;
}
