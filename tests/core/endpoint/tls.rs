//! A connection that is not safe is none.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::spawn;

use serde_json::json;
use sha2::{Digest, Sha256};
use skein_core::endpoint::{EndpointError, Retry, test};
use skein_core::store::setting::hex;
use skein_support::tls::Authority;

use super::{call_to, tell};

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for() {
    let identity = Authority::new("Nobody in particular").vouch("localhost", 2020..=2100);
    let sha256 = hex(&Sha256::digest(identity.der()));
    let (address, served) = identity.serve("");
    let mut call = call_to(&format!("https://localhost:{}/v1", address.port()));
    call.key = Some("sk-secret".into());
    let told = tell(&call).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_unreachable", "tls"), "{:?}", told.error);
    let details = told.error.as_ref().unwrap().details();
    assert_eq!((&details["certificate"], &details["issuer"]), (&json!(sha256), &json!("Nobody in particular")));
    assert_eq!((&details["why"], &details["subject"]), (&json!("unknown_issuer"), &json!("The server localhost")));
    for words in ["The server localhost", "issued by Nobody in particular", &sha256, "Nothing was sent"] {
        assert!(told.words().contains(words), "{words}: {}", told.words());
    }
    assert_eq!(told.error.as_ref().map(EndpointError::retry), Some(Retry::No));
    let came = tokio::task::spawn_blocking(|| served.join().unwrap()).await.unwrap();
    assert!(came.is_empty(), "neither key nor messages went through");
}

#[tokio::test]
async fn a_test_says_which_certificate_it_was() {
    let (address, served) = Authority::new("Acme Root").vouch("localhost", 2020..=2100).serve("");
    let error = test(&call_to(&format!("https://localhost:{}/v1", address.port()))).await.unwrap_err();
    assert_eq!(error.kind(), "tls");
    assert!(error.to_string().contains("vouched for by nobody that this machine trusts"), "{error}");
    assert!(error.to_string().contains("Acme Root"), "{error}");
    assert!(tokio::task::spawn_blocking(|| served.join().unwrap()).await.unwrap().is_empty());
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
