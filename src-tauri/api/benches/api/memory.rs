//! Memory after 100,000 requests of every kind: reads, changes, refusals, streamed responses, chains, and callers that
//! come anew.

use std::net::SocketAddr;
use std::time::Instant;

use tokio::runtime::Runtime;

use crate::client::Client;
use crate::fill::{handle, thread_of};
use crate::model::add_model;
use crate::streaming::{ask, streamed};
use crate::table::{Table, ms};

const MANY: usize = 100_000;
/// Replies that go into one thread.
const REPLIES: usize = 1_000;

pub fn measure(table: &mut Table, runtime: &Runtime) {
    let filled = thread_of(10_000);
    let skein = handle(&filled);
    // Nobody asks when a reply was sent.
    drop(add_model(&skein));
    let server = crate::serve(runtime, &skein);
    let mut caller = Caller::new(server.address());
    for n in 0..MANY / 20 {
        caller.call(n);
    }
    let (before, start) = (crate::resident(), Instant::now());
    for n in 0..MANY {
        caller.call(n);
    }
    let each = ms(start.elapsed()) / MANY as f64;
    let goal = "1.05, and the 1,000 responses of a chain that are kept for 24 hours";
    let work = "memory after 100,000 requests more of every kind";
    table.ratio(work, crate::resident(), "MiB", ("before them", before), goal);
    table.figure("one of those requests, mean", each, "ms", "");
}

struct Caller {
    address: SocketAddr,
    client: Client,
    /// Requests so far.
    made: usize,
    /// The last response of the chain.
    last: Option<String>,
}

impl Caller {
    fn new(address: SocketAddr) -> Self {
        Self { address, client: Client::connect(address), made: 0, last: None }
    }

    /// One request, another kind each time.
    fn call(&mut self, n: usize) {
        self.made += 1;
        let client = &mut self.client;
        match n % 100 {
            0..40 => drop(client.get("/v1/threads/long")),
            40..55 => drop(client.get("/v1/threads/long/messages?limit=20")),
            55..60 => drop(client.get("/v1/threads?limit=20&metadata.n=7")),
            60..75 => {
                drop(client.send("PATCH", "/v1/threads/long", &format!("{{\"metadata\": {{\"n\": {}}}}}", self.made)));
            }
            75..79 => drop(client.get("/v1/threads/never")),
            79..82 => drop(client.send("PATCH", "/v1/threads/long", "{\"unheard\": 1}")),
            82..85 => drop(client.send("POST", "/v1/threads", "{\"id\": \"long\"}")),
            85..96 => drop(Client::connect(self.address).get("/v1/threads/long")),
            96..99 => ask(client, &streamed(&format!("t{}", self.made / (REPLIES * 33)), "short"), |_| {}),
            _ => self.go_on(),
        }
    }

    /// One response more of a chain.
    fn go_on(&mut self) {
        let previous = self.last.as_ref().map(|id| format!("\"previousResponseId\": \"{id}\", ")).unwrap_or_default();
        let body = format!("{{{previous}\"inputs\": [{{\"role\": \"user\", \"content\": \"short\"}}]}}");
        let answer = self.client.send("POST", "/v1/model/response", &body);
        let response: serde_json::Value = serde_json::from_str(&answer).unwrap();
        self.last = response["id"].as_str().map(String::from);
    }
}
