//! Quitting while replies arrive: from the wish to the end of the program, everything saved.

use std::time::{Duration, Instant};

use serde_json::json;
use skein_support::model_server::{Gate, ModelServer, Reply};

use crate::desk_stock;
use crate::harness::{Desk, wait_blocking};
use crate::table::Table;
use crate::timing::median;

const REPLIES: usize = 8;
const RUNS: usize = 5;

pub async fn quitting(table: &mut Table) {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(quit_in_mid_reply().await);
    }
    table.figure("quit with 8 replies streaming", median(times), "ms", "at most 2000 ms");
}

/// Milliseconds from asking the program to end to its end, with replies arriving that never end.
async fn quit_in_mid_reply() -> f64 {
    let desk = Desk::new();
    let server = ModelServer::start();
    desk_stock::answer_with(&desk, &server);
    let gate = Gate::new();
    let endless = gate.clone();
    server.answer_with(move |_| Reply::gated(&"again and again ".repeat(50_000), &endless));
    let window = desk.open().await;
    for n in 0..REPLIES {
        let ask = json!({"thread": format!("thread{n}"), "text": "Go on for ever"});
        window.page.invoke("respond", ask).await.unwrap();
    }
    let pouring = tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        loop {
            tick.tick().await;
            gate.open(10 * REPLIES);
        }
    });
    let skein = desk_stock::core(&desk);
    tokio::task::block_in_place(|| {
        wait_blocking("something of each is saved", || {
            (0..REPLIES)
                .all(|n| skein.running(&format!("thread{n}")).unwrap().is_some_and(|view| !view.tail.is_empty()))
        });
    });
    drop(skein);
    let start = Instant::now();
    tokio::task::block_in_place(|| window.close());
    let took = start.elapsed();
    pouring.abort();
    took.as_secs_f64() * 1000.0
}
