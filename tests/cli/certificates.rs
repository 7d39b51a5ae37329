//! Whom a machine trusts, the program trusts; whom it does not, it names.

use std::fs;

use skein_support::tls::{Authority, Identity};

use crate::support::{Desk, Ran};

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n\
    {\"choices\":[{\"message\":{\"content\":\"Hello.\"},\"finish_reason\":\"stop\"}]}";

/// Tests an endpoint with this certificate, on a machine that trusts the authority. The program, and what came there.
fn test(authority: &Authority, identity: Identity) -> (Ran, Vec<u8>) {
    let desk = Desk::new();
    let trusted = desk.home().join("trusted.pem");
    fs::write(&trusted, authority.pem()).unwrap();
    let (address, served) = identity.serve(ANSWER);
    desk.add_endpoint("gateway", &format!("https://localhost:{}/v1", address.port()));
    let mut command = desk.command();
    command.env("SSL_CERT_FILE", &trusted).env_remove("SSL_CERT_DIR").env("SKEIN_KEY_GATEWAY", "sk-gateway");
    let ran = Ran::from(command.args(["endpoint", "test", "gateway"]).output().unwrap());
    (ran, served.join().unwrap())
}

#[test]
fn an_authority_that_the_machine_trusts_is_enough() {
    let authority = Authority::new("Acme Root");
    let (ran, came) = test(&authority, authority.vouch("localhost", 2020..=2100));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(String::from_utf8_lossy(&came).contains("sk-gateway"));
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_and_nothing_is_sent() {
    let authority = Authority::new("Acme Root");
    for (identity, why) in [
        (authority.vouch("localhost", 2001..=2002), "ended on 2002-12-31"),
        (authority.vouch("localhost", 2098..=2100), "begins on 2098-01-01 only"),
        (authority.vouch("models.example", 2020..=2100), "is for other names (models.example)"),
        (Authority::new("Somebody else").vouch("localhost", 2020..=2100), "nobody that this machine trusts"),
    ] {
        let (ran, came) = test(&authority, identity);
        assert_eq!((ran.code, ran.out.as_str()), (5, ""), "{why}: {ran:?}");
        assert!(
            ran.err.contains(why) && ran.err.contains("SHA-256") && ran.err.contains("issued by"),
            "{why}: {ran:?}"
        );
        assert!(came.is_empty(), "{why}: something went through");
    }
}
