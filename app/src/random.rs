//! Secrets and ids. The only place that may ask for randomness.

use jiff::Timestamp;
use rand::RngExt;
use sha2::{Digest, Sha256};

/// A new id: UUIDv7 (RFC 9562), so that ids sort by the time they were made.
#[allow(clippy::disallowed_methods)]
pub fn new_id(now: Timestamp) -> String {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let random: [u8; 10] = rand::rng().random();
    uuid::Builder::from_unix_timestamp_millis(millis, &random)
        .into_uuid()
        .to_string()
}

/// A secret of 256 random bits in URL-safe letters, with a prefix that lets
/// secret scanners recognise it.
#[allow(clippy::disallowed_methods)]
pub fn new_secret(prefix: &str) -> String {
    let bytes: [u8; 32] = rand::rng().random();
    format!("{prefix}{}", hex(&bytes))
}

/// What is kept of a secret. The secrets are 256 random bits, so a plain hash
/// is enough: there is nothing to guess.
pub fn hash_secret(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}
