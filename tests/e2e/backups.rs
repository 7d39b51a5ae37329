//! Backing up in the window, and going back to a backup: the program ends and starts again with it. The system's file
//! dialog cannot be driven here, so `SKEIN_SAVE_DIR` and `SKEIN_OPEN_FILE` answer for it.

use std::fs;
use std::path::{Path, PathBuf};

use skein_core::{Replace, Target};

use crate::harness::{Desk, wait_blocking};
use crate::page::Page;
use crate::stock;

/// A desk with a thread, and a folder to save into.
async fn desk() -> (Desk, PathBuf) {
    let mut desk = Desk::new();
    let folder = desk.home().join("documents");
    fs::create_dir(&folder).unwrap();
    desk.set("SKEIN_SAVE_DIR", folder.to_str().unwrap());
    stock::thread(&desk, "memo", Some("Acme GmbH"), &["Transfer pricing memo", "And the missing documents"]).await;
    (desk, folder)
}

/// A backup of the desk's store, with a thread more in the store since.
async fn backed_up(desk: &mut Desk, folder: &Path) -> PathBuf {
    let file = folder.join("backup.db");
    let target = Target { path: file.clone(), replace: Replace::Nothing };
    stock::core(desk).back_up(&target, &mut |_| {}, &|| false).unwrap();
    stock::thread(desk, "since", None, &["Written since then"]).await;
    desk.set("SKEIN_OPEN_FILE", file.to_str().unwrap());
    file
}

async fn backup(page: &Page) {
    page.click("button", "Settings").await;
    page.click("tab", "Backup").await;
}

async fn clean(page: &Page, picture: &str) {
    for theme in ["dark", "light"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        assert_eq!(page.accessibility_faults().await, Vec::<String>::new(), "{theme}");
        page.picture(&format!("{picture}-{theme}")).await;
    }
}

/// Where the store from before lies, if there is one.
fn kept(desk: &Desk) -> Option<PathBuf> {
    let files = fs::read_dir(desk.store()).unwrap().map(|file| file.unwrap().path());
    files.into_iter().find(|path| path.file_name().unwrap().to_string_lossy().starts_with("skein-before-"))
}

fn window_is_free(desk: &Desk) -> bool {
    fs::File::options().write(true).open(desk.store().join("window.lock")).unwrap().try_lock().is_ok()
}

#[tokio::test]
async fn a_backup_is_made_from_the_settings_and_opens_as_a_store() {
    let (desk, folder) = desk().await;
    let window = desk.open().await;
    let page = &window.page;
    backup(page).await;
    page.see("No backup of this store was made yet.").await;
    clean(page, "backup-never").await;
    page.click("button", "Back up now…").await;
    page.see("The backup is made and was checked.").await;
    page.see("1 thread · 4 messages").await;
    page.see_gone("No backup of this store was made yet.").await;
    clean(page, "backup-made").await;
    page.click("button", "Show in folder").await;
    wait_blocking("the folder is opened", || desk.opened().contains(folder.to_str().unwrap()));

    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let other = desk.home().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(&files[0], other.join("skein.db")).unwrap();
    let shown = desk.skein(&["show", "memo", "--data-dir", other.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("And the missing documents"), "{shown:?}");
}

#[tokio::test]
async fn going_back_to_a_backup_starts_the_program_again_with_it_and_keeps_the_store_from_before() {
    let (mut desk, folder) = desk().await;
    let file = backed_up(&mut desk, &folder).await;
    let window = desk.open().await;
    let page = &window.page;
    page.see("Written since then").await;
    backup(page).await;
    page.click("button", "Open a backup…").await;
    page.see("1 thread · 4 messages").await;
    page.see(file.to_str().unwrap()).await;
    clean(page, "backup-chosen").await;

    let other = stock::core(&desk);
    page.click("button", "Use this backup").await;
    page.see("Another program holds the store. Close it, then try again.").await;
    assert_eq!(kept(&desk), None, "nothing was changed");
    drop(other);

    page.click("button", "Try again").await;
    wait_blocking("the program ends", || window.ended());
    wait_blocking("the backup takes the place of the store", || kept(&desk).is_some());
    let again = desk.start_again();
    assert!(String::from_utf8_lossy(&again.stdout).contains("open already"), "it is there again: {again:?}");
    drop(window);
    // It was killed with the driver, and nobody waited for it to be gone.
    wait_blocking("the store has no window", || window_is_free(&desk));

    let window = desk.open().await;
    let page = &window.page;
    page.see("Transfer pricing memo").await;
    page.see_gone("Written since then").await;
    backup(page).await;
    page.see(file.to_str().unwrap()).await;
}

#[tokio::test]
async fn the_window_that_opens_with_a_backup_says_so_and_where_the_store_from_before_is() {
    let (mut desk, folder) = desk().await;
    let file = backed_up(&mut desk, &folder).await;
    let ready = stock::core(&desk).ready_backup(&file, &mut |_| {}, &|| false).unwrap().unwrap().leave();
    let window = desk.open_with(&["--restore", &ready]).await;
    let page = &window.page;
    page.see("The backup is in use now.").await;
    page.see(kept(&desk).unwrap().to_str().unwrap()).await;
    clean(page, "backup-restored").await;
    page.click("button", "Close").await;
    page.see("Transfer pricing memo").await;
    page.see_gone("Written since then").await;
}
