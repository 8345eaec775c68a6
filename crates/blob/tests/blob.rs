//! Blobs on a real disk and in a real bucket: the same is true of both.

mod bucket;

use bucket::Bucket;
use jiff::Timestamp;
use mil_blob::{BlobError, Blobs, Sha};

/// A store and what has to live as long as it.
struct Place {
    blobs: Blobs,
    dir: tempfile::TempDir,
    bucket: Option<Bucket>,
}

impl Place {
    fn disk() -> Place {
        let dir = tempfile::tempdir().unwrap();
        Place {
            blobs: Blobs::in_directory(dir.path().join("files")),
            dir,
            bucket: None,
        }
    }

    /// None if there is no server to have one on.
    fn bucket() -> Option<Place> {
        let Some(bucket) = Bucket::new() else {
            eprintln!("MIL_TEST_S3 is not set: skipped");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        Some(Place {
            blobs: Blobs::in_bucket(dir.path().join("files"), bucket.settings()).unwrap(),
            dir,
            bucket: Some(bucket),
        })
    }

    /// What lies beside the blobs, unfinished.
    fn beside(&self) -> usize {
        let dir = self.dir.path().join("files/partial");
        std::fs::read_dir(dir).map_or(0, Iterator::count)
    }
}

macro_rules! on_each_place {
    ($name:ident, |$place:ident| $body:block) => {
        mod $name {
            use super::*;
            async fn run($place: Place) $body
            #[tokio::test]
            async fn disk() { run(Place::disk()).await; }
            #[tokio::test]
            async fn bucket() { if let Some(place) = Place::bucket() { run(place).await; } }
        }
    };
}

// printf 'hello' | sha256sum
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

async fn read(blobs: &Blobs, sha: &Sha, from: u64, length: Option<u64>) -> Vec<u8> {
    let reader = blobs.open(sha, from, length).await.unwrap();
    reader.all().await.unwrap()
}

on_each_place!(bytes_come_back_whole_and_in_part, |place| {
    let blobs = &place.blobs;
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
        let got = read(blobs, &stored.sha, from, length).await;
        assert_eq!(got, expected.as_bytes());
    }
    // Large enough for several pieces.
    let big: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    let stored = blobs.put(&big).await.unwrap();
    assert_eq!(read(blobs, &stored.sha, 0, None).await, big);
    assert_eq!(
        read(blobs, &stored.sha, 70_000, Some(70_000)).await,
        big[70_000..140_000]
    );
});

on_each_place!(the_same_bytes_are_kept_once, |place| {
    let blobs = &place.blobs;
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
});

on_each_place!(too_much_or_unfinished_leaves_nothing, |place| {
    let blobs = &place.blobs;
    let mut writer = blobs.writer(4).await.unwrap();
    writer.write(b"1234").await.unwrap();
    assert!(matches!(
        writer.write(b"5").await,
        Err(BlobError::TooLarge(4))
    ));
    assert_eq!(place.beside(), 1);
    drop(writer);
    assert_eq!(place.beside(), 0);
    assert!(blobs.list().await.unwrap().is_empty());

    std::fs::write(
        place.dir.path().join("files/partial/0-0"),
        b"left by a crash",
    )
    .unwrap();
    assert_eq!(blobs.sweep_partial(Timestamp::MIN).await.unwrap(), 0);
    assert_eq!(blobs.sweep_partial(Timestamp::MAX).await.unwrap(), 1);
    assert_eq!(place.beside(), 0);
});

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

on_each_place!(a_blob_in_parts_goes_on_after_a_crash, |place| {
    let blobs = &place.blobs;
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
});

on_each_place!(a_blob_is_a_file_for_whoever_needs_one, |place| {
    let stored = place.blobs.put(b"hello").await.unwrap();
    let file = place.blobs.local(&stored.sha).await.unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), b"hello");
    drop(file);
    assert_eq!(place.beside(), 0, "what was fetched for it is gone");
    assert_eq!(place.blobs.size(&stored.sha).await.unwrap(), 5);
    let none = Sha::parse(&"0".repeat(64)).unwrap();
    assert!(matches!(
        place.blobs.local(&none).await,
        Err(BlobError::Missing)
    ));
    assert!(matches!(
        place.blobs.size(&none).await,
        Err(BlobError::Missing)
    ));
    assert_eq!(place.beside(), 0);
});

on_each_place!(only_what_is_old_is_removed, |place| {
    let stored = place.blobs.put(b"hello").await.unwrap();
    let blobs = &place.blobs;
    assert!(
        !blobs
            .remove_older(&stored.sha, Timestamp::MIN)
            .await
            .unwrap()
    );
    assert_eq!(blobs.list().await.unwrap().len(), 1);
    assert!(
        blobs
            .remove_older(&stored.sha, Timestamp::MAX)
            .await
            .unwrap()
    );
    assert!(blobs.list().await.unwrap().is_empty());
});

on_each_place!(many_at_once_are_all_there, |place| {
    let blobs = &place.blobs;
    let all: Vec<Vec<u8>> = (0..40_u32)
        .map(|n| n.to_be_bytes().repeat(3_000 * (n as usize + 1)))
        .collect();
    let tasks: Vec<_> = all
        .iter()
        .map(|bytes| {
            let (blobs, bytes) = (blobs.clone(), bytes.clone());
            tokio::spawn(async move { blobs.put(&bytes).await.unwrap() })
        })
        .collect();
    for (task, bytes) in tasks.into_iter().zip(&all) {
        let stored = task.await.unwrap();
        assert_eq!(&read(blobs, &stored.sha, 0, None).await, bytes);
    }
    assert_eq!(blobs.list().await.unwrap().len(), 40);
});

/// A blob that has more than one part in a bucket.
#[tokio::test]
async fn a_large_blob_travels_in_parts() {
    let Some(place) = Place::bucket() else { return };
    let big: Vec<u8> = (0..13_000_001_u32).map(|n| (n % 253) as u8).collect();
    let stored = place.blobs.put(&big).await.unwrap();
    assert_eq!(place.blobs.size(&stored.sha).await.unwrap(), 13_000_001);
    assert!(read(&place.blobs, &stored.sha, 0, None).await == big);
    let middle = read(&place.blobs, &stored.sha, 5_242_870, Some(20)).await;
    assert_eq!(middle, big[5_242_870..5_242_890]);
    assert_eq!(place.beside(), 0);
    assert_eq!(place.blobs.list().await.unwrap().len(), 1);
}

/// Names of others in the same bucket are neither listed nor swept.
#[tokio::test]
async fn what_belongs_to_others_stays() {
    let Some(place) = Place::bucket() else { return };
    let bucket = place.bucket.as_ref().unwrap();
    std::fs::write(bucket.dir.join("readme.txt"), b"theirs").unwrap();
    std::fs::create_dir_all(bucket.dir.join("other")).unwrap();
    std::fs::write(bucket.dir.join("other").join(HELLO), b"theirs").unwrap();
    place.blobs.put(b"hello").await.unwrap();
    let all = place.blobs.list().await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].sha.as_str(), HELLO);
    place.blobs.sweep_partial(Timestamp::MAX).await.unwrap();
    assert!(bucket.dir.join("other").join(HELLO).exists());
    // It lies there under its name, readable by whoever has the bucket's keys.
    let kept = std::fs::read(bucket.dir.join("blobs").join(HELLO)).unwrap();
    assert_eq!(kept, b"hello");
}

#[tokio::test]
async fn a_bucket_that_does_not_open_says_why_and_not_more() {
    let Some(place) = Place::bucket() else { return };
    place.blobs.check().await.unwrap();
    let bucket = place.bucket.as_ref().unwrap();
    let try_with = async |change: &dyn Fn(&mut mil_blob::s3::Settings)| {
        let mut settings = bucket.settings();
        change(&mut settings);
        let blobs = Blobs::in_bucket(place.dir.path(), settings).unwrap();
        let told = blobs.check().await.unwrap_err().to_string();
        // This server makes a bucket that is not there when it is written to.
        if told.contains("403") {
            assert!(matches!(blobs.put(b"x").await, Err(BlobError::Io(_))));
        }
        told
    };
    let wrong = try_with(&|s| s.keys.secret = "guessed".to_owned()).await;
    assert!(wrong.contains("403 SignatureDoesNotMatch"), "{wrong}");
    let unknown = try_with(&|s| s.keys.id = "nobody".to_owned()).await;
    assert!(unknown.contains("403"), "{unknown}");
    for text in [&wrong, &unknown] {
        assert!(
            !text.contains("guessed") && !text.contains(bucket::SECRET),
            "{text}"
        );
    }
    let gone = try_with(&|s| s.url = s.url.replace("/blob-", "/none-")).await;
    assert!(gone.contains("404"), "{gone}");
    assert!(!format!("{:?}", bucket.settings()).contains(bucket::SECRET));
    for url in [
        "ftp://host/b",
        "https://u:p@host/b",
        "https://host/b?x=1",
        "https://host/ü",
        "nothing",
    ] {
        let settings = mil_blob::s3::Settings {
            url: url.to_owned(),
            ..bucket.settings()
        };
        assert!(
            Blobs::in_bucket(place.dir.path(), settings).is_err(),
            "{url}"
        );
    }
    for prefix in ["/a", "a//b", "../a", "a b"] {
        let settings = mil_blob::s3::Settings {
            prefix: prefix.to_owned(),
            ..bucket.settings()
        };
        assert!(
            Blobs::in_bucket(place.dir.path(), settings).is_err(),
            "{prefix}"
        );
    }
}
