//! Many threads at once: choosing with the pointer and the keys, changing them in one go with Undo,
//! dragging onto a client, folding, grouping, sorting.

use skein_core::wire::State;

use crate::harness::{Desk, Window};
use crate::page::Page;
use crate::stock;

async fn filled() -> (Desk, Window) {
    let desk = Desk::new();
    for (id, client, text) in [
        ("memo", Some("Acme GmbH"), "Transfer pricing memo"),
        ("audit", Some("Acme GmbH"), "Audit questions"),
        ("route", Some("Helvetia"), "Route planning"),
        ("bread", None, "Sourdough hydration"),
        ("rust", None, "Rust lifetimes"),
    ] {
        stock::thread(&desk, id, client, &[text]).await;
    }
    stock::core(&desk).set_state("audit", State::Locked).unwrap();
    let window = desk.open().await;
    window.page.find("button", "Rust lifetimes").await;
    (desk, window)
}

/// Clicks a thread while keys are held.
async fn click_with(page: &Page, title: &str, held: &str) {
    let script = format!(
        "const row = [...document.querySelectorAll('[data-row]')].find(r => r.innerText.includes(arguments[0])); \
         row.dispatchEvent(new MouseEvent('click', {{bubbles: true, cancelable: true, {held}}}))"
    );
    page.js(&script, vec![title.into()]).await;
}

/// Presses keys where the focus is.
async fn press(page: &Page, keys: &str) {
    page.0.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

async fn focus(page: &Page, title: &str) {
    let script = "[...document.querySelectorAll('[data-row]')].find(r => r.innerText.includes(arguments[0])).focus()";
    page.js(script, vec![title.into()]).await;
}

fn state(desk: &Desk, id: &str) -> State {
    stock::core(desk).get_thread(id).unwrap().state
}

fn client(desk: &Desk, id: &str) -> Option<String> {
    let thread = stock::core(desk).get_thread(id).unwrap();
    thread.metadata.get("client").and_then(|client| client.as_str()).map(Into::into)
}

#[tokio::test]
async fn chosen_threads_are_locked_in_one_go_told_of_and_unlocked_again() {
    let (desk, window) = filled().await;
    let page = &window.page;
    click_with(page, "Transfer pricing memo", "ctrlKey: true").await;
    click_with(page, "Rust lifetimes", "ctrlKey: true").await;
    page.see("2 threads chosen").await;
    page.picture("chosen").await;
    click_with(page, "Audit questions", "ctrlKey: true").await;
    page.click("button", "Set client…").await;
    page.find("option", "Helvetia").await;
    page.fill("combobox", "Client", "Helv").await;
    page.picture("set-client").await;
    page.click("option", "Helvetia").await;
    page.see("2 threads are now under Helvetia.").await;
    page.see("1 thread was left as it was:").await;
    page.picture("refused").await;
    assert_eq!(
        (client(&desk, "rust").as_deref(), client(&desk, "audit").as_deref()),
        (Some("Helvetia"), Some("Acme GmbH"))
    );
    page.click("button", "Undo").await;
    page.see("2 threads are as they were before.").await;
    assert_eq!((client(&desk, "rust"), client(&desk, "memo").as_deref()), (None, Some("Acme GmbH")));
    focus(page, "Transfer pricing memo").await;
    press(page, "\u{e009}a").await;
    page.see("5 threads chosen").await;
    page.click("button", "Lock").await;
    page.see("4 threads locked.").await;
    assert!(["memo", "route", "bread", "rust"].iter().all(|id| state(&desk, id) == State::Locked));
}

#[tokio::test]
async fn the_list_goes_by_keys_alone() {
    let (desk, window) = filled().await;
    let page = &window.page;
    focus(page, "Transfer pricing memo").await;
    let focused = "return document.activeElement.innerText.includes(arguments[0])";
    press(page, "\u{e010}").await;
    page.until("the last thread has the focus", focused, vec!["Sourdough".into()]).await;
    press(page, "\u{e011}").await;
    page.until("the first has it", "return document.activeElement.dataset.row === '0'", vec![]).await;
    press(page, "rou").await;
    page.until("what was typed leads there", focused, vec!["Route planning".into()]).await;
    press(page, "\u{e008}\u{e015}").await;
    page.see("2 threads chosen").await;
    press(page, "\u{e00c}").await;
    page.see_gone("threads chosen").await;
    focus(page, "Route planning").await;
    press(page, "\u{e012}").await;
    page.until("the heading has the focus", focused, vec!["HELVETIA".into()]).await;
    press(page, "\u{e012}").await;
    page.see_gone("Route planning").await;
    press(page, "\u{e014}").await;
    page.see("Route planning").await;
    focus(page, "Sourdough hydration").await;
    press(page, "\u{e008}\u{e03a}").await;
    page.find("menuitem", "Set client…").await;
    page.picture("row-menu").await;
    press(page, "\u{e00c}").await;
    focus(page, "Sourdough hydration").await;
    press(page, "\u{e017}").await;
    page.see("Moved to the bin.").await;
    assert!(stock::core(&desk).get_thread("bread").is_err());
}

#[tokio::test]
async fn a_thread_is_dragged_onto_a_client_and_back_with_undo() {
    let (desk, window) = filled().await;
    let page = &window.page;
    let drag = "const at = text => { const row = [...document.querySelectorAll('[data-in-group]')].find(r => r.innerText.includes(text)); \
         const box = row.getBoundingClientRect(); return [row, box.left + 40, box.top + box.height / 2]; }; \
         const say = (target, kind, x, y) => target.dispatchEvent(new PointerEvent(kind, {bubbles: true, button: 0, pointerType: 'mouse', clientX: x, clientY: y})); \
         const [from, x, y] = at('Rust lifetimes'); const [to, x2, y2] = at('Route planning'); \
         if (arguments[0]) { say(from.querySelector('button'), 'pointerdown', x, y); say(document.body, 'pointermove', x2, y2); } \
         else say(document.body, 'pointerup', x2, y2)";
    page.js(drag, vec![true.into()]).await;
    page.see("→ Helvetia").await;
    page.until("the group is marked", "return document.querySelector('.target') !== null", vec![]).await;
    page.picture("dragged").await;
    page.js(drag, vec![false.into()]).await;
    page.see("1 thread is now under Helvetia.").await;
    assert_eq!(client(&desk, "rust").as_deref(), Some("Helvetia"));
    page.click("button", "Undo").await;
    page.see("1 thread is as it was before.").await;
    assert_eq!(client(&desk, "rust"), None);
}

#[tokio::test]
async fn grouping_sorting_and_folds_are_remembered() {
    let (desk, window) = filled().await;
    let page = &window.page;
    page.click("button", "Helvetia").await;
    page.see_gone("Route planning").await;
    page.click("button", "Group and sort").await;
    page.picture("view-menu").await;
    page.click("menuitemradio", "Title").await;
    let order = "return [...document.querySelectorAll('[data-row] b')].map(b => b.innerText).join() === arguments[0]";
    let sorted = "Audit questions,Transfer pricing memo,Rust lifetimes,Sourdough hydration";
    page.until("sorted by title", order, vec![sorted.into()]).await;
    window.close();
    let window = desk.open().await;
    window.page.until("still so", order, vec![sorted.into()]).await;
    window.page.click("button", "Group and sort").await;
    window.page.click("menuitemradio", "Nothing").await;
    let plain = "Audit questions,Route planning,Rust lifetimes,Sourdough hydration,Transfer pricing memo";
    window.page.until("no groups", order, vec![plain.into()]).await;
}
