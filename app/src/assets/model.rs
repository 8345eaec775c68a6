//! The nouns of the asset library.

use jiff::Timestamp;
use mil_blob::Sha;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::assets::rights::{Channel, Rights, words};
use crate::error::{Error, Result};

words! {
    /// What an asset is.
    Kind {
        /// A mark of the organisation.
        Logo = "logo", says("Logo");
        /// A photograph.
        Photo = "photo", says("Photo");
        /// A drawing.
        Illustration = "illustration", says("Illustration");
        /// To fill in: slides, letters, posters.
        Template = "template", says("Template");
        /// To read or print.
        Document = "document", says("Document");
        /// Moving pictures.
        Video = "video", says("Video");
        /// Colours, fonts.
        Palette = "palette", says("Colours and fonts");
        /// Anything else.
        Other = "other", says("Other");
    }
}

words! {
    /// Who is to be seen.
    People {
        /// Nobody.
        Nobody = "nobody", says("Nobody");
        /// People who can be recognised.
        Some = "some", says("People who can be recognised");
        /// Many, nobody in particular.
        Crowd = "crowd", says("A crowd");
    }
}

words! {
    /// Who finds it.
    Audience {
        /// Those who work in the workspace.
        Agents = "agents", says("Marketing only");
        /// Everybody of the organisation.
        Everyone = "everyone", says("All colleagues");
        /// Outsiders too, on the brand page.
        Public = "public", says("The public");
    }
}

words! {
    /// How it lies.
    Orientation {
        /// Wider than high.
        Landscape = "landscape", says("Landscape");
        /// Higher than wide.
        Portrait = "portrait", says("Portrait");
        /// As wide as high, within a twentieth.
        Square = "square", says("Square");
    }
}

/// How a picture lies.
pub fn orientation(width: i64, height: i64) -> Orientation {
    if (width - height).abs() * 20 <= width.max(height) {
        Orientation::Square
    } else if width > height {
        Orientation::Landscape
    } else {
        Orientation::Portrait
    }
}

/// An asset: its facts, its rights, and its current file.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Asset {
    pub id: String,
    pub name: String,
    pub description: String,
    pub kind: Kind,
    pub guide: String,
    pub campaign: String,
    pub people: People,
    pub audience: Audience,
    /// Whether everybody who sees it gets the file as it was uploaded.
    pub originals_for_all: bool,
    pub owner_id: String,
    pub version_id: Option<String>,
    pub format: String,
    pub orientation: Option<Orientation>,
    pub downloads: i64,
    pub rights: Rights,
    pub created_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub archived_at: Option<Timestamp>,
    pub version: i64,
}

words! {
    /// How far a version's renditions are.
    Ready {
        /// Being made.
        Waiting = "waiting", says("Preparing");
        /// All there.
        Ready = "ready", says("Ready");
        /// There is nothing to make of it.
        Plain = "plain", says("No preview");
        /// It cannot be read; the original is kept.
        Failed = "failed", says("No preview");
    }
}

/// A file of an asset.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Version {
    pub id: String,
    pub asset_id: String,
    pub number: i64,
    pub name: String,
    pub media_type: String,
    pub size: u64,
    pub sha256: String,
    pub note: String,
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub look: Option<String>,
    pub meta: Vec<(String, String)>,
    pub state: Ready,
    pub problem: String,
    pub uploaded_by: String,
    pub created_at: Timestamp,
}

impl Version {
    /// The name of its bytes.
    pub fn sha(&self) -> Result<Sha> {
        Sha::parse(&self.sha256)
            .ok_or_else(|| Error::Internal(format!("version {} has no hash", self.id)))
    }

    /// PNG, SVG, PDF, …: what people call the format.
    pub fn format(&self) -> String {
        format_of(&self.media_type, &self.name)
    }

    /// Whether it is made of pixels, so that its metadata can tell where
    /// somebody lives.
    pub fn is_raster(&self) -> bool {
        self.media_type.starts_with("image/") && self.media_type != "image/svg+xml"
    }
}

/// What people call a format.
pub fn format_of(media_type: &str, name: &str) -> String {
    match media_type {
        "image/jpeg" => "JPEG".to_owned(),
        "image/png" => "PNG".to_owned(),
        "image/svg+xml" => "SVG".to_owned(),
        "image/webp" => "WebP".to_owned(),
        "image/gif" => "GIF".to_owned(),
        "image/tiff" => "TIFF".to_owned(),
        "application/pdf" => "PDF".to_owned(),
        _ => match crate::files::name::ending(name).as_str() {
            "docx" | "doc" => "Word".to_owned(),
            "pptx" | "ppt" => "PowerPoint".to_owned(),
            "xlsx" | "xls" => "Excel".to_owned(),
            "" => "–".to_owned(),
            other => other.to_uppercase(),
        },
    }
}

/// A size to offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Preset {
    /// Its word in addresses.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// What it is for; none: only for our own pages.
    pub channel: Option<Channel>,
    /// Pixels at most, or exactly when cropped.
    pub width: u32,
    /// As `width`.
    pub height: u32,
    /// Cut to this shape instead of fitted into it.
    pub crop: bool,
    /// auto, png or jpeg.
    pub format: String,
    /// Of JPEG, 1 to 100.
    pub quality: u8,
    /// Made by a lead.
    pub custom: bool,
}

/// What was made of a version.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Rendition {
    pub version_id: String,
    pub preset: String,
    pub media_type: String,
    pub size: u64,
    pub sha256: String,
    pub width: i64,
    pub height: i64,
}

/// A collection of assets.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Collection {
    pub id: String,
    pub name: String,
    pub description: String,
    pub audience: Audience,
    pub created_by: String,
    pub updated_at: Timestamp,
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_lie_this_way_or_that() {
        for (w, h, how) in [
            (100, 100, Orientation::Square),
            (105, 100, Orientation::Square),
            (106, 100, Orientation::Landscape),
            (100, 106, Orientation::Portrait),
        ] {
            assert_eq!(orientation(w, h), how, "{w} × {h}");
        }
        assert_eq!(format_of("image/jpeg", "a.JPG"), "JPEG");
        assert_eq!(format_of("application/octet-stream", "a.Indd"), "INDD");
    }
}
