//! Secrets and ids. The only place that may ask for randomness.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use rand::RngExt;
use sha2::{Digest, Sha256};

/// How many ids this program has made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A new id: UUIDv7 (RFC 9562), so that ids sort by the time they were made.
/// Those of one millisecond, such as the events of one deed, sort in the order
/// in which this program made them: 26 bits count (RFC 9562, 6.2, method 1).
#[allow(clippy::disallowed_methods, clippy::cast_possible_truncation)]
pub fn new_id(now: Timestamp) -> String {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let mut random: [u8; 10] = rand::rng().random();
    // The version takes the first four bits, the variant two of the third byte.
    let count = MADE.fetch_add(1, Ordering::Relaxed);
    random[0] = (count >> 22) as u8 & 0x0f;
    random[1] = (count >> 14) as u8;
    random[2] = (count >> 8) as u8 & 0x3f;
    random[3] = count as u8;
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

/// Random bytes, for keys whose form another program chooses.
#[allow(clippy::disallowed_methods)]
pub fn new_bytes<const N: usize>() -> [u8; N] {
    rand::rng().random()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_sort_as_they_were_made() {
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let ids: Vec<String> = (0..20_000).map(|_| new_id(now)).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert!(uuid::Uuid::parse_str(&ids[0]).is_ok_and(|id| id.get_version_num() == 7));
    }
}
