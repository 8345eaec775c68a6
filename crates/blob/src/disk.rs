//! Where blobs lie. There is one place so far, a directory; another, such as an
//! object store, becomes a second variant behind the same functions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::{Reader, Result, Sha, Writer, read, write};

/// The store; cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    pub(crate) root: Arc<PathBuf>,
}

/// A blob as [`Blobs::list`] finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub sha: Sha,
    /// When it was last written. Writing the same bytes again renews it.
    pub written: Timestamp,
}

impl Blobs {
    /// Blobs in a directory, which is made when the first one is written.
    pub fn in_directory(root: impl Into<PathBuf>) -> Blobs {
        Blobs {
            root: Arc::new(root.into()),
        }
    }

    /// Two levels of directories, so that none grows too long to list.
    pub(crate) fn path(&self, sha: &Sha) -> PathBuf {
        let name = sha.as_str();
        self.root.join(&name[..2]).join(&name[2..4]).join(name)
    }

    /// The file that holds a blob, for programs that read it themselves.
    pub fn file(&self, sha: &Sha) -> PathBuf {
        self.path(sha)
    }

    pub(crate) fn partial(&self) -> PathBuf {
        self.root.join("partial")
    }

    /// Begin a blob of at most `limit` bytes.
    pub async fn writer(&self, limit: u64) -> Result<Writer> {
        write::begin(self, limit).await
    }

    /// Write a blob that is in memory already.
    pub async fn put(&self, bytes: &[u8]) -> Result<crate::Stored> {
        let mut writer = self.writer(bytes.len() as u64).await?;
        writer.write(bytes).await?;
        writer.finish().await
    }

    /// How many bytes a blob has.
    ///
    /// # Errors
    /// [`crate::BlobError::Missing`] when there is none of this name.
    pub async fn size(&self, sha: &Sha) -> Result<u64> {
        Ok(tokio::fs::metadata(self.path(sha)).await?.len())
    }

    /// Read `length` bytes from `from` on; no length reads to the end. A part
    /// that begins behind the end is empty.
    pub async fn open(&self, sha: &Sha, from: u64, length: Option<u64>) -> Result<Reader> {
        read::open(&self.path(sha), from, length).await
    }

    /// Remove a blob. It is fine if it is not there.
    pub async fn remove(&self, sha: &Sha) -> Result<()> {
        missing_is_fine(tokio::fs::remove_file(self.path(sha)).await)
    }

    /// Remove a blob that was last written before `before`; says whether it did.
    pub async fn remove_older(&self, sha: &Sha, before: Timestamp) -> Result<bool> {
        let written = tokio::fs::metadata(self.path(sha)).await?.modified()?;
        let old = Timestamp::try_from(written).is_ok_and(|at| at < before);
        if old {
            self.remove(sha).await?;
        }
        Ok(old)
    }

    /// Every blob, in no order.
    pub async fn list(&self) -> Result<Vec<Listed>> {
        let root = self.root.clone();
        let task = tokio::task::spawn_blocking(move || walk(&root));
        Ok(task.await.map_err(std::io::Error::other)??)
    }

    /// Remove what was begun before `before` and never finished, as a crash
    /// leaves it behind. Returns how many.
    pub async fn sweep_partial(&self, before: Timestamp) -> Result<usize> {
        let dir = self.partial();
        let task = tokio::task::spawn_blocking(move || sweep(&dir, before));
        Ok(task.await.map_err(std::io::Error::other)??)
    }
}

fn missing_is_fine(done: std::io::Result<()>) -> Result<()> {
    match done {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn entries(dir: &Path) -> std::io::Result<Vec<std::fs::DirEntry>> {
    match std::fs::read_dir(dir) {
        Ok(found) => found.collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn written(entry: &std::fs::DirEntry) -> std::io::Result<Timestamp> {
    let at = entry.metadata()?.modified()?;
    Ok(Timestamp::try_from(at).unwrap_or(Timestamp::MIN))
}

fn walk(root: &Path) -> std::io::Result<Vec<Listed>> {
    let mut found = Vec::new();
    for first in entries(root)?.iter().filter(|e| e.file_name().len() == 2) {
        for second in entries(&first.path())? {
            for blob in entries(&second.path())? {
                let name = blob.file_name();
                if let Some(sha) = name.to_str().and_then(Sha::parse) {
                    let written = written(&blob)?;
                    found.push(Listed { sha, written });
                }
            }
        }
    }
    Ok(found)
}

fn sweep(dir: &Path, before: Timestamp) -> std::io::Result<usize> {
    let mut count = 0;
    for entry in entries(dir)? {
        if written(&entry)? < before {
            std::fs::remove_file(entry.path())?;
            count += 1;
        }
    }
    Ok(count)
}
