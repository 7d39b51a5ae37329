//! What the window costs, each figure beside its bare limit measured in the same run. `make bench` runs it.
//! These are measurements, not tests: they fail nothing; the goals stand in the last column.
//!
//! Called with names of sections (`starting`, `opening`, `scrolling`, `listing`, `searching`,
//! `freezing`, `remembering`, `streaming`, `arriving`, `typing`, `quitting`), it measures only those.
//! Called with `--empty`, this is the bare limit itself: an empty window and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

mod cost;
#[path = "../e2e/stock.rs"]
mod desk_stock;
mod empty;
#[path = "../../src-tauri/core/benches/core/fill.rs"]
mod fill;
mod freezing;
#[path = "../e2e/harness.rs"]
mod harness;
mod listing;
mod memory;
mod opening;
#[path = "../e2e/page.rs"]
mod page;
mod quitting;
mod searching;
mod stock;
mod streaming;
#[path = "../../src-tauri/core/benches/core/table.rs"]
mod table;
mod timing;

fn main() {
    let asked: Vec<_> = std::env::args().skip(1).collect();
    if asked.iter().any(|argument| argument == "--empty") {
        empty::show();
        return;
    }
    let asked: Vec<_> = asked.into_iter().filter(|argument| !argument.starts_with("--")).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut table = table::Table::new("window");
    runtime.block_on(cost::measure(&mut table, &asked));
    table.print();
}
