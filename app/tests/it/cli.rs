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

#[test]
fn a_practice_goes_its_way_by_the_command_line() {
    let place = tempfile::tempdir().expect("a directory");
    let dir = place.path().join("data");
    let dir = dir.as_path();
    std::fs::create_dir(dir).expect("a directory");
    let ada = [
        "--name",
        "Ada",
        "--email",
        "ada@example.org",
        "--role",
        "administrator",
    ];
    said(dir, &[&["user", "create"], &ada[..]].concat());
    // Nothing to fulfil with yet: it says so, and nothing is half there.
    let none = refused_with_output(dir, &["practice", "adopt", "web-page-update"]);
    assert!(
        none.contains("roles.") && none.contains("calendar_id"),
        "{none}"
    );

    let with = tempfile::tempdir().expect("a directory");
    let dir = with.path();
    start(dir);
    let plan = said(dir, &["practice", "adopt", "web-page-update", "--preview"]);
    assert!(
        plan.contains("service\t") && plan.contains("role\t"),
        "{plan}"
    );
    said(
        dir,
        &[
            "practice",
            "adopt",
            "web-page-update",
            "--role",
            "writer=marketing",
        ],
    );
    assert!(
        refused_with_output(dir, &["practice", "adopt", "web-page-update"]).contains("already")
    );
    assert!(refused(dir, &["practice", "upgrade", "web-page-update"]).contains("newer"));

    // A newer pack, made from what runs here.
    let pack = with.path().join("pack.zip");
    let pack = pack.to_str().expect("UTF-8");
    said(dir, &["practice", "export", "web-page-update", pack]);
    let folder = with.path().join("web-page-update");
    let library =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../library/web-page-update");
    copy(&library, &folder);
    let meta = folder.join("practice.toml");
    let text = std::fs::read_to_string(&meta).expect("it is there");
    let at = text.find("version = ").expect("a version");
    let end = at + text[at..].find('\n').expect("a line");
    std::fs::write(
        &meta,
        format!("{}version = \"7.0.0\"{}", &text[..at], &text[end..]),
    )
    .expect("written");
    let promise = folder.join("promises/web-changes.toml");
    let text = std::fs::read_to_string(&promise).expect("it is there");
    std::fs::write(
        &promise,
        text.replace("delivery = \"2d\"", "delivery = \"3d\""),
    )
    .expect("written");
    let folder = folder.to_str().expect("UTF-8");
    said(dir, &["practice", "pack", folder, pack]);
    assert_eq!(
        said(dir, &["practice", "import", pack]),
        "web-page-update\t7.0.0\n"
    );
    let seen = said(
        dir,
        &["practice", "upgrade", "web-page-update", "--preview"],
    );
    assert_eq!(
        seen,
        "theirs\tpromises/web-changes/targets/normal/delivery_minutes\n"
    );
    said(dir, &["practice", "upgrade", "web-page-update"]);
    said(dir, &["practice", "leave", "web-page-update"]);
    assert!(refused(dir, &["practice", "export", "web-page-update", pack]).contains("not adopted"));
    std::fs::write(pack, "no pack").expect("written");
    assert!(refused(dir, &["practice", "import", pack]).contains("ZIP"));
}

/// What it says when it refuses after it said something.
fn refused_with_output(dir: &std::path::Path, args: &[&str]) -> String {
    let output = mil(dir, args);
    assert!(!output.status.success(), "{args:?} should be refused");
    text(&output.stderr)
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("copied");
        }
    }
}

/// An installation with the starter's team and calendar.
fn start(dir: &std::path::Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let config = crate::harness::config(dir);
        let app = mil::cli::serve::open(config).await.expect("opens");
        let mut tx = app.db.begin().await.expect("begins");
        mil::starter::install(&mut tx, app.now(), "Europe/Berlin")
            .await
            .expect("installed");
        tx.commit().await.expect("committed");
    });
}
