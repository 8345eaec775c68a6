//! `mil files`: moving the bytes of files between the data directory and a bucket.

use clap::Subcommand;
use mil_blob::{BlobError, Blobs, Sha};

use crate::cli::Outcome;
use crate::config::Config;

#[derive(Subcommand)]
pub enum Command {
    /// Copy all files of the data directory into the bucket of --s3-url
    ToBucket,
    /// Copy all files of the bucket into the data directory
    ToDisk,
}

/// Copy what is missing at the other place; nothing is taken away. It can be
/// stopped and run again.
pub async fn run(config: Config, command: Command) -> Outcome {
    if config.s3.is_none() {
        return Err("name the bucket with --s3-url, --s3-key-id and --s3-secret".into());
    }
    let (disk, bucket) = (
        Blobs::in_directory(config.data_dir.join("files")),
        config.blobs()?,
    );
    bucket.check().await?;
    let (from, to) = match command {
        Command::ToBucket => (disk, bucket),
        Command::ToDisk => (bucket, disk),
    };
    let all = from.list().await?;
    let mut copied = 0;
    for blob in &all {
        copied += usize::from(copy(&from, &to, &blob.sha).await?);
    }
    println!(
        "{copied} files copied, {} were there already",
        all.len() - copied
    );
    Ok(())
}

/// Copy one, unless it is there. Its name is its hash, so a copy that is not the
/// same is noticed.
async fn copy(from: &Blobs, to: &Blobs, sha: &Sha) -> Outcome<bool> {
    let size = from.size(sha).await?;
    match to.size(sha).await {
        Ok(there) if there == size => return Ok(false),
        Ok(_) | Err(BlobError::Missing) => {}
        Err(error) => return Err(error.into()),
    }
    let mut reader = from.open(sha, 0, None).await?;
    let mut writer = to.writer(size).await?;
    while let Some(piece) = reader.next().await? {
        writer.write(&piece).await?;
    }
    let stored = writer.finish().await?;
    if stored.sha != *sha {
        to.remove(&stored.sha).await?;
        return Err(format!("{sha} is damaged: its bytes are {}", stored.sha).into());
    }
    Ok(true)
}
