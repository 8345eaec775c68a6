//! A bucket on the S3 server that the tests are given: MIL_TEST_S3 is its address,
//! MIL_TEST_S3_DIR the directory in which it keeps a folder for each bucket, and
//! the key is `mil` with [`SECRET`]. `./test` starts one that checks signatures.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use mil_blob::s3::{Keys, Settings};

pub const SECRET: &str = "a key that nobody guesses";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A bucket of one test.
pub struct Bucket {
    pub dir: PathBuf,
    url: String,
}

#[allow(
    clippy::disallowed_methods,
    reason = "the server compares it with its own clock"
)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

impl Bucket {
    /// None if there is no server.
    pub fn new() -> Option<Bucket> {
        let (server, root) = (
            std::env::var("MIL_TEST_S3").ok()?,
            std::env::var("MIL_TEST_S3_DIR").ok()?,
        );
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("blob-{}-{n}", std::process::id());
        let dir = PathBuf::from(root).join(&name);
        std::fs::create_dir(&dir).unwrap();
        Some(Bucket {
            dir,
            url: format!("{server}/{name}"),
        })
    }

    pub fn settings(&self) -> Settings {
        Settings {
            url: self.url.clone(),
            prefix: "blobs/".to_owned(),
            keys: Keys {
                id: "mil".to_owned(),
                secret: SECRET.to_owned(),
                region: "us-east-1".to_owned(),
            },
            now,
            part: Some(5 * 1024 * 1024),
        }
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
