//! Packs that are wrong are refused at file and line.

use super::*;

fn sample() -> Files {
    crate::practices::library::files()["web-page-update"].clone()
}

fn with(path: &str, from: &str, to: &str) -> Vec<Problem> {
    let mut files = sample();
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
    Pack::read("web-page-update", &files, None).expect_err("it is wrong")
}

#[test]
fn what_is_wrong_is_found_at_its_line() {
    let service = "services/web-page-update.toml";
    let process = "processes/web-page-update.toml";
    for (path, from, to) in [
        ("practice.toml", "version = \"1.0.0\"", "version = \"1.0\""),
        ("practice.toml", "group = \"web\"", "group = \"nowhere\""),
        ("practice.toml", "icon = \"globe\"", "icon = \"unicorn\""),
        ("practice.toml", "kept(delivery)", "kept(promises)"),
        (service, "shelf = \"Web\"", "shelve = \"Web\""),
        (service, "promise = \"web-changes\"", "promise = \"none\""),
        (service, "{ type = \"url\" }", "{ type = \"uri\" }"),
        (process, "role = \"writer\"", "role = \"poet\""),
        (process, "{ field = \"what\"", "{ field = \"whatever\""),
        ("promises/web-changes.toml", "\"2d\"", "\"2 days\""),
        (
            "playbooks/publish-a-change.toml",
            "role = \"writer\"",
            "role = \"poet\"",
        ),
        ("templates/change-in-one-mail.md", "# Change", "Change"),
        ("guide.md", "## Why it works", "# Why it works"),
    ] {
        let text = String::from_utf8(sample()[path].clone()).unwrap();
        let line = text[..text.find(from).unwrap()].lines().count().max(1);
        let problems = with(path, from, to);
        // A stage's condition is wrong where the form lacks the question.
        let found = problems
            .iter()
            .any(|p| p.file != path || (line..=line + 1).contains(&p.line));
        assert!(found, "{path}: {from} → {to}: {problems:#?}");
    }
}

#[test]
fn a_pack_needs_its_two_files_and_no_others() {
    let problems = Pack::read("empty", &Files::new(), None).unwrap_err();
    let files: Vec<&str> = problems.iter().map(|p| p.file.as_str()).collect();
    assert_eq!(files, ["guide.md", "practice.toml"]);
    for path in [
        "run.sh",
        "services/../x.toml",
        "services/A.toml",
        "services/a/b.toml",
        "../x",
        "",
    ] {
        let mut files = sample();
        files.insert(path.to_owned(), b"name = 1".to_vec());
        assert!(
            Pack::read("web-page-update", &files, None).is_err(),
            "{path}"
        );
    }
    assert!(Pack::read("../up", &sample(), None).is_err());
    let mut files = sample();
    files.insert("guide.md".into(), vec![b'a', b'\n', 0xff, 0xfe]);
    let problems = Pack::read("web-page-update", &files, None).unwrap_err();
    assert!(problems.iter().any(|p| p.file == "guide.md" && p.line == 2));
    files.insert("guide.md".into(), vec![b'a'; BYTES + 1]);
    assert!(Pack::read("web-page-update", &files, None).is_err());
}
