//! The panes beside the thread in the real window: drawn, put away, and kept over a restart.

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;

use crate::harness::Desk;
use crate::page::Page;
use crate::palette::{CONTROL, key, press};
use crate::stock;

const WIDTHS: &str = "const wide = of => Math.round(document.querySelector(of)?.getBoundingClientRect().width ?? 0); \
    return [wide('nav'), wide('aside')]";

async fn widths(page: &Page) -> (u64, u64) {
    page.painted().await;
    let widths = page.js(WIDTHS, vec![]).await;
    (widths[0].as_u64().unwrap(), widths[1].as_u64().unwrap())
}

/// Draws with the pointer from one place of the window to another.
async fn draw(page: &Page, from: (i64, i64), to: (i64, i64)) {
    let to_point = |(x, y)| PointerAction::MoveTo { duration: None, x: x as f64, y: y as f64 };
    let actions = MouseActions::new("mouse".into())
        .then(to_point(from))
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(to_point((i64::midpoint(from.0, to.0), from.1)))
        .then(to_point(to))
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    page.0.perform_actions(actions).await.expect("the pointer draws");
}

#[tokio::test]
async fn panes_are_drawn_and_stay_as_they_were_left() {
    let desk = Desk::new();
    stock::thread(&desk, "memo", Some("Acme GmbH"), &["Transfer pricing memo"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    let (left, right) = widths(page).await;
    draw(page, (left as i64, 400), (left as i64 + 90, 400)).await;
    assert_eq!(widths(page).await, (left + 90, right));
    draw(page, (1280 - right as i64, 400), (1280 - right as i64 - 60, 400)).await;
    assert_eq!(widths(page).await, (left + 90, right + 60));
    page.picture("panes-wide").await;
    let divider = page.find("separator", "Width of the thread list").await;
    page.js("arguments[0].focus()", vec![serde_json::to_value(&divider).unwrap()]).await;
    press(page, &[key(Key::Left)]).await;
    assert_eq!(widths(page).await, (left + 74, right + 60));
    press(page, &[CONTROL, 'i']).await;
    page.find_gone("complementary", "Details").await;
    window.close();

    let window = desk.open().await;
    assert_eq!(widths(&window.page).await, (left + 74, 0));
    press(&window.page, &[CONTROL, 'b']).await;
    window.page.find_gone("navigation", "Threads").await;
    window.page.picture("panes-away").await;
    window.close();

    let window = desk.open().await;
    window.page.find_gone("navigation", "Threads").await;
    window.page.click("button", "Show threads").await;
    window.page.find("navigation", "Threads").await;
    press(&window.page, &[CONTROL, 'i']).await;
    assert_eq!(widths(&window.page).await, (left + 74, right + 60));
}

#[tokio::test]
async fn everything_finds_room_at_twice_the_text_size_and_at_360_pixels() {
    let desk = Desk::new();
    stock::thread(&desk, "memo", Some("Acme GmbH"), &["Transfer pricing memo"]).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Transfer pricing memo").await;
    for _ in 0..10 {
        press(page, &[CONTROL, '+']).await;
    }
    let twice = "return document.documentElement.style.fontSize === '200%'";
    page.until("the text is twice as large", twice, vec![]).await;
    let mut faults = Vec::new();
    for (width, height) in [(1280, 800), (640, 800), (360, 640)] {
        page.resize(width, height).await;
        look(page, &format!("large-{width}"), &mut faults).await;
        for tab in ["endpoints", "appearance", "retention", "api", "security", "about"] {
            press(page, &[CONTROL, ',']).await;
            page.js("document.getElementById(`tab-${arguments[0]}`).click()", vec![tab.into()]).await;
            look(page, &format!("large-{width}-{tab}"), &mut faults).await;
            press(page, &[key(Key::Escape)]).await;
            page.find_gone("dialog", "Settings").await;
        }
        press(page, &[CONTROL, 'k']).await;
        page.find("option", "New thread").await;
        look(page, &format!("large-{width}-palette"), &mut faults).await;
        press(page, &[key(Key::Escape)]).await;
    }
    press(page, &[CONTROL, '0']).await;
    page.until("the text is as usual", "return document.documentElement.style.fontSize === '100%'", vec![]).await;
    look(page, "usual-360", &mut faults).await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Notes what of the screen has no room.
async fn look(page: &Page, screen: &str, faults: &mut Vec<String>) {
    page.painted().await;
    page.picture(screen).await;
    let fault = hangs_out(page).await;
    if !fault.is_empty() {
        faults.push(format!("{screen}: {fault}"));
    }
}

/// What is wider than the room it has, or lies beside the window where nobody can reach it.
async fn hangs_out(page: &Page) -> String {
    let script = "const wide = [...document.querySelectorAll('main, nav, aside, dialog, .body')].filter(e => e.scrollWidth > e.clientWidth + 1)\
          .map(e => `${e.tagName} ${e.scrollWidth} > ${e.clientWidth} for ${[...e.querySelectorAll('*')]\
            .filter(i => i.getBoundingClientRect().right > e.getBoundingClientRect().right).at(-1)?.outerHTML.slice(0, 120)}`); \
        const scrolled = e => e && (e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX === 'auto' || scrolled(e.parentElement)); \
        const lost = [...document.querySelectorAll('button, input, select, textarea')].filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('[inert]') && !scrolled(e))\
          .filter(e => { const box = e.getBoundingClientRect(); return box.width > 1 && (box.left < -1 || box.right > innerWidth + 1); })\
          .map(e => `${e.tagName} ${e.getAttribute('aria-label') ?? e.textContent}`); \
        return [...wide, ...lost].join('; ')";
    page.js(script, vec![]).await.as_str().unwrap_or_default().to_owned()
}
