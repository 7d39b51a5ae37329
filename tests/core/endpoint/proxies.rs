//! An endpoint that is reached through a proxy, and what the proxy gets to see.

use std::io::{Read, Write, copy};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{JoinHandle, spawn};

use skein_core::endpoint::{Call, check_proxy};
use skein_support::model_server::{ModelServer, Reply, Seen, closed_port};
use skein_support::tls::Authority;

use super::{call_for, call_to, tell};

const KEY: &str = "sk-live-0123456789abcdefghijklmnopqrstuv";

fn through(proxy: SocketAddr, base_url: &str) -> Call {
    let mut call = call_to(base_url);
    call.options.proxy = Some(format!("http://{proxy}"));
    call.key = Some(KEY.into());
    call.allow_http = true;
    call
}

/// A proxy for one connection: answers the wish for it, passes on to `to` if there is one, and gives the wish.
fn tunnel(answer: &'static str, to: Option<SocketAddr>) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let wish = spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap() > 0 {
            head.push(byte[0]);
        }
        client.write_all(answer.as_bytes()).unwrap();
        if let Some(to) = to {
            let mut server = TcpStream::connect(to).unwrap();
            let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let there = spawn(move || copy(&mut from_client, &mut to_server).ok());
            copy(&mut server, &mut client).ok();
            there.join().unwrap();
        }
        String::from_utf8(head).unwrap()
    });
    (address, wish)
}

async fn joined(wish: JoinHandle<String>) -> String {
    tokio::task::spawn_blocking(|| wish.join().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_plain_endpoint_is_asked_for_at_the_proxy() {
    let proxy = ModelServer::start();
    proxy.queue(Reply::text("Through the proxy."));
    let told = tell(&through(proxy.address(), "http://models.invalid/v1")).await;
    assert_eq!((told.error.clone(), told.text.as_str()), (None, "Through the proxy."));
    assert_eq!(proxy.last_request().path, "http://models.invalid/v1/chat/completions");
}

#[tokio::test]
async fn of_a_safe_endpoint_the_proxy_sees_the_name_alone() {
    let (address, served) = Authority::new("Nobody").vouch("models.invalid", 2020..=2100).serve("");
    let (proxy, wish) = tunnel("HTTP/1.1 200 Connected\r\n\r\n", Some(address));
    let told = tell(&through(proxy, "https://models.invalid/v1")).await;
    // The certificate came through the proxy, and is the endpoint's: what is wrong with it is told of the endpoint.
    assert_eq!(told.kind(), "tls", "{:?}", told.error);
    assert_eq!(told.error.as_ref().unwrap().details()["host"], "models.invalid");
    let wish = joined(wish).await;
    assert!(wish.starts_with("CONNECT models.invalid:443 HTTP/1.1\r\n"), "{wish}");
    assert!(!wish.contains("sk-live"), "{wish}");
    assert!(tokio::task::spawn_blocking(|| served.join().unwrap()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_down_is_named() {
    let (strict, wish) = tunnel("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", None);
    for proxy in [strict, closed_port()] {
        let told = tell(&through(proxy, "https://models.invalid/v1")).await;
        assert_eq!((told.code(), told.kind()), ("endpoint_unreachable", "proxy"), "{:?}", told.error);
        assert_eq!(told.error.as_ref().unwrap().details()["host"], proxy.to_string());
        assert!(told.words().contains("Check the proxy"), "{}", told.words());
    }
    joined(wish).await;
}

#[tokio::test]
async fn this_machine_is_reached_without_it() {
    let (server, proxy) = (ModelServer::start(), ModelServer::start());
    let mut call = call_for(&server);
    call.options.proxy = Some(format!("http://{}", proxy.address()));
    assert_eq!(tell(&call).await.error, None);
    assert_eq!((server.seen().requests, proxy.seen()), (1, Seen::default()));
}

#[test]
fn what_is_no_proxy_is_refused() {
    for proper in ["http://proxy.example.com:3128", " http://10.0.0.1/ ", "http://[::1]:8080"] {
        assert!(check_proxy(proper).is_ok(), "{proper}");
    }
    for improper in [
        "",
        "proxy:3128",
        "socks5://proxy",
        "https://proxy",
        "http://",
        "http://proxy/path",
        "http://proxy?a=b",
        "http://proxy#a",
    ] {
        assert!(check_proxy(improper).is_err(), "{improper}");
    }
    let refused = check_proxy("http://ada:secret@proxy:3128").unwrap_err();
    assert!(refused.contains("password") && !refused.contains("secret"), "{refused}");
}
