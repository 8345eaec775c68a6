//! Links in messages about the status page. Each carries what it is for, and a
//! code over it under the installation's key: nobody can make one, and none
//! serves for anything else.

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Confirm an address.
    Confirm,
    /// Never ask this address again, after a message that nobody wanted.
    Refuse,
    /// End the subscription of an address.
    StopAddress,
    /// End the mail to somebody with an account.
    StopPerson,
}

impl For {
    const ALL: [For; 4] = [For::Confirm, For::Refuse, For::StopAddress, For::StopPerson];

    fn letter(self) -> &'static str {
        match self {
            For::Confirm => "c",
            For::Refuse => "r",
            For::StopAddress => "a",
            For::StopPerson => "p",
        }
    }
}

fn code(key: &[u8], what: For, id: &str) -> String {
    mil_mail::token::code(key, &["status link", what.letter(), id])
}

/// The part of the address that stands for `what` with `id`.
pub fn make(key: &[u8], what: For, id: &str) -> String {
    format!("{}.{id}.{}", what.letter(), code(key, what, id))
}

/// What a token stands for, if we made it.
pub fn read(key: &[u8], token: &str) -> Option<(For, String)> {
    let mut parts = token.splitn(3, '.');
    let (letter, id, given) = (parts.next()?, parts.next()?, parts.next()?);
    let what = For::ALL.into_iter().find(|w| w.letter() == letter)?;
    let ours = code(key, what, id);
    let same = ours.len() == given.len()
        && ours
            .bytes()
            .zip(given.bytes())
            .fold(0, |differs, (a, b)| differs | (a ^ b))
            == 0;
    (same && !key.is_empty()).then(|| (what, id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_serves_for_one_thing() {
        let key = b"a key";
        for what in For::ALL {
            let token = make(key, what, "0194-7");
            assert_eq!(read(key, &token), Some((what, "0194-7".to_owned())));
            assert_eq!(read(b"another", &token), None);
            for other in For::ALL.into_iter().filter(|o| *o != what) {
                let (_, rest) = token.split_once('.').unwrap();
                assert_eq!(read(key, &format!("{}.{rest}", other.letter())), None);
            }
            assert_eq!(read(key, &token.replace("0194-7", "0194-8")), None);
            assert_eq!(read(key, &token[..token.len() - 1]), None);
        }
        assert_eq!(read(b"", &make(b"", For::Confirm, "1")), None);
        for text in ["", ".", "c", "c.1", "c.1.", "x.1.abc"] {
            assert_eq!(read(key, text), None, "{text}");
        }
    }
}
