//! What the core costs, each figure beside its bare limit measured in the same run. `make bench` runs it.
//! These are measurements, not tests: they fail nothing; the goals stand in the last column.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod calling;
mod fill;
mod reading;
mod records;
mod saving;
mod searching;
mod streaming;
mod table;

fn main() {
    let mut table = table::Table::new("core");
    saving::measure(&mut table);
    reading::measure(&mut table);
    searching::measure(&mut table);
    streaming::measure(&mut table);
    calling::measure(&mut table);
    records::measure(&mut table);
    table.print();
}
