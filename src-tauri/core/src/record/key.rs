//! Keys: Ed25519 (RFC 8032), the public half as it is written in PEM (RFC 8410), and its fingerprint.
//! Where the private half is kept is the keychain's business.

use std::fmt;

use ed25519_dalek::{Signature, Signer, VerifyingKey};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::canonical::unhex;
use crate::store::setting::hex;

/// What stands before the 32 bytes of an Ed25519 key in `SubjectPublicKeyInfo` (RFC 8410, section 4).
const DER: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const PEM: (&str, &str) = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----");
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A key that can sign. It shows itself to nobody.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A new one.
    ///
    /// # Errors
    /// If the system has no randomness to give.
    pub fn generate() -> std::io::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(Self::from_seed(&seed))
    }

    /// The key that grows from 32 bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The key as it lies in the keychain.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        Some(Self::from_seed(&unhex(text)?.try_into().ok()?))
    }

    pub(crate) fn to_hex(&self) -> SecretString {
        hex(self.0.as_bytes()).into()
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

/// The half that everybody may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Whether a signature over `bytes` was made with the private half. Strict: what some verifiers
    /// would take and others not is not taken.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(&self.0), Signature::from_slice(signature)) else {
            return false;
        };
        key.verify_strict(bytes, &signature).is_ok()
    }

    /// SHA-256 of its DER form, in lower-case hex.
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::digest(self.der()))
    }

    /// `SubjectPublicKeyInfo` in PEM.
    pub fn pem(&self) -> String {
        format!("{}\n{}\n{}\n", PEM.0, base64(&self.der()), PEM.1)
    }

    /// Reads PEM, an Ed25519 key and nothing else.
    pub fn from_pem(pem: &str) -> Option<Self> {
        let body = pem.trim().strip_prefix(PEM.0)?.strip_suffix(PEM.1)?;
        let der = unbase64(&body.split_whitespace().collect::<String>())?;
        Some(Self(der.strip_prefix(&DER[..])?.try_into().ok()?))
    }

    fn der(&self) -> Vec<u8> {
        [&DER[..], &self.0].concat()
    }
}

/// A fingerprint in groups of four, as it is read out.
pub fn groups(fingerprint: &str) -> String {
    let digits: Vec<char> = fingerprint.chars().collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Base 64 of whole groups of three bytes with the rest padded (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let three = [group[0], *group.get(1).unwrap_or(&0), *group.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in 0..4 {
            let digit = BASE64[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place > group.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').bytes();
    let (mut out, mut bits, mut have) = (Vec::new(), 0_u32, 0);
    for digit in digits {
        bits = bits << 6 | BASE64.iter().position(|known| *known == digit)? as u32;
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push((bits >> have) as u8);
            bits &= (1 << have) - 1;
        }
    }
    Some(out)
}
