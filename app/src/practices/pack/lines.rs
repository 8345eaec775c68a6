//! Which line of a TOML file a path such as `stages[2].share` stands on.

use toml::de::{DeTable, DeValue};

/// The line of a byte of `text`, counted from 1.
pub fn line_at(text: &str, byte: usize) -> usize {
    let upto = &text.as_bytes()[..byte.min(text.len())];
    upto.iter().filter(|b| **b == b'\n').count() + 1
}

/// The line of the value at `path`, or of the nearest thing around it.
pub fn line_of(text: &str, path: &str) -> usize {
    let Ok(root) = DeTable::parse(text) else {
        return 1;
    };
    let mut at = 0;
    let mut table = Some(root.get_ref());
    let mut value: Option<&DeValue<'_>> = None;
    for part in path.split(['.', '[']).filter(|part| !part.is_empty()) {
        let next = match part.strip_suffix(']') {
            Some(index) => {
                let index = index.parse::<usize>().ok();
                let array = value.and_then(DeValue::as_array);
                index.zip(array).and_then(|(i, array)| array.get(i))
            }
            None => {
                let inner = value.and_then(DeValue::as_table).or(table);
                inner.and_then(|inner| inner.get(part))
            }
        };
        table = None;
        let Some(next) = next else { break };
        at = next.span().start;
        value = Some(next.get_ref());
    }
    line_at(text, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_line() {
        let text = "name = \"A\"\n\n[[stages]]\nkey = \"a\"\n\n[[stages]]\nkey = \"b\"\nlist = [\n  { x = 1 },\n  { x = 2 },\n]\n[targets.normal]\nresponse = \"1h\"\n";
        for (path, line) in [
            ("name", 1),
            ("stages[0].key", 4),
            ("stages[1].key", 7),
            ("stages[1].list[1].x", 10),
            ("stages[1].nothing", 6),
            ("targets.normal.response", 13),
            ("unknown", 1),
            ("stages[9].key", 3),
        ] {
            assert_eq!(line_of(text, path), line, "{path}");
        }
        assert_eq!(line_of("not toml at all [", "a"), 1);
    }
}
