//! Lists of 10,000 threads.

use crate::harness::Desk;
use crate::stock;
use crate::table::Table;
use crate::timing::{Act, OFTEN, median, painted};

pub async fn listing(table: &mut Table) {
    let desk = Desk::new();
    stock::many_threads(&desk, 10_000, 10);
    let window = desk.open().await;
    window.page.find("button", "Locked").await;
    let mut times = [Vec::new(), Vec::new()];
    for run in 0..=OFTEN {
        for (index, state) in ["Locked", "Open"].into_iter().enumerate() {
            let press = format!(
                "[...document.querySelectorAll('.states button')].find(b => b.textContent === '{state}').click()"
            );
            let shown = format!("[data-row=\"0\"] .{}", state.to_lowercase());
            let took = painted(&window.page, &Act { script: &press, shown: &shown }).await;
            if run > 0 {
                times[index].push(took);
            }
        }
    }
    window.close();
    let [few, many] = times.map(median);
    let bare = ("10 threads", few);
    table.ratio("list and group 10,000 threads, to painted", many, "ms", bare, "at most 100 ms and 1.3");
}
