//! Searching 100,000 messages: rare and common words, phrases, Chinese and Japanese, filters.

use rusqlite::Connection;
use skein_core::store::thread;
use skein_core::store::{StoreError, message};
use skein_core::thread::ThreadId;

use crate::fill::{NOW, append, handle, text, thread_of};
use crate::table::{Table, percentile};

const QUERIES: &[(&str, &str)] = &[
    ("message777", "\"message777\"*"),
    ("transfer", "\"transfer\"*"),
    ("\"transfer pricing\"", "\"transfer pricing\""),
    ("東京", "\"東 京\""),
    ("audit margin depot", "\"audit\"* AND \"margin\"* AND \"depot\"*"),
    ("incident role:user", "\"incident\"*"),
    ("message99", "\"message99\"*"),
    ("nothingofthekind", "\"nothingofthekind\"*"),
];

pub fn measure(table: &mut Table) {
    let filled = thread_of(1);
    for batch in 0..10 {
        filled
            .store
            .write(|tx| {
                let id = ThreadId::parse(&format!("batch{batch}")).unwrap();
                let row = thread::insert(tx, &id, None, None, NOW)?;
                let mut tip: Option<message::MessageRow> = None;
                for n in 0..10_000 {
                    tip = Some(append(tx, &row, tip.as_ref(), &text(batch * 10_000 + n))?);
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
    let skein = handle(&filled);
    let took = percentile(95, 200, |run| drop(skein.search(QUERIES[run % QUERIES.len()].0, None, 20).unwrap()));
    let conn = Connection::open(filled.dir.path().join("skein.db")).unwrap();
    let bare = percentile(95, 200, |run| {
        let mut read = conn
            .prepare_cached(
                "SELECT m.id, m.texts FROM search s JOIN message m ON m.seq = s.rowid
                 WHERE s.text MATCH ?1 ORDER BY s.rowid DESC LIMIT 20",
            )
            .unwrap();
        let rows = read.query_map([QUERIES[run % QUERIES.len()].1], |row| row.get::<_, String>(1)).unwrap();
        let _ = rows.count();
    });
    table.ratio("search 100,000 messages, p95", took, "ms", ("bare index query", bare), "2, at most 20 ms");
}
