//! The rules of the house that a compiler does not know: see ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mil::schema::MIGRATIONS;

/// The most lines of a file; a longer one is two things.
const LONGEST: usize = 500;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[
    (
        "app/tests/it/admin_services.rs",
        "one story of a service from draft to retirement",
    ),
    (
        "app/tests/it/matrix_fixtures.rs",
        "what stands for each place in a path, in one list",
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("app/ lies in the repository")
        .to_owned()
}

/// Every file below `dir` with one of the endings, by its path from the root.
fn files(dir: &str, endings: &[&str]) -> Vec<(String, String)> {
    let root = root();
    let mut left = vec![root.join(dir)];
    let mut found = Vec::new();
    while let Some(dir) = left.pop() {
        let Ok(entries) = fs::read_dir(&dir) else {
            continue;
        };
        for path in entries.flatten().map(|e| e.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !matches!(&*name, "target" | "node_modules" | "out") {
                    left.push(path);
                }
            } else if endings.iter().any(|e| name.ends_with(e)) {
                let text = fs::read_to_string(&path).expect("source is UTF-8");
                let path = path.strip_prefix(&root).expect("below the root");
                found.push((path.to_string_lossy().into_owned(), text));
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<(String, String)> {
    ["app", "crates", "e2e", "scripts", "web"]
        .iter()
        .flat_map(|dir| files(dir, &[".rs", ".mjs", ".js", ".css"]))
        .collect()
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let sources = sources();
    let long: Vec<String> = sources
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(path, lines)| *lines > LONGEST && !LONGER.iter().any(|(p, _)| p == path))
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(
        long.is_empty(),
        "split these, or say in LONGER why not: {long:#?}"
    );
    for (path, why) in LONGER {
        let lines = sources
            .iter()
            .find(|(p, _)| p == path)
            .map(|(_, t)| t.lines().count());
        assert!(
            lines.is_some_and(|n| n > LONGEST),
            "{path} is an exception no more ({why})"
        );
    }
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<String> = files("app/src", &[".rs"])
        .into_iter()
        .chain(files("crates", &["lib.rs", "mod.rs"]))
        .filter(|(path, _)| !path.contains("/tests/"))
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert!(
        silent.is_empty(),
        "begin these with a //! comment: {silent:#?}"
    );
}

#[test]
fn leaf_crates_know_no_feature() {
    for (path, text) in files("crates", &["Cargo.toml"]) {
        let depends_on_app = text.lines().any(|line| {
            line.starts_with("mil ") || line.starts_with("mil=") || line.contains("../../app")
        });
        assert!(!depends_on_app, "{path} must not depend on the application");
        let leans: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("mil-"))
            .collect();
        assert!(leans.is_empty(), "{path} is a leaf, but names {leans:?}");
    }
    // The pure crates stay pure.
    for name in ["process", "sla"] {
        let path = root().join("crates").join(name).join("Cargo.toml");
        let text = fs::read_to_string(path).expect("the crate is there");
        for word in ["tokio", "sqlx", "axum", "rand"] {
            let names_it = text.lines().any(|line| line.starts_with(word));
            assert!(
                !names_it,
                "crates/{name} does no I/O, so it needs no {word}"
            );
        }
    }
}

#[test]
fn every_migration_is_listed_and_in_order() {
    let on_disk: BTreeSet<String> = files("migrations", &[".sql"])
        .into_iter()
        .map(|(path, _)| path.replace("migrations/", ""))
        .collect();
    let listed: Vec<&str> = MIGRATIONS.iter().map(|m| m.name).collect();
    assert!(
        listed.is_sorted(),
        "the list in app/src/schema.rs is out of order"
    );
    for name in &on_disk {
        assert!(
            listed.contains(&name.as_str()),
            "migrations/{name} is not in app/src/schema.rs"
        );
    }
}

#[test]
fn lists_are_never_searched_by_scanning() {
    for (path, text) in files("app/src", &[".rs"]) {
        let scans = text.contains("LIKE '%") || text.contains("OFFSET $");
        assert!(
            !scans,
            "{path}: a LIKE with a leading % or an OFFSET reads the whole table; use search and keyset pages"
        );
    }
}
