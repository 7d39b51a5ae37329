//! Lists of 10,000 threads.

use crate::harness::Desk;
use crate::page::Page;
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
            let shown = format!("document.querySelector('[data-row=\"0\"] .{}')", state.to_lowercase());
            let took = painted(&window.page, &Act { script: &press, shown: &shown }).await;
            if run > 0 {
                times[index].push(took);
            }
        }
    }
    let [few, many] = times.map(median);
    let bare = ("10 threads", few);
    table.ratio("list and group 10,000 threads, to painted", many, "ms", bare, "at most 100 ms and 1.3");
    let typed = filter(&window.page).await;
    window.close();
    table.figure("filter 10,000 threads, a keystroke to painted", typed, "ms", "at most 50 ms");
}

/// Types a word into the field over the list, a letter at a time, and takes it away again unwatched.
async fn filter(page: &Page) -> f64 {
    let mut times = Vec::new();
    for run in 0..=OFTEN / 3 {
        for word in ["9", "99", "999"] {
            let press = type_over(word);
            let shown = format!(
                "(rows => rows.length > 0 && rows.every(row => row.textContent.includes('{word}')))\
                 ([...document.querySelectorAll('[data-row]')])"
            );
            let took = painted(page, &Act { script: &press, shown: &shown }).await;
            if run > 0 {
                times.push(took);
            }
        }
        page.js(&type_over(""), vec![]).await;
        let all = "return [...document.querySelectorAll('[data-row]')].some(row => !row.textContent.includes('9'))";
        page.until("all are listed again", all, vec![]).await;
    }
    median(times)
}

fn type_over(word: &str) -> String {
    format!(
        "const field = document.querySelector('#search'); field.value = '{word}'; \
         field.dispatchEvent(new InputEvent('input', {{bubbles: true}}))"
    )
}
