//! A connection that is not safe is none.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{JoinHandle, spawn};

use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use skein_core::endpoint::Retry;

use super::{call_to, tell};

/// Takes one connection with a certificate that nobody vouches for; gives what came through it.
pub fn untrusted_server() -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let made = rcgen::generate_simple_self_signed(["localhost".into(), "127.0.0.1".into()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        let mut came = Vec::new();
        // Ends with an error when the client turns away.
        stream.read_to_end(&mut came).ok();
        stream.flush().ok();
        came
    });
    (address, served)
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for() {
    let (address, served) = untrusted_server();
    let mut call = call_to(&format!("https://localhost:{}/v1", address.port()));
    call.key = Some("sk-secret".into());
    let told = tell(&call).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_unreachable", "tls"), "{:?}", told.error);
    assert_eq!(told.error.as_ref().unwrap().retry(), Retry::No);
    assert!(told.words().contains("certificate"), "{}", told.words());
    let came = tokio::task::spawn_blocking(|| served.join().unwrap()).await.unwrap();
    assert!(came.is_empty(), "neither key nor messages went through");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = [0; 64];
        let count = stream.read(&mut hello).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").unwrap();
        stream.read_to_end(&mut Vec::new()).ok();
        count
    });
    let mut call = call_to(&format!("https://{address}/v1"));
    call.key = Some("sk-secret".into());
    let told = tell(&call).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_unreachable", "tls"), "{:?}", told.error);
    assert!(tokio::task::spawn_blocking(|| served.join().unwrap()).await.unwrap() > 0);
}
