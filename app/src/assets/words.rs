//! The words by which an asset is found (pure): folded, and those that are not
//! plain letters and digits spelled out, so that both databases sort them alike.

use crate::portal::find::fold;

/// The most words kept of one asset.
const MOST: usize = 200;

/// The words of some text, each once.
pub fn of(text: &str) -> Vec<String> {
    let mut words: Vec<String> = fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(plain)
        .collect();
    words.sort();
    words.dedup();
    words.truncate(MOST);
    words
}

fn plain(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars().take(40) {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else {
            out.push_str(&format!("u{:x}", u32::from(c)));
        }
    }
    out
}

/// The first word behind all that begin with `word`; none when there is none.
pub fn behind(word: &str) -> Option<String> {
    let mut bytes = word.as_bytes().to_vec();
    while let Some(last) = bytes.pop() {
        let next = match last {
            b'9' => Some(b'a'),
            b'z' => None,
            other => Some(other + 1),
        };
        if let Some(next) = next {
            bytes.push(next);
            return String::from_utf8(bytes).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_plain() {
        assert_eq!(of("Größe: Logo, logo (weiß)"), ["grosse", "logo", "weiss"]);
        assert_eq!(of("Θ"), ["u3b8"]);
        assert_eq!(behind("logo").as_deref(), Some("logp"));
        assert_eq!(behind("a9").as_deref(), Some("aa"));
        assert_eq!(behind("az").as_deref(), Some("b"));
        assert_eq!(behind("zz"), None);
    }

    proptest! {
        #[test]
        fn what_begins_with_a_word_lies_before_the_next(word in "[a-z0-9]{1,6}", rest in "[a-z0-9]{0,6}", other in "[a-z0-9]{1,8}") {
            let inside = |w: &str| *w >= *word && behind(&word).is_none_or(|end| *w < *end);
            let longer = format!("{}{}", word, rest);
            prop_assert!(inside(&longer));
            prop_assert_eq!(inside(&other), other.starts_with(&word));
        }
    }
}
