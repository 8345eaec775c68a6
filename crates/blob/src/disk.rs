//! Where blobs lie: in a directory, or in a bucket with a directory beside it for
//! what is not whole yet. Everything outside of here sees no difference.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use crate::s3::{Bucket, Settings};
use crate::{Reader, Result, Sha, Writer, read, write};

/// The store; cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    pub(crate) root: Arc<PathBuf>,
    pub(crate) bucket: Option<Arc<Bucket>>,
}

/// A blob as a file, for programs that read it themselves. What was fetched for
/// it goes when it is dropped.
#[derive(Debug)]
pub struct Local {
    path: PathBuf,
    fetched: bool,
}

impl std::ops::Deref for Local {
    type Target = Path;
    fn deref(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for Local {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if self.fetched {
            let _ = std::fs::remove_file(&self.path);
        }
    }
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
            bucket: None,
        }
    }

    /// Blobs in a bucket; what is not whole yet is collected in a directory.
    ///
    /// # Errors
    /// When the settings cannot be those of a bucket. Nothing is asked yet.
    pub fn in_bucket(beside: impl Into<PathBuf>, settings: Settings) -> Result<Blobs> {
        Ok(Blobs {
            root: Arc::new(beside.into()),
            bucket: Some(Arc::new(Bucket::new(settings)?)),
        })
    }

    /// Whether they lie in a bucket.
    pub fn is_in_bucket(&self) -> bool {
        self.bucket.is_some()
    }

    /// Whether the bucket is there and opens; a directory always is.
    pub async fn check(&self) -> Result<()> {
        match &self.bucket {
            Some(bucket) => bucket.check().await,
            None => Ok(()),
        }
    }

    /// Two levels of directories, so that none grows too long to list.
    pub(crate) fn path(&self, sha: &Sha) -> PathBuf {
        let name = sha.as_str();
        self.root.join(&name[..2]).join(&name[2..4]).join(name)
    }

    /// A file that holds a blob, for programs that read it themselves.
    pub async fn local(&self, sha: &Sha) -> Result<Local> {
        if self.bucket.is_none() {
            let path = self.path(sha);
            tokio::fs::metadata(&path).await?;
            return Ok(Local {
                path,
                fetched: false,
            });
        }
        let dir = self.partial();
        tokio::fs::create_dir_all(&dir).await?;
        let n = write::NEXT.fetch_add(1, Ordering::Relaxed);
        let path = dir.join(format!("{}-{n}-fetched", std::process::id()));
        let mut reader = self.open(sha, 0, None).await?;
        let mut file = tokio::fs::File::create(&path).await?;
        // From here on it goes again, whatever happens.
        let local = Local {
            path,
            fetched: true,
        };
        while let Some(piece) = reader.next().await? {
            tokio::io::AsyncWriteExt::write_all(&mut file, &piece).await?;
        }
        tokio::io::AsyncWriteExt::flush(&mut file).await?;
        Ok(local)
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
        match &self.bucket {
            Some(bucket) => Ok(bucket.head(sha).await?.0),
            None => Ok(tokio::fs::metadata(self.path(sha)).await?.len()),
        }
    }

    /// Read `length` bytes from `from` on; no length reads to the end. A part
    /// that begins behind the end is empty.
    pub async fn open(&self, sha: &Sha, from: u64, length: Option<u64>) -> Result<Reader> {
        match &self.bucket {
            Some(bucket) => read::fetch(bucket, sha, from, length).await,
            None => read::open(&self.path(sha), from, length).await,
        }
    }

    /// Remove a blob. It is fine if it is not there.
    pub async fn remove(&self, sha: &Sha) -> Result<()> {
        match &self.bucket {
            Some(bucket) => bucket.remove(sha).await,
            None => missing_is_fine(tokio::fs::remove_file(self.path(sha)).await),
        }
    }

    /// Remove a blob that was last written before `before`; says whether it did.
    pub async fn remove_older(&self, sha: &Sha, before: Timestamp) -> Result<bool> {
        let old = match &self.bucket {
            Some(bucket) => bucket.head(sha).await?.1 < before,
            None => {
                let written = tokio::fs::metadata(self.path(sha)).await?.modified()?;
                Timestamp::try_from(written).is_ok_and(|at| at < before)
            }
        };
        if old {
            self.remove(sha).await?;
        }
        Ok(old)
    }

    /// Every blob, in no order.
    pub async fn list(&self) -> Result<Vec<Listed>> {
        if let Some(bucket) = &self.bucket {
            return bucket.list().await;
        }
        let root = self.root.clone();
        let task = tokio::task::spawn_blocking(move || walk(&root));
        Ok(task.await.map_err(std::io::Error::other)??)
    }

    /// Remove what was begun before `before` and never finished, as a crash
    /// leaves it behind. Returns how many.
    pub async fn sweep_partial(&self, before: Timestamp) -> Result<usize> {
        let dir = self.partial();
        let task = tokio::task::spawn_blocking(move || sweep(&dir, before));
        let here = task.await.map_err(std::io::Error::other)??;
        match &self.bucket {
            Some(bucket) => Ok(here + bucket.sweep(before).await?),
            None => Ok(here),
        }
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
