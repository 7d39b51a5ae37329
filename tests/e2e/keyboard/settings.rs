//! The pages of the settings: what is due and the bin, prices, the local API, seals.

use fantoccini::key::Key;
use skein_core::wire::State;

use super::{command, focused, holds, press_by_tab, tab_to, type_by_tab};
use crate::harness::Desk;
use crate::palette::{CONTROL, key, press, type_text};
use crate::stock;

#[tokio::test]
async fn what_is_due_is_reviewed_and_the_bin_is_emptied() {
    let desk = Desk::new();
    for (days, id, question) in [(400, "visa", "Visa papers"), (120, "lease", "Office lease")] {
        stock::ask(&stock::core_before(&desk, days), id, None, &[question]).await;
    }
    let before = stock::core_before(&desk, 12);
    stock::ask(&before, "boat", None, &["canary-boat"]).await;
    before.delete_thread("boat", None).unwrap();
    drop(before);
    let window = desk.open().await;
    let page = &window.page;
    command(page, "Retention").await;
    page.see("no message for 120 days").await;
    tab_to(page, "Choose Visa papers").await;
    press(page, &[' ']).await;
    press_by_tab(page, "Keep").await;
    page.see("1 thread pinned, so it is kept.").await;
    holds(page, "the focus stays here", "document.activeElement.id === 'due-heading'").await;
    tab_to(page, "Choose Office lease").await;
    press(page, &[' ']).await;
    press_by_tab(page, "Archive…").await;
    focused(page, "Cancel").await;
    press_by_tab(page, "Archive for good").await;
    page.see("Nothing is due.").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "Settings").await;

    command(page, "Empty the bin").await;
    page.see("1 thread and all its messages will be erased now").await;
    focused(page, "Cancel").await;
    press_by_tab(page, "Erase 1 thread").await;
    page.see("1 thread erased.").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "Settings").await;

    // Every seal there is now.
    command(page, "Check the seals of all threads").await;
    page.see("1 thread checked.").await;
    press(page, &[key(Key::Escape)]).await;
    window.close();
    assert_eq!(stock::core(&desk).get_thread("lease").unwrap().state, State::Archived);
    assert_eq!(desk.files_with("canary-boat"), Vec::<String>::new());
}

#[tokio::test]
async fn a_price_is_entered_and_the_local_api_is_switched_and_its_token_renewed() {
    let desk = Desk::new();
    let window = desk.open().await;
    let page = &window.page;
    press(page, &[CONTROL, ',']).await;
    press_by_tab(page, "Prices").await;
    press_by_tab(page, "Add a price").await;
    focused(page, "A million sent").await;
    type_text(page, "2.5").await;
    type_by_tab(page, "A million received", "10").await;
    press(page, &[key(Key::Enter)]).await;
    page.find("button", "Change the price of practice").await;
    tab_to(page, "Endpoints").await;
    for _ in 0..5 {
        press(page, &[key(Key::Right)]).await;
    }
    focused(page, "Local API").await;

    // On, at any free port; its token, and off again.
    tab_to(page, "Port").await;
    press(page, &[CONTROL, 'a']).await;
    type_text(page, "0").await;
    tab_to(page, "Close").await;
    press(page, &[key(Key::Enter)]).await;
    page.find_gone("dialog", "Settings").await;
    command(page, "Switch the local API on").await;
    page.see("Running").await;
    press_by_tab(page, "Copy the token").await;
    page.see("Token copied.").await;
    press(page, &[key(Key::Escape)]).await;
    command(page, "Renew the token").await;
    focused(page, "Cancel").await;
    press_by_tab(page, "Renew the token").await;
    page.see("The token is new.").await;
    tab_to(page, "Local API").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("dialog", "Settings").await;
    command(page, "Switch the local API off").await;
    holds(page, "it is off", "document.querySelector('[data-testid=api-status]')?.dataset.status === 'off'").await;
}
