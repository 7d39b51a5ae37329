//! The window and the desktop around it: notifications over a real bus, one window a store,
//! threads asked for from outside, and the size that is kept.

#![allow(
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    clippy::unused_self,
    unused_variables,
    reason = "the desktop that is played has the arguments of its specification"
)]

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use serde_json::json;
use skein_support::keyring::Keyring;
use skein_support::model_server::{Gate, ModelServer, Reply};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, InputFocus};
use zbus::blocking::{Connection, connection};
use zbus::zvariant::OwnedValue;

use crate::harness::{DEADLINE, Desk, wait_blocking};
use crate::page::Page;
use crate::stock;

/// A notification as the desktop got it.
#[derive(Debug)]
struct Told {
    summary: String,
    body: String,
    actions: Vec<String>,
}

/// A desktop's notifications (Desktop Notifications 1.2), which only notes what it is told.
struct Desktop {
    told: Sender<Told>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    fn notify(
        &self,
        name: String,
        replaces: u32,
        icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        milliseconds: i32,
    ) -> u32 {
        self.told.send(Told { summary, body, actions }).unwrap();
        7
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".into(), "body".into()]
    }
}

/// A desktop on the session's bus.
fn desktop(keyring: &Keyring) -> (Connection, Receiver<Told>) {
    let session = keyring.command("true");
    let bus = session.get_envs().find(|(name, _)| *name == "DBUS_SESSION_BUS_ADDRESS").and_then(|(_, value)| value);
    let (told, hear) = channel();
    let connection = connection::Builder::address(bus.and_then(|bus| bus.to_str()).unwrap())
        .unwrap()
        .name("org.freedesktop.Notifications")
        .unwrap()
        .serve_at("/org/freedesktop/Notifications", Desktop { told })
        .unwrap()
        .build()
        .unwrap();
    (connection, hear)
}

/// Gives the focus of the screen to the window, or takes it away, as a window manager does.
pub fn focus(desk: &Desk, window: bool) {
    let (x11, screen) = x11rb::connect(Some(desk.display())).unwrap();
    let root = x11.setup().roots[screen].root;
    // With the focus on nothing, not even what the pointer is over has it.
    let mut wanted = x11rb::NONE;
    if window {
        wait_blocking("the window is on the screen", || {
            let shown = |id: &u32| {
                let size = x11.get_geometry(*id).unwrap().reply().is_ok_and(|box_| box_.width > 100);
                let seen = x11.get_window_attributes(*id).unwrap().reply();
                size && seen.is_ok_and(|seen| seen.map_state == x11rb::protocol::xproto::MapState::VIEWABLE)
            };
            let all = x11.query_tree(root).unwrap().reply().unwrap().children;
            wanted = all.into_iter().rfind(shown).unwrap_or(x11rb::NONE);
            wanted != x11rb::NONE
        });
    }
    x11.set_input_focus(InputFocus::PARENT, wanted, x11rb::CURRENT_TIME).unwrap().check().unwrap();
}

pub async fn has_focus(page: &Page, wanted: bool) {
    page.until("the focus moves", "return document.hasFocus() === arguments[0]", vec![wanted.into()]).await;
}

/// Clicks on the notification.
fn click(bus: &Connection) {
    let (path, interface) = ("/org/freedesktop/Notifications", "org.freedesktop.Notifications");
    bus.emit_signal(None::<&str>, path, interface, "ActionInvoked", &(7_u32, "default")).unwrap();
}

async fn wait_for(mut reached: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !reached().await {
        assert!(start.elapsed() < DEADLINE, "waited in vain for what was clicked");
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
}

#[tokio::test]
async fn a_reply_that_ends_while_the_window_is_away_is_told_of_and_a_click_brings_it_up() {
    let mut desk = Desk::new();
    let keyring = Keyring::bus_only();
    desk.use_keyring(&keyring);
    let (bus, told) = desktop(&keyring);
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    stock::thread(&desk, "other", None, &["Another thread"]).await;
    let window = desk.open().await;
    let page = &window.page;
    focus(&desk, true);
    has_focus(page, true).await;
    let gate = Gate::new();
    server.queue(Reply::gated("A secret that nobody else may read. ", &gate));
    page.send("Turn it into an email").await;
    page.find("button", "Turn it into an email").await;
    page.open_thread("Another thread").await;
    focus(&desk, false);
    has_focus(page, false).await;
    gate.open_for_good();
    let notification = tokio::task::spawn_blocking(move || told.recv_timeout(DEADLINE)).await.unwrap().unwrap();
    assert_eq!(notification.summary, "A thread", "a title from the first message is what was written");
    assert_eq!(notification.body, "The reply is there.");
    assert!(notification.actions.contains(&"default".into()), "{notification:?}");
    // A person clicks later than the program begins to listen, and may click again.
    let opened = "return document.querySelector('h1')?.innerText.includes('Turn it into an email')";
    wait_for(async || {
        click(&bus);
        page.js(opened, vec![]).await == json!(true)
    })
    .await;
    page.see("A secret that nobody else may read.").await;
}

#[tokio::test]
async fn nothing_is_told_of_at_the_window_or_once_it_is_switched_off() {
    let mut desk = Desk::new();
    let keyring = Keyring::bus_only();
    desk.use_keyring(&keyring);
    let (_bus, told) = desktop(&keyring);
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    let window = desk.open().await;
    let page = &window.page;
    focus(&desk, true);
    has_focus(page, true).await;
    server.queue(Reply::text("Seen as it came"));
    page.send("At the window").await;
    page.see("Seen as it came").await;
    page.quiet().await;
    page.click("button", "Settings").await;
    page.click("tab", "Appearance").await;
    page.click("checkbox", "Notifications").await;
    page.click("button", "Close").await;
    let gate = Gate::new();
    server.queue(Reply::gated("Not told of ", &gate));
    page.send("Switched off").await;
    focus(&desk, false);
    has_focus(page, false).await;
    gate.open_for_good();
    page.quiet().await;
    // What was asked for is answered in order: after this, nothing can come that was sent before.
    let thread = page.newest_thread().await;
    let tell = json!({"thread": thread, "untitled": "Untitled", "words": "The reply is there."});
    page.invoke("tell_of_reply", tell).await.unwrap();
    assert!(told.try_recv().is_err(), "something was told of");
}

#[tokio::test]
async fn a_second_start_can_ask_for_a_thread() {
    let desk = Desk::new();
    stock::thread(&desk, "memo", None, &["Transfer pricing memo"]).await;
    stock::thread(&desk, "route", None, &["Route planning"]).await;
    let window = desk.open_with(&["--thread", "memo"]).await;
    window.page.find("heading", "Transfer pricing memo").await;
    let second = desk.start_again_with(&["--thread", "route"]);
    assert!(second.status.success(), "{second:?}");
    window.page.find("heading", "Route planning").await;
}

#[tokio::test]
async fn two_stores_are_open_at_once() {
    let one = Desk::new();
    let mut other = Desk::new();
    other.set("DISPLAY", one.display());
    stock::thread(&one, "memo", None, &["In the one store"]).await;
    stock::thread(&other, "memo", None, &["In the other store"]).await;
    let (first, second) = (one.open().await, other.open().await);
    first.page.find("button", "In the one store").await;
    second.page.find("button", "In the other store").await;
    assert!(one.start_again().status.success());
    wait_blocking("the right window hears of it", || !one.store().join("window.raise").exists());
    first.page.send("Still here").await;
}

#[tokio::test]
async fn a_wish_for_a_thread_that_is_gone_says_so_and_leads_on() {
    let desk = Desk::new();
    let window = desk.open_with(&["--thread", "gone"]).await;
    window.page.see("This thread is not there any more.").await;
    window.page.click("button", "New thread").await;
    window.page.find("textbox", "Write a message").await;
}
