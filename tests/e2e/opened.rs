//! What opens over the screens, in both themes: axe finds nothing in dialogs, menus and panels, on a message that is
//! written or arrives, in the bin, and in what the program says.

use skein_core::wire::{PromptPatch, State};
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::{Desk, wait_blocking};
use crate::looks::check;
use crate::page::Page;
use crate::palette::{CONTROL, press};
use crate::stock;

const ESCAPE: char = '\u{e00c}';

/// A way that leaves the thread on show.
async fn look_at_dialogs(page: &Page, faults: &mut Vec<String>) {
    press(page, &[CONTROL, 'k']).await;
    page.until("the palette lists", "return document.querySelectorAll('[role=option]').length > 5", vec![]).await;
    check(page, "palette", faults).await;
    press(page, &[ESCAPE]).await;
    page.click("button", "Main menu").await;
    page.find("menuitem", "Keyboard shortcuts").await;
    check(page, "main-menu", faults).await;
    page.click("menuitem", "Keyboard shortcuts").await;
    page.find("dialog", "Keyboard shortcuts").await;
    check(page, "shortcuts", faults).await;
    page.click("button", "Close").await;
    page.js("document.querySelector('[data-role=assistant] .more').click()", vec![]).await;
    page.click("menuitem", "Compare versions…").await;
    page.until("the difference is marked", "return document.querySelectorAll('dialog mark').length > 0", vec![]).await;
    check(page, "versions", faults).await;
    page.click("button", "Close").await;
    page.click("button", "More actions").await;
    page.click("menuitem", "Go to a date…").await;
    page.until("there is a day", "return document.querySelector('dialog li button')", vec![]).await;
    check(page, "days", faults).await;
    page.click("button", "Close").await;
    page.click("link", "the timetable").await;
    page.see("example.com").await;
    check(page, "link", faults).await;
    page.click("button", "Cancel").await;
}

/// What opens over the field, and a message that is written anew.
async fn look_at_writing(page: &Page, faults: &mut Vec<String>) {
    page.click("button", "Insert a prompt").await;
    page.find("option", "Email").await;
    check(page, "prompt-picker", faults).await;
    page.click("option", "Email").await;
    page.find("textbox", "who").await;
    check(page, "prompt-fill", faults).await;
    press(page, &[ESCAPE]).await;
    page.find_gone("textbox", "who").await;
    page.click("button", "Parameters").await;
    page.fill("textbox", "Temperature", "7").await;
    page.see("A number from 0 to 2.").await;
    check(page, "parameters", faults).await;
    page.fill("textbox", "Temperature", "0.3\u{e00c}").await;
    page.find_gone("textbox", "Temperature").await;
    page.click("button", "System prompt").await;
    page.find("textbox", "System prompt").await;
    check(page, "system", faults).await;
    press(page, &[ESCAPE]).await;
    page.find_gone("textbox", "System prompt").await;
    page.click("button", "Edit").await;
    page.find("textbox", "Edit the message").await;
    check(page, "edit", faults).await;
    page.click("button", "Cancel").await;
    let paste = "const data = new DataTransfer(); data.setData('text/plain', 'x'.repeat(5 * 1024 * 1024)); \
         document.querySelector('#composer').dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))";
    page.js(paste, vec![]).await;
    page.see("A message can hold 4 MiB.").await;
    check(page, "paste-refused", faults).await;
}

/// The panels of an endpoint's card.
async fn look_at_an_endpoint(page: &Page, faults: &mut Vec<String>) {
    page.click("button", "Settings").await;
    page.until("its card is there", "return document.querySelector('[data-endpoint=Scripted]')", vec![]).await;
    for panel in ["Key", "Edit", "Prices"] {
        let click = "[...document.querySelectorAll('[data-endpoint=Scripted] .acts button')].find(b => b.innerText.trim() === arguments[0]).click()";
        page.js(click, vec![panel.into()]).await;
        let open = "return document.querySelector('[data-endpoint=Scripted] [aria-expanded=true]')?.innerText.trim() === arguments[0]";
        page.until(&format!("the panel {panel} is open"), open, vec![panel.into()]).await;
        check(page, &format!("endpoint-{}", panel.to_lowercase()), faults).await;
    }
    page.click("button", "Close").await;
}

/// What is said: a toast with its Undo, threads that were left as they were; then the bin, and erasing.
async fn look_at_what_is_said(page: &Page, faults: &mut Vec<String>) {
    page.open_thread("A thread to delete").await;
    page.click("button", "More actions").await;
    page.click("menuitem", "Delete").await;
    page.see("Moved to the bin.").await;
    check(page, "toast", faults).await;
    page.click("button", "Bin").await;
    page.find("button", "A thread to delete").await;
    check(page, "bin", faults).await;
    page.open_thread("A thread to delete").await;
    page.find("button", "Put back").await;
    check(page, "bin-thread", faults).await;
    page.click("button", "All").await;
    for title in ["An archived thread", "Where is the depot?"] {
        let choose = "[...document.querySelectorAll('[data-row]')].find(row => row.innerText.includes(arguments[0])) \
             .dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, ctrlKey: true}))";
        page.find("button", title).await;
        page.js(choose, vec![title.into()]).await;
    }
    page.click("button", "Set client…").await;
    page.find("combobox", "Client").await.send_keys("Acme\u{e007}").await.unwrap();
    page.see("1 thread was left as it was:").await;
    check(page, "refusals", faults).await;
    page.open_thread("An archived thread").await;
    page.click("button", "More actions").await;
    page.click("menuitem", "Delete for good…").await;
    page.find("button", "Delete for good").await;
    check(page, "erase", faults).await;
    page.click("button", "Cancel").await;
}

#[tokio::test]
async fn axe_finds_nothing_in_what_opens_in_either_theme() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    stock::thread(&desk, "archived", Some("Helvetia"), &["An archived thread"]).await;
    stock::thread(&desk, "gone", None, &["A thread to delete"]).await;
    let core = stock::core(&desk);
    core.set_state("archived", State::Archived).unwrap();
    let text = Some("Write an email to {{who}}.".into());
    core.create_prompt(&PromptPatch { name: Some("Email".into()), text, clients: None }).unwrap();
    drop(core);
    let mut faults = Vec::new();
    let window = desk.open().await;
    let page = &window.page;

    // A reply while it arrives, stopped, and asked for again.
    let gate = Gate::new();
    server.queue(Reply::gated("The depot is in **Basel**, says [the timetable](https://example.com/depot).", &gate));
    page.send("Where is the depot?").await;
    gate.open(5);
    page.see("The depot is in").await;
    check(page, "streaming", &mut faults).await;
    page.click("button", "Stop").await;
    page.see("You stopped this reply.").await;
    check(page, "stopped", &mut faults).await;
    gate.open_for_good();
    server.queue(Reply::text("The depot is in **Muttenz**, says [the timetable](https://example.com/depot)."));
    page.click("button", "Retry").await;
    page.see("Muttenz").await;
    page.quiet().await;

    look_at_dialogs(page, &mut faults).await;
    look_at_writing(page, &mut faults).await;
    look_at_an_endpoint(page, &mut faults).await;
    look_at_what_is_said(page, &mut faults).await;

    // A reply of a program that was killed.
    let gate = Gate::new();
    server.queue(Reply::gated("Half of it and then", &gate));
    let sending = desk.start_skein(&["send", "half", "From the terminal"]);
    let core = stock::core(&desk);
    gate.open(2);
    wait_blocking("the reply has begun", || {
        core.running("half").is_ok_and(|view| view.is_some_and(|v| !v.tail.is_empty()))
    });
    drop(sending);
    page.open_thread("From the terminal").await;
    page.see("Interrupted.").await;
    check(page, "interrupted", &mut faults).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test]
async fn axe_finds_nothing_on_the_page_of_a_store_that_cannot_be_opened() {
    for (theme, dark) in [("Adwaita", false), ("Adwaita:dark", true)] {
        let mut desk = Desk::new();
        desk.set("GTK_THEME", theme);
        std::fs::create_dir_all(desk.store()).unwrap();
        std::fs::write(desk.store().join("skein.db"), "this is no database, but it is long enough to be looked at")
            .unwrap();
        let window = desk.open_unchecked().await;
        window.page.see("The store cannot be opened").await;
        let seen = window.page.js("return matchMedia('(prefers-color-scheme: dark)').matches", vec![]).await;
        assert_eq!(seen, dark, "{theme}");
        assert_eq!(window.page.accessibility_faults().await, Vec::<String>::new(), "{theme}");
    }
}
