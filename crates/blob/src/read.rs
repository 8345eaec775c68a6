//! Reading a blob, or a part of it.

use std::io::SeekFrom;
use std::path::Path;

use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::s3::{Answer, Bucket};
use crate::{Result, Sha};

/// How many bytes are read at a time.
const PIECE: usize = 64 * 1024;

/// An open blob, read piece by piece.
#[derive(Debug)]
pub struct Reader {
    from: From,
    left: u64,
}

#[derive(Debug)]
enum From {
    File(File),
    Bucket(Box<Answer>),
    Nothing,
}

pub(crate) async fn open(path: &Path, from: u64, length: Option<u64>) -> Result<Reader> {
    let mut file = File::open(path).await?;
    let behind = file.metadata().await?.len().saturating_sub(from);
    file.seek(SeekFrom::Start(from)).await?;
    Ok(Reader {
        from: From::File(file),
        left: length.unwrap_or(behind).min(behind),
    })
}

pub(crate) async fn fetch(
    bucket: &Bucket,
    sha: &Sha,
    from: u64,
    length: Option<u64>,
) -> Result<Reader> {
    Ok(match bucket.get(sha, from, length).await? {
        Some((answer, left)) => Reader {
            from: From::Bucket(Box::new(answer)),
            left,
        },
        None => Reader {
            from: From::Nothing,
            left: 0,
        },
    })
}

impl Reader {
    /// How many bytes are still to come.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        if self.left == 0 {
            return Ok(None);
        }
        let piece = match &mut self.from {
            From::File(file) => {
                let want = usize::try_from(self.left).unwrap_or(PIECE).min(PIECE);
                let mut piece = vec![0; want];
                let got = file.read(&mut piece).await?;
                piece.truncate(got);
                piece
            }
            From::Bucket(answer) => {
                let piece = answer.next().await?.unwrap_or_default();
                let most = usize::try_from(self.left).unwrap_or(usize::MAX);
                piece[..piece.len().min(most)].to_vec()
            }
            From::Nothing => Vec::new(),
        };
        if piece.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= piece.len() as u64;
        if self.left == 0
            && let From::Bucket(answer) = &mut self.from
        {
            // The end is read, too, so that the connection is free again.
            let _ = answer.next().await;
        }
        Ok(Some(piece))
    }

    /// All that is left, for blobs that are known to be small.
    pub async fn all(mut self) -> std::io::Result<Vec<u8>> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}
