//! The command line, run as a program on a directory of its own.

use std::process::{Command, Output};

fn mil(dir: &std::path::Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mil"));
    command.env_clear().args(args).arg("--data-dir").arg(dir);
    command.output().expect("mil runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("mil writes UTF-8")
}

/// What stands on standard output when it went well.
fn said(dir: &std::path::Path, args: &[&str]) -> String {
    let output = mil(dir, args);
    assert!(
        output.status.success(),
        "{args:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// What it says when it refuses.
fn refused(dir: &std::path::Path, args: &[&str]) -> String {
    let output = mil(dir, args);
    assert!(!output.status.success(), "{args:?} should be refused");
    assert!(
        output.stdout.is_empty(),
        "nothing but words on the error line"
    );
    text(&output.stderr)
}

#[test]
fn accounts_are_kept_from_the_shell() {
    let place = tempfile::tempdir().expect("a directory");
    let dir = place.path();
    assert!(refused(dir, &["user", "list"]).contains("no installation"));
    let ada = ["--email", "ada@example.org"];
    let role = ["--role", "administrator"];
    let made = said(
        dir,
        &[&["user", "create", "--name", "Ada"], &ada[..], &role[..]].concat(),
    );
    assert_eq!(made.trim().len(), 20, "the password alone: {made}");

    // An invitation is a link, alone on its line.
    let jo = ["--email", "jo@example.org"];
    let link = said(
        dir,
        &[&["user", "invite", "--name", "Jo"], &jo[..]].concat(),
    );
    assert!(
        link.starts_with("http") && link.contains("/link/"),
        "{link}"
    );
    assert_eq!(link.lines().count(), 1);
    let twice = refused(
        dir,
        &[&["user", "invite", "--name", "Jo"], &jo[..]].concat(),
    );
    assert!(twice.contains("email"), "{twice}");
    let nowhere = [
        "user",
        "invite",
        "--name",
        "Al",
        "--email",
        "al@example.org",
        "--department",
        "Nowhere",
    ];
    assert!(refused(dir, &nowhere).contains("no department Nowhere"));
    let reset = said(dir, &[&["user", "reset"], &jo[..]].concat());
    assert_ne!(reset, link, "the earlier link is dead");

    said(dir, &[&["user", "disable"], &jo[..]].concat());
    assert!(refused(dir, &[&["user", "reset"], &jo[..]].concat()).contains("disabled"));
    assert!(said(dir, &["user", "list"]).contains("jo@example.org\trequester\tdisabled\tJo"));
    said(dir, &[&["user", "enable"], &jo[..]].concat());
    said(
        dir,
        &[&["user", "role", "--role", "lead"], &jo[..]].concat(),
    );
    assert!(said(dir, &["user", "list"]).contains("jo@example.org\tlead\tactive\tJo"));

    // Nobody locks everybody out.
    let last = refused(dir, &[&["user", "disable"], &ada[..]].concat());
    assert!(last.contains("last administrator"), "{last}");
    assert!(
        refused(dir, &["user", "enable", "--email", "no@example.org"]).contains("mil user list")
    );
}

#[test]
fn practices_are_written_and_checked_from_the_shell() {
    let place = tempfile::tempdir().expect("a directory");
    let folder = place.path().join("photo-walk");
    let folder = folder.to_str().expect("a path in UTF-8");
    said(
        place.path(),
        &["practice", "new", folder, "--name", "Photo walk"],
    );
    said(place.path(), &["practice", "check", folder]);
    assert!(
        refused(
            place.path(),
            &["practice", "new", folder, "--name", "Again"]
        )
        .contains("already")
    );
    let file = place.path().join("photo-walk/services/photo-walk.toml");
    let text = std::fs::read_to_string(&file).expect("it was written");
    std::fs::write(&file, text.replace("shelf", "shelve")).expect("it can be written");
    let output = mil(place.path(), &["practice", "check", folder]);
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(
        words.contains("services/photo-walk.toml:2: unknown field `shelve`"),
        "{words}"
    );
    assert!(said(place.path(), &["practice", "list"]).contains("web-page-update\t"));
}
