//! Blobs on a real disk.

use jiff::Timestamp;
use mil_blob::{BlobError, Blobs, Sha};

// printf 'hello' | sha256sum
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

async fn read(blobs: &Blobs, sha: &Sha, from: u64, length: Option<u64>) -> Vec<u8> {
    let reader = blobs.open(sha, from, length).await.unwrap();
    reader.all().await.unwrap()
}

#[tokio::test]
async fn bytes_come_back_whole_and_in_part() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_directory(dir.path().join("files"));
    let stored = blobs.put(b"hello").await.unwrap();
    assert_eq!(stored.sha.as_str(), HELLO);
    assert_eq!(blobs.size(&stored.sha).await.unwrap(), 5);
    for (from, length, expected) in [
        (0, None, "hello"),
        (1, Some(3), "ell"),
        (3, Some(99), "lo"),
        (5, None, ""),
        (9, Some(1), ""),
    ] {
        let got = read(&blobs, &stored.sha, from, length).await;
        assert_eq!(got, expected.as_bytes());
    }
    // Large enough for several pieces.
    let big: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    let stored = blobs.put(&big).await.unwrap();
    assert_eq!(read(&blobs, &stored.sha, 0, None).await, big);
    assert_eq!(
        read(&blobs, &stored.sha, 70_000, Some(70_000)).await,
        big[70_000..140_000]
    );
}

#[tokio::test]
async fn the_same_bytes_are_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_directory(dir.path());
    assert!(blobs.list().await.unwrap().is_empty());
    blobs.put(b"hello").await.unwrap();
    blobs.put(b"hello").await.unwrap();
    blobs.put(b"").await.unwrap();
    let mut names: Vec<Sha> = blobs
        .list()
        .await
        .unwrap()
        .into_iter()
        .map(|b| b.sha)
        .collect();
    names.sort();
    assert_eq!(names.len(), 2);
    assert_eq!(names[0].as_str(), HELLO);
    blobs.remove(&names[0]).await.unwrap();
    blobs.remove(&names[0]).await.unwrap();
    assert!(matches!(
        blobs.open(&names[0], 0, None).await,
        Err(BlobError::Missing)
    ));
}

#[tokio::test]
async fn too_much_or_unfinished_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_directory(dir.path());
    let partial = || {
        std::fs::read_dir(dir.path().join("partial"))
            .unwrap()
            .count()
    };
    let mut writer = blobs.writer(4).await.unwrap();
    writer.write(b"1234").await.unwrap();
    assert!(matches!(
        writer.write(b"5").await,
        Err(BlobError::TooLarge(4))
    ));
    assert_eq!(partial(), 1);
    drop(writer);
    assert_eq!(partial(), 0);
    assert!(blobs.list().await.unwrap().is_empty());

    std::fs::write(dir.path().join("partial/0-0"), b"left by a crash").unwrap();
    assert_eq!(blobs.sweep_partial(Timestamp::MIN).await.unwrap(), 0);
    assert_eq!(blobs.sweep_partial(Timestamp::MAX).await.unwrap(), 1);
    assert_eq!(partial(), 0);
}

#[test]
fn only_hashes_are_names() {
    assert!(Sha::parse(HELLO).is_some());
    for wrong in [
        "",
        "../../etc/passwd",
        &HELLO[1..],
        &HELLO.to_uppercase(),
        &format!("{HELLO}0"),
        &format!("{}/", &HELLO[1..]),
        &"é".repeat(32),
    ] {
        assert_eq!(Sha::parse(wrong), None, "{wrong}");
    }
}

#[tokio::test]
async fn a_blob_in_parts_goes_on_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_directory(dir.path());
    let whole: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let mut known = mil_blob::Checkpoint::default();
    let mut at = 0;
    while at < whole.len() {
        let mut part = blobs.resume("up-1", &known, 300_000).await.unwrap();
        assert_eq!(part.size(), at as u64);
        let to = (at + 77_777).min(whole.len());
        part.write(&whole[at..to]).await.unwrap();
        known = part.checkpoint().await.unwrap();
        at = to;
        // Written, not flushed, and lost: the next one begins at the checkpoint.
        if at < whole.len() {
            part.write(b"lost").await.unwrap();
        }
    }
    assert_eq!(blobs.resumable().await.unwrap(), ["up-1"]);
    let mut part = blobs.resume("up-1", &known, 300_000).await.unwrap();
    assert!(part.write(b"x").await.is_err(), "beyond the limit");
    let stored = part.finish().await.unwrap();
    assert_eq!(stored, blobs.put(&whole).await.unwrap());
    assert!(blobs.resumable().await.unwrap().is_empty());
    // Nothing outside of the store, and no checkpoint of bytes that are not there.
    for id in ["", "../x", "a/b", "."] {
        assert!(blobs.resume(id, &Default::default(), 1).await.is_err());
    }
    assert!(blobs.resume("up-1", &known, 300_000).await.is_err());
}
