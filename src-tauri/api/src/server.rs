//! Connections: how many, how long, and how they end. What is asked on them is let in by
//! `guard.rs` and answered by the routes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::guard::{Guard, HEAD_BYTES};

/// Connections at a time; the next one waits until one is free.
const CONNECTIONS: usize = 64;
/// How long a request's head may take, and a connection stand idle.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// What is read of a head before the connection is refused; the guard's cap is lower, and answers.
const HEAD_BUFFER: usize = 128 * 1024;
/// Headers that are read of a head, or nobody would answer in words: as each counts at least five bytes, the guard
/// refuses so many.
const HEADERS: usize = HEAD_BYTES / 4;
/// How long running calls may take to end once the server stops.
const ENDING: Duration = Duration::from_secs(5);

/// The guard, and what lies behind it.
pub struct Entrance {
    pub guard: Guard,
    pub routes: Router,
}

impl Entrance {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response, Infallible> {
        let mut response = match self.guard.check(&request) {
            Ok(()) => self.routes.clone().oneshot(request.map(Body::new)).await?,
            Err(refused) => refused.into_response(),
        };
        // What stands in threads is nobody's to keep on the way.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Ok(response)
    }
}

/// Accepts connections until it is told to stop; then waits for those that are busy.
pub async fn run(listener: TcpListener, entrance: Arc<Entrance>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    while let Some((stream, place)) = next(&listener, &places, &stop).await {
        let (entrance, stop) = (entrance.clone(), stop.clone());
        connections.spawn(async move {
            serve(stream, &entrance, &stop).await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    // Whoever takes longer is cut off when the set is dropped; their replies are stored all the same.
    let _ = tokio::time::timeout(ENDING, all_ended).await;
}

/// The next connection and its place, or `None` once it is time to stop.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let accepting = async {
        let place = places.clone().acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return Some((stream, place)),
                // No descriptors, say: the one that waits is there again in a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        accepted = accepting => accepted,
    }
}

async fn serve(stream: TcpStream, entrance: &Entrance, stop: &CancellationToken) {
    // A delta is sent when it is there, not when a segment is full.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| entrance.answer(request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BUFFER)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // How a connection broke is of no interest to anybody here.
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
