//! Front matter: `key: value` lines between `---`, on top of a file. A subset of
//! YAML that needs no parser: texts, and lists as `[a, b]` or `- a` lines.

use std::collections::BTreeMap;

/// Keys with their values, and the text below them. Without front matter there
/// are no keys.
pub fn split(text: &str) -> (BTreeMap<String, Vec<String>>, &str) {
    let text = text.trim_start_matches('\u{feff}');
    let none = || (BTreeMap::new(), text);
    let Some(rest) = text
        .strip_prefix("---\n")
        .or_else(|| text.strip_prefix("---\r\n"))
    else {
        return none();
    };
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut at, mut last) = (0, String::new());
    for line in rest.split_inclusive('\n') {
        at += line.len();
        let line = line.trim_end();
        if line == "---" {
            return (keys, rest[at..].trim_start_matches(['\n', '\r']));
        }
        if let Some(item) = line.trim_start().strip_prefix("- ") {
            if let Some(list) = keys.get_mut(&last) {
                list.push(plain(item));
            }
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        last = key.trim().to_lowercase();
        let value = value.trim();
        let values = match value.strip_prefix('[').and_then(|v| v.strip_suffix(']')) {
            Some(list) => list
                .split(',')
                .map(plain)
                .filter(|v| !v.is_empty())
                .collect(),
            None if value.is_empty() => Vec::new(),
            None => vec![plain(value)],
        };
        keys.insert(last.clone(), values);
    }
    // It never ends: it is a line across the page, not front matter.
    none()
}

fn plain(text: &str) -> String {
    let text = text.trim();
    for mark in ['"', '\''] {
        if text.len() >= 2 && text.starts_with(mark) && text.ends_with(mark) {
            return text[1..text.len() - 1].replace("\\\"", "\"");
        }
    }
    text.to_owned()
}

/// A value that [`split`] reads again.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\n', " ").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read() {
        let (keys, body) =
            split("---\ntitle: \"A: b\"\ntags: [x, 'y']\nlist:\n- one\n- two\n---\n\n# Hi\n");
        assert_eq!(keys["title"], ["A: b"]);
        assert_eq!(keys["tags"], ["x", "y"]);
        assert_eq!(keys["list"], ["one", "two"]);
        assert_eq!(body, "# Hi\n");
        assert_eq!(split("---\nno end"), (BTreeMap::new(), "---\nno end"));
        assert_eq!(split("text"), (BTreeMap::new(), "text"));
        let said = format!("---\ntitle: {}\n---\nx", quoted("He said \"no\""));
        assert_eq!(split(&said).0["title"], ["He said \"no\""]);
    }
}
