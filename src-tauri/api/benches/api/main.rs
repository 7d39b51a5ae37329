//! What the local API costs over loopback, beside a bare axum handler that answers the same bytes, in
//! the same run. `make bench` runs it. Measurements, not tests: the goals stand in the last column.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod client;
#[path = "../../../core/benches/core/fill.rs"]
#[allow(dead_code, reason = "the core's benchmarks use the rest")]
mod fill;
mod memory;
mod model;
mod streaming;
#[path = "../../../core/benches/core/table.rs"]
mod table;

use std::net::SocketAddr;
use std::time::Instant;

use axum::Router;
use axum::routing::get;
use secrecy::SecretString;
use skein_api::{ServeOptions, Server};
use skein_core::{Skein, ThreadChange};
use tokio::runtime::Runtime;

use client::{Client, TOKEN};
use table::{Table, median, ms, percentile};

const RUNS: usize = 2_000;
const MANY: usize = 100_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut table = Table::new("api");
    reading(&mut table, &runtime);
    listing(&mut table, &runtime);
    streaming::measure(&mut table, &runtime);
    memory::measure(&mut table, &runtime);
    table.print();
}

fn serve(runtime: &Runtime, skein: &Skein) -> Server {
    let options = ServeOptions { port: 0, token: SecretString::from(TOKEN), watch: None };
    runtime.block_on(skein_api::start(skein.clone(), options)).unwrap()
}

/// A handler that answers `body`, and nothing else.
fn bare(runtime: &Runtime, body: String) -> SocketAddr {
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new().route("/bare", get(move || async move { body }));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        address
    })
}

/// The 99th percentile of a read, beside the same bytes from a bare handler.
fn read(table: &mut Table, runtime: &Runtime, server: &Server, work: &str, path: &str, goal: &str) {
    let mut client = Client::connect(server.address());
    let body = client.get(path);
    let took = percentile(99, RUNS, |_| drop(client.get(path)));
    let mut client = Client::connect(bare(runtime, body));
    let limit = percentile(99, RUNS, |_| drop(client.get("/bare")));
    table.ratio(work, took, "ms", ("bare axum handler, p99", limit), goal);
}

fn reading(table: &mut Table, runtime: &Runtime) {
    let filled = fill::thread_of(10_000);
    let skein = fill::handle(&filled);
    let server = serve(runtime, &skein);
    read(table, runtime, &server, "GET a thread of 10,000 messages, p99", "/v1/threads/long", "p99 5 ms");
    let page = "/v1/threads/long/messages?limit=100";
    read(table, runtime, &server, "GET 100 of its messages, p99", page, "p99 5 ms");

    let mut client = Client::connect(server.address());
    let patched = median(200, {
        let mut n = 0;
        move || {
            n += 1;
            client.send("PATCH", "/v1/threads/long", &format!("{{\"metadata\": {{\"n\": {n}}}}}"));
        }
    });
    let commit = median(200, {
        let mut n = 0;
        let skein = skein.clone();
        move || {
            n += 1;
            let change = ThreadChange { title: Some(format!("Title {n}")), ..ThreadChange::default() };
            skein.change_thread("long", &change).unwrap();
        }
    });
    table.ratio("PATCH a thread, median", patched, "ms", ("one commit of the core", commit), "one commit + 2 ms");

    let mut client = Client::connect(server.address());
    for _ in 0..MANY / 20 {
        client.get("/v1/threads/long");
    }
    let (before, start) = (resident(), Instant::now());
    for _ in 0..MANY {
        client.get("/v1/threads/long");
    }
    let each = ms(start.elapsed()) / MANY as f64;
    table.ratio("memory after 100,000 reads more", resident(), "MiB", ("before them", before), "1.05");
    table.figure("one of those reads, mean", each, "ms", "");
}

fn listing(table: &mut Table, runtime: &Runtime) {
    let filled = fill::threads(10_000);
    let skein = fill::handle(&filled);
    let server = serve(runtime, &skein);
    let path = "/v1/threads?limit=100&metadata.client=Client%207";
    read(table, runtime, &server, "list 100 of 10,000 threads by metadata, p99", path, "p99 10 ms");
}

/// Memory in use by this program, in MiB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("1024 kB");
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(1024.0) / 1024.0
}
