//! A conversation: stop, continue, retry, edit, versions, failures, and looking away meanwhile.

use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::harness::Desk;
use crate::stock;

#[tokio::test]
async fn stop_keeps_what_had_arrived_and_continue_goes_on() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let gate = Gate::new();
    server.queue(Reply::gated("one two three four five six", &gate));
    let window = desk.open().await;
    let page = &window.page;
    page.send("Count, please").await;
    gate.open(3);
    page.see("one two three").await;
    page.picture("streaming").await;
    page.click("button", "Stop").await;
    page.see("You stopped this reply. What had arrived is kept.").await;
    server.wait_until("the connection is closed", |seen| seen.hung_up == 1).await;
    assert_eq!(page.last_text("assistant").await.trim(), "one two three");

    server.queue(Reply::text("four five six"));
    page.click("button", "Continue").await;
    page.see("four five six").await;
    page.quiet().await;
    let sent = server.last_request().messages();
    assert!(sent.iter().any(|(role, text)| role == "assistant" && text.trim() == "one two three"), "{sent:?}");
}

#[tokio::test]
async fn a_retry_is_another_version_and_both_can_be_read() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    server.queue(Reply::text("The first answer."));
    server.queue(Reply::text("The second answer."));
    let window = desk.open().await;
    let page = &window.page;
    page.send("A question").await;
    page.see("The first answer.").await;
    page.quiet().await;
    page.click("button", "Retry").await;
    page.see("The second answer.").await;
    page.quiet().await;
    page.see("2 of 2").await;
    page.see_gone("The first answer.").await;
    page.click("button", "Previous version").await;
    page.see("The first answer.").await;
    page.see("1 of 2").await;
    page.click("button", "Next version").await;
    page.see("The second answer.").await;
}

#[tokio::test]
async fn an_edited_message_is_another_version_with_its_own_reply() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    server.answer_with(|request| {
        let asked = request.messages().last().map(|(_, text)| text.clone()).unwrap_or_default();
        Reply::text(&format!("You asked: {asked}"))
    });
    let window = desk.open().await;
    let page = &window.page;
    page.send("How tall is it").await;
    page.see("You asked: How tall is it").await;
    page.quiet().await;
    page.click("button", "Edit").await;
    page.until(
        "the text is there",
        "return document.querySelector('.edit textarea')?.value === 'How tall is it'",
        vec![],
    )
    .await;
    page.fill("textbox", "Edit the message", "How wide is it").await;
    page.click("button", "Send again").await;
    page.see("You asked: How wide is it").await;
    page.quiet().await;
    page.see("2 of 2").await;
    assert_eq!(server.last_request().messages().len(), 1, "the first wording went along");
    page.picture("versions").await;
    page.click("button", "Previous version").await;
    page.see("You asked: How tall is it").await;
    page.see_gone("You asked: How wide is it").await;
}

#[tokio::test]
async fn a_failure_stands_where_it_happened_with_the_next_step_and_loses_nothing() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    server.queue(Reply::error(400, "bad", "no"));
    server.queue(Reply::cut_after("Half an answer"));
    let window = desk.open().await;
    let page = &window.page;
    page.send("A question that must not be lost").await;
    page.see("The endpoint refused this request").await;
    page.see("Your message is kept.").await;
    page.picture("failure").await;
    page.click("button", "Retry").await;
    page.see("What had arrived is kept.").await;
    page.see("Half an answer").await;
    server.queue(Reply::text("A whole answer."));
    page.click("button", "Retry").await;
    page.see("A whole answer.").await;
    page.see("A question that must not be lost").await;
}

#[tokio::test]
async fn a_reply_goes_on_while_another_thread_is_looked_at() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    stock::thread(&desk, "other", None, &["Another thread"]).await;
    let gate = Gate::new();
    server.queue(Reply::gated("First paragraph.\n\nSecond paragraph.\n\nThird and last.", &gate));
    let window = desk.open().await;
    let page = &window.page;
    page.send("Tell me a story").await;
    gate.open(3);
    page.see("First paragraph.").await;
    // The new thread takes the place where the other one stood: whoever clicks before hits the wrong row.
    page.find("button", "Tell me a story").await;
    page.open_thread("Another thread").await;
    page.see_gone("First paragraph.").await;
    gate.open(1);
    page.open_thread("Tell me a story").await;
    page.see("Second paragraph").await;
    gate.open_for_good();
    page.see("Third and last.").await;
    page.quiet().await;
    let reply = page.last_text("assistant").await;
    let paragraphs: Vec<&str> = reply.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(paragraphs, ["First paragraph.", "Second paragraph.", "Third and last."]);
}

#[tokio::test]
async fn pasting_fifty_megabytes_says_so_and_does_not_freeze_the_window() {
    let desk = Desk::new();
    let window = desk.open().await;
    let page = &window.page;
    page.find("textbox", "Write a message").await;
    let paste = "const data = new DataTransfer(); data.setData('text/plain', 'x'.repeat(50 * 1024 * 1024)); \
        const field = document.querySelector('#composer'); \
        const taken = field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); \
        await new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next))); return taken";
    assert_eq!(page.js_async(paste, vec![]).await, false, "the field does not take it");
    page.see("A message can hold 4 MiB.").await;
    page.send("Still quick").await;
}
