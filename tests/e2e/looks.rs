//! Every screen in both themes: axe finds nothing, and nothing hangs out of the window.

use skein_support::model_server::{ModelServer, Reply};

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

const RICH: &str = "Here is an outline, with **strong** words and `code`.\n\n| Part | State |\n|:--|--:|\n| Agreement | missing |\n\n\
    - [x] done\n- [ ] open\n\n```python\nimport statistics\nmargins = sorted(m for m in comparables)  # both ends\n```\n\n\
    > A quotation.\n\n1. first\n2. second[^1]\n\n![chart](https://example.com/chart.png) and [a link](https://example.com)\n\n[^1]: A note.";

/// Looks at the screen in both themes, wide and narrow.
pub async fn check(page: &Page, screen: &str, faults: &mut Vec<String>) {
    for theme in ["light", "dark"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        page.painted().await;
        for fault in page.accessibility_faults().await {
            faults.push(format!("{screen}, {theme}: {fault}"));
        }
        page.picture(&format!("{screen}-{theme}")).await;
    }
    // A handle between two panes lies on both, on purpose.
    let overflow = "const handles = [...document.querySelectorAll('[role=separator]')]; handles.forEach(e => e.hidden = true);\
        const wide = [...document.querySelectorAll('main, nav, aside, dialog')].filter(e => e.scrollWidth > e.clientWidth + 1)\
        .map(e => e.tagName + ' ' + e.scrollWidth + ' > ' + e.clientWidth).join() || (document.documentElement.scrollWidth > innerWidth ? 'page' : '');\
        handles.forEach(e => e.hidden = false); return wide";
    let overflow = page.js(overflow, vec![]).await;
    if overflow != "" {
        faults.push(format!("{screen}: too wide: {overflow}"));
    }
}

/// What a search finds, and the message that it leads to.
async fn look_at_the_search(page: &Page, faults: &mut Vec<String>) {
    page.fill("searchbox", "Search everything", "outline\u{e007}").await;
    page.find("region", "Search results").await;
    page.until("something is found", "return document.querySelector('[data-hit]') !== null", vec![]).await;
    check(page, "search", faults).await;
    page.js("document.querySelector('[data-hit]').click()", vec![]).await;
    page.find("searchbox", "Find in this thread").await;
    check(page, "search-found", faults).await;
    page.click("button", "Close the search in this thread").await;
    page.click("button", "Clear the search").await;
}

/// The list's menu, what is chosen in it, and setting a client.
async fn look_at_the_list(page: &Page, faults: &mut Vec<String>) {
    page.click("button", "Group and sort").await;
    check(page, "list-menu", faults).await;
    page.js("document.body.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))", vec![]).await;
    page.js("document.querySelectorAll('[data-row]').forEach(row => row.dispatchEvent(new MouseEvent('click', {bubbles: true, ctrlKey: true})))", vec![]).await;
    page.find("button", "Set client…").await;
    check(page, "list-chosen", faults).await;
    page.click("button", "Set client…").await;
    page.find("combobox", "Client").await;
    check(page, "list-client", faults).await;
    page.click("button", "Cancel").await;
    page.click("button", "Choose none").await;
}

#[tokio::test]
async fn axe_finds_nothing_on_any_screen_in_either_theme() {
    let desk = Desk::new();
    let server = ModelServer::start();
    let mut faults = Vec::new();
    let window = desk.open().await;
    window.page.see("Your first thread").await;
    check(&window.page, "first", &mut faults).await;
    window.close();

    stock::answer_with(&desk, &server);
    server.queue(Reply::text(RICH));
    stock::thread(&desk, "locked", Some("Acme GmbH"), &["A locked thread"]).await;
    stock::core(&desk).set_state("locked", skein_core::wire::State::Locked).unwrap();
    let before = stock::core_before(&desk, 120);
    stock::ask(&before, "old", None, &["An old thread"]).await;
    stock::ask(&before, "binned", None, &["A thread in the bin"]).await;
    before.delete_thread("binned", None).unwrap();
    drop(before);
    let window = desk.open().await;
    let page = &window.page;
    page.send("Draft the outline").await;
    page.see("A quotation.").await;
    page.quiet().await;
    check(page, "thread", &mut faults).await;
    page.click("button", "More actions").await;
    page.find("menuitem", "Archive…").await;
    check(page, "menu", &mut faults).await;
    page.click("menuitem", "Archive…").await;
    page.see("This is permanent.").await;
    check(page, "archive", &mut faults).await;
    page.click("button", "Cancel").await;
    server.queue(Reply::error(401, "invalid_api_key", "no"));
    page.send("A question that fails").await;
    page.see("Your message is kept.").await;
    check(page, "failed", &mut faults).await;
    page.open_thread("A locked thread").await;
    page.see("read-only").await;
    check(page, "locked", &mut faults).await;
    look_at_the_search(page, &mut faults).await;
    look_at_the_list(page, &mut faults).await;
    page.click("button", "Settings").await;
    check(page, "settings-endpoints", &mut faults).await;
    page.click("button", "Add an endpoint").await;
    page.find("textbox", "Address").await;
    check(page, "settings-add", &mut faults).await;
    page.click("tab", "Appearance").await;
    check(page, "settings-appearance", &mut faults).await;
    page.click("tab", "Security").await;
    page.see("What a record proves").await;
    check(page, "settings-security", &mut faults).await;
    page.click("tab", "Retention").await;
    page.click("checkbox", "Choose An old thread").await;
    page.find("button", "Empty the bin…").await;
    page.js("[...document.querySelectorAll('[data-testid=bin] button')].at(-1).click()", vec![]).await;
    page.see("This cannot be undone.").await;
    check(page, "settings-retention", &mut faults).await;
    page.click("tab", "Local API").await;
    page.type_over("spinbutton", "Port", "0").await;
    page.click("switch", "Local API").await;
    page.see("Running").await;
    page.click("button", "Renew…").await;
    check(page, "settings-api", &mut faults).await;
    page.click("tab", "About").await;
    check(page, "settings-about", &mut faults).await;
    page.click("button", "Close").await;
    page.click("button", "Temporary chat").await;
    page.see("A chat that leaves nothing behind").await;
    check(page, "temporary-empty", &mut faults).await;
    server.queue(Reply::text("Name what you see, **without a verdict**."));
    page.send("What should I say?").await;
    page.see("without a verdict").await;
    page.quiet().await;
    check(page, "temporary", &mut faults).await;
    page.resize(420, 800).await;
    page.find("button", "Show threads").await;
    check(page, "narrow-temporary", &mut faults).await;
    page.click("button", "Leave the chat").await;
    page.open_thread_narrow("A locked thread").await;
    check(page, "narrow", &mut faults).await;
    page.click("button", "Show threads").await;
    page.find("button", "A locked thread").await;
    check(page, "narrow-threads", &mut faults).await;
    page.click("button", "1 thread is due for clean-up").await;
    page.see("Due now").await;
    check(page, "narrow-retention", &mut faults).await;
    page.click("tab", "Local API").await;
    page.see("Running").await;
    check(page, "narrow-api", &mut faults).await;
    page.click("button", "Close").await;
    page.click("button", "Show threads").await;
    page.find("button", "A locked thread").await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    page.js("document.querySelector('nav').append(document.createElement('button'))", vec![]).await;
    assert_eq!(page.accessibility_faults().await.len(), 1, "a button without a name is one fault");
    let small = "const box = document.body.appendChild(document.createElement('div')); \
         box.style.cssText = 'position: fixed; top: 0; left: 0; z-index: 99'; for (const name of ['One', 'Two']) { \
         const button = box.appendChild(document.createElement('button')); button.ariaLabel = name; \
         button.style.cssText = 'display: block; width: 12px; height: 12px' }";
    page.js(small, vec![]).await;
    let faults = page.accessibility_faults().await;
    assert!(faults.iter().any(|fault| fault.starts_with("target-size")), "two small ones in a row: {faults:?}");
}

/// Words and buttons of a line that lie on each other, or that a field cuts off. What is clipped away is not there.
const CROWDED: &str = "const shown = (part, line) => { let box = part.getBoundingClientRect(); \
      let [left, right, top, bottom] = [box.left, box.right, box.top, box.bottom]; \
      for (let e = part.parentElement; e !== line.parentElement; e = e.parentElement) if (getComputedStyle(e).overflowX !== 'visible') { \
        box = e.getBoundingClientRect(); left = Math.max(left, box.left); right = Math.min(right, box.right); top = Math.max(top, box.top); bottom = Math.min(bottom, box.bottom); } \
      return { part, left, right, top, bottom, name: part.ariaLabel || part.innerText || part.tagName }; }; \
    const faults = []; \
    for (const line of document.querySelectorAll('.tools, .bar, .who, [data-row], .foot')) { \
      const parts = [...line.querySelectorAll('button, b, h1, h2, time, .pill, .figures, .meter, svg')].filter(e => e.checkVisibility() && !e.parentElement.closest('button:not([data-row])')) \
        .map(part => shown(part, line)).filter(part => part.right - part.left > 1 && part.bottom - part.top > 1); \
      for (const [i, a] of parts.entries()) for (const b of parts.slice(i + 1)) \
        if (!a.part.contains(b.part) && a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 2 && b.top < a.bottom - 2) faults.push(`${a.name} lies on ${b.name}`); \
    } \
    for (const field of document.querySelectorAll('input:not([type]), [role=searchbox]')) if (field.scrollHeight > field.clientHeight + 1) faults.push(`${field.ariaLabel} is cut off`); \
    return faults.join('; ')";

#[tokio::test]
async fn no_words_lie_on_others_in_german_in_a_narrow_window_or_at_twice_the_size() {
    let desk = Desk::new();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let title = "Transfer pricing memo for the Swiss entity";
    stock::thread(&desk, "memo", Some("Keller & Partner"), &[title, "And what is missing?"]).await;
    let mut faults = Vec::new();
    for (language, size) in [("en", 100), ("de", 100), ("de", 200)] {
        let look = serde_json::json!({"appearance": {"language": language, "textSize": size}});
        stock::core(&desk).patch_settings(look.as_object().cloned().unwrap()).unwrap();
        let window = desk.open().await;
        let page = &window.page;
        for width in [1280, 900, 760, 360] {
            page.resize(width, 800).await;
            if page.js("return document.querySelector('[data-row]') === null", vec![]).await == true {
                page.js("document.querySelector('[aria-expanded=false].icon').click()", vec![]).await;
            }
            page.until("the thread is listed", "return document.querySelector('[data-thread=memo]') !== null", vec![])
                .await;
            page.js("document.querySelector('[data-thread=memo]').click()", vec![]).await;
            page.until("it is open", "return document.querySelector('.tools .meter') !== null", vec![]).await;
            page.painted().await;
            page.picture(&format!("crowded-{language}-{size}-{width}")).await;
            let fault = page.js(CROWDED, vec![]).await.as_str().unwrap_or_default().to_owned();
            if !fault.is_empty() {
                faults.push(format!("{language}, {size} %, {width} px: {fault}"));
            }
        }
        // As it was before it went by the room it has.
        let stiff = "document.querySelector('.budget').style.cssText = 'flex: none; width: 8px; flex-wrap: nowrap; overflow: visible'";
        page.js(stiff, vec![]).await;
        let fault = page.js(CROWDED, vec![]).await;
        assert!(fault.as_str().is_some_and(|fault| fault.contains("lies on")), "figures under Send are found: {fault}");
        window.close();
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
