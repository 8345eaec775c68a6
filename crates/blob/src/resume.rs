//! A blob that arrives in parts, over hours and over restarts.
//!
//! Its bytes lie in a file of their own. [`Resumed::checkpoint`] flushes them
//! and answers how many there are and the state of the hash; whoever keeps both
//! can go on from there after a crash without reading the file again. What was
//! written after the last checkpoint is cut off.

use std::path::PathBuf;

use sha2::digest::common::hazmat::SerializableState;
use sha2::{Digest, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::write::place;
use crate::{BlobError, Blobs, Result, Stored};

/// What is kept of a blob that is not whole yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkpoint {
    /// Bytes that are on disk.
    pub size: u64,
    /// State of the hash over them; empty at the beginning.
    pub state: Vec<u8>,
}

impl Checkpoint {
    /// The name of a blob that ends here.
    pub fn sha(&self) -> Option<crate::Sha> {
        let state = self.state.as_slice().try_into().ok()?;
        let hash = Sha256::deserialize(&state).ok()?;
        Some(crate::Sha::of(&hash.finalize()))
    }
}

/// A blob in parts, open for writing.
#[derive(Debug)]
pub struct Resumed {
    blobs: Blobs,
    path: PathBuf,
    file: File,
    hash: Sha256,
    size: u64,
    limit: u64,
}

fn path(blobs: &Blobs, id: &str) -> Result<PathBuf> {
    let fine = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fine {
        Ok(blobs.root.join("uploads").join(id))
    } else {
        Err(BlobError::Missing)
    }
}

impl Blobs {
    /// Go on with the blob `id` from a checkpoint; a new one begins with the
    /// default. It may have `limit` bytes at most.
    ///
    /// # Errors
    /// [`BlobError::Missing`] when fewer bytes are there than the checkpoint
    /// says, or its state is not one.
    pub async fn resume(&self, id: &str, from: &Checkpoint, limit: u64) -> Result<Resumed> {
        let path = path(self, id)?;
        let dir = self.root.join("uploads");
        tokio::fs::create_dir_all(&dir).await?;
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .await?;
        if file.metadata().await?.len() < from.size {
            return Err(BlobError::Missing);
        }
        if from.size == 0 {
            // The name itself must survive a power cut.
            crate::write::sync_directory(&dir).await?;
        }
        file.set_len(from.size).await?;
        file.seek(std::io::SeekFrom::Start(from.size)).await?;
        let hash = if from.state.is_empty() {
            Sha256::new()
        } else {
            let state = from
                .state
                .as_slice()
                .try_into()
                .map_err(|_| BlobError::Missing)?;
            Sha256::deserialize(&state).map_err(|_| BlobError::Missing)?
        };
        Ok(Resumed {
            blobs: self.clone(),
            path,
            file,
            hash,
            size: from.size,
            limit,
        })
    }

    /// Give up a blob that is not whole. It is fine if it is not there.
    pub async fn give_up(&self, id: &str) -> Result<()> {
        match tokio::fs::remove_file(path(self, id)?).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The ids of all blobs that are not whole, in no order.
    pub async fn resumable(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let Ok(mut entries) = tokio::fs::read_dir(self.root.join("uploads")).await else {
            return Ok(found);
        };
        while let Some(entry) = entries.next_entry().await? {
            found.extend(entry.file_name().into_string());
        }
        Ok(found)
    }
}

impl Resumed {
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
        self.file.write_all(bytes).await?;
        self.hash.update(bytes);
        self.size = size;
        Ok(())
    }

    /// Flush what was written. When this returns, it survives a power cut.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint> {
        self.file.flush().await?;
        self.file.sync_data().await?;
        Ok(Checkpoint {
            size: self.size,
            state: self.hash.serialize().to_vec(),
        })
    }

    /// Put it in its place. When this returns, the blob survives a power cut
    /// and can no longer be resumed.
    pub async fn finish(mut self) -> Result<Stored> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let sha = crate::Sha::of(&self.hash.finalize());
        place(&self.blobs, &self.path, &sha).await?;
        Ok(Stored {
            sha,
            size: self.size,
        })
    }
}
