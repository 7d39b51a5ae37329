//! What lies in the stores that are measured.

use skein_core::store::message::MessageRow;
use skein_core::store::{Store, StoreError, metadata, thread};
use skein_core::thread::{ThreadId, parse_metadata};
use skein_core::wire::State;

use crate::harness::Desk;
use crate::{desk_stock, fill};

/// Threads of so many messages, by name; gives the id of the last message of each.
pub fn threads(desk: &Desk, sizes: &[(&str, u64)]) -> Vec<String> {
    let store = Store::open(&desk.store()).unwrap();
    let fill = |(name, messages): &(&str, u64)| {
        let filled = store.write(|tx| {
            let thread = thread::insert(tx, &ThreadId::parse(name).unwrap(), Some(name), None, fill::NOW)?;
            let mut tip: Option<MessageRow> = None;
            for n in 0..*messages {
                tip = Some(fill::append(tx, &thread, tip.as_ref(), &fill::text(n))?);
            }
            let tip = tip.expect("a message");
            thread::set_tip(tx, &tip, fill::NOW)?;
            Ok::<_, StoreError>(tip.message.id.to_string())
        });
        filled.unwrap()
    };
    sizes.iter().map(fill).collect()
}

/// So many open threads and so many locked ones, in 20 clients.
pub fn many_threads(desk: &Desk, open: u64, locked: u64) {
    let store = Store::open(&desk.store()).unwrap();
    let made = store.write(|tx| {
        for n in 0..open + locked {
            let id = ThreadId::parse(&format!("thread{n}")).unwrap();
            let row = thread::insert(tx, &id, Some(&format!("Thread {n}")), None, fill::NOW + n as i64)?;
            let client = format!("{{\"client\":\"Client {}\"}}", n % 20);
            metadata::set(tx, row.seq, &parse_metadata(&client).unwrap())?;
        }
        Ok::<_, StoreError>(())
    });
    made.unwrap();
    drop(store);
    let skein = desk_stock::core(desk);
    for n in 0..locked {
        skein.set_state(&format!("thread{n}"), State::Locked).unwrap();
    }
}
