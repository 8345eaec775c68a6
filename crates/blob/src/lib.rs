//! Bytes of any size, named by what they are.
//!
//! A blob's name is the SHA-256 of its bytes, so the same file uploaded twice
//! is kept once, a blob never changes, and a name is its own checksum. Who may
//! read a blob is not decided here: a name says nothing about permissions.
//!
//! * [`Blobs::writer`] takes bytes piece by piece and never holds them in memory
//! * [`Blobs::resume`] takes bytes in parts, over restarts
//! * [`Blobs::open`] reads the whole or a part
//! * [`Blobs::list`] and [`Blobs::sweep_partial`] are for housekeeping
//!
//! An acknowledged blob is on disk: bytes are written to a file of their own,
//! flushed, renamed into place, and the directory is flushed. With a bucket it is
//! in the bucket, which has checked its hash.

mod disk;
mod name;
mod read;
mod resume;
pub mod s3;
mod write;

pub use disk::{Blobs, Listed, Local};
pub use name::Sha;
pub use read::Reader;
pub use resume::{Checkpoint, Resumed};
pub use write::{Stored, Writer};

/// What can go wrong.
#[derive(Debug)]
pub enum BlobError {
    /// More bytes than the writer takes; holds the limit.
    TooLarge(u64),
    /// There is no blob of this name.
    Missing,
    /// The disk said no.
    Io(std::io::Error),
}

impl std::fmt::Display for BlobError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BlobError::TooLarge(limit) => write!(f, "more than {limit} bytes"),
            BlobError::Missing => f.write_str("there is no such blob"),
            BlobError::Io(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for BlobError {}

impl From<std::io::Error> for BlobError {
    fn from(error: std::io::Error) -> BlobError {
        if error.kind() == std::io::ErrorKind::NotFound {
            BlobError::Missing
        } else {
            BlobError::Io(error)
        }
    }
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, BlobError>;
