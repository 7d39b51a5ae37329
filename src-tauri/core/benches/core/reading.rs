//! Opening a thread at its end, and listing threads.

use rusqlite::Connection;
use skein_core::context::{self, CountedBy, Wish};
use skein_core::wire::SidebarListing;

use crate::fill::{handle, thread_of, threads};
use crate::table::{Table, median};

const RUNS: usize = 100;

pub fn measure(table: &mut Table) {
    let short = thread_of(30);
    let long = thread_of(10_000);
    let open = |filled: &crate::fill::Filled| {
        let skein = handle(filled);
        median(RUNS, || drop(skein.open_thread("long", None).unwrap()))
    };
    let (few, many) = (open(&short), open(&long));
    let conn = Connection::open(long.dir.path().join("skein.db")).unwrap();
    let bare = median(RUNS, || {
        let mut read = conn
            .prepare_cached("SELECT id, texts FROM message WHERE branch = 1 AND depth > 9970 ORDER BY depth")
            .unwrap();
        let rows = read.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
        assert_eq!(rows.count(), 30);
    });
    table.ratio("last page of 30, thread of 30, rendered", few, "ms", ("bare select", bare), "");
    table.ratio("last page of 30, thread of 10,000, rendered", many, "ms", ("thread of 30", few), "1.3");

    let build = |budget, counted_by| {
        let tip = long.tip.as_ref().map(|tip| tip.seq);
        let wish = Wish { tip, needed: 1, budget, counted_by, ..Wish::default() };
        median(RUNS, || {
            let built = long.store.read(|conn| context::choose(conn, &wish)).unwrap();
            assert!(built.sent > 30 && built.left_out > 9_000);
        })
    };
    let (estimated, doubled) = (build(8_192, CountedBy::Estimate), build(16_384, CountedBy::Estimate));
    table.ratio("context of 10,000 messages, 8k budget", estimated, "ms", ("16k budget", doubled), "10 ms");
    CountedBy::O200k.get_ready();
    let counted = build(8_192, CountedBy::O200k);
    table.ratio("the same, by the model's own tokenizer", counted, "ms", ("estimated", estimated), "10 ms");

    let filled = threads(10_000);
    let skein = handle(&filled);
    let listing = |text: Option<&str>| SidebarListing {
        group_by: Some("client".into()),
        text: text.map(Into::into),
        ..SidebarListing::default()
    };
    let list = |text, total| median(RUNS, || assert_eq!(skein.sidebar(&listing(text), 0, 100).unwrap().total, total));
    let listed = list(None, 10_001);
    let conn = Connection::open(filled.dir.path().join("skein.db")).unwrap();
    let bare = median(RUNS, || {
        let mut read = conn
            .prepare_cached(
                "SELECT t.id, t.title, k.value FROM thread t LEFT JOIN metadata_key k ON k.thread = t.seq AND k.key = 'client'
                 ORDER BY k.value, last_activity_at DESC",
            )
            .unwrap();
        assert_eq!(read.query_map([], |row| row.get::<_, String>(0)).unwrap().count(), 10_001);
    });
    table.ratio("group 10,000 threads, first 100 rows", listed, "ms", ("bare sorted select", bare), "100 ms painted");
    let filtered = list(Some("thread 77"), 111);
    table.ratio("the same, narrowed by a word's beginning", filtered, "ms", ("all", listed), "50 ms painted");
}
