//! Nobody there, no safe connection, no answer, another address, and every refusal.

use std::time::Duration;

use serde_json::json;
use skein_core::endpoint::{Retry, Timeouts};
use skein_support::model_server::{ModelServer, Reply, closed_port};
use skein_support::tls::Authority;

use super::super::{PATIENT, Told, call_for, call_to, tell};
use super::{PROTOCOLS, Protocol, SOON, dialect, runtime};

/// Nothing came, nothing was accepted, and the next step is named.
fn nothing_came(told: &Told, kind: &str, at: &str) {
    assert_eq!((told.kind(), told.text.as_str()), (kind, ""), "{at}: {:?}", told.error);
    assert!(told.accepted.is_empty() && told.finish.is_empty(), "{at}");
    assert!(told.words().split(". ").count() > 1, "{at}: {} and what then?", told.words());
}

fn call(protocol: Protocol, base_url: &str) -> Told {
    let mut call = call_to(base_url);
    call.protocol = protocol;
    call.key = Some("sk-canary".into());
    runtime().block_on(tell(&call))
}

#[test]
fn nobody_is_there() {
    for protocol in PROTOCOLS {
        let told = call(protocol, &format!("http://{}/v1", closed_port()));
        nothing_came(&told, "refused", &format!("{protocol:?}"));
        assert_eq!(told.error.unwrap().retry(), Retry::After(None));
        nothing_came(&call(protocol, "https://models.invalid/v1"), "dns", &format!("{protocol:?}"));
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for() {
    for protocol in PROTOCOLS {
        let (address, served) = Authority::new("Nobody").vouch("localhost", 2020..=2100).serve("");
        let told = call(protocol, &format!("https://localhost:{}/v1", address.port()));
        nothing_came(&told, "tls", &format!("{protocol:?}"));
        assert!(served.join().unwrap().is_empty(), "{protocol:?}: something went through");
    }
}

#[test]
fn a_redirect_to_another_host() {
    for protocol in PROTOCOLS {
        for status in [301, 302, 303, 307, 308] {
            let (server, other) = (ModelServer::start(), ModelServer::start());
            server.queue(Reply::redirect(status, &format!("{}/chat/completions", other.base_url())));
            let told = call(protocol, &server.base_url());
            nothing_came(&told, "redirected", &format!("{protocol:?} {status}"));
            assert_eq!((other.seen().connections, other.seen().bytes), (0, 0), "{protocol:?} {status}");
        }
    }
}

#[test]
fn silence_before_the_headers_and_behind_them() {
    for protocol in PROTOCOLS {
        for reply in [Reply::silent(), Reply::silent_after_headers()] {
            let server = ModelServer::start();
            server.queue(reply);
            let mut call = call_for(&server);
            call.protocol = protocol;
            call.timeouts = Timeouts { first: SOON, ..PATIENT };
            let told = runtime().block_on(tell(&call));
            assert_eq!((told.kind(), told.text.as_str()), ("first_timeout", ""), "{protocol:?}: {:?}", told.error);
            assert_eq!(told.finish, [], "{protocol:?}");
            server.wait_until_blocking("the connection is closed", |seen| seen.hung_up == 1);
        }
    }
}

#[test]
fn an_endpoint_that_asks_for_time() {
    for protocol in PROTOCOLS {
        for (wait, least, most) in [
            ("7", 7, 7),
            ("1000000000", 60, 60),
            ("99999999999999999999999", 60, 60),
            ("Fri, 31 Dec 2100 23:59:59 GMT", 60, 60),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
        ] {
            for status in [429, 503] {
                let server = ModelServer::start();
                server.queue(Reply::error(status, "slow", "Slow down").header("Retry-After", wait));
                let told = call(protocol, &server.base_url());
                let at = format!("{protocol:?} {status} {wait}");
                nothing_came(&told, if status == 429 { "rate_limited" } else { "status" }, &at);
                let Retry::After(Some(asked)) = told.error.unwrap().retry() else { panic!("{at}") };
                assert!((Duration::from_secs(least)..=Duration::from_secs(most)).contains(&asked), "{at}: {asked:?}");
            }
        }
    }
}

#[test]
fn a_success_that_is_none() {
    for protocol in PROTOCOLS {
        for (reply, kind) in [
            (Reply::status(200, "text/html", "<!doctype html><title>A page</title>"), "not_understood"),
            (Reply::status(200, "application/json", ""), "empty"),
            (Reply::status(200, "application/json", "{\"choices\": ["), "cut_off"),
            (Reply::status(200, "application/json", "[1, 2"), "cut_off"),
            (Reply::status(204, "application/json", ""), "empty"),
            (Reply::body(dialect(protocol).said()).header("Content-Encoding", "br"), "not_understood"),
        ] {
            let server = ModelServer::start();
            server.queue(reply);
            let told = call(protocol, &server.base_url());
            assert_eq!((told.kind(), told.text.as_str()), (kind, ""), "{protocol:?}: {:?}", told.error);
            assert_eq!(told.finish, [], "{protocol:?}");
        }
    }
}

#[test]
fn every_status_and_body_of_an_error() {
    let runtime = runtime();
    for protocol in PROTOCOLS {
        for status in [400_u16, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 529] {
            for body in [
                "",
                "upstream sighs",
                "<html><title>upstream sighs</title></html>",
                r#"{"error":{"message":"upstream sighs","code":null}}"#,
                r#"{"error":"upstream sighs","code":7}"#,
                r#"{"detail":[{"msg":"upstream sighs","loc":["body"]}]}"#,
                r#"{"type":"error","error":{"type":"api_error","message":"upstream sighs"}}"#,
                "event: error\ndata: {\"error\": {\"message\": \"upstream sighs\"}}\n\ndata: [DONE]\n\n",
                "{\"error\": {\"mess",
            ] {
                let server = ModelServer::start();
                server.queue(Reply::status(status, "text/html", body));
                let mut call = call_for(&server);
                call.protocol = protocol;
                let told = runtime.block_on(tell(&call));
                let at = format!("{protocol:?} {status} {body}");
                assert!(told.text.is_empty() && told.accepted.is_empty() && told.finish.is_empty(), "{at}");
                assert_eq!(told.error.as_ref().expect(&at).details()["status"], json!(status), "{at}");
                let is_told = told.words().contains("upstream sighs");
                assert_eq!(is_told, body.contains("sighs"), "{at}: {}", told.words());
                assert!(told.words().contains("Nothing is lost."), "{at}: {}", told.words());
            }
        }
    }
}
