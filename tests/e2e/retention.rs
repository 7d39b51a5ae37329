//! Clean-up in the window: what is due, the bin, and what the automatic mode did.

use serde_json::json;

use crate::harness::Desk;
use crate::stock;

#[tokio::test]
async fn what_is_due_is_reviewed_and_nothing_happens_by_itself() {
    let desk = Desk::new();
    for (days, id, question) in
        [(400, "visa", "Visa papers"), (120, "lease", "Office lease"), (100, "slides", "Slide colours")]
    {
        stock::ask(&stock::core_before(&desk, days), id, None, &[question]).await;
    }
    stock::thread(&desk, "fresh", None, &["A fresh thread"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.click("button", "3 threads are due for clean-up").await;
    page.see("no message for 400 days · made 400 days ago").await;
    page.see("no message for 120 days").await;
    page.picture("due").await;

    // One is kept, one goes to the bin and comes back, then two are archived at once.
    page.click("checkbox", "Choose Visa papers").await;
    page.click("button", "Keep").await;
    page.see("1 thread pinned, so it is kept.").await;
    page.see_gone("no message for 400 days").await;
    page.click("checkbox", "Choose Office lease").await;
    page.click("button", "Delete").await;
    page.see("1 thread moved to the bin.").await;
    page.find("button", "Put back: Office lease").await;
    page.click("button", "Put back: Office lease").await;
    page.see("The bin is empty.").await;
    page.find_gone("checkbox", "Choose Office lease").await;
    page.click("checkbox", "Choose all").await;
    page.click("button", "Archive…").await;
    page.see("Archive 1 thread?").await;
    page.click("button", "Archive for good").await;
    page.see("Nothing is due.").await;
    window.close();

    let skein = stock::core(&desk);
    assert!(skein.get_thread("visa").unwrap().pinned);
    assert_eq!(skein.get_thread("slides").unwrap().state, skein_core::wire::State::Archived);
    let lease = skein.get_thread("lease").unwrap();
    assert_eq!((lease.state, lease.deleted_at), (skein_core::wire::State::Open, None));
}

#[tokio::test]
async fn the_automatic_mode_says_what_it_put_into_the_bin() {
    let desk = Desk::new();
    stock::ask(&stock::core_before(&desk, 120), "lease", None, &["Office lease"]).await;
    let skein = stock::core(&desk);
    let automatic = json!({"retention": {"mode": "automatic"}});
    skein.patch_settings(automatic.as_object().unwrap().clone()).unwrap();
    drop(skein);
    let window = desk.open().await;
    let page = &window.page;
    page.see("Clean-up put 1 thread into the bin: Office lease.").await;
    page.picture("cleaned").await;
    page.click("button", "Look").await;
    page.click("button", "Put back: Office lease").await;
    page.see("The bin is empty.").await;
    page.click("button", "Close").await;
    page.click("button", "Dismiss").await;
    page.see_gone("Clean-up put").await;
    page.find("button", "Office lease").await;
}

#[tokio::test]
async fn the_bin_says_when_it_erases_and_is_emptied_for_good() {
    let desk = Desk::new();
    let before = stock::core_before(&desk, 12);
    for id in ["boat", "jokes"] {
        stock::ask(&before, id, None, &[&format!("canary-{id}")]).await;
        before.delete_thread(id, None).unwrap();
    }
    drop(before);
    let window = desk.open().await;
    let page = &window.page;
    page.click("button", "Settings").await;
    page.click("tab", "Retention").await;
    page.see("or soon after").await;
    page.click("button", "Put back: canary-jokes").await;
    page.find_gone("button", "Put back: canary-jokes").await;
    page.click("button", "Empty the bin…").await;
    page.see("1 thread and all its messages will be erased now").await;
    page.click("button", "Erase 1 thread").await;
    page.see("1 thread erased.").await;
    page.see("The bin is empty.").await;
    window.close();
    assert_eq!(desk.files_with("canary-boat"), Vec::<String>::new());
    assert!(!desk.files_with("canary-jokes").is_empty());
}
