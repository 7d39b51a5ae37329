//! The list of threads, its menus and dialogs, the search, and the lines between the panes.

use fantoccini::key::Key;
use skein_core::wire::State;

use super::{SHIFT, command, focused, from_menu, holds, press_by_tab, press_in_menu, tab_to, to_thread};
use crate::harness::Desk;
use crate::palette::{CONTROL, key, press, type_text};
use crate::stock;

#[tokio::test]
async fn threads_are_sorted_archived_and_deleted_for_good_from_the_list() {
    let desk = Desk::new();
    for (id, title) in [("light", "Lighthouses"), ("route", "Route planning"), ("depot", "Depot hours")] {
        stock::thread(&desk, id, None, &[title]).await;
    }
    let window = desk.open().await;
    let page = &window.page;

    // A client from the row's menu, then its group is folded and unfolded.
    to_thread(page, "Route planning").await;
    press(page, &[SHIFT, key(Key::F10)]).await;
    page.find("menuitem", "Delete Del").await;
    press_in_menu(page, "Set client…").await;
    page.find("dialog", "Client of “Route planning”").await;
    focused(page, "Client").await;
    type_text(page, "Acme GmbH").await;
    press(page, &[key(Key::Enter)]).await;
    page.see("1 thread is now under Acme GmbH.").await;
    to_thread(page, "Route planning").await;
    press(page, &[key(Key::Left)]).await;
    holds(page, "its heading has the focus", "document.activeElement.dataset.heading !== undefined").await;
    press(page, &[key(Key::Left)]).await;
    page.find_gone("button", "Route planning").await;
    press(page, &[key(Key::Right)]).await;
    page.find("button", "Route planning").await;

    // By their first letters, and chosen one by one.
    press(page, &[key(Key::Right)]).await;
    focused(page, "Route planning").await;
    type_text(page, "dep").await;
    focused(page, "Depot hours").await;
    press(page, &[CONTROL, ' ']).await;
    page.see("1 thread chosen").await;
    press(page, &[SHIFT, key(Key::Down)]).await;
    page.see("2 threads chosen").await;
    press(page, &[key(Key::Escape)]).await;
    page.see_gone("2 threads chosen").await;

    // Archived, then deleted for good: each asks, and Cancel has the focus first.
    to_thread(page, "Depot hours").await;
    from_menu(page, "Archive…").await;
    page.find("dialog", "Archive “Depot hours”?").await;
    focused(page, "Cancel").await;
    press_by_tab(page, "Archive for good").await;
    page.see("Archived for good.").await;
    assert_eq!(stock::core(&desk).get_thread("depot").unwrap().state, State::Archived);
    to_thread(page, "Depot hours").await;
    from_menu(page, "Delete for good…").await;
    page.find("dialog", "Delete “Depot hours” for good?").await;
    focused(page, "Cancel").await;
    press_by_tab(page, "Delete for good").await;
    page.see("Deleted for good.").await;
    page.find_gone("button", "Depot hours").await;

    // To the bin with a key, and back from the list of what is in it.
    to_thread(page, "Lighthouses").await;
    press(page, &[key(Key::Delete)]).await;
    page.see("Moved to the bin.").await;
    press_by_tab(page, "Bin").await;
    to_thread(page, "Lighthouses").await;
    from_menu(page, "Put back").await;
    page.find("heading", "Lighthouses").await;
    command(page, "Show all threads").await;

    // The line beside the list.
    let width = "Number(document.querySelector('.divider.sidebar').ariaValueNow)";
    tab_to(page, "Width of the thread list").await;
    press(page, &[key(Key::Home)]).await;
    press(page, &[key(Key::Right)]).await;
    holds(page, "it is wider", &format!("{width} === Number(document.activeElement.ariaValueMin) + 16")).await;
    press(page, &[key(Key::Enter)]).await;
    page.find_gone("navigation", "Threads").await;
    press(page, &[CONTROL, 'b']).await;
    page.find("navigation", "Threads").await;
}

#[tokio::test]
async fn the_search_is_narrowed_and_a_thread_is_searched_where_it_is_read() {
    let desk = Desk::new();
    stock::thread(&desk, "birds", None, &["Where does the ptarmigan nest?", "And the ptarmigan in winter?"]).await;
    stock::thread(&desk, "other", None, &["A ptarmigan elsewhere"]).await;
    stock::core(&desk).set_state("other", State::Locked).unwrap();
    let window = desk.open().await;
    let page = &window.page;
    press(page, &[CONTROL, SHIFT, 'f']).await;
    focused(page, "Search all messages").await;
    type_text(page, "ptarmigan role:user").await;
    page.see("3 messages · 2 threads").await;
    press_by_tab(page, "State").await;
    press_in_menu(page, "Open").await;
    page.see("2 messages · 1 thread").await;
    press(page, &[CONTROL, SHIFT, 'f']).await;
    focused(page, "Search all messages").await;
    press(page, &[key(Key::Down)]).await;
    press(page, &[key(Key::End)]).await;
    press(page, &[key(Key::Enter)]).await;
    page.find("heading", "Where does the ptarmigan nest?").await;
    page.see("of 2").await;

    // Back to the results, out of them, and a search within the thread.
    press(page, &['\u{e00a}', key(Key::Left)]).await;
    page.see("2 messages · 1 thread").await;
    press(page, &[key(Key::Escape)]).await;
    focused(page, "Search all messages").await;
    press(page, &[key(Key::Escape)]).await;
    page.find("textbox", "Write a message").await;
    tab_to(page, "4 messages").await;
    press(page, &[CONTROL, 'f']).await;
    focused(page, "Find in this thread").await;
    type_text(page, "winter role:user").await;
    page.see("1 of 1").await;
    press(page, &[key(Key::Escape)]).await;
    page.find_gone("searchbox", "Find in this thread").await;
    focused(page, "4 messages").await;
}
