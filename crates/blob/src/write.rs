//! Writing a blob.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::{BlobError, Blobs, Result, Sha};

pub(crate) static NEXT: AtomicU64 = AtomicU64::new(0);

/// A blob that is being written. Dropping it without [`Writer::finish`] takes
/// away what was written.
#[derive(Debug)]
pub struct Writer {
    blobs: Blobs,
    file: Option<File>,
    path: PathBuf,
    hash: Sha256,
    size: u64,
    limit: u64,
}

/// A blob that is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub sha: Sha,
    /// Bytes.
    pub size: u64,
}

pub(crate) async fn begin(blobs: &Blobs, limit: u64) -> Result<Writer> {
    let dir = blobs.partial();
    tokio::fs::create_dir_all(&dir).await?;
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = dir.join(format!("{}-{n}", std::process::id()));
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).open(&path).await {
            Ok(file) => {
                return Ok(Writer {
                    blobs: blobs.clone(),
                    file: Some(file),
                    path,
                    hash: Sha256::new(),
                    size: 0,
                    limit,
                });
            }
            // Left behind by an earlier process with the same id.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
}

impl Writer {
    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Add bytes.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] when they would go beyond the limit.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let size = self.size + bytes.len() as u64;
        if size > self.limit {
            return Err(BlobError::TooLarge(self.limit));
        }
        let file = self.file.as_mut().ok_or(BlobError::Missing)?;
        file.write_all(bytes).await?;
        self.hash.update(bytes);
        self.size = size;
        Ok(())
    }

    /// Put it in its place. When this returns, the blob survives a power cut.
    pub async fn finish(mut self) -> Result<Stored> {
        let mut file = self.file.take().ok_or(BlobError::Missing)?;
        file.flush().await?;
        file.sync_all().await?;
        drop(file);
        let sha = Sha::of(&std::mem::take(&mut self.hash).finalize());
        place(&self.blobs, &self.path, &sha).await?;
        Ok(Stored {
            sha,
            size: self.size,
        })
    }
}

/// Move a whole, flushed file to where its name says. One that cannot be sent to
/// the bucket stays where it is, to be sent again or swept.
pub(crate) async fn place(blobs: &Blobs, from: &Path, sha: &Sha) -> Result<()> {
    if let Some(bucket) = &blobs.bucket {
        bucket.put(from, sha).await?;
        tokio::fs::remove_file(from).await?;
        return Ok(());
    }
    let place = blobs.path(sha);
    let dir = place.parent().unwrap_or(&blobs.root).to_owned();
    tokio::fs::create_dir_all(&dir).await?;
    // Also over the same bytes: that renews the time at which they were written.
    tokio::fs::rename(from, &place).await?;
    sync_directories(&dir, &blobs.root).await
}

/// Make a new name in one directory durable.
pub(crate) async fn sync_directory(dir: &Path) -> Result<()> {
    sync_directories(dir, dir).await
}

/// Make new names durable: the directory of the blob and those above it, up to
/// the root of the store.
async fn sync_directories(dir: &Path, root: &Path) -> Result<()> {
    let (dir, root) = (dir.to_owned(), root.to_owned());
    let task = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        for one in dir.ancestors() {
            std::fs::File::open(one)?.sync_all()?;
            if one == root {
                break;
            }
        }
        Ok(())
    });
    Ok(task.await.map_err(std::io::Error::other)??)
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
