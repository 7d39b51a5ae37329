//! Finding things again: search, groups, filters, drafts.

use crate::harness::Desk;
use crate::stock;

#[tokio::test]
async fn a_search_jumps_to_the_very_message() {
    let desk = Desk::new();
    let many: Vec<String> = (1..=60).map(|n| format!("Question number {n}")).collect();
    let mut questions: Vec<&str> = many.iter().map(String::as_str).collect();
    questions[10] = "Where does the ptarmigan nest?";
    stock::thread(&desk, "birds", None, &questions).await;
    stock::thread(&desk, "other", None, &["Something else"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.fill("searchbox", "Search everything", "ptarmigan role:user\u{e007}").await;
    page.see("1 message").await;
    page.click("button", "ptarmigan nest").await;
    let script = "const found = [...document.querySelectorAll('[data-role=user]')].find(m => m.innerText.includes('ptarmigan')); \
         if (!found) return false; const box = found.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight";
    page.until("the message is in sight", script, vec![]).await;
}

#[tokio::test]
async fn a_search_jumps_to_the_very_word_in_a_line_without_end() {
    let desk = Desk::new();
    let words = "lorem ipsum dolor ".repeat(2_000);
    stock::thread(&desk, "long", None, &[&format!("{words} ptarmigan {words}")]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.fill("searchbox", "Search everything", "ptarmigan role:user\u{e007}").await;
    page.see("1 message").await;
    page.click("button", "dolor ptarmigan lorem").await;
    let script = "const [mark] = CSS.highlights.get('found-here') ?? []; if (!mark) return false; \
         const [box, view] = [mark, document.querySelector('[data-testid=messages]')].map(each => each.getBoundingClientRect()); \
         return box.height > 0 && box.top >= view.top && box.bottom <= view.bottom";
    page.until("the word is in sight", script, vec![]).await;
    page.picture("line-without-end").await;
}

#[tokio::test]
async fn threads_stand_under_their_client_and_can_be_filtered_by_state() {
    let desk = Desk::new();
    stock::thread(&desk, "memo", Some("Acme GmbH"), &["Transfer pricing memo"]).await;
    stock::thread(&desk, "bread", None, &["Sourdough hydration"]).await;
    stock::core(&desk).set_state("memo", skein_core::wire::State::Locked).unwrap();
    let window = desk.open().await;
    let page = &window.page;
    page.see("ACME GMBH").await;
    page.see("NO CLIENT").await;
    page.click("button", "Locked").await;
    page.find("button", "Transfer pricing memo").await;
    page.find_gone("button", "Sourdough hydration").await;
    page.click("button", "All").await;
    page.open_thread("Sourdough hydration").await;
    page.click("button", "Client").await;
    page.fill("textbox", "Client", "Bakery\u{e007}").await;
    page.see("BAKERY").await;
    page.see_gone("NO CLIENT").await;
}

#[tokio::test]
async fn each_thread_keeps_its_own_draft() {
    let desk = Desk::new();
    stock::thread(&desk, "one", None, &["The first thread"]).await;
    stock::thread(&desk, "two", None, &["The second thread"]).await;
    let window = desk.open().await;
    let page = &window.page;
    let holds = "return document.querySelector('#composer')?.value === arguments[0]";
    page.open_thread("The first thread").await;
    page.fill("textbox", "Write a message", "for the first").await;
    page.open_thread("The second thread").await;
    page.until("the second has none", holds, vec!["".into()]).await;
    page.fill("textbox", "Write a message", "for the second").await;
    page.open_thread("The first thread").await;
    page.until("the first has its own", holds, vec!["for the first".into()]).await;
    window.close();
    let window = desk.open().await;
    window.page.open_thread("The second thread").await;
    window.page.until("the second has its own", holds, vec!["for the second".into()]).await;
}
