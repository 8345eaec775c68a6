//! An installation whose files lie in a bucket. What a bucket does is tested in
//! `crates/blob`; here, that nothing of the product reads the disk past it.

use std::path::PathBuf;

use axum::http::header;
use mil::assets::render::job;
use mil::config::{S3, Secret};
use serde_json::json;

use crate::asset_files::{png, zip};
use crate::asset_help::{begin, detail, id, put, send};
use crate::harness::TestApp;
use crate::on_each_database;

/// A bucket on the server of MIL_TEST_S3, and its directory; see
/// `crates/blob/tests/bucket`.
fn bucket() -> Option<(S3, PathBuf)> {
    let server = std::env::var("MIL_TEST_S3").ok()?;
    let root = std::env::var("MIL_TEST_S3_DIR").ok()?;
    let name = format!("it-{}", mil::random::new_id(jiff::Timestamp::UNIX_EPOCH));
    let path = PathBuf::from(root).join(&name);
    std::fs::create_dir(&path).unwrap();
    Some((
        S3 {
            url: format!("{server}/{name}"),
            prefix: "blobs/".to_owned(),
            region: "us-east-1".to_owned(),
            key_id: "mil".to_owned(),
            secret: Secret("a key that nobody guesses".to_owned()),
        },
        path,
    ))
}

/// The files below a directory.
fn files(dir: &std::path::Path) -> usize {
    let Ok(all) = std::fs::read_dir(dir) else {
        return 0;
    };
    all.map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

on_each_database!(the_library_works_from_a_bucket, |app| {
    let Some((s3, dir)) = bucket() else {
        eprintln!("MIL_TEST_S3 is not set: skipped");
        return;
    };
    let app: TestApp = app.in_bucket(s3).await;
    app.app.blobs.check().await.unwrap();
    // Uploaded, prepared, taken.
    let picture = png(200, 100);
    let made = put(&app, "Sign.png", &picture, json!({})).await;
    let seen = detail(&app, "maren", id(&made)).await;
    assert!(seen["offers"].as_array().unwrap().len() >= 3, "{seen}");
    let ticket = app
        .as_("priya")
        .post(
            &format!("/api/v1/assets/{}/downloads", id(&made)),
            &json!({ "preset": "original" }),
        )
        .await
        .expect(201)
        .json();
    let href = ticket["href"].as_str().unwrap();
    let whole = app.as_("priya").get(href).await.expect(200);
    assert_eq!(whole.bytes, picture);
    // No address of the bucket and nothing signed ever leaves.
    let told = format!("{:?}{seen}{ticket}", whole.headers).to_lowercase();
    for never in ["amz", "signature", "credential", "blobs/"] {
        assert!(!told.contains(never), "{never}");
    }
    // A part of it, as a browser asks that goes on with a download.
    let part = app
        .as_("priya")
        .send(
            axum::http::Request::get(href).header(header::RANGE, "bytes=10-19"),
            axum::body::Body::empty(),
        )
        .await
        .expect(206);
    assert_eq!(part.bytes, &picture[10..20]);
    // Out as a ZIP and in as one.
    let packed = app
        .as_("priya")
        .post("/api/v1/assets/zip", &json!({ "ids": [id(&made)] }))
        .await
        .expect(200);
    assert!(
        packed
            .bytes
            .windows(picture.len())
            .any(|part| part == picture)
    );
    let bytes = zip(&[("one.png", &png(31, 20)), ("two.png", &png(32, 20))]);
    let place = begin(&app.as_("priya"), "all.zip", bytes.len()).await;
    send(&app.as_("priya"), &place, 0, &bytes).await.expect(204);
    let upload = place.rsplit('/').next().unwrap();
    let became = app
        .as_("priya")
        .post("/api/v1/assets/unzip", &json!({ "upload": upload }))
        .await
        .expect(201)
        .json();
    assert_eq!(became["made"].as_array().unwrap().len(), 2);
    job::run_due(&app.app, app.now()).await.unwrap();
    // All of it is in the bucket, and nothing stays beside it.
    assert!(files(&dir.join("blobs")) > 10);
    assert_eq!(files(&app.app.config.data_dir.join("files")), 0);
    // What nobody names any more goes in the end.
    let orphan = app.app.blobs.put(b"nobody names this").await.unwrap();
    let before = app.app.blobs.list().await.unwrap().len();
    app.app.clock.set("2126-01-01T00:00:00Z".parse().unwrap());
    let swept = mil::files::sweep::run(&app.app, app.now()).await.unwrap();
    assert_eq!(swept.blobs, 2, "the orphan and the ZIP");
    assert!(app.app.blobs.size(&orphan.sha).await.is_err());
    assert_eq!(app.app.blobs.list().await.unwrap().len(), before - 2);
    std::fs::remove_dir_all(&dir).unwrap();
});
