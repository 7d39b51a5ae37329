//! What the window costs, each figure beside its bare limit measured in the same run. `make bench` runs it.
//! These are measurements, not tests: they fail nothing; the goals stand in the last column.
//!
//! Called with `--empty`, this is the bare limit itself: an empty window and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

mod cost;
mod empty;
#[path = "../../src-tauri/core/benches/core/fill.rs"]
mod fill;
#[path = "../e2e/harness.rs"]
mod harness;
#[path = "../e2e/page.rs"]
mod page;
mod stock;
#[path = "../../src-tauri/core/benches/core/table.rs"]
mod table;

fn main() {
    if std::env::args().any(|argument| argument == "--empty") {
        empty::show();
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut table = table::Table::new("window");
    runtime.block_on(cost::measure(&mut table));
    table.print();
}
