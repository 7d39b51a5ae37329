//! The search as a place: by thread, narrowed, walked by keys, with the matches marked in the
//! messages, and back to where one was.

use skein_core::wire::State;

use crate::harness::{Desk, Window};
use crate::page::Page;
use crate::stock;

async fn filled() -> (Desk, Window) {
    let desk = Desk::new();
    let many: Vec<String> = (1..=40).map(|n| format!("Question number {n}")).collect();
    let mut questions: Vec<&str> = many.iter().map(String::as_str).collect();
    questions[5] = "Where does the ptarmigan nest?";
    questions[20] = "How many Ptarmigans are there?";
    questions[35] = "And the ptarmigan in winter?";
    stock::thread(&desk, "birds", Some("Acme GmbH"), &questions).await;
    stock::thread(&desk, "other", None, &["A ptarmigan elsewhere"]).await;
    stock::core(&desk).set_state("other", State::Locked).unwrap();
    let window = desk.open().await;
    (desk, window)
}

async fn press(page: &Page, keys: &str) {
    page.0.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

/// Whether the message with a text is in sight.
const IN_SIGHT: &str = "const found = [...document.querySelectorAll('[data-role=user]')].find(m => m.innerText.includes(arguments[0])); \
    if (!found) return false; const box = found.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight";

#[tokio::test]
async fn what_is_found_stands_by_thread_and_is_walked_through_by_keys_alone() {
    let (_desk, window) = filled().await;
    let page = &window.page;
    // Sending asks for the end of the thread; a hit that is opened afterwards is shown all the same.
    page.open_thread("Question number 1").await;
    page.send("Thank you").await;
    page.quiet().await;
    page.js("document.getElementById('search').focus()", vec![]).await;
    press(page, "ptarmigan role:user\u{e007}").await;
    page.find("searchbox", "Search all messages").await;
    page.see("4 messages · 2 threads").await;
    page.picture("search-place").await;
    press(page, "\u{e015}").await;
    page.until("a hit has the focus", "return document.activeElement.dataset.hit !== undefined", vec![]).await;
    let nest = "const hit = document.activeElement; return hit.innerText.includes(arguments[0])";
    let mut steps = 0;
    while page.js(nest, vec!["nest".into()]).await != true {
        assert!(steps < 5, "the hit is not reached");
        steps += 1;
        press(page, "\u{e015}").await;
    }
    press(page, "\u{e007}").await;
    page.until("the message is in sight", IN_SIGHT, vec!["ptarmigan nest".into()]).await;
    page.see("1 of 3").await;
    page.until("its match is marked", "return CSS.highlights?.get('found-here')?.size === 1", vec![]).await;
    page.picture("search-found").await;
    press(page, "\u{e033}").await;
    page.see("2 of 3").await;
    page.until("the next one is in sight", IN_SIGHT, vec!["Ptarmigans".into()]).await;
    press(page, "\u{e008}\u{e033}\u{e033}").await;
    page.see("3 of 3").await;
    page.until("and around to the last", IN_SIGHT, vec!["in winter".into()]).await;
    press(page, "\u{e00a}\u{e012}").await;
    page.see("4 messages · 2 threads").await;
    page.until("the same hit has the focus", nest, vec!["nest".into()]).await;
    press(page, "\u{e00c}\u{e00c}").await;
    page.find("textbox", "Write a message").await;
}

#[tokio::test]
async fn filters_narrow_it_and_nothing_found_says_so() {
    let (_desk, window) = filled().await;
    let page = &window.page;
    page.fill("searchbox", "Search everything", "ptarmigan role:user\u{e007}").await;
    page.see("4 messages · 2 threads").await;
    page.click("button", "State").await;
    page.click("menuitemradio", "Locked").await;
    page.see("1 message · 1 thread").await;
    page.click("button", "Client").await;
    page.click("menuitemradio", "Acme GmbH").await;
    page.see("No message has").await;
    page.picture("search-nothing").await;
    page.click("button", "State").await;
    page.click("menuitemradio", "Any").await;
    page.see("3 messages · 1 thread").await;
    page.js("document.querySelector('main [role=search] button').click()", vec![]).await;
    page.see("Words find what begins with them").await;
    page.picture("search-empty").await;
}

#[tokio::test]
async fn a_thread_is_searched_where_it_is_read() {
    let (_desk, window) = filled().await;
    let page = &window.page;
    page.open_thread("Question number 1").await;
    page.js("document.querySelector('[data-testid=messages]').focus()", vec![]).await;
    press(page, "\u{e009}f").await;
    page.fill("searchbox", "Find in this thread", "ptarmigan role:user").await;
    page.see("1 of 3").await;
    page.until("the first is in sight", IN_SIGHT, vec!["ptarmigan nest".into()]).await;
    press(page, "\u{e007}").await;
    page.see("2 of 3").await;
    page.until("then the second", IN_SIGHT, vec!["Ptarmigans".into()]).await;
    page.until("all that are drawn are marked", "return CSS.highlights?.has('found')", vec![]).await;
    press(page, "\u{e00c}").await;
    page.find_gone("searchbox", "Find in this thread").await;
    page.until("nothing is marked any more", "return !CSS.highlights?.has('found-here')", vec![]).await;
}
