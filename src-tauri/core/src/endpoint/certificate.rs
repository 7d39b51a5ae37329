//! Certificates: whom to trust is the system's to say. Where it says no, the certificate is noted
//! with the refusal, so that a person can be told which one it was and what is wrong with it.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;
use sha2::{Digest, Sha256};

use crate::store::setting::hex;

/// The object identifiers of a common name and of an organization (RFC 5280, appendix A).
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
/// Names that are listed.
const NAMES: usize = 5;

/// A certificate that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("certificate of {subject}, issued by {issuer}, {why}")]
pub struct RefusedCertificate {
    /// What is wrong with it, in a word: `expired`, `not_yet`, `revoked`, `unknown_issuer`, `wrong_name`, `improper`.
    pub fault: &'static str,
    /// The same, to follow "it".
    pub why: String,
    /// Whom it is for, in its own words.
    pub subject: String,
    /// Who vouches for it, in its own words.
    pub issuer: String,
    /// Its SHA-256, as servers and browsers show it; lower-case hex.
    pub sha256: String,
}

/// TLS as the system trusts, HTTP/2 where the server speaks it.
///
/// # Errors
/// There is nothing to trust on this machine.
pub(super) fn client_config(provider: CryptoProvider) -> Result<ClientConfig, Error> {
    let provider = Arc::new(provider);
    let noting = Noting(Verifier::new(provider.clone())?);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(noting))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The certificate that an error of TLS is about.
pub(super) fn refused(error: &Error) -> Option<RefusedCertificate> {
    match error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(noted))) => noted.downcast_ref().cloned(),
        _ => None,
    }
}

/// The system's verifier, and a note of what it refuses.
#[derive(Debug)]
struct Noting(Verifier);

impl ServerCertVerifier for Noting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verified.map_err(|error| match error {
            Error::InvalidCertificate(why) => {
                let noted = RefusedCertificate::of(end_entity, &why);
                Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(noted))))
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

impl RefusedCertificate {
    fn of(der: &[u8], why: &CertificateError) -> Self {
        let (issuer, subject) = names(der).unwrap_or_default();
        let shown = |name: Option<String>| name.map_or_else(|| "nobody named".to_owned(), |name| plain(&name));
        Self {
            fault: fault(why),
            why: words(why),
            subject: shown(subject),
            issuer: shown(issuer),
            sha256: hex(&Sha256::digest(der)),
        }
    }
}

const fn fault(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::ExpiredContext { .. } | CertificateError::Expired => "expired",
        CertificateError::NotValidYetContext { .. } | CertificateError::NotValidYet => "not_yet",
        CertificateError::Revoked => "revoked",
        CertificateError::UnknownIssuer => "unknown_issuer",
        CertificateError::NotValidForNameContext { .. } | CertificateError::NotValidForName => "wrong_name",
        _ => "improper",
    }
}

fn words(why: &CertificateError) -> String {
    let day = |time: &UnixTime| {
        let time = Timestamp::from_second(time.as_secs() as i64).unwrap_or_default();
        time.strftime("%Y-%m-%d").to_string()
    };
    match why {
        CertificateError::ExpiredContext { not_after, .. } => format!("ended on {}", day(not_after)),
        CertificateError::Expired => "has ended".into(),
        CertificateError::NotValidYetContext { not_before, .. } => format!("begins on {} only", day(not_before)),
        CertificateError::NotValidYet => "has not begun".into(),
        CertificateError::Revoked => "was revoked".into(),
        CertificateError::UnknownIssuer => "is vouched for by nobody that this machine trusts".into(),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let presented: Vec<String> = presented.iter().take(NAMES).map(|name| plain(inner(name))).collect();
            format!("is for other names ({})", presented.join(", "))
        }
        CertificateError::NotValidForName => "is for another name".into(),
        _ => "is not a proper one".into(),
    }
}

/// The name in what the library says of it, such as `DnsName("example.org")`.
fn inner(presented: &str) -> &str {
    presented.split_once('(').map_or(presented, |(_, name)| name.trim_end_matches(')'))
}

/// A name without what could pass for more than a name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || " .,-_*@&'()".contains(*c)).take(80).collect()
}

/// Issuer and subject of a certificate (RFC 5280, section 4.1); nothing of one that is none.
fn names(der: &[u8]) -> Option<(Option<String>, Option<String>)> {
    let (_, certificate, _) = piece(der)?;
    let (_, signed, _) = piece(certificate)?;
    let (tag, _, after_version) = piece(signed)?;
    let serial = if tag == 0xa0 { after_version } else { signed };
    let (_, _, algorithm) = piece(serial)?;
    let (_, _, issuer) = piece(algorithm)?;
    let (_, issuer, validity) = piece(issuer)?;
    let (_, _, subject) = piece(validity)?;
    let (_, subject, _) = piece(subject)?;
    Some((name(issuer), name(subject)))
}

/// The common name, else the organization.
fn name(mut rest: &[u8]) -> Option<String> {
    let mut organization = None;
    while let Some((_, set, next)) = piece(rest) {
        rest = next;
        let (_, pair, _) = piece(set)?;
        let (_, kind, value) = piece(pair)?;
        let (_, value, _) = piece(value)?;
        let value = || String::from_utf8_lossy(value).into_owned();
        match kind {
            COMMON_NAME => return Some(value()),
            ORGANIZATION => organization = Some(value()),
            _ => {}
        }
    }
    organization
}

/// The first piece of DER: its tag, what is in it, what comes behind it (ITU-T X.690, 8.1).
fn piece(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match length {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (inside, behind) = rest.split_at_checked(length)?;
    Some((tag, inside, behind))
}
