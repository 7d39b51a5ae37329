//! Servers with certificates of every kind, and an authority of our own that vouches for them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread::{JoinHandle, spawn};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Who vouches for servers.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
}

/// A certificate and its key.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    /// One of that name. Nobody trusts it yet.
    ///
    /// # Panics
    /// If there is no key to be had.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { issuer: Issuer::new(params, key), der }
    }

    /// Its certificate as a file of trusted ones holds it (RFC 7468).
    pub fn pem(&self) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        for line in self.der.chunks(48) {
            for three in line.chunks(3) {
                let bits = (0..3).fold(0_u32, |bits, at| (bits << 8) | u32::from(*three.get(at).unwrap_or(&0)));
                for at in 0..4 {
                    let digit = char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63]);
                    pem.push(if at > three.len() { '=' } else { digit });
                }
            }
            pem.push('\n');
        }
        pem + "-----END CERTIFICATE-----\n"
    }

    /// A certificate for a server of that name, good for these years.
    ///
    /// # Panics
    /// If the name is none.
    pub fn vouch(&self, name: &str, years: RangeInclusive<i32>) -> Identity {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, format!("The server {name}"));
        params.not_before = date_time_ymd(*years.start(), 1, 1);
        params.not_after = date_time_ymd(*years.end(), 12, 31);
        let key = KeyPair::generate().unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        Identity { chain: vec![der], key: PrivateKeyDer::try_from(key.serialize_der()).unwrap() }
    }
}

impl Identity {
    /// The certificate, as it goes over the wire.
    pub fn der(&self) -> &[u8] {
        &self.chain[0]
    }

    /// Takes one connection, answers its request with `answer` if it gets one, and gives what came
    /// through the connection.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn serve(self, answer: &'static str) -> (SocketAddr, JoinHandle<Vec<u8>>) {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let served = spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
            let mut came = Vec::new();
            let mut piece = [0; 4096];
            // Ends with an error when the client turns away.
            while let Ok(count @ 1..) = stream.read(&mut piece) {
                came.extend_from_slice(&piece[..count]);
                // A request's body is one line of JSON and ends like one.
                if came.ends_with(b"}") {
                    stream.write_all(answer.as_bytes()).ok();
                    stream.conn.send_close_notify();
                }
                stream.flush().ok();
            }
            came
        });
        (address, served)
    }
}
