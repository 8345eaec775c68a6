//! Addresses that prove who was written to about what, and the ids of our
//! messages. Both are made from a key of the installation, so that nobody can
//! guess them and the same message always gets the same id.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// In front of the token in a reply address.
pub const PREFIX: &str = "reply+";

/// Letters that survive servers which change the case of addresses.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// What a reply address stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation<'a> {
    /// Id of the request.
    pub item: &'a str,
    /// Id of the person who was written to.
    pub person: &'a str,
    /// Whether what was sent is read by agents only, and so is the answer.
    pub internal: bool,
}

/// A code of 120 bits for the parts under a key. The parts cannot run into each
/// other.
pub fn code(key: &[u8], parts: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    base32(&mac.finalize().into_bytes()[..15])
}

fn base32(bytes: &[u8]) -> String {
    let (mut out, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    out
}

fn sign(key: &[u8], what: Invitation<'_>) -> String {
    let audience = if what.internal { "internal" } else { "public" };
    code(key, &["reply", what.item, what.person, audience])
}

/// The part of the reply address before the `@`.
pub fn reply_local(key: &[u8], number: i64, what: Invitation<'_>) -> String {
    format!("{PREFIX}{number}.{}", sign(key, what))
}

/// The number of the request and the code in a reply address of ours, not yet
/// checked.
pub fn split(address: &str) -> Option<(i64, String)> {
    let (local, _) = address.rsplit_once('@')?;
    let lower = local.to_ascii_lowercase();
    let (number, code) = lower.strip_prefix(PREFIX)?.split_once('.')?;
    let number: i64 = number.parse().ok().filter(|n| *n > 0)?;
    let well_formed = code.len() == 24 && code.bytes().all(|b| LETTERS.contains(&b));
    well_formed.then(|| (number, code.to_owned()))
}

/// Whom a code was made for, among those who were written to about `item`, and
/// whether the answer is for agents only.
pub fn find<'a>(
    key: &[u8],
    item: &str,
    code: &str,
    people: impl IntoIterator<Item = &'a str>,
) -> Option<(&'a str, bool)> {
    let mut found = None;
    for person in people {
        for internal in [false, true] {
            let what = Invitation {
                item,
                person,
                internal,
            };
            if same(&sign(key, what), code) {
                found = Some((person, internal));
            }
        }
    }
    found
}

/// Compare without telling by the time where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}

/// The id of the message that tells `recipient` about `event`, without angle
/// brackets.
pub fn message_id(key: &[u8], event: &str, recipient: &str, domain: &str) -> String {
    format!("{}@{domain}", code(key, &["message", event, recipient]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &[u8] = b"a key of the tests";

    fn what<'a>(item: &'a str, person: &'a str, internal: bool) -> Invitation<'a> {
        Invitation {
            item,
            person,
            internal,
        }
    }

    #[test]
    fn a_reply_address_names_its_request_and_its_person() {
        let local = reply_local(KEY, 2481, what("item-1", "maren", false));
        assert!(local.len() <= 64, "{local}");
        let address = format!("{}@Example.org", local.to_uppercase());
        let (number, code) = split(&address).unwrap();
        assert_eq!(number, 2481);
        let people = ["priya", "maren"];
        assert_eq!(find(KEY, "item-1", &code, people), Some(("maren", false)));
        assert_eq!(find(KEY, "item-2", &code, people), None);
        assert_eq!(find(b"another", "item-1", &code, people), None);
        assert_eq!(find(KEY, "item-1", &code, ["priya"]), None);
        let inside = reply_local(KEY, 2481, what("item-1", "priya", true));
        let (_, code) = split(&format!("{inside}@x")).unwrap();
        assert_eq!(find(KEY, "item-1", &code, people), Some(("priya", true)));
    }

    #[test]
    fn other_addresses_are_none_of_ours() {
        for address in [
            "marketing@example.org",
            "reply@example.org",
            "reply+2481@example.org",
            "reply+2481.short@example.org",
            "reply+-1.aaaaaaaaaaaaaaaaaaaaaaaa@example.org",
            "reply+2481.aaaaaaaaaaaaaaaaaaaaaaa1@example.org",
            "reply+2481.aaaaaaaaaaaaaaaaaaaaaaaa",
            "",
        ] {
            assert_eq!(split(address), None, "{address}");
        }
    }

    #[test]
    fn the_id_of_a_message_is_its_own() {
        let id = message_id(KEY, "event", "maren", "mil.example");
        assert_eq!(id, message_id(KEY, "event", "maren", "mil.example"));
        assert_ne!(id, message_id(KEY, "event", "priya", "mil.example"));
        assert_ne!(id, message_id(KEY, "eventm", "aren", "mil.example"));
    }

    proptest! {
        #[test]
        fn a_changed_code_is_no_proof(at in 0_usize..24, letter in "[a-z2-7]") {
            let local = reply_local(KEY, 7, what("item", "maren", false));
            let (_, good) = split(&format!("{local}@x")).unwrap();
            let mut bad = good.clone();
            bad.replace_range(at..=at, &letter);
            let found = find(KEY, "item", &bad, ["maren"]);
            prop_assert_eq!(found.is_some(), bad == good);
        }
    }
}
