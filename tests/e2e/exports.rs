//! Exports through the window. The system's file dialog cannot be driven here, so `SKEIN_SAVE_DIR`
//! answers for it; everything else is what a person does, and the files are checked by other programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::Connection;
use skein_core::wire::{ExportFormat, State};
use skein_core::{Replace, Selection, Target};
use skein_support::keyring::Keyring;
use skein_support::played::{HANGING, runs, script};

use crate::harness::{Desk, wait_blocking};
use crate::page::Page;
use crate::stock;

/// A desk with a keychain, a folder to save into and a locked thread.
async fn desk(keyring: &Keyring) -> (Desk, PathBuf) {
    let mut desk = Desk::new();
    desk.use_keyring(keyring);
    let folder = desk.home().join("documents");
    fs::create_dir(&folder).unwrap();
    desk.set("SKEIN_SAVE_DIR", folder.to_str().unwrap());
    stock::thread(&desk, "memo", Some("Acme GmbH"), &["Transfer pricing memo", "And the missing documents"]).await;
    (desk, folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    output
}

/// Exports what is chosen in the dialog, once it is open.
async fn choose(page: &Page, radios: &[&str]) {
    for radio in radios {
        page.click("radio", radio).await;
    }
    page.click("button", "Choose where…").await;
}

#[tokio::test]
async fn a_record_saved_from_the_window_is_verified_by_other_programs() {
    let keyring = Keyring::unlocked();
    let (desk, folder) = desk(&keyring).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    page.click("button", "Lock").await;
    page.see("verified just now").await;
    page.click("button", "Export record").await;
    page.find("radio", "Record").await;
    page.picture("export").await;
    for theme in ["dark", "light"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        assert_eq!(page.accessibility_faults().await, Vec::<String>::new(), "{theme}");
    }
    choose(page, &[]).await;
    page.see("1 file saved").await;
    page.see("Exported").await;
    page.picture("exported").await;
    for theme in ["dark", "light"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        assert_eq!(page.accessibility_faults().await, Vec::<String>::new(), "{theme}");
    }
    page.click("button", "Show in folder").await;
    wait_blocking("the folder is opened", || desk.opened().contains(folder.to_str().unwrap()));
    page.resize(400, 800).await;
    page.picture("exported-narrow").await;

    let saved = files(&folder);
    assert_eq!(saved.len(), 1, "{saved:?}");
    page.see(saved[0].file_name().unwrap().to_str().unwrap()).await;
    run(&folder, "python3", &["-m", "zipfile", "-e", saved[0].to_str().unwrap(), "."]);
    let bag = files(&folder).into_iter().find(|path| path.is_dir()).unwrap();
    run(&bag, "sha256sum", &["--strict", "-c", "manifest-sha256.txt"]);
    run(&bag, "sha256sum", &["--strict", "-c", "tagmanifest-sha256.txt"]);
    for (signed, signature) in [("tagmanifest-sha256.txt", "signatures/tag.sig"), ("seal.json", "signatures/seal.sig")]
    {
        let key = ["pkeyutl", "-verify", "-pubin", "-inkey", "signer.pub.pem", "-rawin"];
        run(&bag, "openssl", &[&key[..], &["-in", signed, "-sigfile", signature]].concat());
    }
    let said = run(&bag, "python3", &["verify.py"]);
    assert!(String::from_utf8_lossy(&said.stdout).contains("valid"), "{said:?}");

    let before = fs::read(&saved[0]).unwrap();
    page.resize(1280, 800).await;
    page.click("button", "Export record").await;
    choose(page, &[]).await;
    page.see("It was left as it is.").await;
    assert!(fs::read(&saved[0]).unwrap() == before, "the file that was there is another");
    assert_eq!(files(&folder).len(), 2, "nothing new, and no rest of a file");

    page.click("button", "Export record").await;
    choose(page, &["PDF"]).await;
    page.see("1 file saved").await;
    let pdf = files(&folder).into_iter().find(|path| path.extension().is_some_and(|ending| ending == "pdf")).unwrap();
    let words = run(&folder, "pdftotext", &[pdf.to_str().unwrap(), "-"]);
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(words.contains("And the missing documents") && words.contains("Sealed "), "{words}");
}

#[tokio::test]
async fn an_export_that_is_stopped_ends_the_program_that_prints_and_leaves_nothing() {
    let keyring = Keyring::unlocked();
    let (mut desk, folder) = desk(&keyring).await;
    let tools = desk.home().join("tools");
    fs::create_dir(&tools).unwrap();
    let pid = tools.join("pid");
    desk.set("SKEIN_PDF", script(&tools, HANGING).to_str().unwrap());
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    page.click("button", "Lock").await;
    page.see("verified just now").await;
    page.click("button", "Export record").await;
    choose(page, &[]).await;
    wait_blocking("the program prints", || pid.exists());
    page.see("Exporting…").await;
    page.picture("exporting").await;
    page.click("button", "Cancel").await;
    page.see("It was stopped.").await;
    assert!(!runs(&pid), "the program was ended");
    assert_eq!(files(&folder), Vec::<PathBuf>::new());
    page.see("verified just now").await;
}

/// The browser that comes with the web view.
pub fn browser() -> PathBuf {
    let places = fs::read_dir("/usr/lib").unwrap().flatten().map(|entry| entry.path());
    let mut browsers = places.map(|place| place.join("webkit2gtk-4.1/MiniBrowser"));
    browsers.find(|path| path.exists()).expect("WebKitGTK brings a small browser with it")
}

#[tokio::test]
async fn a_transcript_reads_well_in_a_browser_for_everybody() {
    let keyring = Keyring::unlocked();
    let (desk, folder) = desk(&keyring).await;
    let code =
        "```rust\nlet x = 1;\n```\n\n| a | b |\n| - | -: |\n| 1 | 2 |\n\n- [x] done\n\n> quoted[^1]\n\n[^1]: A note.";
    stock::thread(&desk, "rich", None, &[code, "And [a link](https://example.com), $x^2$"]).await;
    let path = folder.join("rich.html");
    let (which, target) =
        (Selection::Threads(vec!["rich".into()]), Target { path: path.clone(), replace: Replace::Nothing });
    stock::core(&desk).export(&which, ExportFormat::Html, &target, &mut |_| {}, &|| false).unwrap();
    let light = fs::read_to_string(&path).unwrap();
    fs::write(folder.join("dark.html"), light.replace("(prefers-color-scheme: dark)", "all")).unwrap();
    let window = desk.open_program(&browser(), &["--automation"]).await;
    let page = &window.page;
    for name in ["rich.html", "dark.html"] {
        page.0.goto(&format!("file://{}", folder.join(name).display())).await.unwrap();
        assert_eq!(page.accessibility_faults().await, Vec::<String>::new(), "{name}");
        page.picture(&format!("transcript-{name}")).await;
    }
}

#[tokio::test]
async fn everything_goes_into_a_new_folder_and_an_altered_thread_makes_no_record() {
    let keyring = Keyring::unlocked();
    let (desk, folder) = desk(&keyring).await;
    stock::thread(&desk, "route", Some("Helvetia"), &["Route planning"]).await;
    stock::thread(&desk, "audit", Some("Acme GmbH"), &["Audit questions"]).await;
    stock::core(&desk).set_state("audit", State::Locked).unwrap();
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    page.click("button", "Export").await;
    page.see("Lock the thread first").await;
    choose(page, &["All threads of Acme GmbH", "Markdown"]).await;
    page.see("2 files saved").await;
    let made = files(&folder);
    assert_eq!(files(&made[0]).len(), 2);
    let text = fs::read_to_string(&files(&made[0])[1]).unwrap();
    assert!(text.contains("And the missing documents"), "{text}");

    let store = Connection::open(desk.store().join("skein.db")).unwrap();
    store
        .execute_batch("DROP TRIGGER message_never_changes; UPDATE message SET texts = '[\"x\"]' WHERE thread = 3")
        .unwrap();
    drop(store);
    page.click("button", "Export").await;
    choose(page, &["Everything"]).await;
    page.see("1 thread is not what was sealed. No record was made of it.").await;
    page.see("2 files saved").await;
    let script = "return document.querySelector('[data-thread=audit] [data-seal]')?.dataset.seal === 'altered'";
    page.until("the list says so too", script, vec![]).await;
    page.picture("export-refused").await;
    let made = files(&folder);
    assert_eq!(made.len(), 2, "a folder each time: {made:?}");
    assert_eq!(files(&made[1]).len(), 2);
}

#[tokio::test]
async fn the_page_cannot_choose_where_a_file_goes_or_open_a_folder_that_it_did_not_fill() {
    let keyring = Keyring::unlocked();
    let (desk, folder) = desk(&keyring).await;
    let window = desk.open().await;
    let page = &window.page;
    for path in ["/etc", "/etc/passwd", folder.to_str().unwrap()] {
        assert!(page.invoke("show_in_folder", serde_json::json!({"path": path})).await.is_err(), "{path}");
    }
    for command in ["plugin:dialog|save", "plugin:dialog|open", "plugin:fs|write_file", "plugin:fs|read_file"] {
        assert!(
            page.invoke(command, serde_json::json!({"options": {}, "path": "/etc/passwd"})).await.is_err(),
            "{command}"
        );
    }
    assert_eq!(desk.opened(), "");

    page.open_thread("Transfer pricing memo").await;
    page.click("button", "Lock").await;
    page.see("verified just now").await;
    page.click("button", "Settings").await;
    page.click("tab", "Security").await;
    page.click("button", "Export public key…").await;
    page.see("The public key was saved").await;
    let pem = folder.join("skein-signing-key.pub.pem");
    let der = run(
        &folder,
        "openssl",
        &["pkey", "-pubin", "-in", pem.to_str().unwrap(), "-outform", "DER", "-out", "key.der"],
    );
    assert!(der.status.success());
    let sum = run(&folder, "sha256sum", &["key.der"]);
    let shown = page
        .js("return document.querySelector('[data-testid=fingerprint]').innerText.replace(/\\s+/g, '')", vec![])
        .await;
    assert!(String::from_utf8_lossy(&sum.stdout).starts_with(shown.as_str().unwrap()), "{shown}");
}
