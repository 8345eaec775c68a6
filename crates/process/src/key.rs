//! Keys: the short names by which JSON, HTML forms and rules refer to things.

use crate::{Msg, Problem};

/// Longest key, in characters.
const MAX: usize = 40;

/// Whether `key` is a lower-case letter followed by lower-case letters, digits,
/// `-` or `_`, at most 40 in all. Such a key needs no escaping in HTML, URLs or
/// JSON, and no two keys differ by case alone.
pub fn is_key(key: &str) -> bool {
    key.len() <= MAX
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

/// Notes a problem unless `key` is a key.
pub fn check_key(key: &str, path: &str, problems: &mut Vec<Problem>) {
    if !is_key(key) {
        problems.push(Problem::new(
            path,
            Msg::new("“{key}” cannot be a key. Start with a lower-case letter and use letters, digits, - and _, at most {max}.")
                .arg("key", shorten(key))
                .arg("max", MAX),
        ));
    }
}

/// Notes a problem unless `text` has between 1 and `max` characters.
pub(crate) fn check_name(text: &str, max: usize, path: &str, problems: &mut Vec<Problem>) {
    if text.trim().is_empty() {
        problems.push(Problem::new(
            path,
            Msg::new("The name is empty. Give it one."),
        ));
    } else if text.chars().count() > max {
        problems.push(Problem::new(
            path,
            Msg::new("The name has {count} characters. Shorten it to {max} or fewer.")
                .arg("count", text.chars().count())
                .arg("max", max),
        ));
    }
}

/// At most 60 characters of `text`, so that a message stays a message.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
