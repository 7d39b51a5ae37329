//! Streaming through the API: the first byte, and replies while others read.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::client::Client;
use crate::fill::{handle, thread_of};
use crate::model::{PACED, add_model};
use crate::table::{Table, ms};

const ASKED: usize = 100;
const READERS: u32 = 4;
const READS_A_SECOND: u32 = 500;
/// What is read while a reply is streamed, of a thread as long as threads get.
const READ: [&str; 2] = ["/v1/threads/long/messages?limit=100", "/v1/threads/long"];

pub fn measure(table: &mut Table, runtime: &Runtime) {
    let filled = thread_of(10_000);
    let skein = handle(&filled);
    let sent = add_model(&skein);
    let server = crate::serve(runtime, &skein);
    let mut client = Client::connect(server.address());
    let mut firsts: Vec<f64> = (0..ASKED)
        .map(|n| {
            let mut first = None;
            ask(&mut client, &streamed(&format!("short{n}"), "short"), |_| {
                first.get_or_insert_with(Instant::now);
            });
            ms(first.unwrap().duration_since(sent.recv().unwrap()))
        })
        .collect();
    let first = percentile_of(&mut firsts, 99);
    table.figure("first streamed byte after the endpoint's, p99", first, "ms", "5 ms");

    let mut alone = Replies::stream(&mut client, &sent, "alone");
    let stop = AtomicBool::new(false);
    let (mut beside, mut reads, rate) = thread::scope(|scope| {
        let start = Instant::now();
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(|| keep_reading(server.address(), &stop))).collect();
        let beside = Replies::stream(&mut client, &sent, "beside");
        stop.store(true, Ordering::SeqCst);
        let reads: Vec<f64> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
        let rate = reads.len() as f64 / start.elapsed().as_secs_f64();
        (beside, reads, rate)
    });
    let work = "reply of 1,000 tokens a second beside 500 reads a second";
    table.ratio(work, beside.paced, "ms", ("alone", alone.paced), "1.1");
    let late = percentile_of(&mut beside.late, 99);
    let limit = percentile_of(&mut alone.late, 99);
    table.ratio("how late its tokens are, p99", late, "ms", ("alone", limit), "");
    let work = "200,000 tokens at once, both cores full, beside them";
    table.ratio(work, beside.flat_out, "ms", ("alone", alone.flat_out), "1.1");
    table.figure("reads by 4 readers meanwhile, of a thread of 10,000 messages", rate, "a second", "500");
    table.figure("those reads (it, or 100 of its messages), p99", percentile_of(&mut reads, 99), "ms", "");
}

/// How long replies took, in milliseconds.
struct Replies {
    paced: f64,
    /// From the model's sending to the caller, of each token of the paced replies.
    late: Vec<f64>,
    flat_out: f64,
}

impl Replies {
    fn stream(client: &mut Client, sent: &Receiver<Instant>, name: &str) -> Self {
        let mut late = Vec::new();
        let paced = middle((0..3).map(|n| {
            let start = Instant::now();
            let mut came = Vec::new();
            ask(client, &streamed(&format!("paced_{name}_{n}"), "paced"), |delta| {
                came.resize(came.len() + delta.matches("word").count(), Instant::now());
            });
            let took = ms(start.elapsed());
            assert_eq!(came.len(), PACED as usize, "every token came");
            late.extend(came.iter().map(|came| ms(came.duration_since(sent.recv().unwrap()))));
            took
        }));
        let flat_out = middle((0..5).map(|n| {
            let start = Instant::now();
            ask(client, &streamed(&format!("flat_{name}_{n}"), "flat out"), |_| {});
            ms(start.elapsed())
        }));
        Self { paced, late, flat_out }
    }
}

/// Reads at this reader's part of the rate until it is time to stop; how long each read took, in milliseconds.
fn keep_reading(address: SocketAddr, stop: &AtomicBool) -> Vec<f64> {
    let mut reader = Client::connect(address);
    let (start, mut took) = (Instant::now(), Vec::new());
    while !stop.load(Ordering::SeqCst) {
        let asked = Instant::now();
        reader.get(READ[took.len() % READ.len()]);
        took.push(ms(asked.elapsed()));
        let due = start + Duration::from_secs(1) * took.len() as u32 / (READS_A_SECOND / READERS);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    took
}

/// A request for a streamed response in a thread.
pub fn streamed(thread: &str, text: &str) -> String {
    format!(
        "{{\"thread\": \"{thread}\", \"stream\": true, \"inputs\": [{{\"role\": \"user\", \"content\": \"{text}\"}}]}}"
    )
}

fn middle(times: impl Iterator<Item = f64>) -> f64 {
    percentile_of(&mut times.collect::<Vec<_>>(), 50)
}

fn percentile_of(times: &mut [f64], of_hundred: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() * of_hundred / 100]
}

/// Asks for a streamed response, and hands on the data of each text event.
pub fn ask(client: &mut Client, body: &str, mut on_delta: impl FnMut(&str)) {
    client.start("POST", "/v1/model/response", body);
    let mut is_delta = false;
    loop {
        let line = client.line();
        if let Some(event) = line.strip_prefix("event: ") {
            is_delta = event.starts_with("response.output_text.delta");
        }
        let Some(data) = line.strip_prefix("data: ") else { continue };
        if is_delta {
            on_delta(data);
        }
        // The end of the stream, then of its chunks.
        if data.starts_with("[DONE]") {
            while client.line() != "0\r\n" {}
            client.line();
            return;
        }
    }
}
