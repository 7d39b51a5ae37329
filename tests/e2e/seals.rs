//! Seals in the window: verified on sight, altered unmistakably, and the key that signs them.

use std::process::Command;

use rusqlite::Connection;
use skein_core::wire::{SealStatus, State};
use skein_support::keyring::Keyring;

use crate::harness::{Desk, Window};
use crate::page::Page;
use crate::stock;

/// What stands in the band about the seal, once it has been checked.
async fn answer(page: &Page, wanted: &str) {
    let script = "return document.querySelector('[data-testid=band] [data-seal]')?.dataset.seal === arguments[0]";
    page.until(&format!("the seal is {wanted}"), script, vec![wanted.into()]).await;
}

/// A desk with a keychain.
fn desk(keyring: &Keyring) -> Desk {
    let mut desk = Desk::new();
    desk.use_keyring(keyring);
    desk
}

/// A thread that was locked in the window.
async fn locked(desk: &Desk) -> Window {
    stock::thread(desk, "memo", Some("Acme GmbH"), &["Transfer pricing memo", "And the missing documents"]).await;
    let window = desk.open().await;
    window.page.open_thread("Transfer pricing memo").await;
    window.page.click("button", "Lock").await;
    answer(&window.page, "valid").await;
    window
}

/// Changes a row with the `sqlite3` program, past the triggers, as somebody with the file would.
fn alter(desk: &Desk, statement: &str) {
    let file = desk.store().join("skein.db");
    let store = Connection::open(&file).unwrap();
    let names = "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_schema WHERE type = 'trigger'";
    let without: String = store.query_row(names, [], |row| row.get(0)).unwrap();
    drop(store);
    // The program may be writing: its turn is waited for.
    let done = Command::new("sqlite3")
        .args(["-cmd", ".timeout 30000"])
        .arg(&file)
        .arg(format!("{without}; {statement};"))
        .status()
        .unwrap();
    assert!(done.success());
}

#[tokio::test]
async fn a_thread_that_is_locked_says_that_it_is_sealed_and_verified() {
    let keyring = Keyring::unlocked();
    let desk = desk(&keyring);
    let window = locked(&desk).await;
    let page = &window.page;
    page.see("4 messages sealed").await;
    page.see("verified just now").await;
    page.picture("sealed").await;
    window.close();
    let window = desk.open().await;
    let script = "return document.querySelector('[data-thread=memo] [data-seal]')?.dataset.seal === 'valid'";
    window.page.until("the list says so too", script, vec![]).await;
    window.page.open_thread("Transfer pricing memo").await;
    answer(&window.page, "valid").await;
}

#[tokio::test]
async fn a_row_changed_behind_the_window_is_named_and_the_thread_stays_readable() {
    let keyring = Keyring::unlocked();
    let desk = desk(&keyring);
    let window = locked(&desk).await;
    let page = &window.page;
    alter(
        &desk,
        "UPDATE message SET texts = '[\"Nothing is missing\"]' WHERE seq = (SELECT min(seq) + 2 FROM message)",
    );
    page.click("button", "New thread").await;
    page.open_thread("Transfer pricing memo").await;
    page.see("This thread is not what was sealed.").await;
    page.see("Message 3 is not what was sealed.").await;
    answer(page, "altered").await;
    let script = "return document.querySelector('[data-thread=memo] [data-seal]')?.innerText.includes('altered')";
    page.until("the list says so too", script, vec![]).await;
    page.see("Nothing is missing").await;
    page.see("The stored text is not what was written.").await;
    page.click("button", "Show message 3").await;
    page.see("Nothing is missing").await;
    page.picture("altered").await;
    for theme in ["light", "dark"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        assert_eq!(page.accessibility_faults().await, Vec::<String>::new(), "{theme}");
    }
    page.picture("altered-dark").await;
    page.resize(400, 800).await;
    page.picture("altered-narrow").await;
    page.resize(1280, 800).await;

    page.click("button", "Settings").await;
    page.click("tab", "Security").await;
    page.find("button", "Copy fingerprint").await;
    page.click("button", "Check all").await;
    page.see("1 thread checked.").await;
    page.see("1 needs a look:").await;
    page.picture("check-all").await;
    page.click("button", "Transfer pricing memo").await;
    page.see("Message 3 is not what was sealed.").await;
}

#[tokio::test]
async fn a_check_of_all_is_stopped_and_says_how_far_it_came() {
    let desk = Desk::new();
    let long = "All of this is sealed, word for word. ".repeat(2_000);
    let core = stock::core(&desk);
    for n in 0..40 {
        let thread = format!("sealed-{n}");
        stock::ask(&core, &thread, None, &[&long]).await;
        core.set_state(&thread, State::Locked).unwrap();
    }
    drop(core);
    let window = desk.open().await;
    let page = &window.page;
    page.click("button", "Settings").await;
    page.click("tab", "Security").await;
    page.find("button", "Check all").await;
    // Both in one go, since checking does not wait for whoever drives the window.
    let stop = "const named = words => [...document.querySelectorAll('dialog button')].find(b => b.innerText.trim() === words); \
        named('Check all').click(); \
        await new Promise(done => { const look = () => { const stop = named('Cancel'); if (stop) { stop.click(); done() } else setTimeout(look) }; look() })";
    page.js_async(stop, vec![]).await;
    page.see("It was stopped before the end.").await;
    let checked = "return document.querySelector('[data-testid=check-all] p').innerText";
    let checked = page.js(checked, vec![]).await;
    assert!(!checked.as_str().unwrap().starts_with("40 "), "{checked}");
    page.find("button", "Check all").await;
    page.click("button", "Check all").await;
    page.see("40 threads checked.").await;
    page.see_gone("It was stopped before the end.").await;
}

#[tokio::test]
async fn the_key_can_be_read_out_and_replaced_on_purpose_and_old_seals_hold() {
    let keyring = Keyring::unlocked();
    let desk = desk(&keyring);
    let window = locked(&desk).await;
    let page = &window.page;
    page.click("button", "Settings").await;
    page.click("tab", "Security").await;
    let fingerprint =
        "return document.querySelector('[data-testid=fingerprint]')?.innerText.replace(/\\s+/g, ' ').trim()";
    let before = page.until("the fingerprint is shown", fingerprint, vec![]).await;
    assert_eq!(before.as_str().unwrap().split(' ').count(), 16, "{before}");
    page.picture("security").await;
    page.click("button", "Replace…").await;
    page.see("What was sealed before stays valid under the old fingerprint").await;
    page.picture("security-replace").await;
    page.click("button", "Make a new key").await;
    let changed = format!("{fingerprint} !== arguments[0]");
    page.until("the fingerprint is another", &changed, vec![before.clone()]).await;
    let listed = "return [...document.querySelectorAll('[role=tabpanel] [title]')].some(e => e.title === arguments[0])";
    page.until("the old one is listed", listed, vec![before]).await;
    page.click("button", "Close").await;
    page.click("button", "Check now").await;
    answer(page, "valid").await;
    window.close();
}

#[tokio::test]
async fn what_was_sealed_without_a_keychain_is_signed_later() {
    let keyring = Keyring::unlocked();
    let mut desk = Desk::new();
    stock::thread(&desk, "memo", None, &["Transfer pricing memo"]).await;
    let window = desk.open().await;
    window.page.open_thread("Transfer pricing memo").await;
    window.page.click("button", "Lock").await;
    answer(&window.page, "unsigned").await;
    window.page.picture("unsigned").await;
    window.close();

    desk.use_keyring(&keyring);
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    answer(page, "unsigned").await;
    page.click("button", "Sign…").await;
    page.click("button", "Sign what is unsigned").await;
    page.see("1 seal was signed.").await;
    page.click("button", "Close").await;
    answer(page, "valid").await;
}

#[tokio::test]
async fn a_seal_by_a_key_of_another_machine_says_so() {
    let desk = Desk::new();
    stock::thread(&desk, "memo", None, &["Transfer pricing memo"]).await;
    stock::locked_with_a_key(&desk, "memo");
    let keyring = Keyring::unlocked();
    let mut desk = desk;
    desk.use_keyring(&keyring);
    let window = desk.open().await;
    window.page.open_thread("Transfer pricing memo").await;
    answer(&window.page, "unknown_key").await;
    window.page.see("sealed with a key this machine does not have").await;
    assert_eq!(stock::core(&desk).get_thread("memo").unwrap().seal.unwrap().status, SealStatus::UnknownKey);
    assert_eq!(stock::core(&desk).get_thread("memo").unwrap().state, State::Locked);
}
