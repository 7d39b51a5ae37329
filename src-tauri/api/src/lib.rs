//! The local API: the published HTTP calls, on loopback.
//!
//! [`start`] listens on 127.0.0.1 and nowhere else. Every request passes the guard before it is
//! routed; a route reads the call, asks the core off the async threads, and writes the answer.
//! What may happen to a thread is decided in `skein-core`; here it is only spelled.

mod error;
mod guard;
mod json;
mod openapi;
mod routes;
mod server;
mod sse;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use secrecy::SecretString;
use skein_core::response::Sink;
use skein_core::wire::{Door, ErrorDetail, JsonObject};
use skein_core::{Skein, system_words};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use guard::Guard;
use server::Entrance;

/// How to serve a store.
pub struct ServeOptions {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// What a caller has to know.
    pub token: SecretString,
    /// Hears every event of responses that are asked for here.
    pub watch: Option<Arc<dyn Sink>>,
}

/// Why the API could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error(
        "Port {0} is taken by another program, so the local API is not there. Choose another port, or 0 for any free one."
    )]
    PortTaken(u16),
    /// The system refuses.
    #[error("The local API cannot listen there, so it is not there: {}. Choose another port.", system_words(.0))]
    Io(#[from] std::io::Error),
}

impl StartError {
    /// The error as doors show it.
    pub fn detail(&self) -> ErrorDetail {
        ErrorDetail { code: "io_error".into(), message: self.to_string(), details: JsonObject::new() }
    }
}

/// The API as it runs. Dropping it stops it at once; [`Server::stop`] lets running calls end.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    done: JoinHandle<()>,
}

impl Server {
    /// Where it answers, such as `127.0.0.1:8417`.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more calls, and waits at most five seconds for those that are running. Responses of
    /// threads run on; whoever ends the program also calls [`Skein::shutdown`].
    pub async fn stop(mut self) {
        self.stop.cancel();
        // It ends by itself, and has nothing to say.
        let _ = (&mut self.done).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.done.abort();
    }
}

/// Starts serving. Returns once it answers.
///
/// # Errors
/// When there is no listening on that port.
pub async fn start(skein: Skein, options: ServeOptions) -> Result<Server, StartError> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => StartError::PortTaken(options.port),
            _ => StartError::Io(error),
        })?;
    let address = listener.local_addr()?;
    let desk = routes::Desk { skein: skein.through(Door::Api), watch: options.watch };
    let entrance = Entrance { guard: Guard::new(address.port(), &options.token), routes: routes::all(desk) };
    let stop = CancellationToken::new();
    let done = tokio::spawn(server::run(listener, Arc::new(entrance), stop.clone()));
    Ok(Server { address, stop, done })
}
