//! Reading a blob, or a part of it.

use std::io::SeekFrom;
use std::path::Path;

use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::Result;

/// How many bytes are read at a time.
const PIECE: usize = 64 * 1024;

/// An open blob, read piece by piece.
#[derive(Debug)]
pub struct Reader {
    file: File,
    left: u64,
}

pub(crate) async fn open(path: &Path, from: u64, length: Option<u64>) -> Result<Reader> {
    let mut file = File::open(path).await?;
    let behind = file.metadata().await?.len().saturating_sub(from);
    file.seek(SeekFrom::Start(from)).await?;
    Ok(Reader {
        file,
        left: length.unwrap_or(behind).min(behind),
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
        let want = usize::try_from(self.left).unwrap_or(PIECE).min(PIECE);
        let mut piece = vec![0; want];
        let got = self.file.read(&mut piece).await?;
        if got == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(got);
        self.left -= got as u64;
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
