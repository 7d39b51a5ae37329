//! Texts that are made to freeze whoever lays them out: the longest frame while each arrives, and while it is opened.

use serde_json::json;
use skein_support::hostile;
use skein_support::model_server::{ModelServer, Reply, chat_chunk};

use crate::desk_stock;
use crate::harness::Desk;
use crate::table::Table;
use crate::timing::{frames, watch_frames};

pub async fn freezing(table: &mut Table) {
    let desk = Desk::new();
    let server = ModelServer::start();
    desk_stock::answer_with(&desk, &server);
    let window = desk.open().await;
    let page = &window.page;
    let (mut arriving, mut opening) = ((0.0, ""), (0.0, ""));
    for (name, text) in hostile::monsters() {
        server.queue(in_pieces(&text));
        watch_frames(page).await;
        // The question may be far above by the time it is looked for, and not drawn.
        page.fill("textbox", "Write a message", "Go on").await;
        page.click("button", "Send").await;
        let ended = "return !!document.querySelector('[data-message][data-role=assistant]')";
        page.until("the reply has ended", ended, vec![]).await;
        page.painted().await;
        let longest = frames(page).await[1];
        if longest > arriving.0 {
            arriving = (longest, name);
        }
        let thread = page.newest_thread().await;
        page.click("button", "New thread").await;
        page.until("it is gone", "return !document.querySelector('[data-message]')", vec![]).await;

        watch_frames(page).await;
        page.js("document.querySelector(`[data-thread='${arguments[0]}']`).click()", vec![thread.into()]).await;
        page.until("the thread is open", ended, vec![]).await;
        page.painted().await;
        let longest = frames(page).await[1];
        if longest > opening.0 {
            opening = (longest, name);
        }
        page.click("button", "New thread").await;
        page.until("it is gone", "return !document.querySelector('[data-message]')", vec![]).await;
    }
    window.close();
    let row = |what: &str, (_, name): (f64, &str)| format!("hostile texts {what}: longest frame ({name})");
    table.figure(&row("arriving", arriving), arriving.0, "ms", "at most 200 ms");
    table.figure(&row("opened", opening), opening.0, "ms", "at most 200 ms");
}

/// Characters of one piece of a reply.
const PIECE: usize = 4000;

/// A reply with this text, as a server sends one that is long and has no spaces.
fn in_pieces(text: &str) -> Reply {
    let chars: Vec<char> = text.chars().collect();
    let piece = |chars: &[char]| chat_chunk(&json!({"content": chars.iter().collect::<String>()}), None);
    let mut events: Vec<String> = chars.chunks(PIECE).map(piece).collect();
    events.extend([chat_chunk(&json!({}), Some("stop")), "[DONE]".into()]);
    Reply::events(&events.iter().map(String::as_str).collect::<Vec<_>>())
}
