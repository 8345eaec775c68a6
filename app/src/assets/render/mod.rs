//! Making renditions: thumbnails, sizes for the web and for print.
//!
//! | file | what it holds |
//! |---|---|
//! | [`job`] | the queue: claim, lease, try again, give up |
//! | [`child`] | a process of our own with limits, for whatever decodes |
//! | [`one`] | what that process does (`mil render-one`) |
//! | [`pages`] | the pages of a file, to look at together |
//! | [`raster`] | pixels: read within limits, turned, scaled, written without metadata |
//! | [`svg`] | drawings: only what draws is kept |
//! | [`meta`] | EXIF, IPTC and XMP as fields |
//!
//! Nothing that strangers made is decoded in the server. A bomb or a crash ends
//! a child that may use 512 MB and half a minute, and the file is marked as one
//! that cannot be shown; the next one is not kept waiting.

pub mod child;
pub mod job;
pub mod meta;
pub mod one;
pub mod pages;
pub mod raster;
pub mod svg;

use serde::{Deserialize, Serialize};

use crate::assets::model::Preset;

/// The most pixels that are decoded: a third of a 600-dpi A2.
pub const MAX_PIXELS: u64 = 80_000_000;
/// The longest side.
pub const MAX_SIDE: u32 = 30_000;
/// Address space of the child, in kilobytes.
pub const MEMORY_KB: u64 = 512 * 1024;
/// Processor time of the child, in seconds.
pub const CPU_SECONDS: u64 = 30;

/// What the child is asked to do.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Task {
    pub input: std::path::PathBuf,
    /// A directory of its own.
    pub output: std::path::PathBuf,
    pub media_type: String,
    pub name: String,
    pub presets: Vec<Preset>,
    /// Instead of sizes: so many pages, each as a picture with what tells
    /// whether a part of it changed.
    #[serde(default)]
    pub pages: u32,
}

/// What it answers.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Done {
    /// Why it cannot be shown; empty if it can.
    pub refused: String,
    /// There is nothing to make of it.
    pub plain: bool,
    pub width: u32,
    pub height: u32,
    /// Perceptual hash, in hexadecimal.
    pub look: String,
    pub meta: Vec<(String, String)>,
    pub made: Vec<Made>,
    /// Of each page: hashes of its parts, see [`pages`].
    pub tiles: Vec<String>,
}

/// A file in the output directory.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Made {
    pub preset: String,
    pub file: String,
    pub media_type: String,
    pub width: u32,
    pub height: u32,
}
