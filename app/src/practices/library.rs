//! The library that comes with MIL, embedded in the program.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::pack::{Files, Pack};

#[allow(missing_docs)]
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/library.rs"));
}

/// The files of every practice, by its key.
pub fn files() -> BTreeMap<&'static str, Files> {
    let mut all: BTreeMap<&str, Files> = BTreeMap::new();
    for (path, bytes) in embedded::FILES {
        if let Some((key, path)) = path.split_once('/') {
            let files = all.entry(key).or_default();
            files.insert(path.to_owned(), bytes.to_vec());
        }
    }
    all
}

static PACKS: LazyLock<BTreeMap<String, Pack>> = LazyLock::new(|| {
    let all = files();
    all.iter()
        .filter_map(|(key, files)| Some(((*key).to_owned(), Pack::read(key, files, None).ok()?)))
        .collect()
});

/// Every practice of the library, by its key. A test sees to it that all are sound.
pub fn packs() -> &'static BTreeMap<String, Pack> {
    &PACKS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practices::pack::{Pack, Problem};

    #[test]
    fn every_practice_is_sound_and_survives_writing() {
        let all = files();
        let mut problems = Vec::new();
        for (key, files) in &all {
            let known = |other: &str| all.contains_key(other);
            match Pack::read(key, files, Some(&known)) {
                Ok(pack) => {
                    let words = pack.guide.split_whitespace().count();
                    assert!((400..=1200).contains(&words), "{key}: {words} words");
                    assert!(!pack.services.is_empty(), "{key} offers nothing");
                    assert!(pack.meta.kpis.len() >= 3, "{key} is not measured");
                    let again = Pack::read(key, &pack.files(), None);
                    assert_eq!(again.as_ref(), Ok(&pack), "{key}");
                }
                Err(found) => problems.extend(found.into_iter().map(|p| Problem {
                    file: format!("library/{key}/{}", p.file),
                    ..p
                })),
            }
        }
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{}", lines.join("\n"));
        assert!(all.len() >= 30, "{} practices", all.len());
        let mut services = BTreeMap::new();
        for (key, pack) in packs() {
            for service in pack.services.keys() {
                let other = services.insert(service, key);
                assert!(other.is_none(), "{key} and {other:?} both have {service}");
            }
        }
    }
}
