//! The name of a blob.

/// A SHA-256 in lower-case hexadecimal. Only this type becomes a path, so
/// nothing else ever can.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha(String);

impl Sha {
    /// The name in `text`, if it is one: 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Sha> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (text.len() == 64 && text.bytes().all(digit)).then(|| Sha(text.to_owned()))
    }

    pub(crate) fn of(digest: &[u8]) -> Sha {
        use std::fmt::Write;
        Sha(digest.iter().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        }))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Sha {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
