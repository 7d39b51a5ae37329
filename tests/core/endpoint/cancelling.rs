//! Stopping: dropping a call closes its connection, wherever it stands, and leaves nothing running.

use std::time::{Duration, Instant};

use skein_core::endpoint::{self, Call, CallEvent};
use skein_support::model_server::{Gate, ModelServer, Reply, Seen};
use tokio::sync::mpsc;

use super::call_for;

/// Starts a call, waits for `ready`, drops it, and waits until nothing is left of it.
async fn cancel(server: &ModelServer, call: Call, ready: impl AsyncFnOnce(&mut mpsc::Receiver<CallEvent>)) {
    let tasks = tokio::runtime::Handle::current().metrics();
    let before = tasks.num_alive_tasks();
    let (out, mut events) = mpsc::channel(8);
    let running = tokio::spawn(async move { endpoint::call(&call, out).await });
    ready(&mut events).await;
    running.abort();
    let stopped = Instant::now();
    assert!(running.await.unwrap_err().is_cancelled());
    server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
    let took = stopped.elapsed();
    // 100 ms is the promise; the rest is for machines that do other things at the time.
    assert!(took < Duration::from_secs(2), "closing took {took:?}");
    let nothing_left = async {
        while tasks.num_alive_tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), nothing_left).await.expect("no task is left running");
}

#[tokio::test]
async fn before_the_endpoint_has_answered() {
    let server = ModelServer::start();
    server.queue(Reply::silent());
    let call = call_for(&server);
    cancel(&server, call, async |_| server.wait_until("the request", |seen| seen.requests == 1).await).await;
}

#[tokio::test]
async fn after_the_headers() {
    let server = ModelServer::start();
    server.queue(Reply::silent_after_headers());
    let call = call_for(&server);
    cancel(&server, call, async |events| while events.recv().await != Some(CallEvent::Accepted(None)) {}).await;
}

#[tokio::test]
async fn in_mid_stream() {
    let (server, gate) = (ModelServer::start(), Gate::new());
    server.queue(Reply::gated("one two three", &gate));
    gate.open(1);
    let call = call_for(&server);
    cancel(&server, call, async |events| while events.recv().await != Some(CallEvent::Text("one ".into())) {}).await;
}

#[tokio::test]
async fn while_words_pour_in_and_nobody_takes_them() {
    let server = ModelServer::start();
    server.queue(Reply::endless());
    let call = call_for(&server);
    cancel(&server, call, async |events| while events.recv().await != Some(CallEvent::Accepted(None)) {}).await;
}

#[tokio::test]
async fn a_connection_that_was_stopped_is_not_used_again() {
    let server = ModelServer::start();
    server.queue(Reply::silent_after("one"));
    let call = call_for(&server);
    cancel(&server, call, async |events| while events.recv().await != Some(CallEvent::Text("one".into())) {}).await;
    assert_eq!(super::tell(&call_for(&server)).await.error, None);
    let Seen { connections, requests, .. } = server.seen();
    assert_eq!((connections, requests), (2, 2));
}
